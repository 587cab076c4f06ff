"""Random effects against metafor, an independent likelihood and by hand; coverage; the funnel.

`tests/verification/test_r_meta_analysis.py` asks R for the frozen numbers again.
"""

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
    normal = random_effects(EFFECT, ERROR, interval="normal")
    assert normal.mean.standard_error == pytest.approx(weight.sum() ** -0.5, abs=2e-4)


def test_the_same_numbers_as_metafor() -> None:
    """R 4.2.2, metafor 3.8.1: rma(), rma(test = "knha"), confint(), regtest(model = "lm")."""
    usual, normal = random_effects(EFFECT, ERROR), random_effects(EFFECT, ERROR, interval="normal")
    assert usual.mean[:4] == pytest.approx(
        (0.37329076585, 0.12234324012, 0.07392764168, 0.67265389002), abs=1e-6
    )
    assert normal.mean[:4] == pytest.approx(
        (0.37329076585, 0.12011668896, 0.13786638154, 0.60871515016), abs=1e-6
    )
    heterogeneity = (usual.tau2, usual.tau2_low, usual.tau2_high)
    assert heterogeneity == pytest.approx((0.06155107332, 0.003812384646, 0.4991022504), abs=1e-6)
    shares = (usual.i2, usual.i2_low, usual.i2_high)
    assert shares == pytest.approx((0.6426622843, 0.1002297542, 0.9358290224), abs=1e-6)
    ends = (-0.3352722575, 1.0818537892)  # b ± qt(.975, k - 2) sqrt(tau2 + se^2), also in R
    assert (usual.low, usual.high) == pytest.approx(ends, abs=1e-6)
    egger = funnel_asymmetry(EFFECT, ERROR)
    assert egger.intercept[:2] == pytest.approx((4.0409707123, 1.5733859656), abs=1e-9)
    assert egger.p == pytest.approx(0.05013697778, abs=1e-9)


def _trials(
    rng: np.random.Generator, k: int, tau2: float, mean: float = 0.5
) -> tuple[np.ndarray, np.ndarray]:
    """Return effects and errors of trials with 40 to 160 clients (the usual field)."""
    n = np.exp(rng.uniform(np.log(40), np.log(160), k))
    true = rng.normal(mean, np.sqrt(tau2), k)
    g = rng.normal(true, np.sqrt(4 / n + true**2 / (2 * n)))
    return g, np.sqrt(4 / n + g**2 / (2 * n))


@pytest.mark.slow
def test_few_trials_are_not_taken_for_many() -> None:
    """600 meta-analyses of 5 trials, tau2 .1: the normal interval holds the mean too rarely.

    With 20,000: Hartung and Knapp's .942 to .952 for k = 3 to 20 and tau2 = 0 to .15, the normal
    one .86 (k = 3), .89 (5), .92 (10). Three standard errors of 600 are .027.
    """
    rng, inside = np.random.default_rng(3), {"hartung_knapp": 0, "normal": 0}
    for _ in range(600):
        trials = _trials(rng, 5, 0.1)
        for interval in inside:
            mean = random_effects(*trials, interval=interval).mean
            inside[interval] += mean.low < 0.5 < mean.high
    assert inside["hartung_knapp"] / 600 > 0.95 - 0.027
    assert inside["normal"] / 600 < 0.95 - 0.027


def test_equal_errors_by_hand() -> None:
    g, error = np.array([0.0, 0.4, 0.8, 1.2]), np.full(4, 0.2)
    pooled = random_effects(g, error)
    assert pooled.tau2 == pytest.approx(g.var(ddof=1) - 0.04, abs=1e-4)
    assert pooled.mean.value == pytest.approx(0.6)
    assert pooled.mean.standard_error == pytest.approx(g.std(ddof=1) / 2, abs=1e-4)
    half = 3.182446305284263 * g.std(ddof=1) / 2  # t, 3 df
    assert pooled.mean.high - pooled.mean.value == pytest.approx(half, rel=1e-6)
    half = 4.302652729911275 * np.sqrt(pooled.tau2 + pooled.mean.standard_error**2)  # t, 2 df
    assert pooled.high - pooled.mean.value == pytest.approx(half, rel=1e-6)
    q = ((g - 0.6) ** 2).sum() / 0.04
    assert pooled.i2 == pytest.approx(1 - 3 / q)


def test_trials_that_agree_too_well_have_no_heterogeneity() -> None:
    pooled = random_effects([0.5, 0.51, 0.49, 0.5], [0.2, 0.25, 0.3, 0.2])
    assert pooled.tau2 == pytest.approx(0, abs=1e-3)
    assert pooled.i2 == pytest.approx(0, abs=1e-2)
    assert (pooled.tau2_low, pooled.i2_low) == (0, 0)


def test_a_funnel_of_small_trials_that_find_more_is_seen() -> None:
    error = np.linspace(0.05, 0.4, 12)
    wobble = 0.02 * np.tile([1.0, -1.0], 6)
    assert funnel_asymmetry(0.3 + wobble * error / 0.2, error).p > 0.2
    biased = funnel_asymmetry(0.3 + 1.5 * error + wobble * error / 0.2, error)
    assert biased.intercept.value == pytest.approx(1.5, abs=0.1)
    assert biased.p < 1e-6


def _funnel(rng: np.random.Generator, k: int, small_find_more: float = 0.0) -> np.ndarray:
    """Return effects and errors; the smallest trials find so much more than the largest."""
    error = 2 / np.sqrt(np.exp(rng.uniform(np.log(40), np.log(160), k)))
    skew = small_find_more * (error - error.min()) / np.ptp(error)
    return np.array([rng.normal(0.5 + skew, error), error])


def _verdicts(k: int, small_find_more: float) -> dict[str, float]:
    """Return how often each verdict is given, over 400 seeds."""
    funnels = [_funnel(np.random.default_rng([k, seed]), k, small_find_more) for seed in range(400)]
    verdicts = [funnel_asymmetry(*funnel).verdict(0.2) for funnel in funnels]
    return {name: verdicts.count(name) / 400 for name in ("shown", "none", "cannot tell")}


def test_no_sign_of_asymmetry_in_few_trials_is_no_sign_of_symmetry() -> None:
    """Five standard errors of a share of .1 over 400 seeds are .075."""
    even, skewed = _verdicts(9, 0.0), _verdicts(9, 0.3)
    assert even["shown"] == pytest.approx(0.1, abs=0.075)
    assert skewed["shown"] < 0.5  # a real skew of .3 is mostly missed ...
    assert even["none"] < 0.01  # ... so nine trials do not acquit
    assert skewed["none"] < 0.01


def test_where_the_test_acquits_it_would_have_seen_it() -> None:
    even, skewed = _verdicts(400, 0.0), _verdicts(400, 0.2)
    assert even["shown"] == pytest.approx(0.1, abs=0.075)
    assert even["none"] > 0.8
    assert skewed["shown"] > 0.75


def test_words_follow_from_p_and_power() -> None:
    assert "p = 0.05, small trials find more" in funnel_asymmetry(EFFECT, ERROR).in_words()
    few = funnel_asymmetry(*_funnel(np.random.default_rng(1), 6)).in_words()
    assert "6 trials: p = " in few
    assert "which cannot tell: the smallest trials would have to find" in few
    many = funnel_asymmetry(*_funnel(np.random.default_rng(1), 2000)).in_words()
    assert "no asymmetry of 0.2 or more" in many


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
