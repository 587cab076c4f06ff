"""Gauss-Newton steps: closed-form problems, bounds, noise, and what a distance costs."""

from collections.abc import Sequence

import numpy as np
import pytest

from dyadsim.calibration.gauss_newton import Price, best_step, polish, slopes_at

RNG = np.random.default_rng(3)
SLOPES = RNG.normal(size=(12, 20))
TRUTH = RNG.normal(size=20) * 0.7
WIDE = np.full(20, 9.0)
PRICE = Price(0.6, 2.5)


def _linear(points: np.ndarray, clients: int, lucks: Sequence[int]) -> np.ndarray:
    """Signed distances that vanish at TRUTH, with the same noise for all points of one luck."""
    noise = [np.random.default_rng(luck).normal(size=12) / clients**0.5 for luck in lucks]
    return (points - TRUTH) @ SLOPES.T + np.array(noise)


def test_a_distance_costs_nothing_inside_then_its_square_and_levels_off() -> None:
    price = Price(0.6, 2.5)
    assert price(np.array([0.0, 0.6, -0.6])).tolist() == [0, 0, 0]
    assert price(np.array([0.7]))[0] == pytest.approx(0.01, rel=0.01)
    assert price(np.array([-1000.0]))[0] == pytest.approx(2.5**2, rel=0.01)
    for far in (-3.0, -0.3, 0.8, 2.0):
        near = np.array([far - 1e-5, far + 1e-5])
        slope = np.diff(price(near))[0] / 2e-5
        assert price.slope(np.array([far]))[0] == pytest.approx(slope, rel=1e-4, abs=1e-9)


def test_one_step_solves_a_linear_problem() -> None:
    at = np.zeros(20)
    step = best_step(
        _linear(at[None], 10**8, [1])[0], SLOPES, at, -WIDE, WIDE, Price(0.5, 9.0), 1e-6
    )
    assert np.abs(_linear((at + step)[None], 10**8, [1])).max() < 0.7


def test_a_step_stays_between_the_ends() -> None:
    at, low, high = np.zeros(20), np.full(20, -0.1), np.full(20, 0.05)
    step = best_step(np.full(12, 5.0), SLOPES, at, low, high, Price(0.5, 9.0), 1e-6)
    assert (step >= low - 1e-12).all()
    assert (step <= high + 1e-12).all()
    assert np.abs(step).max() > 0.04


def test_polish_brings_every_fact_inside_under_noise() -> None:
    start = np.zeros(20)
    assert np.abs(_linear(start[None], 10**8, [1])).max() > 1
    end, course = polish(_linear, start, -WIDE, WIDE, ((2000, 4, PRICE), (8000, 2, PRICE)))
    assert np.abs(_linear(end[None], 10**8, [1])).max() < 1
    assert len(course) == 6
    assert all(row["cost"] <= row["cost_before"] for row in course)


def test_polish_stays_where_nothing_is_better() -> None:
    def flat(points: np.ndarray, clients: int, lucks: Sequence[int]) -> np.ndarray:
        return np.zeros((len(points), 3))

    end, _ = polish(flat, np.zeros(20), -WIDE, WIDE, ((100, 2, PRICE),))
    assert np.abs(end).max() == 0


def test_slopes_are_those_of_common_luck_and_stay_below_the_highest_point() -> None:
    seen: list[np.ndarray] = []

    def watched(points: np.ndarray, clients: int, lucks: Sequence[int]) -> np.ndarray:
        seen.append(points)
        assert set(lucks[2:]) == {4}
        return _linear(points, clients, lucks)

    high = np.where(np.arange(20) % 2, 9.0, 0.1)
    far, slopes = slopes_at(watched, np.zeros(20), high, 100, [4, 5])
    assert slopes == pytest.approx(SLOPES)
    assert far == pytest.approx(_linear(np.zeros((2, 20)), 100, [4, 5]))
    assert (seen[0] <= high).all()


def test_a_noisy_fact_counts_less() -> None:
    """One fact pulls away from the others, but is almost nothing but luck."""

    def two(noise: float) -> float:
        def facts(points: np.ndarray, clients: int, lucks: Sequence[int]) -> np.ndarray:
            luck = [np.random.default_rng(one).normal() * noise for one in lucks]
            return np.column_stack([points[:, 0] + 2 + luck, points[:, 0] - 2])

        end, _ = polish(
            facts, np.zeros(1), np.full(1, -9.0), np.full(1, 9.0), ((1, 12, Price(0.2, 9.0)),)
        )
        return float(end[0])

    assert abs(two(0.0)) < 0.2
    assert two(2.0) > 0.7


def test_known_slopes_save_the_neighbours() -> None:
    asked = []

    def watched(points: np.ndarray, clients: int, lucks: Sequence[int]) -> np.ndarray:
        asked.append(len(points))
        return _linear(points, clients, lucks)

    stages = [(2000, 2, PRICE)]
    _, course = polish(watched, np.zeros(20), -WIDE, WIDE, stages, slopes=SLOPES, fresh=False)
    assert asked == [4, 20, 4, 20]  # the point and five steps, each on four lucks
    assert course[0]["cost"] < course[0]["cost_before"] / 10
