"""The three verdicts about a fact: what each kind needs to be met, violated and undecided."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from dyadsim.evidence.fact import Fact, load_facts
from dyadsim.evidence.verdict import (
    VERDICTS,
    count_verdicts,
    is_inside,
    judge_fact,
    judge_interval,
    verdicts_text,
)

PUBLISHED = {fact.id: fact for fact in load_facts()}
BAND = PUBLISHED["alliance_outcome"]  # 0.256 to 0.299
SIGN = PUBLISHED["course_flattens"]  # above 0
UPPER = PUBLISHED["bona_fide_bound"]  # 0 to 0.2, the bound
LOWER = UPPER._replace(estimate=0.5, low=0.5, high=None)


@pytest.mark.parametrize("fact", PUBLISHED.values(), ids=lambda fact: fact.id)
def test_a_published_estimate_lies_inside_its_own_band(fact: Fact) -> None:
    assert fact.estimate is None or is_inside(fact, fact.estimate)


@pytest.mark.parametrize(
    ("fact", "simulated", "error", "verdict"),
    [
        (BAND, 0.278, 0.0, "met"),
        (BAND, 0.256, 0.0, "met"),
        (BAND, 0.299, 0.0, "met"),
        (BAND, 0.2559, 0.0, "violated"),
        (BAND, 0.2991, 0.0, "violated"),
        (BAND, 0.276, 0.0102, "met"),
        (BAND, 0.276, 0.0103, "undecided"),
        (BAND, 0.285, 0.0071, "met"),
        (BAND, 0.285, 0.0072, "undecided"),
        (BAND, 0.310, 0.0056, "violated"),
        (BAND, 0.310, 0.0057, "undecided"),
        (BAND, 0.236, 0.0102, "violated"),
        (BAND, 0.236, 0.0103, "undecided"),
        (BAND, 0.278, math.inf, "undecided"),
        (SIGN, 0.0, 0.0, "violated"),
        (SIGN, 1e-9, 0.0, "met"),
        (SIGN, 1e9, 1.0, "met"),
        (SIGN, 0.196, 0.0999, "met"),
        (SIGN, 0.196, 0.1001, "undecided"),
        (SIGN, -0.196, 0.1001, "undecided"),
        (SIGN, -0.196, 0.0999, "violated"),
        (UPPER, 0.2, 0.0, "met"),
        (UPPER, 0.201, 0.0, "violated"),
        (UPPER, 0.1, 0.0510, "met"),
        (UPPER, 0.1, 0.0511, "undecided"),
        (UPPER, 0.01, 0.05, "met"),  # the scale ends at 0
        (UPPER, -0.01, 0.0, "violated"),
        (UPPER, 0.25, 0.0255, "violated"),
        (UPPER, 0.25, 0.0256, "undecided"),
        (LOWER, 0.4, 0.0511, "undecided"),
        (LOWER, 0.4, 0.0510, "violated"),
        (LOWER, 0.7, 0.1, "met"),
        (LOWER, 900.0, 1.0, "met"),
        (LOWER, 0.69, 0.1, "undecided"),
        (LOWER, 0.49, 0.0, "violated"),
    ],
)
def test_the_interval_decides(fact: Fact, simulated: float, error: float, verdict: str) -> None:
    assert judge_fact(fact, simulated, error) == verdict


@pytest.mark.parametrize("fact", [BAND, SIGN, UPPER, LOWER], ids=lambda fact: fact.kind)
@pytest.mark.parametrize(
    "known", [{"simulated": math.nan}, {"standard_error": math.nan}, {"repeats": 1}]
)
def test_what_is_not_known_decides_nothing(fact: Fact, known: dict[str, Any]) -> None:
    assert judge_fact(fact, **{"simulated": 0.278, "standard_error": 0.0, **known}) == "undecided"


def test_few_repeats_need_a_wider_interval() -> None:
    """Student's t with repeats - 1 degrees of freedom, from scipy."""
    error = 0.0214 / stats.t.ppf(0.975, 7)
    assert judge_fact(BAND, 0.2775, error, repeats=8) == "met"
    assert judge_fact(BAND, 0.2775, error, repeats=7) == "undecided"
    assert judge_fact(BAND, 0.2775, error, repeats=8, level=0.99) == "undecided"


def test_verdicts_are_right_as_often_as_they_say() -> None:
    """A value on the edge is called met or violated in 5 % of samples of 8 repeats, no more."""
    repeats = np.random.default_rng(1).normal(BAND.high, 0.01, size=(4000, 8))
    errors = stats.sem(repeats, axis=1)
    verdicts = [
        judge_fact(BAND, mean, error, repeats=8)
        for mean, error in zip(repeats.mean(axis=1), errors, strict=True)
    ]
    assert 1 - verdicts.count("undecided") / 4000 == pytest.approx(0.05, abs=0.011)  # 3 errors


def test_an_interval_of_any_form() -> None:
    assert judge_interval(BAND, 0.26, 0.256, 0.31) == "undecided"
    assert judge_interval(BAND, 0.26, 0.256, 0.29) == "met"


def test_a_negative_standard_error_is_refused() -> None:
    with pytest.raises(ValueError, match=r"standard_error is -0\.1; .* never negative"):
        judge_fact(BAND, 0.278, -0.1)


def test_counts_say_all_three() -> None:
    assert tuple(count_verdicts([])) == VERDICTS
    assert verdicts_text(["met", "undecided", "met"]) == "2 met, 0 violated, 1 undecided"


def test_fewer_than_four_repeats_decide_nothing() -> None:
    """Two or three values that agree by chance have an error of 0, which nobody can know."""
    verdicts = {n: judge_fact(BAND, 0.4, 0.0, repeats=n) for n in (2, 3, 4)}
    assert verdicts == {2: "undecided", 3: "undecided", 4: "violated"}
