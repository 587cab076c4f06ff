"""Same seed, same bits: whatever the threads, blocks, chunks, steps, and whoever comes behind."""

import numpy as np
import pytest

from dyadsim.errors import BadInput
from dyadsim.kernel.streaming_sums import SUMS
from dyadsim.model import questionnaires, worlds
from dyadsim.model.mechanisms.distress import FURTHEST
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate
from dyadsim.simulation.simulate import Run
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.study import Caseload, Study

SCORE = "symptom_score"
HYBRID = worlds.world_parameters("hybrid")
TRIAL = rct(("cbt", "interpersonal", "waitlist"), sessions=5, follow_up=(6.0,))
CROSSED = TRIAL._replace(caseload=Caseload(8.0, 0.5, nested=False))
CLINIC = cohort(sessions=6, follow_up=(5.0,))
STUDIES = {"nested": TRIAL, "crossed": CROSSED, "clinic": CLINIC}


def _same(first: Run, second: Run, clients: int | None = None) -> bool:
    a, b = (run.truth[:, :, :clients].view(np.int32) for run in (first, second))
    c, d = (run.clients.table[:, :clients].view(np.int32) for run in (first, second))
    return np.array_equal(a, b) and np.array_equal(c, d)


@pytest.fixture(scope="module", params=list(STUDIES))
def study(request: pytest.FixtureRequest) -> Study:
    return STUDIES[request.param]


@pytest.mark.parametrize("beats", [0, 7])
def test_threads(study: Study, beats: int) -> None:
    first, second = (
        simulate.run(study, HYBRID, 1100, 3, replicate=1, beats=beats, threads=n) for n in (1, 2)
    )
    assert _same(first, second)


@pytest.mark.parametrize("block", [1, 7, 64, 1000])
def test_block_size(study: Study, block: int) -> None:
    first = simulate.run(study, HYBRID, 530, 3)
    second = simulate.advance(simulate.start(study, HYBRID, 530, 3), block=block)
    assert _same(first, second)


def test_steps_one_by_one(study: Study) -> None:
    second = simulate.start(study, HYBRID, 530, 3)
    for _ in range(second.plan.weeks.size - 1):
        second = simulate.advance(second, 1)
    assert _same(simulate.run(study, HYBRID, 530, 3), second)


def test_clients_behind_the_first_ones_change_nothing(study: Study) -> None:
    assert _same(simulate.run(study, HYBRID, 500, 3), simulate.run(study, HYBRID, 1300, 3), 500)


def test_another_seed_or_replicate_is_other_noise(study: Study) -> None:
    first = simulate.run(study, HYBRID, 100, 3)
    assert not _same(first, simulate.run(study, HYBRID, 100, 4))
    assert not _same(first, simulate.run(study, HYBRID, 100, 3, replicate=1))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_streaming_sums_equal_those_of_a_run_in_memory(study: Study, threads: int) -> None:
    sums = simulate.stream(study, HYBRID, 1700, 3, threads=threads)
    run = simulate.run(study, HYBRID, 1700, 3)
    scores = dict(simulate.variables(run.truth))["symptom_score"]
    for arm in range(len(study.arms)):
        mine = scores[:, run.clients.arm == arm].astype(np.float64)
        cell = sums.values[arm]
        np.testing.assert_array_equal(cell[:, 0], mine.shape[1])
        np.testing.assert_array_equal(cell[:, 2], (~np.isnan(mine)).sum(axis=1))
        totals = np.nansum(mine, axis=1)
        np.testing.assert_array_equal(cell[:, 3] / SUMS["symptom_score"], totals)


def test_streaming_sums_count_the_highest_scores() -> None:
    top = questionnaires.FURTHEST_SCORE
    form = questionnaires.find_instrument("bdi2")._replace(slope=170.0, ceiling=top)
    study = cohort(instrument=form, sessions=3, follow_up=())
    parameters = Parameters()
    scores = dict(simulate.variables(simulate.run(study, parameters, 300, 3).truth))[SCORE][0]
    sums = simulate.stream(study, parameters, 300, 3).values[0, 0]
    assert scores.max() > 0.8 * top
    for name, values in ((SCORE, scores), (f"{SCORE}_squared", scores.astype(float) ** 2)):
        assert sums[list(SUMS).index(name)] / SUMS[name] == values.sum(dtype=float)


def test_the_highest_score_and_distress_fit_the_bits_of_a_sum() -> None:
    for furthest, name in ((questionnaires.FURTHEST_SCORE, SCORE), (FURTHEST, "distress")):
        assert float(furthest) ** 2 * SUMS[f"{name}_squared"] < 2**31
    with pytest.raises(BadInput, match="floor and ceiling must lie in"):
        cohort(instrument=questionnaires.find_instrument("bdi2")._replace(ceiling=1001.0))


def test_who_waits_is_untouched_by_what_others_get() -> None:
    other = rct(("supportive", "self_help", "waitlist"), sessions=5, follow_up=(6.0,))
    first, second = (simulate.run(study, HYBRID, 600, 3) for study in (TRIAL, other))
    waiting = first.clients.arm == 2
    a, b = (run.truth[:, :, waiting].view(np.int32) for run in (first, second))
    assert np.array_equal(a, b)


def test_life_goes_on_alike_in_every_arm() -> None:
    other = rct(("waitlist", "cbt", "self_help"), sessions=5, follow_up=(6.0,))
    first, second = (simulate.run(study, HYBRID, 600, 3) for study in (TRIAL, other))
    a, b = (dict(simulate.variables(run.truth))["load"] for run in (first, second))
    assert np.array_equal(a.view(np.int32), b.view(np.int32))
