"""Sums by arm give the numbers that pandas gives arm by arm."""

import numpy as np
import pandas as pd
import pytest

from dyadsim.fitting.arms import FEWEST_COMPLETE, Arms

ARM = np.array([0, 1, 0, 2, 1, 0, 2, 0, 1, 0, 2, 0, 1, 1, 1, 0], np.int32)
GAP = np.nan


@pytest.fixture
def pair() -> tuple[np.ndarray, np.ndarray]:
    """Two quantities of 16 clients with gaps; arm 2 has too few pairs for a correlation."""
    rng = np.random.default_rng(3)
    first = rng.normal(20, 5, ARM.size)
    second = first + rng.normal(0, 3, ARM.size)
    first[[1, 5]], second[[2, 13]] = GAP, GAP
    return first, second


def test_means_sds_and_correlations_are_those_of_pandas(pair) -> None:
    frame = pd.DataFrame({"arm": ARM, "first": pair[0], "second": pair[1]})
    groups, arms = frame.groupby("arm"), Arms(ARM, 3)
    mean, sd = arms.mean_and_sd(np.stack(pair))
    assert mean == pytest.approx(groups[["first", "second"]].mean().to_numpy().T)
    assert sd == pytest.approx(groups[["first", "second"]].std().to_numpy().T)
    r = [some["first"].corr(some["second"], min_periods=FEWEST_COMPLETE) for _, some in groups]
    assert arms.r(*pair) == pytest.approx(r, nan_ok=True)
    assert np.isnan(r[2])


def test_steps_count_together(pair) -> None:
    arms, first, second = Arms(ARM, 3), np.stack([pair[0], pair[1]]), np.stack([pair[1], pair[0]])
    long = pd.DataFrame({"arm": np.tile(ARM, 2), "a": first.ravel(), "b": second.ravel()})
    groups = long.groupby("arm")
    assert arms.mean_over_steps(first) == pytest.approx(groups["a"].mean().to_numpy())
    r = [some["a"].corr(some["b"], min_periods=FEWEST_COMPLETE) for _, some in groups]
    assert arms.r_over_steps(first, second) == pytest.approx(r, nan_ok=True)


def test_an_empty_arm_has_no_mean_and_one_client_no_sd() -> None:
    arms = Arms(np.array([0, 0, 1], np.int32), 3)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean, sd = arms.mean_and_sd(np.array([1.0, 3.0, 5.0]))
    assert mean == pytest.approx([2.0, 5.0, GAP], nan_ok=True)
    assert sd == pytest.approx([np.sqrt(2), GAP, GAP], nan_ok=True)
