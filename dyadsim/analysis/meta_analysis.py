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

from dyadsim.analysis.columns import Floats, numbers
from dyadsim.analysis.estimate import Estimate, from_standard_error

FEWEST = 3


class Pooled(NamedTuple):
    """A random-effects meta-analysis; effects in the unit of the effect sizes.

    `mean`: with a 95 % interval from the normal distribution, n = trials; `tau2`: variance of the
    true effects; `i2`: share of the variance between trials that is not error, 0-1; `low`, `high`:
    95 % prediction interval for a new trial's true effect.
    """

    mean: Estimate
    tau2: float
    i2: float
    low: float
    high: float


def random_effects(effect: ArrayLike, standard_error: ArrayLike) -> Pooled:
    """Return the REML random-effects meta-analysis of `effect` (trial,) and its errors (trial,).

    Trials with a missing effect or error are left out.
    Raises ValueError if fewer than 3 trials are left or an error is not above 0.
    """
    g, error = _trials(effect, standard_error)
    estimators, dataset = _pymare()
    model = estimators.VarianceBasedLikelihoodEstimator(method="REML")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyMARE's start values can lie at the edge tau2 = 0
        found = model.fit_dataset(dataset(g[:, None], error[:, None] ** 2)).summary()
    tau2 = max(0.0, float(np.ravel(found.tau2)[0]))
    weight = 1 / (tau2 + error**2)
    mean = float(weight @ g / weight.sum())
    spread = float(np.sqrt(1 / weight.sum()))
    half = float(stdtrit(len(g) - 2, 0.975)) * math.sqrt(tau2 + spread**2)
    return Pooled(
        from_standard_error(mean, spread, len(g)), tau2, _i2(g, error), mean - half, mean + half
    )


@cache
def _pymare() -> tuple[Any, Any]:
    """Import PyMARE, whose import leaves a file open: collected here, its warning is not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        from pymare import Dataset, estimators

        gc.collect()
    return estimators, Dataset


def _trials(effect: ArrayLike, standard_error: ArrayLike) -> tuple[Floats, Floats]:
    """Return complete pairs; refuse too few and impossible errors."""
    g, error = numbers(effect, "effect"), numbers(standard_error, "standard_error")
    if len(g) != len(error):
        raise ValueError(f"each trial needs both numbers; there are {len(g)} and {len(error)}")
    there = ~(np.isnan(g) | np.isnan(error))
    g, error = g[there], error[there]
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
    """Return Egger's regression of `effect` (trial,) with errors (trial,).

    Raises ValueError as `random_effects`, and if all trials have the same error.
    """
    from statsmodels.api import OLS, add_constant

    g, error = _trials(effect, standard_error)
    if np.ptp(error) == 0:
        raise ValueError("all trials have the same standard error: a funnel needs different ones")
    fit = OLS(g / error, add_constant(1 / error)).fit()
    freedom = len(g) - 2
    intercept = from_standard_error(
        float(fit.params[0]), float(fit.bse[0]), len(g), degrees_of_freedom=freedom
    )
    return Asymmetry(intercept, float(fit.pvalues[0]))


def pooled_or_none(trials: pd.DataFrame) -> Pooled | None:
    """Return the meta-analysis of the columns g and standard_error; None for too few trials."""
    if len(trials) < FEWEST:
        return None
    return random_effects(trials["g"], trials["standard_error"])
