"""Gauss-Newton steps: closed-form problems, bounds, noise, and what a distance costs."""

import numpy as np
import pytest

from dyadsim.polish import best_step, polish, price

RNG = np.random.default_rng(3)
SLOPES = RNG.normal(size=(12, 20))
TRUTH = RNG.normal(size=20) * 0.7
WIDE = np.full(20, 9.0)


def _linear(points: np.ndarray, clients: int, luck: int) -> np.ndarray:
    """Signed distances that vanish at TRUTH, with the same noise for all points of one luck."""
    noise = np.random.default_rng(luck).normal(size=12) / clients**0.5
    return (points - TRUTH) @ SLOPES.T + noise


def test_a_distance_costs_nothing_inside_and_is_linear_far_outside() -> None:
    assert price(np.array([0.0, 0.6, -0.6]), 0.6).tolist() == [0, 0, 0]
    assert price(np.array([0.7]), 0.6)[0] == pytest.approx(0.01, rel=0.01)
    far = price(np.array([100.6, 200.6]), 0.6)
    assert far[1] - far[0] == pytest.approx(200, rel=0.01)


def test_one_step_solves_a_linear_problem() -> None:
    at = np.zeros(20)
    step = best_step(_linear(at[None], 10**8, 1)[0], SLOPES, at, -WIDE, WIDE, 0.5, 1e-6)
    assert np.abs(_linear((at + step)[None], 10**8, 1)).max() < 0.7


def test_a_step_stays_between_the_ends() -> None:
    at, low, high = np.zeros(20), np.full(20, -0.1), np.full(20, 0.05)
    step = best_step(np.full(12, 5.0), SLOPES, at, low, high, 0.5, 1e-6)
    assert (step >= low - 1e-12).all()
    assert (step <= high + 1e-12).all()
    assert np.abs(step).max() > 0.04


def test_polish_brings_every_fact_inside_under_noise() -> None:
    start = np.zeros(20)
    assert np.abs(_linear(start[None], 10**8, 1)).max() > 1
    end, course = polish(_linear, start, -WIDE, WIDE, ((2000, 4, 0.6), (8000, 2, 0.6)))
    assert np.abs(_linear(end[None], 10**8, 1)).max() < 1
    assert len(course) == 6
    assert all(row["cost"] <= row["cost_before"] for row in course)


def test_polish_stays_where_nothing_is_better() -> None:
    def flat(points: np.ndarray, clients: int, luck: int) -> np.ndarray:
        return np.zeros((len(points), 3))

    end, _ = polish(flat, np.zeros(20), -WIDE, WIDE, ((100, 2, 0.6),))
    assert np.abs(end).max() == 0
