"""The field's meta-analysis: random effects over trials, heterogeneity, funnel asymmetry.

g_i ~ N(mean, tau2 + se_i^2), tau2 by restricted maximum likelihood (PyMARE)
prediction interval: mean ± t(k - 2) sqrt(tau2 + se(mean)^2)
funnel asymmetry: intercept of g_i / se_i on 1 / se_i (Egger's regression, ordinary least squares)
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
from scipy.special import stdtrit

from dyadsim.analysis.arrays import Floats
from dyadsim.analysis.columns import as_numbers
from dyadsim.analysis.estimate import Estimate, from_standard_error

FEWEST = 3


class Pooled(NamedTuple):
    """A random-effects meta-analysis; effects in the unit of the effect sizes.

    Attributes
    ----------
    mean
        Mean effect with a 95 % interval from the normal distribution; n = trials.
    tau2
        Variance of the true effects.
    i2
        Share of the variance between trials that is not error, 0 to 1.
    low, high
        95 % prediction interval for a new trial's true effect.
    """

    mean: Estimate
    tau2: float
    i2: float
    low: float
    high: float


def random_effects(effect: ArrayLike, standard_error: ArrayLike) -> Pooled:
    """Return the REML random-effects meta-analysis of trials.

    Parameters
    ----------
    effect, standard_error
        Shapes (trial,); errors above 0. Trials with a missing number are left out.

    Returns
    -------
    Pooled
        Mean effect and heterogeneity.

    Raises
    ------
    ValueError
        Lengths differ, fewer than 3 trials are left, or an error is not above 0.

    Examples
    --------
    >>> pooled = random_effects([0.1, 0.5, 0.9, 1.3], [0.2, 0.2, 0.2, 0.2])
    >>> round(pooled.mean.value, 2), round(pooled.tau2, 2)
    (0.7, 0.23)
    """
    g, error = _complete_trials(effect, standard_error)
    estimators, dataset = _pymare()
    model = estimators.VarianceBasedLikelihoodEstimator(method="REML")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyMARE's start values can lie at the edge tau2 = 0
        fit = model.fit_dataset(dataset(g[:, None], error[:, None] ** 2)).summary()
    tau2 = max(0.0, float(np.ravel(fit.tau2)[0]))
    weight = 1 / (tau2 + error**2)
    mean = float(weight @ g / weight.sum())
    mean_error = float(np.sqrt(1 / weight.sum()))
    half_width = float(stdtrit(len(g) - 2, 0.975)) * math.sqrt(tau2 + mean_error**2)
    return Pooled(
        from_standard_error(mean, mean_error, len(g)),
        tau2,
        _i2(g, error),
        mean - half_width,
        mean + half_width,
    )


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


def _i2(g: Floats, error: Floats) -> float:
    """Return Higgins' I2 from Cochran's Q."""
    weight = 1 / error**2
    q = float(weight @ (g - weight @ g / weight.sum()) ** 2)
    return max(0.0, 1 - (len(g) - 1) / q) if q > 0 else 0.0


class Asymmetry(NamedTuple):
    """Egger's intercept (0 = a symmetrical funnel; above 0 = small trials find more) and its p."""

    intercept: Estimate
    p: float


def funnel_asymmetry(effect: ArrayLike, standard_error: ArrayLike) -> Asymmetry:
    """Return Egger's regression of trials.

    Parameters
    ----------
    effect, standard_error
        Shapes (trial,); errors above 0. Trials with a missing number are left out.

    Returns
    -------
    Asymmetry
        The intercept, with Student's t interval, and its two-sided p.

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
    return Asymmetry(intercept, float(fit.pvalues[0]))


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
