"""The ensemble: where facts are linear, members are an exact sample of the posterior."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from scipy.stats import kstest

from dyadsim.calibration import ensemble, search
from dyadsim.calibration.ensemble import HALF, draw_target, make_members
from dyadsim.calibration.gauss_newton import Penalty, Stage
from dyadsim.calibration.joint_distances import Studies, counted
from dyadsim.calibration.joint_space import JointSpace, space_of_worlds
from dyadsim.calibration.kept_steps import KeptSteps
from dyadsim.calibration.planted import coverage_of, planted_facts, ranks_of
from dyadsim.calibration.search import Budget, Mode, Problem
from dyadsim.evidence.fact import load_facts
from dyadsim.model.parameters import catalogue

FREE = ("population.distress_mean", "ending.dropout_base", "distress.treatment_gain")
FIXED = {
    name: catalogue()[name].default
    for name in dict.fromkeys(space_of_worlds().names)
    if name not in FREE
}
SPACE = space_of_worlds(fixed=FIXED)
FACTS = [fact for fact in load_facts() if fact.kind in ("ci", "band")][:8]
COUNTS = counted(SPACE.worlds, FACTS)
SLOPES = np.random.default_rng(1).normal(size=(COUNTS.size, len(SPACE.names)))
SLOPES[~COUNTS] = 0
BUDGET = Budget((Stage(100, 1, Penalty(0.6, 2.0)),), (100, 1), 4, 100, 100)


def _linear_points(
    space: JointSpace,
    points: np.ndarray,
    studies: Studies,
    replicates: Sequence[int],
    *_: Any,
    **__: Any,
) -> np.ndarray:
    return points @ SLOPES.T  # read as distances below: their shape is all that matters


@pytest.fixture(autouse=True)
def linear_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts that are linear in the coordinates take the place of simulated ones."""
    monkeypatch.setattr(ensemble, "simulate_points", _linear_points)
    monkeypatch.setattr(ensemble, "distances_of_worlds", lambda values, facts: values)


def _mode(truth: np.ndarray) -> Mode:
    """The mode of facts that are met at the truth: distances are slopes times what lies between."""
    precision = np.eye(truth.size) + SLOPES.T @ SLOPES / HALF**2
    point = np.linalg.solve(precision, np.zeros(truth.size))
    return Mode(point, SLOPES @ point, np.zeros(COUNTS.size), SLOPES, np.zeros((0, 3)))


@pytest.mark.slow
def test_members_are_a_sample_of_the_posterior_of_a_linear_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without bounds, mean and covariance are those of the normal model in closed form."""
    monkeypatch.setattr(JointSpace, "bounds", property(lambda self: (-WIDE, WIDE)))
    problem = Problem(SPACE, FACTS, 3, map)
    many = BUDGET._replace(members=1501)
    points = make_members(problem, _mode(np.zeros(len(SPACE.names))), many, KeptSteps())
    covariance = np.linalg.inv(np.eye(len(SPACE.names)) + SLOPES.T @ SLOPES / HALF**2)
    spread = np.sqrt(np.diag(covariance))
    assert np.abs(points.mean(axis=0) / spread).max() < 0.12
    assert np.cov(points.T) / np.outer(spread, spread) == pytest.approx(
        covariance / np.outer(spread, spread), abs=0.1
    )


WIDE = np.full(len(SPACE.names), 9.0)


def test_members_stay_inside_the_bounds_and_are_the_same_for_any_map() -> None:
    problem = Problem(SPACE, FACTS, 3, map)
    mode = _mode(np.zeros(len(SPACE.names)))
    points = make_members(problem, mode, BUDGET._replace(members=9), KeptSteps())
    low, high = SPACE.bounds
    assert ((points >= low) & (points <= high)).all()
    fewer = make_members(problem, mode, BUDGET._replace(members=5), KeptSteps())
    np.testing.assert_array_equal(points[:4], fewer)
    other = make_members(problem._replace(seed=4), mode, BUDGET, KeptSteps())
    assert (other[0] != points[0]).any()


def test_a_fact_that_is_out_of_reach_drags_no_member_along() -> None:
    mode = _mode(np.zeros(len(SPACE.names)))
    far = mode._replace(distances=np.where(np.arange(COUNTS.size) == 0, 9.0, mode.distances))
    target = draw_target(Problem(SPACE, FACTS, 1, map), far, 100, 1)
    usual = target.precision[COUNTS].max()
    assert usual == pytest.approx(1 / HALF**2)
    assert target.precision[0] < 0.01 * usual
    assert (target.precision[~COUNTS] == 0).all()


def test_a_noisy_fact_says_less() -> None:
    mode = _mode(np.zeros(len(SPACE.names)))._replace(noise=np.full(COUNTS.size, 100 * HALF**2))
    target = draw_target(Problem(SPACE, FACTS, 1, map), mode, 100, 1)
    assert target.precision[COUNTS] == pytest.approx(1 / (2 * HALF**2))


def test_a_point_that_cannot_be_is_never_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Points far from the mode cannot be: members stay near it."""

    def near_alone(space: Any, points: np.ndarray, *rest: Any, **named: Any) -> np.ndarray:
        away = np.abs(points).max(axis=1) > 0.5
        return np.where(away[:, None], search_missing, points @ SLOPES.T)

    search_missing = 6.0
    monkeypatch.setattr(ensemble, "simulate_points", near_alone)
    mode = _mode(np.zeros(len(SPACE.names)))
    points = make_members(Problem(SPACE, FACTS, 2, map), mode, BUDGET, KeptSteps())
    assert (np.abs(points) <= 0.5).all()
    assert (np.abs(points).max(axis=1) > 0).any()


def test_members_stand_in_the_order_of_their_cost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    costs = np.array([5.0, 3.0, 4.0, 1.0])
    values = np.zeros((4, 3, len(FACTS)))
    monkeypatch.setattr(
        ensemble, "simulate_points", lambda space, points, *_: values[: len(points)]
    )
    monkeypatch.setattr(ensemble, "distances_of_worlds", lambda *_: costs[:, None])
    monkeypatch.setattr(ensemble, "FINAL_PENALTY", lambda distances: distances)
    points = np.arange(4.0)[:, None] * np.ones(len(SPACE.names))
    judged = ensemble.judge_members(Problem(SPACE, FACTS, 1, map), points, BUDGET, KeptSteps())
    assert judged.points[:, 0].tolist() == [3, 1, 2, 0]
    assert judged.costs.tolist() == [1, 3, 4, 5]
    assert search.MEMBER_SEED != search.CHOICE_SEED


@pytest.mark.slow
def test_ranks_of_planted_points_are_uniform_and_intervals_hold_them() -> None:
    """40 planted points, linear facts with errors: 90 % intervals hold nine values in ten."""
    covered, ranks = [], []
    variance = HALF**2
    for number in range(40):
        rng = np.random.default_rng([5, number])
        truth = SPACE.draw(1, rng)[0]
        shift = SLOPES @ truth + HALF * rng.normal(size=COUNTS.size) * COUNTS
        precision = np.eye(truth.size) + SLOPES.T @ SLOPES / variance
        point = np.clip(np.linalg.solve(precision, SLOPES.T @ shift / variance), *SPACE.bounds)
        mode = Mode(point, SLOPES @ point - shift, np.zeros(COUNTS.size), SLOPES, np.zeros((0, 3)))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                ensemble, "simulate_points", lambda s, x, *_, shift=shift: x @ SLOPES.T - shift
            )
            patch.setattr(ensemble, "FINAL_PENALTY", Penalty(9.0, 9.0))  # every fact counts fully
            problem = Problem(SPACE, FACTS, number, map)
            members = make_members(problem, mode, BUDGET._replace(members=61), KeptSteps())
        covered.append(coverage_of(truth, members))
        ranks.append(ranks_of(truth, members))
    assert 0.86 <= np.mean(covered) <= 0.94
    assert kstest(np.concatenate(ranks), "uniform").pvalue > 0.01


def test_planted_facts_are_as_wide_as_the_published_ones() -> None:
    values = np.arange(len(FACTS), dtype=float)
    values[0] = np.nan
    planted = planted_facts(FACTS, values, np.random.default_rng(1))
    assert [fact.id for fact in planted] == [fact.id for fact in FACTS[1:]]
    for fact, published, value in zip(planted, FACTS[1:], values[1:], strict=True):
        half = (published.high - published.low) / 2  # type: ignore[operator]
        assert fact.high - fact.low == pytest.approx(2 * half)  # type: ignore[operator]
        assert abs(fact.estimate - value) < 4 * HALF * half  # type: ignore[operator]
