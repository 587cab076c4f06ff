"""Statistics on arrays of scores, one value per client; NaN marks a missing score.

These functions compute a value and nothing else, so that calibration and sweeps can call them
thousands of times. The other modules of this package add standard errors and intervals. High scores
are bad here; who has a scale where high is good calls the other modules with `higher_is_better`.

Three statistics have a second implementation: `process.pearson` (scipy), `effects.hedges_g`
(statsmodels) and `change.residual_gain` (scipy). Those need their library for the interval or the
line anyway, and sum in another order, so that the last bits differ. Each way has published results
that must not move, so both stay; `tests/analysis/test_arrays.py` holds them together to 1e-12.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dyadsim.analysis.criteria import fell_by, fell_by_share, lies_below, reaches

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


def pearson_r(first: Floats, second: Floats) -> float:
    """Return Pearson's correlation over the clients with both values.

    Parameters
    ----------
    first, second
        Values, shape (client,).

    Returns
    -------
    float
        The correlation, in [-1, 1] up to rounding.

    Examples
    --------
    >>> pearson_r(np.array([1.0, 2.0, 3.0, np.nan]), np.array([2.0, 4.0, 6.0, 0.0]))
    1.0
    """
    both = ~(np.isnan(first) | np.isnan(second))
    x, y = first[both] - first[both].mean(), second[both] - second[both].mean()
    return float(x @ y / np.sqrt((x @ x) * (y @ y)))


def hedges_g(better: Floats, worse: Floats) -> float:
    """Return Hedges' g, mean of the first group minus mean of the second, in pooled SDs.

    Parameters
    ----------
    better, worse
        Scores of the two groups, shapes (n,) and (m,); high is good.

    Returns
    -------
    float
        Above 0 if the first group scores higher; NaN if a group has fewer than 2 scores.

    Examples
    --------
    >>> round(hedges_g(np.array([8.0, 10.0, 12.0]), np.array([4.0, 6.0, 8.0])), 3)
    1.6
    """
    first, second = better[~np.isnan(better)], worse[~np.isnan(worse)]
    n, m = first.size, second.size
    if min(n, m) < 2:
        return float("nan")
    freedom = n + m - 2
    pooled = np.sqrt(((n - 1) * first.var(ddof=1) + (m - 1) * second.var(ddof=1)) / freedom)
    return float((1 - 3 / (4 * freedom - 1)) * (first.mean() - second.mean()) / pooled)


def residual_gain(pre: Floats, post: Floats) -> Floats:
    """Return minus the residual of the regression of post on pre.

    Parameters
    ----------
    pre, post
        Scores before and after, shape (client,); high is bad. `pre` has no missing score.

    Returns
    -------
    Floats
        Gain in points, shape (client,): above 0 = better than expected from `pre`; NaN where
        `post` is missing.

    Examples
    --------
    >>> residual_gain(np.array([10.0, 20.0, 30.0]), np.array([5.0, 16.0, 15.0])).tolist()
    [2.0, -4.0, 2.0]
    """
    both = ~np.isnan(post)
    before, after = pre[both], post[both]
    centred = before - before.mean()
    slope = centred @ after / (centred @ centred)
    return np.asarray(after.mean() + slope * (pre - before.mean()) - post)


def pre_post_d(pre: Floats, post: Floats) -> float:
    """Return the mean fall from pre to post in SDs of pre, over the clients with a post score.

    Without the correction for small samples that `effects.pre_post_d` makes: 3 in 4,000 for 1,000
    clients.

    Parameters
    ----------
    pre, post
        Scores before and after, shape (client,). `pre` has no missing score.

    Returns
    -------
    float
        Above 0 if scores fell.

    Examples
    --------
    >>> pre_post_d(np.array([10.0, 12.0, 14.0]), np.array([8.0, 9.0, 13.0]))
    1.0
    """
    both = ~np.isnan(post)
    return float((pre - post)[both].mean() / pre[both].std(ddof=1))


def mean_gain(pre: Floats, post: Floats) -> float:
    """Return the mean of pre - post over the clients with both scores.

    Parameters
    ----------
    pre, post
        Scores before and after, shape (client,).

    Returns
    -------
    float
        In score points; above 0 if scores fell.

    Examples
    --------
    >>> mean_gain(np.array([10.0, 12.0, 14.0]), np.array([8.0, np.nan, 10.0]))
    3.0
    """
    return float(np.nanmean(pre - post))


def variance_ratio(treated: Floats, control: Floats) -> float:
    """Return the sample variance of the treated group over that of the control group.

    Parameters
    ----------
    treated, control
        Scores of the two groups, shapes (n,) and (m,).

    Returns
    -------
    float
        Below 1 if the treated differ less among themselves.

    Examples
    --------
    >>> variance_ratio(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0]))
    0.25
    """
    return float(np.nanvar(treated, ddof=1) / np.nanvar(control, ddof=1))


def share(mask: NDArray[Any]) -> float:
    """Return the share that is true.

    Parameters
    ----------
    mask
        True or false, shape (client,).

    Returns
    -------
    float
        In [0, 1]; NaN if the mask is empty.

    Examples
    --------
    >>> share(np.array([True, False, False, False]))
    0.25
    """
    return float(mask.mean()) if mask.size else float("nan")


def reliably_improved(pre: Floats, post: Floats, criterion: float) -> Mask:
    """Return whose score fell by the reliable change or more.

    Parameters
    ----------
    pre, post
        Scores before and after, shape (client,).
    criterion
        Smallest reliable change, in points.

    Returns
    -------
    Mask
        Shape (client,), False where a score is missing.

    Examples
    --------
    >>> reliably_improved(np.array([20.0, 20.0]), np.array([14.0, 15.0]), 6).tolist()
    [True, False]
    """
    return fell_by(pre, post, criterion)


def reliably_deteriorated(pre: Floats, post: Floats, criterion: float) -> Mask:
    """Return whose score rose by the reliable change or more.

    Parameters
    ----------
    pre, post
        Scores before and after, shape (client,).
    criterion
        Smallest reliable change, in points.

    Returns
    -------
    Mask
        Shape (client,), False where a score is missing.

    Examples
    --------
    >>> reliably_deteriorated(np.array([20.0, 20.0]), np.array([26.0, 25.0]), 6).tolist()
    [True, False]
    """
    return fell_by(-pre, -post, criterion)


def reliably_recovered(pre: Floats, post: Floats, criterion: float, cut_off: float) -> Mask:
    """Return who improved reliably and crossed the clinical cut-off.

    Parameters
    ----------
    pre, post
        Scores before and after, shape (client,); high is bad.
    criterion
        Smallest reliable change, in points.
    cut_off
        Clinical cut-off: crossed by a client at or above it before and below it after.

    Returns
    -------
    Mask
        Shape (client,), False where a score is missing.

    Examples
    --------
    >>> reliably_recovered(np.array([15.0, 15.0, 9.0]), np.array([9.0, 12.0, 2.0]), 6, 10).tolist()
    [True, False, False]
    """
    crossed = reaches(pre, cut_off) & lies_below(post, cut_off)
    return np.asarray(reliably_improved(pre, post, criterion) & crossed)


def responded(pre: Floats, post: Floats, fall: float = 0.5) -> Mask:
    """Return whose score fell by at least a share of what it was.

    Parameters
    ----------
    pre, post
        Scores before and after, shape (client,).
    fall
        The share, above 0 and at most 1.

    Returns
    -------
    Mask
        Shape (client,), False where a score is missing.

    Examples
    --------
    >>> responded(np.array([20.0, 20.0]), np.array([10.0, 11.0])).tolist()
    [True, False]
    """
    return fell_by_share(pre, post, fall)
