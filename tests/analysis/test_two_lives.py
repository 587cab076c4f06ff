"""Bounds on the share of clients worse off: linear programming over all pairings agrees."""

import numpy as np
import pytest
from scipy.optimize import linprog

from dyadsim.analysis.two_lives import share_above


def _by_linear_programming(first: list[float], second: list[float]) -> tuple[float, float]:
    """Return the ends over all joint distributions with these two margins (SciPy, HiGHS)."""
    rows, columns = len(first), len(second)
    margins = np.zeros((rows + columns, rows * columns))
    for i in range(rows):
        margins[i, i * columns : (i + 1) * columns] = 1
    for j in range(columns):
        margins[rows + j, j::columns] = 1
    masses = np.r_[np.full(rows, 1 / rows), np.full(columns, 1 / columns)]
    above = np.greater.outer(first, second).ravel().astype(float)
    low, high = (linprog(sign * above, A_eq=margins, b_eq=masses) for sign in (1, -1))
    return low.fun, -high.fun


@pytest.mark.parametrize("seed", range(12))
def test_linear_programming_finds_the_same_ends(seed: int) -> None:
    random = np.random.default_rng(seed)
    first = random.integers(0, 6, random.integers(3, 9)).astype(float).tolist()
    second = random.integers(0, 6, random.integers(3, 9)).astype(float).tolist()
    assert share_above(first, second) == pytest.approx(_by_linear_programming(first, second))


def test_a_certain_case_has_no_width() -> None:
    assert share_above([5, 6, 7], [1, 2, 3]) == (1, 1)
    assert share_above([1, 2, 3], [5, 6, 7]) == (0, 0)


def test_the_same_distribution_allows_nearly_anything() -> None:
    values = np.arange(100.0)
    assert share_above(values, values) == pytest.approx((0, 0.99))


def test_too_few_values_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 3"):
        share_above([1, 2], [1, 2, 3])


def test_the_simulated_share_lies_between_the_bounds() -> None:
    import dyadsim
    from dyadsim.report.study import summarise_effects
    from dyadsim.simulation.individual_effects import effects_table

    trial = dyadsim.rct(["cbt", "waitlist"], sessions=6, follow_up=())
    waiting = dyadsim.Intervention(arm="waitlist")
    table = summarise_effects(effects_table(dyadsim.twins(trial, "hybrid", 200, waiting, seed=3)))
    for row in table.to_dict("records"):
        assert row["worse_low"] <= row["worse"] <= row["worse_high"]
