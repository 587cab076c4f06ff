"""Sudden gains: how often, how much in all, and that they last."""

from collections.abc import Callable

import numpy as np
import pytest

from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate
from dyadsim.simulation.counterfactual import do
from dyadsim.simulation.intervention import Intervention
from dyadsim.simulation.runs import Run
from dyadsim.studies.designs.rct import rct

type Only = Callable[..., Parameters]
type Truth = Callable[[Run], dict[str, np.ndarray]]

COUNT = 6000
TRIAL = rct(("cbt", "waitlist"), 10, follow_up=(4.0,))


def test_a_sudden_gain_comes_by_chance_and_in_sessions_only(only: Only, truth: Truth) -> None:
    run = simulate.run(TRIAL, only(sudden_gain__chance=0.12), COUNT, 3)
    gains, treated = truth(run)["sudden_gain"], run.clients.arm == 0
    assert not gains[:, ~treated].any()
    assert not gains[0].any()
    assert not gains[11:].any()
    error = (0.12 * 0.88 / treated.sum()) ** 0.5
    assert np.abs(gains[1:11, treated].mean(axis=1) - 0.12).max() < 5 * error


def test_sudden_gains_change_when_something_is_learnt_and_not_how_much(
    only: Only, truth: Truth
) -> None:
    """With a small learning rate, saturation does not matter, and the mean is that of none."""
    mean = []
    for share in (0.0, 0.5, 1.0):
        world = only(
            sudden_gain__share=share,
            process_change__learning_rate=0.01,
            population__aptitude_spread=0.0,
        )
        run = simulate.run(TRIAL, world, COUNT, 3)
        learnt = truth(run)["process"][:, 10, run.clients.arm == 0].sum(axis=0)
        mean.append((learnt.mean(), learnt.std() / learnt.size**0.5))
    for value, error in mean[1:]:
        assert value == pytest.approx(mean[0][0], abs=5 * error + 0.01 * value)
    assert mean[2][1] > 2 * mean[0][1]  # some have one, some have none


def test_all_that_is_learnt_comes_at_once_where_the_share_is_one(only: Only, truth: Truth) -> None:
    world = only(sudden_gain__share=1.0, process_change__learning_rate=0.01)
    course = truth(simulate.run(TRIAL, world, 500, 3))
    learnt, gains = np.diff(course["process"].sum(axis=0), axis=0)[:10], course["sudden_gain"][1:11]
    assert not learnt[gains == 0].any()
    assert np.all(learnt[gains == 1] > 0)


def test_a_sudden_gain_takes_effect_at_once_and_stays(only: Only, truth: Truth) -> None:
    """Level by hand: what the session adds to the treatment path comes off before it relaxes."""
    values = {"distress__treatment_gain": 2.0, "distress__rate": 0.2}
    quiet = {"distress__distress_noise": 0.0, "distress__event_impact": 0.0}
    run = simulate.run(TRIAL, only(**values, **quiet), COUNT, 3)
    course = truth(run)
    level, relief = course["distress"] - course["fluctuation"], course["treatment_relief"]
    for step in range(1, 11):
        target = run.clients.set_point + course["load"][step] - relief[step]
        jump = course["sudden_gain"][step] * np.maximum(relief[step] - relief[step - 1], 0)
        by_hand = target + (level[step - 1] - jump - target) * 0.8
        np.testing.assert_allclose(level[step], by_hand, atol=1e-4)
    had = course["sudden_gain"][4] == 1
    fell = level[3, had] - level[4, had]
    assert fell.mean() > 3 * np.mean(level[3, ~had] - level[4, ~had])
    assert np.mean(level[10, had] - level[4, had]) < 0  # it does not come back


def test_taking_them_away_is_a_world_without_them(only: Only, truth: Truth) -> None:
    values = {"distress__treatment_gain": 1.0}
    removed = do(TRIAL, only(**values), 500, Intervention(remove=("sudden_gain",)))
    without = simulate.run(TRIAL, only(**values, sudden_gain__share=0.0), 500)
    assert not truth(removed)["sudden_gain"].any()
    np.testing.assert_array_equal(removed.clients.distress, without.clients.distress)


def test_aptitude_has_the_mean_one_and_the_planted_spread(only: Only, truth: Truth) -> None:
    run = simulate.run(TRIAL, only(population__aptitude_spread=0.8), 40_000, 3)
    aptitude = run.clients.aptitude.astype(np.float64)
    assert aptitude.mean() == pytest.approx(1.0, abs=5 * aptitude.std() / 200)
    assert np.log2(aptitude).std() == pytest.approx(0.8, rel=0.02)
    process = truth(run)["process"][:, 3, run.clients.arm == 0].mean(axis=0)
    assert np.corrcoef(process, aptitude[run.clients.arm == 0])[0, 1] > 0.2
