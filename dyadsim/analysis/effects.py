"""Effect sizes: between two groups, or between before and after.

Symptom scores are high = bad, so every sign is turned: above 0 = the treated, or time, did well.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtri

from dyadsim.analysis import arrays
from dyadsim.analysis.arrays import Floats
from dyadsim.analysis.columns import observed_scores, paired_scores, require_variance
from dyadsim.analysis.estimate import Estimate, from_standard_error

Values = ArrayLike | pd.Series
NORMAL_QUANTILE = float(ndtri(0.975))


def hedges_g(treated: Values, control: Values, *, higher_is_better: bool = False) -> Estimate:
    """Return Hedges' g of two independent groups, in pooled SDs.

    The small-sample correction and the standard error are those of statsmodels' effectsize_smd.

    Parameters
    ----------
    treated, control
        Scores, shapes (n,) and (m,). Missing scores are left out.
    higher_is_better
        Whether a high score is good; by default a low score is.

    Returns
    -------
    Estimate
        Above 0 = the treated are better; n counts the scores of both groups.

    Raises
    ------
    ValueError
        A group has fewer than 3 scores, or neither group varies.

    Examples
    --------
    >>> g = hedges_g([4.0, 6.0, 8.0], [8.0, 10.0, 12.0, 14.0])
    >>> round(g.value, 2), g.n
    (1.78, 7)
    """
    better, worse = observed_scores(treated, "treated"), observed_scores(control, "control")
    if not higher_is_better:
        better, worse = -better, -worse
    return _standardised_difference(better, worse)


def d_groups(first: Values, second: Values) -> Estimate:
    """Return the standardised difference (mean first - mean second) / pooled SD.

    Corrected for small samples as in `hedges_g`.

    Parameters
    ----------
    first, second
        Scores, shapes (n,) and (m,). Missing scores are left out.

    Returns
    -------
    Estimate
        Above 0 = the first group scores higher, whatever the score means.

    Raises
    ------
    ValueError
        A group has fewer than 3 scores, or neither group varies.

    Examples
    --------
    >>> round(d_groups([4.0, 4.0, 5.0, 6.0], [1.0, 2.0, 3.0]).value, 2)
    2.38
    """
    return _standardised_difference(
        observed_scores(first, "first"), observed_scores(second, "second")
    )


def _standardised_difference(first: Floats, second: Floats) -> Estimate:
    deviations = [first.std(ddof=1), second.std(ddof=1)]
    if max(deviations) == 0:
        raise ValueError("no variance within either group: a difference in SDs is undefined")
    from statsmodels.stats.meta_analysis import effectsize_smd  # takes half a second

    difference, variance = effectsize_smd(
        first.mean(), deviations[0], len(first), second.mean(), deviations[1], len(second)
    )
    return from_standard_error(difference, math.sqrt(variance), len(first) + len(second))


def pre_post_d(pre: Values, post: Values) -> Estimate:
    """Return (mean pre - mean post) / SD pre over the clients with both scores.

    The standard error follows from the delta method for normal scores, where mean change and SD
    pre err independently: variance = var(change) / (n var(pre)) + d² / (2 (n - 1)).

    Parameters
    ----------
    pre, post
        Scores before and after, one per client: Series are paired by index, else by position.

    Returns
    -------
    Estimate
        In SDs of pre; above 0 = scores fell.

    Raises
    ------
    ValueError
        Fewer than 3 clients have both scores, or pre has no variance.

    Examples
    --------
    >>> d = pre_post_d([10.0, 12.0, 14.0, 16.0], [8.0, 9.0, 9.0, 14.0])
    >>> round(d.value, 2)
    1.16
    """
    pairs = paired_scores(pre, post)
    before = require_variance(pairs["first"].to_numpy(), "pre")
    after = pairs["second"].to_numpy()
    n, variance = len(before), before.var(ddof=1)
    d = arrays.pre_post_d(before, after)
    error = math.sqrt((before - after).var(ddof=1) / (n * variance) + d**2 / (2 * (n - 1)))
    return from_standard_error(d, error, n)


def mean_gain(pre: Values, post: Values) -> Estimate:
    """Return the mean of pre - post over the clients with both scores.

    The interval is Student's t on the paired differences.

    Parameters
    ----------
    pre, post
        Scores before and after, one per client: Series are paired by index, else by position.

    Returns
    -------
    Estimate
        In score points; above 0 = scores fell.

    Raises
    ------
    ValueError
        Fewer than 3 clients have both scores.

    Examples
    --------
    >>> mean_gain([20.0, 25.0, 30.0, 18.0], [12.0, 20.0, 18.0, 15.0]).value
    7.0
    """
    pairs = paired_scores(pre, post)
    before, after = pairs["first"].to_numpy(), pairs["second"].to_numpy()
    n = len(pairs)
    error = (before - after).std(ddof=1) / math.sqrt(n)
    return from_standard_error(arrays.mean_gain(before, after), error, n, degrees_of_freedom=n - 1)


def variance_ratio(treated: Values, control: Values) -> Estimate:
    """Return SD²(treated) / SD²(control).

    The interval is on the log scale, for normal scores: the variance of a log sample variance is
    2 / (n - 1).

    Parameters
    ----------
    treated, control
        Scores, shapes (n,) and (m,). Missing scores are left out.

    Returns
    -------
    Estimate
        Below 1 = the treated differ less among themselves.

    Raises
    ------
    ValueError
        A group has fewer than 3 scores or no variance.

    Examples
    --------
    >>> variance_ratio([1.0, 2.0, 3.0], [2.0, 4.0, 6.0]).value
    0.25
    """
    first = require_variance(observed_scores(treated, "treated"), "treated")
    second = require_variance(observed_scores(control, "control"), "control")
    value = arrays.variance_ratio(first, second)
    error = math.sqrt(2 / (len(first) - 1) + 2 / (len(second) - 1))
    factor = float(np.exp(NORMAL_QUANTILE * error))
    return Estimate(value, value * error, value / factor, value * factor, len(first) + len(second))
