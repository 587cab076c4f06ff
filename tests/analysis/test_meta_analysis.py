"""Random effects against an independent likelihood and by hand; funnel asymmetry."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar

from dyadsim.analysis.meta_analysis import funnel_asymmetry, pooled_or_none, random_effects

EFFECT = np.array([0.10, 0.55, 0.31, 0.92, -0.05, 0.44, 0.70])
ERROR = np.array([0.12, 0.20, 0.15, 0.30, 0.18, 0.25, 0.22])


def _restricted(tau2: float, g: np.ndarray, error: np.ndarray) -> float:
    """Minus twice the restricted log likelihood, written from its definition."""
    variance = tau2 + error**2
    mean = (g / variance).sum() / (1 / variance).sum()
    fit = np.log(variance).sum() + ((g - mean) ** 2 / variance).sum()
    return float(fit + np.log((1 / variance).sum()))


def test_reml_agrees_with_a_direct_search() -> None:
    pooled = random_effects(EFFECT, ERROR)
    best = minimize_scalar(
        _restricted, bounds=(0, 2), args=(EFFECT, ERROR), options={"xatol": 1e-9}, method="bounded"
    )
    assert pooled.tau2 == pytest.approx(best.x, abs=2e-4)
    weight = 1 / (best.x + ERROR**2)
    assert pooled.mean.value == pytest.approx(weight @ EFFECT / weight.sum(), abs=2e-4)
    assert pooled.mean.standard_error == pytest.approx(weight.sum() ** -0.5, abs=2e-4)


def test_equal_errors_by_hand() -> None:
    g, error = np.array([0.0, 0.4, 0.8, 1.2]), np.full(4, 0.2)
    pooled = random_effects(g, error)
    assert pooled.tau2 == pytest.approx(g.var(ddof=1) - 0.04, abs=1e-4)
    assert pooled.mean.value == pytest.approx(0.6)
    assert pooled.mean.standard_error == pytest.approx(g.std(ddof=1) / 2, abs=1e-4)
    half = 4.302652729911275 * np.sqrt(pooled.tau2 + pooled.mean.standard_error**2)  # t, 2 df
    assert pooled.high - pooled.mean.value == pytest.approx(half, rel=1e-6)
    q = ((g - 0.6) ** 2).sum() / 0.04
    assert pooled.i2 == pytest.approx(1 - 3 / q)


def test_trials_that_agree_too_well_have_no_heterogeneity() -> None:
    pooled = random_effects([0.5, 0.51, 0.49, 0.5], [0.2, 0.25, 0.3, 0.2])
    assert pooled.tau2 == pytest.approx(0, abs=1e-3)
    assert pooled.i2 == 0


def test_a_funnel_of_small_trials_that_find_more_is_seen() -> None:
    error = np.linspace(0.05, 0.4, 12)
    wobble = 0.02 * np.tile([1.0, -1.0], 6)
    assert funnel_asymmetry(0.3 + wobble * error / 0.2, error).p > 0.2
    biased = funnel_asymmetry(0.3 + 1.5 * error + wobble * error / 0.2, error)
    assert biased.intercept.value == pytest.approx(1.5, abs=0.1)
    assert biased.p < 1e-6


@pytest.mark.parametrize(
    ("effect", "error", "words"),
    [
        ([0.1, 0.2], [0.1, 0.1], "at least 3 trials, there are 2"),
        ([0.1, 0.2, 0.3], [0.1, 0.0, 0.2], "must be above 0"),
        ([0.1, 0.2, 0.3], [0.1, 0.2], "there are 3 and 2"),
        ([0.1, 0.2, np.nan], [0.1, 0.2, 0.1], "there are 2"),
    ],
)
def test_what_cannot_be_pooled(effect: list[float], error: list[float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        random_effects(effect, error)
    with pytest.raises(ValueError, match="the same standard error"):
        funnel_asymmetry([0.1, 0.2, 0.3], [0.1, 0.1, 0.1])


def test_too_few_trials_pool_to_nothing() -> None:
    assert pooled_or_none(pd.DataFrame({"g": [0.1], "standard_error": [0.1]})) is None
