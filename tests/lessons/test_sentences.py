"""Sentences against numbers: thousands of invented findings, every sign, "cannot tell" included.

The same check on simulated findings, 20 seeds at every preset, stands in
`verification/test_lesson_sentences.py`.
"""

import importlib
from collections.abc import Callable

import numpy as np
import pytest
from lessons.contradictions import CHECKS, contradictions

from dyadsim.analysis.estimate import Estimate, from_standard_error
from dyadsim.lessons import (
    alliance,
    best_therapist,
    certified,
    harm,
    how_many_sessions,
    numbers,
    one_dyad,
    power,
    three_percentages,
    who_got_better,
    your_trial,
)
from dyadsim.lessons.index import LESSONS
from dyadsim.lessons.lesson import LessonResult

CASES = 400
type Rng = np.random.Generator


def effect(rng: Rng, scale: float) -> Estimate:
    """An estimate of any sign and any error, now and then exactly 0."""
    kind = rng.integers(6)
    if kind == 0:
        return from_standard_error(0.0, 0.0, 100)
    error = scale * 10 ** rng.uniform(-3, 0)
    value = rng.normal(0, 3 * error) if kind < 4 else rng.normal(0, scale)
    return from_standard_error(float(value), float(error), 100)


def correlation(rng: Rng) -> Estimate:
    """A correlation with an interval of its own."""
    r, z_error = rng.uniform(-0.5, 0.9), 10 ** rng.uniform(-3, -0.3)
    low, high = np.tanh(np.arctanh(r) + z_error * np.array([-2, 2]))
    return Estimate(float(r), float(z_error * (1 - r**2)), float(low), float(high), 100)


def share(rng: Rng) -> Estimate:
    """A share, often none or all."""
    n = int(rng.integers(5, 3000))
    p = rng.choice([0.0, 1.0, rng.uniform(), rng.uniform(0, 0.15)])
    return wilson(int(rng.binomial(n, p)), n)


def wilson(count: int, n: int) -> Estimate:
    """A share with Wilson's interval; `from_count` does the same, thirty times slower."""
    p, square = count / n, 1.96**2
    middle, width = p + square / (2 * n), 1.96 * np.sqrt(p * (1 - p) / n + square / (4 * n**2))
    low, high = (float(middle + side * width) / (1 + square / n) for side in (-1, 1))
    return Estimate(p, float(np.sqrt(p * (1 - p) / n)), max(low, 0.0), min(high, 1.0), n)


def invent_alliance(rng: Rng) -> LessonResult:
    finding = alliance.Finding(int(rng.integers(1, 9)), correlation(rng), effect(rng, 0.2), 900)
    return alliance.result_of(finding, [])


def invent_best_therapist(rng: Rng) -> LessonResult:
    count, kind = int(rng.choice([20, 35, 60])), int(rng.integers(3))
    tenth = count // 10
    ranks, hits = np.zeros(2, dtype=int), 0
    if kind == best_therapist.DIFFERENT:
        ranks = np.sort(rng.integers(1, rng.choice([2, tenth + 1, count + 1]), 2))
        hits = int(rng.integers(tenth + 1))
    finding = best_therapist.Finding(
        count,
        tenth,
        float(rng.uniform(0, 4)),
        effect(rng, 2),
        kind,
        *(int(rank) for rank in ranks),
        hits,
        float(rng.uniform()),
        heals=kind != best_therapist.ALIKE or bool(rng.integers(2)),
    )
    return best_therapist.result_of(finding, [])


def invent_certified(rng: Rng) -> LessonResult:
    trials, teams = int(rng.integers(4, 41)), int(rng.integers(0, 6))
    published = int(rng.integers(0, trials + 1))
    pooled = effect(rng, 1) if published >= 3 else None
    against = str(rng.choice(["waiting", "supportive counselling"]))
    finding = certified.Finding(
        against, trials, published, pooled, effect(rng, 1), teams, teams >= 2
    )
    return certified.result_of(finding, [])


def invent_how_many_sessions(rng: Rng) -> LessonResult:
    if rng.integers(20) == 0:
        return how_many_sessions.result_of(None, [])
    few, many, early, late = (share(rng) for _ in range(4))
    groups = how_many_sessions.GROUPS
    short = groups[rng.integers(2)]
    finding = how_many_sessions.Finding(
        short,
        (15, 15) if rng.integers(2) else groups[-1],
        few,
        many,
        numbers.difference(many, few),
        early,
        late,
        numbers.difference(late, early),
        6.0,
    )
    return how_many_sessions.result_of(finding, [])


def invent_one_dyad(rng: Rng) -> LessonResult:
    ruptures, first = int(rng.integers(0, 4)), float(rng.integers(0, 28))
    last = first if rng.integers(3) == 0 else float(rng.integers(0, 28))
    finding = one_dyad.Finding(
        int(rng.integers(1, 17)),
        ruptures,
        int(rng.integers(0, ruptures + 1)),
        first,
        last,
        3,
        bool(rng.integers(2)),
        float(rng.uniform(-1, 1)),
        float(rng.uniform(-1, 1)),
        effect(rng, 0.1),
        float(rng.integers(0, 28)),
        effect(rng, 1),
    )
    return one_dyad.result_of(finding, [])


def invent_three_percentages(rng: Rng) -> LessonResult:
    mean = effect(rng, 1)
    lost = [effect(rng, 60) for _ in three_percentages.LOST] if mean.low > 1e-6 else None
    if lost and rng.integers(4) == 0:
        lost[-1] = Estimate(100.0, 1e-9, 100.0, 100.0, 10)
    explained = [effect(rng, 10) for _ in three_percentages.LABELS]
    return three_percentages.result_of(three_percentages.Finding(explained, mean, lost), [])


def invent_who_got_better(rng: Rng) -> LessonResult:
    shares = {arm: {kind: share(rng) for kind in who_got_better.KINDS} for arm in ARMS}
    if rng.integers(3) == 0:
        shares["therapy"][who_got_better.WORSE] = wilson(1300 + int(rng.integers(200)), 20_000)
    finding = who_got_better.Finding(shares, share(rng), effect(rng, 1))
    return who_got_better.result_of(finding, [])


def invent_your_trial(rng: Rng) -> LessonResult:
    better = int(rng.choice([0, 1, 2, rng.integers(0, 61)]))
    worse = int(rng.choice([0, 1, 2, rng.integers(0, 61)]))
    worse = min(worse, your_trial.TRIALS - better)
    finding = your_trial.Finding(
        "waiting", 40, effect(rng, 0.7), better, worse, float(rng.normal()), float(rng.normal())
    )
    return your_trial.result_of(finding, [])


def invent_power(rng: Rng) -> LessonResult:
    g = effect(rng, 0.5)
    while not np.isfinite(power.needed(g.value)) and power.sign(g):
        g = effect(rng, 0.5)
    return power.result_of(power.Finding("waiting", 40, g, share(rng), {}), [])


def invent_harm(rng: Rng) -> LessonResult:
    therapy, waiting = share(rng), share(rng)
    error = None if rng.integers(4) == 0 else share(rng)
    harmed = wilson(0, 4000) if rng.integers(3) == 0 else share(rng)
    finding = harm.Finding(
        therapy, waiting, numbers.difference(therapy, waiting), error, error, harmed
    )
    return harm.result_of(finding, [])


ARMS = who_got_better.ARMS
INVENT: dict[str, Callable[[Rng], LessonResult]] = {
    "alliance": invent_alliance,
    "best_therapist": invent_best_therapist,
    "certified": invent_certified,
    "harm": invent_harm,
    "how_many_sessions": invent_how_many_sessions,
    "power": invent_power,
    "one_dyad": invent_one_dyad,
    "three_percentages": invent_three_percentages,
    "who_got_better": invent_who_got_better,
    "your_trial": invent_your_trial,
}


def test_every_lesson_has_its_check() -> None:
    assert set(CHECKS) == set(INVENT) == set(LESSONS)


@pytest.mark.parametrize("name", LESSONS)
def test_no_sentence_contradicts_its_numbers(name: str) -> None:
    rng = np.random.default_rng(20261126)
    wrong = [text for _ in range(CASES) for text in contradictions(name, INVENT[name](rng))]
    assert not wrong, "\n".join(wrong[:5])


SWAPS = {
    "alliance": ("lowers", "raises"),
    "best_therapist": ("above average", "below average"),
    "certified": ("by it CBT is better", "by it CBT is worse"),
    "harm": ("more in therapy", "fewer in therapy"),
    "how_many_sessions": ("more often", "less often"),
    "power": ("in favour of CBT", "against CBT"),
    "one_dyad": ("more than strangers", "less than strangers"),
    "three_percentages": ("of the mean effect is lost", "larger"),
    "who_got_better": ("more in therapy", "fewer in therapy"),
    "your_trial": ("CBT is better than", "CBT is worse than"),
}


@pytest.mark.parametrize("name", LESSONS)
def test_a_false_word_is_noticed(name: str) -> None:
    rng, (word, other) = np.random.default_rng(7), SWAPS[name]
    results = [INVENT[name](rng) for _ in range(CASES)]
    with_word = [result for result in results if word in result.sentence]
    assert len(with_word) > 20
    for result in with_word:
        false = result._replace(sentence=result.sentence.replace(word, other))
        assert contradictions(name, false), false.sentence


@pytest.mark.parametrize("name", LESSONS)
def test_a_verdict_inside_the_error_is_noticed(name: str) -> None:
    rng = np.random.default_rng(8)
    several = [r for r in (INVENT[name](rng) for _ in range(CASES)) if len(r.answers) > 1]
    for result in several:
        assert contradictions(name, result._replace(answers=result.answers[:1]))
    decided_always = {"certified", "one_dyad"}  # their bets ask what is seen, not what is true
    assert bool(several) == (name not in decided_always)


def test_what_used_to_be_said_is_a_contradiction() -> None:
    """The sentences that made this file necessary."""
    g = from_standard_error(-0.02, 0.03, 60)
    result = your_trial.result_of(your_trial.Finding("waiting", 40, g, 1, 3, -0.5, 0.5), [])
    old = "Against waiting, CBT is better by g = -0.02 in this world."
    assert contradictions("your_trial", result._replace(sentence=old))
    assert "no difference between CBT and waiting that could be told" in result.sentence
    assert "1 finds CBT significantly better" in result.sentence
    assert "3 find it significantly worse" in result.sentence


def test_texts_do_not_say_what_was_wrong() -> None:
    for name, lesson in LESSONS.items():
        module = importlib.import_module(f"dyadsim.lessons.{name}")
        texts = " ".join([lesson.question, *lesson.careful, *lesson.bet.options, module.__doc__])
        assert "recover no more often" not in texts, name
        assert "better than 80 %" not in texts, name
