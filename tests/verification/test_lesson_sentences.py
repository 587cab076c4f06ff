"""Every lesson at its start and at every preset, 20 seeds each: sentences, and honest intervals."""

import numpy as np
import pytest
from lessons.contradictions import contradictions

from dyadsim.lessons import lesson as lessons
from dyadsim.lessons.index import LESSONS

pytestmark = pytest.mark.verification

SEEDS = range(1, 21)
FURTHER = 100  # from the seeds of one preset to those of the next
# Of another therapist at every seed: no common value that an interval could hold.
NOT_THE_SAME = ("further clients",)


@pytest.mark.parametrize("name", LESSONS)
def test_no_sentence_contradicts_its_numbers_and_intervals_are_honest(name: str) -> None:
    """Intervals hold the mean over seeds as often as 95 % intervals of 20 draws should."""
    lesson, wrong, held_mean = LESSONS[name], [], []
    for place, settings in enumerate(({}, *lesson.presets.values())):
        # Seeds of its own for each preset: the same people in all of them would count once.
        seeds = [FURTHER * place + seed for seed in SEEDS]
        results = [lessons.show_lesson(lesson, {**settings, "seed": seed})[1] for seed in seeds]
        wrong += [word for result in results for word in contradictions(name, result)]
        keys = {
            key for result in results for key in result.numbers if f"{key}.se" in result.numbers
        }
        for key in keys - set(NOT_THE_SAME):
            known = _of_one_session([result.numbers for result in results if key in result.numbers])
            mean = np.mean([numbers[key] for numbers in known])
            if np.std([numbers[key] for numbers in known]) > 1e-6:
                held_mean += [
                    numbers[f"{key}.low"] <= mean <= numbers[f"{key}.high"] for numbers in known
                ]
    assert not wrong, f"{len(wrong)}: " + "\n".join(wrong[:10])
    share = np.mean(held_mean) if held_mean else 1.0
    print(f"{name}: {share:.3f} of {len(held_mean)} intervals hold the mean over seeds")
    assert share > 0.9


def _of_one_session(known: list[dict[str, float]]) -> list[dict[str, float]]:
    """Return the numbers about the most common late session: at another one they mean another."""
    sessions = [numbers.get("late session") for numbers in known]
    common = max(sessions, key=sessions.count)
    return [numbers for numbers, at in zip(known, sessions, strict=True) if at == common]
