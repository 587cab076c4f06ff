"""Courses against theory: without treatment in closed form, in every world by their shape.

Seeded; each comparison allows 5 standard errors (false-alarm rate of the file < 1e-4).
"""

import numpy as np
import pytest

from dyadsim.model import worlds
from dyadsim.model.parameters import Parameters
from dyadsim.model.variables import DROPOUT
from dyadsim.simulation import simulate
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.designs.waitlist import waitlist

COUNT = 20_000


@pytest.fixture(scope="module")
def null_world(hand_set_world) -> Parameters:
    return hand_set_world("null")


def _distress(world: Parameters, weeks: int) -> tuple[simulate.Run, np.ndarray]:
    run = simulate.run(waitlist(weeks, (weeks,)), world, COUNT, 5)
    return run, dict(simulate.variables(run.truth))["distress"].astype(np.float64)


def test_waiting_clients_regress_to_their_own_set_point(null_world: Parameters) -> None:
    run, distress = _distress(null_world, 150)
    away = distress - run.clients.set_point.astype(np.float64)
    assert away[0].mean() > 0.5  # they came near their worst
    last = away[-1]
    assert abs(last.mean()) < 5 * last.std() / COUNT**0.5


def test_the_spread_around_the_set_point_is_the_planted_one(null_world: Parameters) -> None:
    run, distress = _distress(null_world, 150)
    q = null_world.population
    planted = q.distress_sd**2 * (1 - q.stable_share)
    away = distress[-1] - run.clients.set_point.astype(np.float64)
    assert away.var() == pytest.approx(planted, rel=0.05)


def test_the_course_without_treatment_follows_the_three_clocks_of_the_linear_limit(
    null_world: Parameters,
) -> None:
    """Mean load decays at its own rate and the level follows; the fluctuation fades at its own."""
    run, distress = _distress(null_world, 30)
    q = null_world.distress
    start = simulate.start(waitlist(30, (30,)), null_world, COUNT, 5).clients
    load, gap = float(start.load.mean()), float((start.distress - start.set_point).mean())
    level, week, expected = load, gap - load, []
    for _ in range(30):
        load *= 1 - q.load_decay
        level += q.rate * (load - level)
        week *= 1 - q.fluctuation_decay
        expected.append(level + week)
    gaps = (distress[1:] - run.clients.set_point).mean(axis=1)
    error = 5 * distress[0].std() / COUNT**0.5
    np.testing.assert_allclose(gaps, expected, atol=error)


@pytest.mark.parametrize("world", ["medical", "contextual", "hybrid"])
def test_therapy_gives_a_decelerating_course(world: str) -> None:
    run = simulate.run(
        rct(("cbt", "waitlist"), follow_up=()), worlds.world_parameters(world), 8000, 5
    )
    distress = dict(simulate.variables(run.truth))["distress"]
    mean = distress[:, run.clients.arm == 0].astype(np.float64).mean(axis=1)
    first, middle, last = mean[0] - mean[4], mean[4] - mean[8], mean[8] - mean[12]
    assert first > middle > last > 0


@pytest.mark.parametrize("world", ["medical", "contextual", "hybrid", "null"])
def test_care_has_dropout_and_deterioration_in_plausible_ranges(world: str) -> None:
    run = simulate.run(cohort(follow_up=()), worlds.world_parameters(world), 8000, 5)
    dropped = np.mean(run.clients.ended == DROPOUT)
    assert 0.1 < dropped < 0.35
    worse = np.mean(run.clients.distress > run.clients.initial_distress + 0.5)
    assert 0.005 < worse < 0.2
