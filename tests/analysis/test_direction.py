"""The same answers on a scale where high is good: every function that has the keyword, found here.

Scores, cut-offs and best scores are turned (times -1) and `higher_is_better=True` is said. A new
function with the keyword is tested by itself; if it has an argument that no value is known for in
`every_function`, the test says so.
"""

import inspect

import numpy as np
import pandas as pd
import pytest
from analysis.every_function import Function, arguments, flat, functions_with, turned

from dyadsim.analysis import clinical_significance, effects
from dyadsim.analysis.direction import distance_from_best, high_is_bad
from dyadsim.errors import BadInput

OWN_POINTS = ("before", "after", "pre", "post")  # columns of answers in the scale's own points
DIRECTED = [
    function
    for function in functions_with("higher_is_better")
    if inspect.signature(function).parameters["higher_is_better"].default is False
]


def test_functions_with_a_direction_are_found() -> None:
    names = {function.__name__ for function in DIRECTED}
    assert {
        "dose_response_curve",
        "early_responders",
        "find_sudden_gains",
        "good_enough",
        "hedges_g",
        "mean_gain",
        "pre_post_d",
        "process_outcome_r",
        "recovery_by_early_response",
        "relapses",
        "reliable_change_table",
        "remission",
        "remission_at_week",
        "residual_gain",
        "response",
        "response_at_week",
        "time_to_change",
    } <= names


@pytest.mark.parametrize("function", DIRECTED, ids=lambda function: function.__name__)
def test_turned_scores_give_the_same_answer(function: Function) -> None:
    plain, other = arguments(function), turned(function)
    expected, actual = flat(function(**plain)), flat(function(**other))
    assert len(expected)
    own = [name for name in OWN_POINTS if name in actual and name not in plain.get("sessions", [])]
    actual = actual.assign(**{name: -actual[name] for name in own})
    pd.testing.assert_frame_equal(actual, expected, rtol=1e-9, check_dtype=False)
    said_nothing = {name: value for name, value in other.items() if name != "higher_is_better"}
    try:
        wrong = flat(function(**said_nothing))
    except ValueError:
        return  # refused: no client on the bad side, a score beyond the best one
    with pytest.raises(AssertionError):
        pd.testing.assert_frame_equal(wrong, expected, rtol=1e-9, check_dtype=False)


def test_a_well_being_scale_by_hand() -> None:
    # 0 to 100, high is good, cut-off 50: two recover, one gets worse, one stays
    pre, post = [30, 40, 45, 60], [70, 55, 30, 62]
    rule = {"reliable_change": 12, "cut_off": 50}
    categories = clinical_significance.reliable_change(pre, post, **rule, higher_is_better=True)
    assert categories.tolist() == ["recovered", "recovered", "deteriorated", "unchanged"]
    assert effects.mean_gain(pre, post, higher_is_better=True).value == 10.5
    assert effects.hedges_g(post, pre, higher_is_better=True).value > 0


def test_a_percentage_needs_the_best_score() -> None:
    pre, post = [30, 40, 60], [65, 60, 85]
    with pytest.raises(BadInput, match=r"better than the best possible one, best=0: .*highest"):
        clinical_significance.response(pre, post, higher_is_better=True)
    responded = clinical_significance.response(pre, post, best=100, higher_is_better=True)
    assert responded.value == pytest.approx(2 / 3)  # 70 -> 35, 60 -> 40, 40 -> 15
    with pytest.raises(BadInput, match=r"A score of 2 is better .* best=3: .*lowest"):
        clinical_significance.response([2, 10, 9], [4, 4, 4], best=3)
    assert distance_from_best(np.array([1.0, np.nan]), 1.0, False).tolist()[0] == 0
    assert high_is_bad(3.0, False) == 3.0
