"""The search for the mode: distances, a planted world, the same bits however it is run."""

from pathlib import Path

import numpy as np
import pytest

from dyadsim.calibration import distances, search
from dyadsim.calibration.ensemble import calibrate_worlds
from dyadsim.calibration.free_parameters import tie_parameters
from dyadsim.calibration.gauss_newton import Penalty, Stage
from dyadsim.calibration.joint_distances import inside
from dyadsim.calibration.joint_space import JointSpace, space_of_worlds
from dyadsim.calibration.kept_steps import KeptSteps
from dyadsim.calibration.search import Budget, Problem
from dyadsim.evidence.fact import Fact, load_facts
from dyadsim.model import worlds
from dyadsim.model.parameters import catalogue

FEW = ("dropout", "remission_3m", "prepost_routine", "sessions_mean")
SHORT = Budget((Stage(200, 1, search.SEARCH_PENALTY),), (200, 1), 4, 200, 200)


def _space(*free: str) -> JointSpace:
    """Return the joint space in which all but some parameters are fixed at their defaults."""
    names = dict.fromkeys(space_of_worlds().names)
    return space_of_worlds(
        fixed={name: catalogue()[name].default for name in names if name not in free}
    )


def _facts(*names: str) -> list[Fact]:
    return [fact for fact in load_facts() if fact.id in names]


def test_distances_are_signed_and_a_missing_value_has_one_too() -> None:
    facts = _facts("dropout", "remission_3m")  # in the order of facts.csv
    edge_and_middle = distances.signed_distances({"dropout": 0.197, "remission_3m": 0.31}, facts)
    assert edge_and_middle == pytest.approx([1, 0])
    missing = distances.signed_distances({"dropout": float("nan"), "remission_3m": 0.08}, facts)
    assert missing.tolist() == pytest.approx([-1, distances.MISSING_DISTANCE])
    far = distances.signed_distances({"dropout": 0.197, "remission_3m": 1e9}, facts)
    assert far.tolist() == pytest.approx([distances.FARTHEST, 0])


@pytest.mark.slow
def test_search_finds_planted_values_that_all_worlds_share() -> None:
    planted = {"ending.dropout_base": -1.9, "population.distress_mean": 0.7}
    space = _space(*planted)
    values = tie_parameters({**space.fixed, **planted})
    claim = worlds.find_world("hybrid")
    world = worlds.world_parameters(
        claim, {name: value for name, value in values.items() if name not in claim.fixed}
    )
    facts = _facts(*FEW)
    truth = distances.simulate_fact_values(world, facts, clients=8000, seed=5, replicate=1)
    narrow = [_narrowed(fact, truth[fact.id]) for fact in facts]
    problem = Problem(space_of_worlds(["hybrid"], space.fixed), narrow, 3, map)
    stages = (Stage(1500, 3, Penalty(0.3, 9.0)), Stage(4000, 2, Penalty(0.3, 2.5)))
    end = search.find_point(problem, stages, KeptSteps())
    found_values = problem.space.values("hybrid", end.point)
    for name, value in planted.items():
        assert found_values[name] == pytest.approx(value, abs=0.15), name  # starts .3 off
    assert [row["clients"] for row in end.course] == [1500, 1500, 1500, 4000, 4000]


def _narrowed(fact: Fact, value: float) -> Fact:
    return fact._replace(
        estimate=value, low=value - 0.02 * abs(value), high=value + 0.02 * abs(value)
    )


@pytest.fixture(scope="module")
def problem() -> Problem:
    free = ("ending.dropout_base", "population.distress_mean", "distress.treatment_gain")
    return Problem(_space(*free), _facts(*FEW), 1, map)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bits_for_any_number_of_processes(problem: Problem) -> None:
    mode, members = calibrate_worlds(problem, SHORT, KeptSteps())
    with distances.process_map(2) as two:
        _, same = calibrate_worlds(problem._replace(parallel_map=two), SHORT, KeptSteps())
    assert same.points.tobytes() == members.points.tobytes()
    assert same.values.tobytes() == members.values.tobytes()
    assert mode.point.tobytes() in [point.tobytes() for point in members.points]
    _, other = calibrate_worlds(problem._replace(seed=2), SHORT, KeptSteps())
    assert (other.points != members.points).any()
    assert inside(members.values, problem.facts).shape == (4, 3, len(FEW))


@pytest.mark.slow
@pytest.mark.parametrize("after", range(1, 5))
def test_what_was_killed_goes_on_to_the_same_bits(
    problem: Problem, after: int, tmp_path: Path
) -> None:
    """After every step in turn: step, slopes, members, judged."""
    _, members = calibrate_worlds(problem, SHORT, KeptSteps())
    steps = []

    def killed(work: float, fresh: bool) -> None:
        steps.append(fresh)
        if len(steps) == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        calibrate_worlds(problem, SHORT, KeptSteps(tmp_path, killed))
    reports = []
    _, again = calibrate_worlds(
        problem, SHORT, KeptSteps(tmp_path, lambda work, fresh: reports.append((work, fresh)))
    )
    assert again.points.tobytes() == members.points.tobytes()
    assert again.costs.tobytes() == members.costs.tobytes()
    assert [fresh for _, fresh in reports] == [False] * after + [True] * (4 - after)


def test_work_is_what_was_announced(problem: Problem) -> None:
    from dyadsim.calibration.member_tables import total_work

    reports = []
    steps = KeptSteps(None, lambda work, fresh: reports.append(work))
    calibrate_worlds(problem, SHORT, steps)
    assert sum(reports) == pytest.approx(total_work(problem.space, SHORT))


def test_budgets_grow() -> None:
    from dyadsim.calibration.member_tables import total_work

    space = space_of_worlds()
    works = [total_work(space, search.BUDGETS[name]) for name in ("small", "standard", "large")]
    assert works == sorted(works)
    assert search.BUDGETS["standard"].members >= 100
    stages = search.BUDGETS["standard"].stages
    assert np.all(np.diff([stage.clients for stage in stages]) > 0)
    assert search.BUDGETS["standard"].steps.count(stages[0]) == stages[0].steps
