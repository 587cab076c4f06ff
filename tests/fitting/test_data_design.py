"""The design of a researcher's data: therapies of arms, weeks, gaps, and data simulated in it."""

import numpy as np
import pytest

from dyadsim.errors import BadInput
from dyadsim.fitting.data_design import DesignOptions, ObservedDesign, observed_design
from dyadsim.fitting.free_parameters import fitting_problem, world_at
from dyadsim.fitting.target import simulate_like


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
    assert not design.waves
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
    design = observed_design(data, {"care": "cbt"}, options=DesignOptions(sessions=8))
    assert design.waves
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
