"""How big is the difference: between two groups, or between before and after.

Symptom scores are high = bad, so every sign is turned: positive = the treated, or time, did well.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtri

from dyadsim.analysis.columns import Floats, observed, paired, vary
from dyadsim.analysis.estimate import Estimate, from_standard_error

Values = ArrayLike | pd.Series
NORMAL_QUANTILE = float(ndtri(0.975))


def hedges_g(treated: Values, control: Values, *, higher_is_better: bool = False) -> Estimate:
    """Hedges g of two independent groups, in pooled SD units; positive = treated better.

    treated (n,), control (m,): scores; better is lower unless higher_is_better. Small-sample
    correction and standard error from statsmodels' effectsize_smd. Missing scores are left out.
    Raises ValueError if a group has fewer than 3 scores or neither group varies.
    """
    better, worse = observed(treated, "treated"), observed(control, "control")
    if not higher_is_better:
        better, worse = -better, -worse
    return _standardised_difference(better, worse)


def d_groups(first: Values, second: Values) -> Estimate:
    """Standardised mean difference (mean first - mean second) / pooled SD, as in `hedges_g`.

    Positive = the first group scores higher, whatever the score means.
    """
    return _standardised_difference(observed(first, "first"), observed(second, "second"))


def _standardised_difference(first: Floats, second: Floats) -> Estimate:
    deviations = [first.std(ddof=1), second.std(ddof=1)]
    if max(deviations) == 0:
        raise ValueError("no variance within either group: a difference in SDs is undefined")
    from statsmodels.stats.meta_analysis import effectsize_smd  # half a second that few need

    difference, variance = effectsize_smd(
        first.mean(), deviations[0], len(first), second.mean(), deviations[1], len(second)
    )
    return from_standard_error(difference, math.sqrt(variance), len(first) + len(second))


def pre_post_d(pre: Values, post: Values) -> Estimate:
    """(mean pre - mean post) / SD pre over clients with both scores; positive = scores fell.

    Standard error by the delta method for normal scores, where mean change and SD pre err
    independently: variance = var(change) / (n var(pre)) + d² / (2 (n - 1)).
    Raises ValueError if fewer than 3 pairs or pre has no variance.
    """
    pairs = paired(pre, post)
    before = vary(pairs["first"].to_numpy(), "pre")
    change = before - pairs["second"].to_numpy()
    n, variance = len(before), before.var(ddof=1)
    value = change.mean() / math.sqrt(variance)
    error = math.sqrt(change.var(ddof=1) / (n * variance) + value**2 / (2 * (n - 1)))
    return from_standard_error(value, error, n)


def mean_gain(pre: Values, post: Values) -> Estimate:
    """Mean of pre - post in score points over clients with both; positive = scores fell.

    Interval: Student's t on the paired differences. Raises ValueError if fewer than 3 pairs.
    """
    pairs = paired(pre, post)
    change = (pairs["first"] - pairs["second"]).to_numpy()
    n = len(change)
    error = change.std(ddof=1) / math.sqrt(n)
    return from_standard_error(change.mean(), error, n, degrees_of_freedom=n - 1)


def variance_ratio(treated: Values, control: Values) -> Estimate:
    """SD²(treated) / SD²(control); below 1 = the treated differ less among themselves.

    Interval on the log scale for normal scores: the variance of a log sample variance is
    2 / (n - 1). Raises ValueError if a group has fewer than 3 scores or no variance.
    """
    first = vary(observed(treated, "treated"), "treated")
    second = vary(observed(control, "control"), "control")
    value = float(first.var(ddof=1) / second.var(ddof=1))
    error = math.sqrt(2 / (len(first) - 1) + 2 / (len(second) - 1))
    factor = float(np.exp(NORMAL_QUANTILE * error))
    return Estimate(value, value * error, value / factor, value * factor, len(first) + len(second))
