"""Every lesson at its start and at every preset, 20 seeds each: sentences, and honest intervals."""

import numpy as np
import pytest
from lessons.contradictions import contradictions

from dyadsim.lessons import lesson as lessons
from dyadsim.lessons.index import LESSONS

pytestmark = pytest.mark.verification

SEEDS = range(1, 21)
# Of another therapist at every seed: no common value that an interval could hold.
NOT_THE_SAME = ("further clients",)


@pytest.mark.parametrize("name", LESSONS)
def test_no_sentence_contradicts_its_numbers_and_intervals_are_honest(name: str) -> None:
    """Intervals hold the mean over seeds as often as 95 % intervals of 20 draws should."""
    lesson, wrong, held_mean = LESSONS[name], [], []
    for settings in ({}, *lesson.presets.values()):
        results = [lessons.show_lesson(lesson, {**settings, "seed": seed})[1] for seed in SEEDS]
        wrong += [word for result in results for word in contradictions(name, result)]
        keys = {
            key for result in results for key in result.numbers if f"{key}.se" in result.numbers
        }
        for key in keys - set(NOT_THE_SAME):
            known = [result.numbers for result in results if key in result.numbers]
            mean = np.mean([numbers[key] for numbers in known])
            if np.std([numbers[key] for numbers in known]) > 1e-6:
                held_mean += [
                    numbers[f"{key}.low"] <= mean <= numbers[f"{key}.high"] for numbers in known
                ]
    assert not wrong, f"{len(wrong)}: " + "\n".join(wrong[:10])
    share = np.mean(held_mean) if held_mean else 1.0
    print(f"{name}: {share:.3f} of {len(held_mean)} intervals hold the mean over seeds")
    assert share > 0.9
