"""Effect sizes: between two groups, or between before and after.

Symptom scores are high = bad, so every sign is turned: above 0 = the treated, or time, did well. On
a scale where high is good, say `higher_is_better=True`.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import fdtri, gammaln, ndtri

from dyadsim.analysis import arrays
from dyadsim.analysis.arrays import Floats
from dyadsim.analysis.columns import ROUNDING, observed_scores, paired_scores, require_variance
from dyadsim.analysis.direction import high_is_bad
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
    better, worse = (
        -high_is_bad(observed_scores(scores, name), higher_is_better)
        for scores, name in ((treated, "treated"), (control, "control"))
    )
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
    if max(deviations) <= ROUNDING * max(np.abs(first).max(), np.abs(second).max()):
        raise ValueError("no variance within either group: a difference in SDs is undefined")
    from statsmodels.stats.meta_analysis import effectsize_smd  # takes half a second

    difference, variance = effectsize_smd(
        first.mean(), deviations[0], len(first), second.mean(), deviations[1], len(second)
    )
    return from_standard_error(difference, math.sqrt(variance), len(first) + len(second))


def pre_post_d(
    pre: Values, post: Values, *, higher_is_better: bool = False, corrected: bool = True
) -> Estimate:
    """Return (mean pre - mean post) / SD pre over the clients with both scores.

    Becker's standardised mean change with the SD at the start, corrected for small samples by
    J = Γ(m/2) / (sqrt(m/2) Γ((m - 1)/2)), m = n - 1. Value and standard error are those of
    metafor's `escalc(measure = "SMCRH")`, which lets the SD change from before to after:
    variance = J² (var(change) / ((n - 1) var(pre)) + d² / (2 (n - 1))). The interval is Student's t
    with n - 1 degrees of freedom: with metafor's normal one 85 to 94 of 100 intervals hold the
    truth at n = 5 (simulated, d from 1.5 to 0), with t 94 to 99.

    Parameters
    ----------
    pre, post
        Scores before and after, one per client: Series are paired by index, else by position.
    higher_is_better
        Whether a high score is good; by default a low score is.
    corrected
        Whether to multiply by J. Without it: the plain ratio, which is too far from 0 by 3 / (4 n)
        of itself, with variance var(change) / (n var(pre)) + d² / (2 (n - 1)).

    Returns
    -------
    Estimate
        In SDs of pre; above 0 = clients got better.

    Raises
    ------
    ValueError
        Fewer than 3 clients have both scores, or pre has no variance.

    Examples
    --------
    >>> d = pre_post_d([10.0, 12.0, 14.0, 16.0], [8.0, 9.0, 9.0, 14.0])
    >>> round(d.value, 2)
    0.84
    """
    pairs = high_is_bad(paired_scores(pre, post), higher_is_better)
    before = require_variance(pairs["first"].to_numpy(), "pre")
    after = pairs["second"].to_numpy()
    n, spread = len(before), (before - after).var(ddof=1) / before.var(ddof=1)
    d = arrays.pre_post_d(before, after)
    if not corrected:
        return from_standard_error(d, math.sqrt(spread / n + d**2 / (2 * (n - 1))), n)
    factor = small_sample_factor(n - 1)
    d *= factor
    error = factor * math.sqrt(spread / (n - 1) + d**2 / (2 * (n - 1)))
    return from_standard_error(d, error, n, degrees_of_freedom=n - 1)


def small_sample_factor(degrees_of_freedom: int) -> float:
    """Return Hedges' J, by which a difference in SDs is multiplied to be unbiased.

    J(m) = Γ(m/2) / (sqrt(m/2) Γ((m - 1)/2)), close to 1 - 3 / (4 m - 1); the source is metafor.

    Parameters
    ----------
    degrees_of_freedom
        Of the SD, 2 or more.

    Returns
    -------
    float
        Between 0 and 1.

    Examples
    --------
    >>> round(small_sample_factor(3), 4)
    0.7236
    """
    m = degrees_of_freedom
    return math.exp(gammaln(m / 2) - math.log(math.sqrt(m / 2)) - gammaln((m - 1) / 2))


def mean_gain(pre: Values, post: Values, *, higher_is_better: bool = False) -> Estimate:
    """Return the mean of pre - post (post - pre if high is good) of the clients with both scores.

    The interval is Student's t on the paired differences.

    Parameters
    ----------
    pre, post
        Scores before and after, one per client: Series are paired by index, else by position.
    higher_is_better
        Whether a high score is good; by default a low score is.

    Returns
    -------
    Estimate
        In score points; above 0 = clients got better.

    Raises
    ------
    ValueError
        Fewer than 3 clients have both scores.

    Examples
    --------
    >>> mean_gain([20.0, 25.0, 30.0, 18.0], [12.0, 20.0, 18.0, 15.0]).value
    7.0
    """
    pairs = high_is_bad(paired_scores(pre, post), higher_is_better)
    before, after = pairs["first"].to_numpy(), pairs["second"].to_numpy()
    n = len(pairs)
    error = (before - after).std(ddof=1) / math.sqrt(n)
    return from_standard_error(arrays.mean_gain(before, after), error, n, degrees_of_freedom=n - 1)


def variance_ratio(treated: Values, control: Values) -> Estimate:
    """Return SD²(treated) / SD²(control).

    The interval is that of the F distribution (R's var.test): exact for normal scores at every n,
    and wrong for scores far from normal at every n. The standard error is the large-sample one for
    normal scores: the variance of a log sample variance is 2 / (n - 1).

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
    freedom = len(first) - 1, len(second) - 1
    error = value * math.sqrt(2 / freedom[0] + 2 / freedom[1])
    low, high = (value / float(fdtri(*freedom, tail)) for tail in (0.975, 0.025))
    return Estimate(value, error, low, high, len(first) + len(second))
