"""Trials that a world makes. Worlds at their hand-set values: no test moves with calibration."""

import numpy as np
import pytest

from dyadsim.calibration.kept_steps import KeptSteps
from dyadsim.errors import BadInput
from dyadsim.evidence.literature import trial_effect
from dyadsim.planning import trial_tests, world_trials
from dyadsim.planning.power_design import DESIGNS, Assumptions, check_analyses
from dyadsim.planning.power_formulas import Size
from dyadsim.planning.power_grid import PowerPlan, power_of_sizes
from dyadsim.planning.trial_batch import NOBODY
from dyadsim.planning.world_trials import COMPARATORS, WorldBatches, WorldPlan, world_study
from dyadsim.simulation import simulate
from dyadsim.studies.study import Caseload

THERAPIES = {"feedback": "routine_care", "therapists": "routine_care", "process": "routine_care"}


def world_plan(design: str, hand_set_world, world: str = "hybrid", **fields) -> WorldPlan:
    """Return how trials of a design are made, six sessions long."""
    assumptions = Assumptions(design, 0.0, DESIGNS[design].layout, icc=0.0, dropout=(0.0, 0.0))
    study = world_study(
        design, THERAPIES.get(design, "cbt"), COMPARATORS.get(design, ""), fields.pop("sessions", 6)
    )
    return WorldPlan(assumptions, study, (hand_set_world(world),), threads=1, **fields)


@pytest.mark.parametrize("design", [name for name in DESIGNS if name != "growth"])  # refused
def test_every_design_is_simulated_and_keeps_its_level(design: str, hand_set_world) -> None:
    """Without an effect 300 trials: below 5 % and 6 Monte-Carlo errors, for every design."""
    plan = world_plan(design, hand_set_world)
    names = check_analyses(plan.assumptions, ())
    planned = PowerPlan(plan.assumptions, names, trials=300, members=1)
    table = power_of_sizes(planned, [Size(96, 8)], WorldBatches(plan), kept=KeptSteps())
    main = table.iloc[-1]
    assert main["type_1"] < 0.05 + 6 * np.sqrt(0.05 * 0.95 / 300)
    assert 0.4 < main["completed"] <= 1
    assert table["power"].between(0, 1).all()
    assert table["formula"].isna().all()
    if DESIGNS[design].kind == "arms":
        assert 0.5 < main["design_effect"] < 3


def test_trials_are_those_of_one_run_each_with_its_own_people(hand_set_world) -> None:
    plan = world_plan("waiting", hand_set_world)
    trials = world_trials.simulate_trials(plan, Size(60, 6), 400)
    again = world_trials.simulate_trials(plan, Size(60, 6), 400)
    np.testing.assert_array_equal(trials.outcome, again.outcome)
    assert len(np.unique(trials.outcome[:, 0])) > 20
    assert np.all((trials.therapist == NOBODY) == (trials.treated == 0))
    for arm in (0, 1):
        mine = np.where(trials.treated == arm, trials.outcome, np.nan)
        assert np.nanstd(mine) == pytest.approx(1, abs=0.15)
    assert np.isnan(trials.outcome).any()
    assert not np.isnan(trials.outcome[trials.treated == 0]).any()
    everybody = world_trials.simulate_trials(plan._replace(assessed=True), Size(60, 6), 20)
    assert not np.isnan(everybody.outcome).any()


def test_a_world_with_an_effect_has_power_and_the_null_world_has_none(hand_set_world) -> None:
    powers = {}
    for world in ("hybrid", "null"):
        plan = world_plan("waiting", hand_set_world, world, sessions=12)
        planned = PowerPlan(plan.assumptions, ("mixed",), trials=200, members=1)
        table = power_of_sizes(planned, [Size(120, 8)], WorldBatches(plan), kept=KeptSteps())
        powers[world] = table["power"][0]
    assert powers["hybrid"] > 0.5
    assert powers["null"] < powers["hybrid"] - 0.3


def test_without_an_effect_everything_else_stays(hand_set_world) -> None:
    plan = world_plan("waiting", hand_set_world)
    trials = world_trials.simulate_trials(plan, Size(60, 6), 300)
    null = world_trials.without_effect(trials, "arms")
    known = trials.completed
    means = [null.outcome[known & (trials.treated == arm)].mean() for arm in (0, 1)]
    np.testing.assert_allclose(means, 0, atol=1e-9)
    for arm in (0, 1):
        mine = known & (trials.treated == arm)
        assert np.ptp(trials.outcome[mine] - null.outcome[mine]) < 1e-9
    dealt = world_trials.without_effect(trials, "therapists")
    np.testing.assert_allclose(np.sort(dealt.before, axis=1), np.sort(trials.before, axis=1))
    assert not np.array_equal(dealt.before, trials.before)


def test_members_share_the_trials(hand_set_world) -> None:
    plan = world_plan("waiting", hand_set_world)
    plan = plan._replace(members=(hand_set_world("hybrid"), hand_set_world("null")))
    planned = PowerPlan(plan.assumptions, ("mixed",), trials=200, members=2)
    row = power_of_sizes(planned, [Size(120, 8)], WorldBatches(plan), kept=KeptSteps()).iloc[0]
    mean = (row["member_lowest"] + row["member_highest"]) / 2
    assert row["power"] == pytest.approx(mean)
    assert row["member_highest"] > row["member_lowest"]


def test_the_mean_effect_is_that_of_one_long_run(hand_set_world) -> None:
    """200 small trials here, one of 12,000 clients with caseloads as large there."""
    plan = world_plan("waiting", hand_set_world, sessions=12, assessed=True)
    trials = world_trials.simulate_trials(plan, Size(60, 6), 200)
    tests = trial_tests.coefficient_tests(trials, "arms", "t_test")
    study = plan.study._replace(caseload=Caseload(mean=5.0, spread=0.0, nested=True))
    effect = trial_effect(simulate.run(study, plan.members[0], 12_000, 3, threads=1))
    error = np.hypot(effect.standard_error, tests.estimate.std() / np.sqrt(200))
    assert effect.value > 0.3
    assert abs(tests.estimate.mean() - effect.value) < 4 * error


def test_layouts_that_do_not_fit_are_refused(hand_set_world) -> None:
    plan = world_plan("waiting", hand_set_world)
    nested = plan._replace(assumptions=plan.assumptions._replace(layout="nested"))
    with pytest.raises(BadInput, match=r"no therapists: task.layout must be one_arm"):
        world_trials.check_layout(nested)
    other = world_plan("bona_fide", hand_set_world)
    one_arm = other._replace(assumptions=other.assumptions._replace(layout="one_arm"))
    with pytest.raises(BadInput, match=r"has therapists: task.layout must be nested or crossed"):
        world_trials.check_layout(one_arm)
    with pytest.raises(BadInput, match="compared with itself"):
        world_study("bona_fide", "cbt", "cbt", 12)
