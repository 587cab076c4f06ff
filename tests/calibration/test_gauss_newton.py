"""Gauss-Newton steps: closed-form problems, bounds, noise, and what a distance costs."""

from collections.abc import Sequence

import numpy as np
import pytest

from dyadsim.calibration.gauss_newton import (
    Outlook,
    Penalty,
    Stage,
    best_step,
    refine_point,
    slopes_at,
    wide_slopes_at,
)

RNG = np.random.default_rng(3)
SLOPES = RNG.normal(size=(12, 20))
TRUTH = RNG.normal(size=20) * 0.7
WIDE = np.full(20, 9.0)
WIDE_STEP = 1.0
OPEN = -WIDE, WIDE
PENALTY = Penalty(0.6, 2.5)
EASY = Stage(1, 1, Penalty(0.5, 9.0))


def _linear(points: np.ndarray, clients: int, replicates: Sequence[int]) -> np.ndarray:
    """Signed distances that vanish at TRUTH, with the same noise for all points of a replicate."""
    noise = [np.random.default_rng(number).normal(size=12) / clients**0.5 for number in replicates]
    return (points - TRUTH) @ SLOPES.T + np.array(noise)


def test_a_distance_costs_nothing_inside_then_its_square_and_levels_off() -> None:
    penalty = Penalty(0.6, 2.5)
    assert penalty(np.array([0.0, 0.6, -0.6])).tolist() == [0, 0, 0]
    assert penalty(np.array([0.7]))[0] == pytest.approx(0.01, rel=0.01)
    assert penalty(np.array([-1000.0]))[0] == pytest.approx(2.5**2, rel=0.01)
    for distance in (-3.0, -0.3, 0.8, 2.0):
        near = np.array([distance - 1e-5, distance + 1e-5])
        slope = np.diff(penalty(near))[0] / 2e-5
        assert penalty.slope(np.array([distance]))[0] == pytest.approx(slope, rel=1e-4, abs=1e-9)


def test_one_step_solves_a_linear_problem() -> None:
    point = np.zeros(20)
    outlook = Outlook(point, _linear(point[None], 10**8, [1])[0], SLOPES)
    step = best_step(outlook, OPEN, stage=EASY, damping=1e-6)
    assert np.abs(_linear((point + step)[None], 10**8, [1])).max() < 0.7


def test_a_step_stays_inside_the_bounds() -> None:
    low, high = np.full(20, -0.1), np.full(20, 0.05)
    outlook = Outlook(np.zeros(20), np.full(12, 5.0), SLOPES)
    step = best_step(outlook, (low, high), stage=EASY, damping=1e-6)
    assert (step >= low - 1e-12).all()
    assert (step <= high + 1e-12).all()
    assert np.abs(step).max() > 0.04


@pytest.mark.slow
def test_refining_brings_every_fact_inside_under_noise() -> None:
    start = np.zeros(20)
    assert np.abs(_linear(start[None], 10**8, [1])).max() > 1
    stages = (Stage(2000, 4, PENALTY), Stage(8000, 2, PENALTY))
    end, course = refine_point(_linear, start, bounds=OPEN, stages=stages)
    assert np.abs(_linear(end[None], 10**8, [1])).max() < 1
    assert len(course) == 6
    assert all(row["cost"] <= row["cost_before"] for row in course)


def test_refining_stays_where_nothing_is_better() -> None:
    def flat(points: np.ndarray, clients: int, replicates: Sequence[int]) -> np.ndarray:
        return np.zeros((len(points), 3))

    end, _ = refine_point(flat, np.zeros(20), bounds=OPEN, stages=[Stage(100, 2, PENALTY)])
    assert np.abs(end).max() == 0


def test_slopes_use_common_random_numbers_and_stay_below_the_highest_point() -> None:
    simulated: list[np.ndarray] = []

    def recorded(points: np.ndarray, clients: int, replicates: Sequence[int]) -> np.ndarray:
        simulated.append(points)
        assert set(replicates[2:]) == {4}
        return _linear(points, clients, replicates)

    high = np.where(np.arange(20) % 2, 9.0, 0.1)
    distances, slopes = slopes_at(recorded, np.zeros(20), high=high, clients=100, replicates=[4, 5])
    assert slopes == pytest.approx(SLOPES)
    assert distances == pytest.approx(_linear(np.zeros((2, 20)), 100, [4, 5]))
    assert (simulated[0] <= high).all()


@pytest.mark.parametrize(("noise", "low", "high"), [(0.0, -0.2, 0.2), (2.0, 0.7, 9.0)])
def test_a_noisy_fact_counts_less(noise: float, low: float, high: float) -> None:
    """One fact pulls away from the other; with noise it counts for almost nothing."""

    def facts(points: np.ndarray, clients: int, replicates: Sequence[int]) -> np.ndarray:
        errors = [np.random.default_rng(number).normal() * noise for number in replicates]
        return np.column_stack([points[:, 0] + 2 + errors, points[:, 0] - 2])

    bounds = np.full(1, -9.0), np.full(1, 9.0)
    stages = [Stage(1, 12, Penalty(0.2, 9.0))]
    end, _ = refine_point(facts, np.zeros(1), bounds=bounds, stages=stages)
    assert low < end[0] < high


def test_known_slopes_save_the_neighbours() -> None:
    counts = []

    def recorded(points: np.ndarray, clients: int, replicates: Sequence[int]) -> np.ndarray:
        counts.append(len(points))
        return _linear(points, clients, replicates)

    stages = [Stage(2000, 2, PENALTY)]
    _, course = refine_point(recorded, np.zeros(20), bounds=OPEN, stages=stages, slopes=SLOPES)
    assert counts == [4, 20, 4, 20]  # the point and five steps, each in four replicates
    assert course[0]["cost"] < course[0]["cost_before"] / 10


def test_wide_slopes_come_from_both_sides_and_end_at_the_bounds() -> None:
    def bent(points: np.ndarray, clients: int, replicates: Sequence[int]) -> np.ndarray:
        assert set(replicates) == {7}
        return points @ SLOPES.T + 0.5 * (points**2) @ np.abs(SLOPES).T

    point = np.full(20, 0.2)
    bounds = np.full(20, -0.3), np.where(np.arange(20) % 2, 9.0, 0.2)
    distances, slopes = wide_slopes_at(bent, point, bounds, clients=100, replicate=7)
    assert distances == pytest.approx(bent(point[None], 100, [7])[0])
    low, high = np.maximum(point - WIDE_STEP, bounds[0]), np.minimum(point + WIDE_STEP, bounds[1])
    assert slopes == pytest.approx(SLOPES + np.abs(SLOPES) * (low + high) / 2)
