"""The design of a researcher's data: therapies of arms, weeks, gaps, and data simulated in it."""

import numpy as np
import pytest

from dyadsim.errors import BadInput
from dyadsim.fitting.data_design import DesignOptions, ObservedDesign, observed_design
from dyadsim.fitting.free_parameters import fitting_problem, world_at
from dyadsim.fitting.summaries import design_shape
from dyadsim.fitting.target import simulate_like
from dyadsim.fitting.treatment_length import StatedLength


def _simulate(design: ObservedDesign, replicate: int) -> np.ndarray:
    problem = fitting_problem("hybrid")
    parameters = world_at(problem, np.zeros(problem.free), replicate=replicate, seed=1)
    return simulate_like(design, parameters, replicate=replicate, seed=1)[0]


def test_therapists_are_those_of_the_data_in_arms_with_a_therapy(client_data) -> None:
    rows = [(f"c{k}", when, 10, "AB"[k % 2], f"t{k // 6}") for k in range(12) for when in (0, 1)]
    data = client_data(rows, more=("arm", "therapist"))
    design = observed_design(data, {"A": "cbt", "B": "waitlist"})
    assert list(design.allocation.therapist) == [0, -1, 0, -1, 0, -1, 1, -1, 1, -1, 1, -1]
    with pytest.raises(BadInput, match=r"which therapy did 'B' get\? Write 'data.arms=\[A:cbt,B:"):
        observed_design(data, {"A": "cbt"})


def test_scores_in_sessions_end_with_care_and_have_the_gaps_of_the_data(client_data) -> None:
    rows = [
        (f"c{k}", when, 12)
        for k in range(40)
        for when in range(16)
        if ((when + k) % 3 and when <= 4 + k % 12) or when == 0
    ]
    design = observed_design(client_data(rows), {"care": "routine_care"})
    assert not design.assessed.any()
    assert design.scores.shape == (16, 40)
    scores = _simulate(design, 3)
    assert np.array_equal(scores, _simulate(design, 3), equal_nan=True)
    simulated, real = ~np.isnan(scores), ~np.isnan(design.scores)
    steps = np.arange(16)[:, None]
    last = np.where(real, steps, 0).max(axis=0)
    assert not (simulated & (steps < last) & ~real).any()
    ends = np.where(simulated, steps, 0).max(axis=0)
    assert (ends < last).any()  # some leave earlier than the data's clients, some later
    assert (ends > last).any()


def test_in_waves_what_is_missing_in_the_data_is_missing(client_data) -> None:
    rows = [
        (f"c{k}", when, 12)
        for k in range(40)
        for when in (0, 8, 26)
        if not (k % 4 == 0 and when == 8)
    ]
    data = client_data(rows, unit="week")
    options = DesignOptions(StatedLength(sessions=8))
    design = observed_design(data, {"care": "cbt"}, options=options)
    assert design.assessed.all()
    scores = _simulate(design, 3)
    assert np.array_equal(np.isnan(scores), np.isnan(design.scores))
    assert (~np.isnan(scores)).sum() == len(rows)


def test_a_threshold_decides_who_comes(client_data) -> None:
    data = client_data([(f"c{k}", when, 12) for k in range(200) for when in (0, 1)])
    intake = []
    for threshold in (4.0, 14.0):
        options = DesignOptions(threshold=threshold)
        design = observed_design(data, {"care": "cbt"}, options=options)
        intake.append(np.nanmean(_simulate(design, 1)[0]))
    assert intake[1] - intake[0] > 3
    assert "scores from about 14" in " ".join(design.assumed)


def test_who_waits_is_measured_in_the_weeks_of_the_data_whatever_is_said(client_data) -> None:
    """More than eight weeks: those in therapy are measured in sessions, those who wait by weeks."""
    rows = [
        (f"c{k}", when, 12 + k % 3, "AB"[k % 2])
        for k in range(40)
        for when in range(12)
        if k % 2 == 0 or when in (0, 4, 8, 11)
    ]
    data = client_data(rows, more=("arm",))
    options = DesignOptions(measured="sessions")
    design = observed_design(data, {"A": "cbt", "B": "waitlist"}, options=options)
    assert design.assessed.tolist() == [False, True]
    known = ~np.isnan(_simulate(design, 2))
    waiting = known[:, design.allocation.arm == 1]
    assert np.flatnonzero(waiting.any(axis=1)).tolist() == [0, 4, 8, 11]
    assert waiting[[0, 4, 8, 11]].all()
    treated = known[:, design.allocation.arm == 0]
    assert treated[:2].any()
    assert not treated[-1].all()  # some leave, and are not measured afterwards


def test_a_follow_up_of_few_is_not_drawn_as_a_wave_of_all(client_data) -> None:
    rows = [(f"c{k}", when, 12) for k in range(60) for when in range(12) if when <= 3 + k % 9]
    rows += [(f"c{k}", 40, 9) for k in range(2)]
    options = DesignOptions(StatedLength(follow_up=(40.0,)))
    design = observed_design(client_data(rows), {"care": "cbt"}, options=options)
    assert not design.assessed.any()
    assert design.study.schedule.sessions == 11
    known = ~np.isnan(_simulate(design, 1))
    assert known[-1].sum() == 2
    assert "week 40 (2 of 60 clients)" in " ".join(design.assumed)
    assert known[1:12].sum() > 60  # the gap before the follow-up masks no session


def test_fourteen_of_437_are_no_wave(client_data) -> None:
    rows = [(f"c{k}", when, 12 + k % 4) for k in range(437) for when in (0, 8, 16)]
    rows += [(f"c{k}", 12, 12) for k in range(14)]
    options = DesignOptions(StatedLength(sessions=16))
    design = observed_design(client_data(rows, unit="week"), {"care": "cbt"}, options=options)
    assert "each counts with its neighbour: week 12 (14 of 437 clients)" in " ".join(design.assumed)
    assert np.isfinite(design.scores[12]).sum() == 14
    assert design_shape(design, False).stretches.labels == ("week 0", "weeks 8 to 12", "week 16")
    assert (~np.isnan(_simulate(design, 1)))[12].sum() == 14


@pytest.mark.parametrize("measured", ["sessions", "weeks"])
def test_a_missing_intake_stays_missing(measured: str, client_data) -> None:
    rows = [(f"c{k}", when, 12) for k in range(40) for when in (0, 1, 2, 3) if k > 9 or when]
    data = client_data(rows)
    design = observed_design(data, {"care": "cbt"}, options=DesignOptions(measured=measured))
    assert np.isnan(design.scores[0]).tolist() == [True] * 10 + [False] * 30
    assert np.isnan(_simulate(design, 1)[0]).tolist() == [True] * 10 + [False] * 30
    assert list(data.week[:3]) == [1, 2, 3]


def test_a_treated_client_without_a_name_of_a_therapist_has_one(client_data) -> None:
    rows = [
        (f"c{k}", when, 12, "" if k < 3 else f"t{k % 4}") for k in range(20) for when in (0, 1, 2)
    ]
    design = observed_design(client_data(rows, more=("therapist",)), {"care": "cbt"})
    therapist = design.allocation.therapist
    assert (therapist >= 0).all()
    assert len(set(therapist[:3].tolist()) - set(therapist[3:].tolist())) == 3
    assert len(design.allocation.caseload) == 7
    assert "3 of 20 treated clients have no therapist in the data" in " ".join(design.assumed)


def test_two_sessions_a_week_and_one_a_fortnight(client_data) -> None:
    rows = [(f"c{k}", when, 12) for k in range(20) for when in range(9)]
    twice = observed_design(
        client_data(rows, unit="week"),
        {"care": "cbt"},
        options=DesignOptions(StatedLength(per_week=2.0)),
    )
    assert twice.study.schedule[:2] == (16, 0.5)
    assert np.flatnonzero(np.isfinite(twice.scores).any(axis=1)).tolist() == list(range(0, 17, 2))
    fortnightly = [(f"c{k}", when, 12) for k in range(20) for when in (0, 2, 4, 6)]
    options = DesignOptions(StatedLength(sessions=3, per_week=0.5))
    slow = observed_design(client_data(fortnightly, unit="week"), {"care": "cbt"}, options=options)
    assert slow.study.schedule[:2] == (3, 2.0)
    assert slow.scores.shape == (4, 20)
    with pytest.raises(BadInput, match="scores share a session with another one of the client"):
        observed_design(client_data(rows, unit="week"), {"care": "cbt"}, options=options)


def test_more_arms_than_four_have_drawn_therapists(client_data) -> None:
    rows = [(f"c{k}", w, 12, "ABCDEF"[max(k - 55, 0)]) for k in range(61) for w in (0, 1)]
    arms = dict.fromkeys("ABCDEF", "cbt")
    design = observed_design(client_data(rows, more=("arm",)), arms)
    assert (design.allocation.therapist >= 0).all()
