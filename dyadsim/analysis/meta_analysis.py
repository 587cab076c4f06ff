"""The field's meta-analysis: random effects over trials, heterogeneity, funnel asymmetry.

g_i ~ N(mean, tau2 + se_i^2), tau2 by restricted maximum likelihood (PyMARE)
interval of the mean: Hartung and Knapp's, with Student's t(k - 1); or the normal one
I2: tau2 / (tau2 + typical error variance); intervals of both from the Q profile
prediction interval: mean ± t(k - 2) sqrt(tau2 + 1 / sum of weights)
funnel asymmetry: intercept of g_i / se_i on 1 / se_i (Egger's regression, ordinary least squares)

All equal R's metafor 3.8.1 (`rma`, `confint`, `regtest(model = "lm")`), see
`tests/verification/test_r_meta_analysis.py`.
"""

from __future__ import annotations

import gc
import math
import warnings
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import chdtri, stdtrit

from dyadsim.analysis.arrays import Floats
from dyadsim.analysis.columns import as_numbers
from dyadsim.analysis.estimate import Estimate, from_standard_error
from dyadsim.checks import known_name

FEWEST = 3
INTERVALS = ("hartung_knapp", "normal")
SIGN_OF_ASYMMETRY = 0.1  # the p below which Egger's test is read as a sign, by custom
POWER = 0.8


class Pooled(NamedTuple):
    """A random-effects meta-analysis; effects in the unit of the effect sizes.

    Attributes
    ----------
    mean
        Mean effect with its 95 % interval; n = trials.
    tau2
        Variance of the true effects.
    i2
        Share of the variance between trials that is not error, 0 to 1.
    low, high
        95 % prediction interval for a new trial's true effect.
    tau2_low, tau2_high, i2_low, i2_high
        95 % intervals of tau2 and i2.
    degrees_of_freedom
        Of Student's t in the interval of the mean; infinite is the normal distribution.
    """

    mean: Estimate
    tau2: float
    i2: float
    low: float
    high: float
    tau2_low: float
    tau2_high: float
    i2_low: float
    i2_high: float
    degrees_of_freedom: float


def random_effects(
    effect: ArrayLike, standard_error: ArrayLike, *, interval: str = "hartung_knapp"
) -> Pooled:
    """Return the REML random-effects meta-analysis of trials.

    With few trials the normal interval takes tau2 as known and is too narrow: with 5 trials of 40
    to 160 clients and tau2 of .05 to .15 it holds the mean in 89 to 91 % of meta-analyses, with 10
    in 92 %; Hartung and Knapp's in 94 to 95 % (`tests/analysis/test_meta_analysis.py`).

    Parameters
    ----------
    effect, standard_error
        Shapes (trial,); errors above 0. Trials with a missing number are left out.
    interval
        Of the mean: 'hartung_knapp' or 'normal'.

    Returns
    -------
    Pooled
        Mean effect and heterogeneity.

    Raises
    ------
    ValueError
        Lengths differ, fewer than 3 trials are left, an error is not above 0, or there is no such
        interval.

    Examples
    --------
    >>> pooled = random_effects([0.1, 0.5, 0.9, 1.3], [0.2, 0.2, 0.2, 0.2])
    >>> round(pooled.mean.value, 2), round(pooled.tau2, 2)
    (0.7, 0.23)
    >>> round(pooled.mean.low, 2), round(pooled.mean.high, 2)
    (-0.12, 1.52)
    """
    known_name("interval", interval, INTERVALS)
    g, error = _complete_trials(effect, standard_error)
    tau2 = _reml_tau2(g, error)
    weight = 1 / (tau2 + error**2)
    mean = float(weight @ g / weight.sum())
    normal_error = float(np.sqrt(1 / weight.sum()))
    mean_error, freedom = normal_error, math.inf
    if interval == "hartung_knapp":
        freedom = len(g) - 1
        mean_error *= math.sqrt(float(weight @ (g - mean) ** 2) / freedom)
    half_width = float(stdtrit(len(g) - 2, 0.975)) * math.sqrt(tau2 + normal_error**2)
    spread = (tau2, *_tau2_interval(g, error))
    i2, i2_low, i2_high = (value / (value + _typical_variance(error)) for value in spread)
    return Pooled(
        from_standard_error(mean, mean_error, len(g), degrees_of_freedom=freedom),
        tau2,
        i2,
        mean - half_width,
        mean + half_width,
        *spread[1:],
        i2_low,
        i2_high,
        freedom,
    )


def _reml_tau2(g: Floats, error: Floats) -> float:
    """Return the variance of true effects by restricted maximum likelihood."""
    estimators, dataset = _pymare()
    model = estimators.VarianceBasedLikelihoodEstimator(method="REML")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyMARE's start values can lie at the edge tau2 = 0
        fit = model.fit_dataset(dataset(g[:, None], error[:, None] ** 2)).summary()
    return max(0.0, float(np.ravel(fit.tau2)[0]))


@cache
def _pymare() -> tuple[Any, Any]:
    """Import PyMARE, whose import leaves a file open: collect it here and silence its warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        from pymare import Dataset, estimators

        gc.collect()
    return estimators, Dataset


def _complete_trials(effect: ArrayLike, standard_error: ArrayLike) -> tuple[Floats, Floats]:
    """Return complete pairs; refuse too few and impossible errors."""
    g, error = as_numbers(effect, "effect"), as_numbers(standard_error, "standard_error")
    if len(g) != len(error):
        raise ValueError(f"each trial needs both numbers; there are {len(g)} and {len(error)}")
    complete = ~(np.isnan(g) | np.isnan(error))
    g, error = g[complete], error[complete]
    if len(g) < FEWEST:
        raise ValueError(f"a meta-analysis needs at least {FEWEST} trials, there are {len(g)}")
    if (error <= 0).any():
        raise ValueError(f"a standard error must be above 0, one is {error.min():g}")
    return g, error


def _q(tau2: float, g: Floats, error: Floats) -> float:
    """Return the weighted sum of squares around the mean at a variance of true effects."""
    weight = 1 / (tau2 + error**2)
    return float(weight @ (g - weight @ g / weight.sum()) ** 2)


def _tau2_interval(g: Floats, error: Floats) -> tuple[float, float]:
    """Return the 95 % interval of tau2: where Q(tau2) is a usual value of chi2(k - 1)."""

    def end(probability: float) -> float:
        usual = float(chdtri(len(g) - 1, 1 - probability))
        if _q(0.0, g, error) <= usual:
            return 0.0
        top = 1.0
        while _q(top, g, error) > usual:
            top *= 2
        return float(brentq(lambda tau2: _q(tau2, g, error) - usual, 0.0, top, xtol=1e-12))

    return end(0.975), end(0.025)


def _typical_variance(error: Floats) -> float:
    """Return the error variance of a typical trial (Higgins and Thompson, as in metafor)."""
    weight = 1 / error**2
    return float((len(error) - 1) * weight.sum() / (weight.sum() ** 2 - (weight**2).sum()))


class Asymmetry(NamedTuple):
    """Egger's test of a funnel.

    Attributes
    ----------
    intercept
        0 = a symmetrical funnel; above 0 = small trials find more. In standard errors of a trial.
    p
        Two-sided, of intercept 0.
    detectable
        By how much the trial with the largest error must find more (or less) than the one with the
        smallest for this test to see it in 8 of 10 meta-analyses, at p < .1; in units of g.
    """

    intercept: Estimate
    p: float
    detectable: float

    def verdict(self, margin: float = 0.2) -> str:
        """Return what the test says: 'shown', 'none' or 'cannot tell'.

        Parameters
        ----------
        margin
            The difference between small and large trials that matters, in units of g, above 0. An
            assumption.

        Returns
        -------
        str
            'shown': p < .1. 'none': not shown, and a difference of `margin` would mostly be seen.
            'cannot tell': not shown, and it would mostly be missed.
        """
        if self.p < SIGN_OF_ASYMMETRY:
            return "shown"
        return "none" if self.detectable <= margin else "cannot tell"

    def in_words(self, margin: float = 0.2) -> str:
        """Return a sentence that says what follows from p and from the test's power.

        Parameters
        ----------
        margin
            As in `verdict`.

        Returns
        -------
        str
            The sentence.
        """
        test = f"Egger's test of {self.intercept.n} trials: p = {self.p:.2g}"
        if self.p < SIGN_OF_ASYMMETRY:
            more = "more" if self.intercept.value > 0 else "less"
            return f"{test}, small trials find {more} than large ones (chance alone: 1 in 10)."
        if self.verdict(margin) == "none":
            return (
                f"{test}, no asymmetry of {margin:g} or more: smallest trials that find "
                f"{self.detectable:.2f} more than the largest would be seen in 8 of 10."
            )
        return (
            f"{test}, which cannot tell: the smallest trials would have to find "
            f"{self.detectable:.2f} more than the largest to be seen in 8 of 10."
        )


def funnel_asymmetry(effect: ArrayLike, standard_error: ArrayLike) -> Asymmetry:
    """Return Egger's regression of trials.

    The error of a g is computed from g and grows with it: where effects are large, many trials can
    show an asymmetry that is nothing but that.

    Parameters
    ----------
    effect, standard_error
        Shapes (trial,); errors above 0. Trials with a missing number are left out.

    Returns
    -------
    Asymmetry
        The intercept, with Student's t interval, its two-sided p, and what the test could see.

    Raises
    ------
    ValueError
        As `random_effects`, or all trials have the same error.

    Examples
    --------
    >>> error = np.array([0.05, 0.1, 0.2, 0.3, 0.4])
    >>> effect = 0.3 + 1.5 * error + np.array([0.002, -0.004, 0.003, 0.006, -0.005])
    >>> round(funnel_asymmetry(effect, error).intercept.value, 1)
    1.5
    >>> print(funnel_asymmetry([0.8, 0.5, 0.9, 0.6], [0.2, 0.22, 0.3, 0.25]).in_words())
    Egger's test of 4 trials: p = 0.76, which cannot tell: the smallest trials would ...
    """
    from statsmodels.api import OLS, add_constant

    g, error = _complete_trials(effect, standard_error)
    if np.ptp(error) == 0:
        raise ValueError("all trials have the same standard error: a funnel needs different ones")
    fit = OLS(g / error, add_constant(1 / error)).fit()
    freedom = len(g) - 2
    intercept = from_standard_error(
        float(fit.params[0]), float(fit.bse[0]), len(g), degrees_of_freedom=freedom
    )
    steps = stdtrit(freedom, 1 - SIGN_OF_ASYMMETRY / 2) + stdtrit(freedom, POWER)
    detectable = float(steps * intercept.standard_error * np.ptp(error))
    return Asymmetry(intercept, float(fit.pvalues[0]), detectable)


def pooled_or_none(trials: pd.DataFrame) -> Pooled | None:
    """Return the meta-analysis of the columns g and standard_error; None for too few trials.

    Examples
    --------
    >>> pooled_or_none(pd.DataFrame({"g": [0.1], "standard_error": [0.1]})) is None
    True
    """
    if len(trials) < FEWEST:
        return None
    return random_effects(trials["g"], trials["standard_error"])
