"""A fit stops where a statistic has no value, and names it."""

import warnings

import numpy as np
import pytest

from dyadsim.errors import BadData
from dyadsim.fitting.data_design import observed_design
from dyadsim.fitting.fit import Effort, FitPlan, fit_data
from dyadsim.fitting.summaries import CHECKS, check_statistics, design_shape, summarise_scores
from dyadsim.fitting.target import score_evidence
from dyadsim.fitting.undefined import refuse_undefined


def test_the_message_names_statistic_arm_and_week() -> None:
    names = ["cbt: mean, week 8", "waiting: mean, week 8"]
    never = {"hybrid": np.array([[7.0, np.nan]] * 20)}
    with pytest.raises(BadData, match=r"'waiting: mean, week 8': the data have a number.*hybrid"):
        refuse_undefined(names, np.ones(2), never)
    with pytest.raises(BadData, match="'cbt: mean, week 8': the data have no number"):
        refuse_undefined(names, np.array([np.nan, 1.0]), {})
    seldom = {"hybrid": np.array([[7.0, np.nan]] * 16 + [[7.0, 5.0]] * 4)}
    refuse_undefined(names, np.ones(2), seldom)


def test_a_fit_of_a_design_that_has_not_the_weeks_of_the_data_stops(client_data) -> None:
    """As it was with a waiting list: the data have its scores, what is simulated has none."""
    rows = [(f"c{k}", w, 12 + k % 5, "AB"[k % 2]) for k in range(30) for w in range(4)]
    design = observed_design(client_data(rows, more=("arm",)), {"A": "cbt", "B": "waitlist"})
    never = design._replace(assessed=np.zeros(2, bool))
    plan = FitPlan("hybrid", effort=Effort(40, 20, 20))
    with pytest.raises(
        BadData, match=r"'B: mean, week 1'.*simulated in the hybrid world have none"
    ):
        fit_data(score_evidence(never, False), plan)


def test_statistics_that_the_data_do_not_have_are_left_out(client_data) -> None:
    rows = [(f"c{k}", w, 12 + k % 5 - w) for k in range(30) for w in range(4)]
    evidence = score_evidence(observed_design(client_data(rows), {"care": "cbt"}), False)
    assert "r number, gain" in evidence.undefined  # everybody has four scores
    assert np.isfinite(evidence.real()[0]).all()
    assert not set(evidence.undefined) & set(evidence.names)


def test_an_arm_without_second_scores_is_refused(client_data) -> None:
    rows = [(f"c{k}", w, 12 + k % 5, "AB"[k % 2]) for k in range(30) for w in range(1 + k % 2)]
    design = observed_design(client_data(rows, more=("arm",)), {"A": "cbt", "B": "waitlist"})
    with pytest.raises(BadData, match=r"'A: SD of gains' is undefined in the data \(A\)"):
        score_evidence(design, False)


def test_no_warning_leaks_where_nobody_is_measured_twice(client_data) -> None:
    rows = [(f"c{k}", w, 12 + k % 5, "AB"[k % 2]) for k in range(30) for w in range(3)]
    design = observed_design(client_data(rows, more=("arm",)), {"A": "cbt", "B": "waitlist"})
    scores = np.where(np.arange(3)[:, None] == 0, design.scores, np.nan)
    shape = design_shape(design, True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        summaries = summarise_scores(shape, scores, scores)
        between = "Hedges' g, A against B"
        assert list(check_statistics(shape, scores)) == [between, *CHECKS]
    assert np.isnan(summaries["d of gains, A less B"])
