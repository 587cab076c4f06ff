"""How much of the outcome lies with the therapist, and the therapists' shrunken means.

One model throughout: post ~ pre + (1 | therapist), restricted maximum likelihood (REML).
Everything it needs is in one cross-product matrix per therapist, so that 20,000 clients cost
milliseconds: calibration calls it in loops. Tests hold it against statsmodels' MixedLM and against
R's lme4. Shares of variance have no direction: only the table asks which end of a score is good.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from dyadsim.analysis.arrays import Floats
from dyadsim.analysis.change import residual_gain
from dyadsim.analysis.columns import as_numbers, require_columns, require_variance
from dyadsim.analysis.effects import NORMAL_QUANTILE
from dyadsim.analysis.estimate import Estimate, from_standard_error
from dyadsim.analysis.long_table import client_ids

# Shares of variance at which the profile likelihood is computed before its peak is refined.
GRID = np.concatenate([np.linspace(0.0, 0.975, 40), [0.99, 0.999, 0.9999]])
BLOCKS = 20  # of therapists, left out in turn for a jackknife error


class TherapistEffect(NamedTuple):
    """The therapist effect and what it is made of.

    Attributes
    ----------
    percent
        Therapist share of the outcome variance, in per cent.
    therapist_variance, client_variance
        The two variances, points squared.
    therapists
        Number of therapists.
    """

    percent: Estimate
    therapist_variance: float
    client_variance: float
    therapists: int


class _Fit(NamedTuple):
    """The fitted model: therapist share of the variance, both variances, fixed coefficients."""

    share: float
    therapist_variance: float
    client_variance: float
    coefficients: Floats


def therapist_effect(
    frame: pd.DataFrame, *, pre: str = "pre", post: str = "post", therapist: str = "therapist"
) -> TherapistEffect:
    """Return 100 · var(therapist) / (var(therapist) + var(client)) of post ~ pre + (1 | therapist).

    The interval comes from the profile REML likelihood, cut at 0. The standard error is its
    curvature at the peak; when the estimate is 0, upper end / 1.96.

    Parameters
    ----------
    frame
        One row per client. Clients without a therapist or a score are left out.
    pre, post, therapist
        Names of the columns.

    Returns
    -------
    TherapistEffect
        `percent.n` counts clients.

    Raises
    ------
    ValueError
        An unknown column, fewer than 2 therapists, no therapist with 2 clients, a pre without
        variance, or scores that do not vary within therapists.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> therapist, pre = np.arange(600) % 30, 15 + 6 * rng.normal(size=600)
    >>> post = 3 + 0.5 * pre + 2 * rng.normal(size=30)[therapist] + 5 * rng.normal(size=600)
    >>> frame = pd.DataFrame({"therapist": therapist, "pre": pre, "post": post})
    >>> percent = therapist_effect(frame).percent
    >>> percent.low < 100 * 4 / 29 < percent.high
    True
    """
    cross = _cross_products(_complete(frame, [pre], post, therapist))
    fit = _reml(cross)
    error, low, high = _uncertainty(cross, fit.share)
    n = int(cross[:, 0, 0].sum())
    percent = Estimate(100 * fit.share, 100 * error, 100 * low, 100 * high, n)
    return TherapistEffect(percent, fit.therapist_variance, fit.client_variance, len(cross))


def therapist_percent(
    frame: pd.DataFrame, *, pre: str = "pre", post: str = "post", therapist: str = "therapist"
) -> float:
    """Return the value of `therapist_effect` alone, without its interval: for loops.

    Parameters
    ----------
    frame, pre, post, therapist
        As in `therapist_effect`.

    Returns
    -------
    float
        In per cent.

    Raises
    ------
    ValueError
        As `therapist_effect`.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "therapist": [1, 1, 1, 2, 2, 2],
    ...     "pre": [20, 22, 24, 20, 22, 24],
    ...     "post": [10, 12, 15, 4, 7, 8],
    ... })
    >>> therapist_percent(frame) > 50
    True
    """
    return 100 * _reml(_cross_products(_complete(frame, [pre], post, therapist))).share


def share_of_therapist_variance(
    frame: pd.DataFrame,
    skill: str,
    *,
    pre: str = "pre",
    post: str = "post",
    therapist: str = "therapist",
    jackknife: bool = True,
) -> Estimate:
    """Return by which proportion var(therapist) falls when `skill` enters the model.

    Both models use the same clients: those with a therapist, both scores and a skill. The
    standard error is a jackknife over 20 blocks of therapists (blocks whose removal leaves no
    therapist variance are skipped).

    Parameters
    ----------
    frame
        One row per client.
    skill
        Column of the therapist's skill: one value per therapist.
    pre, post, therapist
        Names of the columns.
    jackknife
        Without it the standard error and the interval are NaN.

    Returns
    -------
    Estimate
        1 = skill explains all differences between therapists, 0 = none; by chance a little below
        0. n counts clients.

    Raises
    ------
    ValueError
        As `therapist_effect`; or skill differs within a therapist, is the same for all, fewer
        than 4 therapists have one, or there is no therapist variance to divide.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> therapist, skill = np.arange(900) % 30, rng.normal(size=30)
    >>> pre = 15 + 6 * rng.normal(size=900)
    >>> post = 3 + 0.5 * pre - 3 * skill[therapist] + 5 * rng.normal(size=900)
    >>> frame = pd.DataFrame(
    ...     {"therapist": therapist, "pre": pre, "post": post, "skill": skill[therapist]}
    ... )
    >>> share_of_therapist_variance(frame, "skill").value > 0.9
    True
    """
    rows = _complete(frame, [pre, skill], post, therapist)
    _check_skill(rows, skill)
    cross = _cross_products(rows)
    share = _relative_fall(cross)
    if math.isnan(share):
        raise ValueError("therapists do not differ (variance 0): there is nothing to divide")
    if not jackknife:
        return Estimate(share, math.nan, math.nan, math.nan, len(rows))
    blocks = np.array_split(np.arange(len(cross)), min(BLOCKS, len(cross)))
    shares = np.array([_relative_fall(np.delete(cross, block, axis=0)) for block in blocks])
    shares = shares[~np.isnan(shares)]
    error = math.sqrt((len(shares) - 1) * shares.var()) if len(shares) > 1 else 0.0
    if error == 0:  # every block gave the same, or none did: that tells nothing about chance
        return Estimate(share, math.nan, math.nan, math.nan, len(rows))
    return from_standard_error(share, error, len(rows))


def therapist_table(
    frame: pd.DataFrame,
    *,
    pre: str = "pre",
    post: str = "post",
    therapist: str = "therapist",
    higher_is_better: bool = False,
) -> pd.DataFrame:
    """Return one row per therapist, worst first, for a caterpillar plot.

    Parameters
    ----------
    frame, pre, post, therapist
        As in `therapist_effect`.
    higher_is_better
        Whether a high score is good; by default a low one is.

    Returns
    -------
    pandas.DataFrame
        Index: therapist. n (clients), raw_gain (mean of `residual_gain`), shrunken_gain (best
        linear unbiased prediction from `therapist_effect`'s model), standard_error of it given
        the variances, low, high (95 %). Gains in score points; above 0 = clients do better.

    Raises
    ------
    ValueError
        As `therapist_effect`.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "therapist": ["a", "a", "a", "b", "b", "b"],
    ...     "pre": [20, 22, 24, 20, 22, 24],
    ...     "post": [10, 12, 15, 4, 7, 8],
    ... })
    >>> therapist_table(frame).index.tolist()
    ['a', 'b']
    """
    rows = _complete(frame, [pre], post, therapist)
    cross = _cross_products(rows)
    fit = _reml(cross)
    sizes, residual = cross[:, 0, 0], cross[:, 0, -1] - cross[:, 0, :-1] @ fit.coefficients
    ratio = fit.therapist_variance / fit.client_variance
    gain = residual_gain(rows[pre], rows[post], higher_is_better=higher_is_better)
    sign = 1 if higher_is_better else -1
    table = pd.DataFrame(
        {
            "n": sizes.astype(int),
            "raw_gain": gain.groupby(rows[therapist].to_numpy()).mean(),
            "shrunken_gain": sign * ratio / (1 + sizes * ratio) * residual,
            "standard_error": np.sqrt(fit.therapist_variance / (1 + sizes * ratio)),
        }
    )
    half_width = NORMAL_QUANTILE * table["standard_error"]
    table["low"] = table["shrunken_gain"] - half_width
    table["high"] = table["shrunken_gain"] + half_width
    return table.rename_axis(therapist).sort_values("shrunken_gain", kind="stable")


def _complete(
    frame: pd.DataFrame, regressors: list[str], post: str, therapist: str
) -> pd.DataFrame:
    """Return complete rows sorted by therapist; columns therapist, regressors, post."""
    require_columns(frame, therapist, *regressors, post)
    scores = {name: as_numbers(frame[name], name) for name in (*regressors, post)}
    rows = pd.DataFrame({therapist: frame[therapist], **scores}).dropna()
    if len(rows) < 3:
        raise ValueError(f"at least 3 clients need a therapist and scores, {len(rows)} have them")
    require_variance(rows[regressors[0]].to_numpy(), regressors[0])
    rows[therapist] = client_ids(rows[therapist], therapist)
    return rows.sort_values(therapist, kind="stable")


def _check_skill(rows: pd.DataFrame, skill: str) -> None:
    by_therapist = rows.groupby(rows.columns[0])[skill]
    if (by_therapist.max() != by_therapist.min()).any():
        raise ValueError(f"'{skill}' differs within a therapist: one value each is needed")
    if by_therapist.ngroups < 4:
        raise ValueError(f"at least 4 therapists need a '{skill}', {by_therapist.ngroups} have one")
    require_variance(by_therapist.first().to_numpy(), skill)


def _cross_products(rows: pd.DataFrame) -> Floats:
    """Return Z'Z of every therapist, (therapist, column, column), Z = [1, regressors, post].

    Columns are centred first: it moves only the intercept and keeps the algebra well conditioned.
    """
    codes = rows.iloc[:, 0].factorize()[0]
    first = np.flatnonzero(np.diff(codes, prepend=-1))
    if len(first) < 2 or len(first) == len(rows):
        raise ValueError("at least 2 therapists are needed, and one of them with 2 clients")
    scores = rows.iloc[:, 1:].to_numpy(dtype=float)
    design = np.column_stack([np.ones(len(rows)), scores - scores.mean(0)])
    return np.add.reduceat(design[:, :, None] * design[:, None, :], first, axis=0)


def _reml(cross: Floats) -> _Fit:
    """Fit by profile REML over the therapist share of variance in [0, 0.9999]."""
    share = _peak(cross)
    ratio = share / (1 - share)
    weighted, rss, coefficients = _solve(cross, ratio)
    variance = float(rss / (cross[:, 0, 0].sum() - len(weighted) + 1))
    return _Fit(share, ratio * variance, variance, coefficients)


def _peak(cross: Floats) -> float:
    """Return the best point of the grid, refined to the root of the slope beside it."""
    best = int(np.argmin([_deviance(share, cross) for share in GRID]))
    low, high = GRID[max(best - 1, 0)], GRID[min(best + 1, len(GRID) - 1)]
    if _slope(low, cross) >= 0:
        return float(low)
    if _slope(high, cross) <= 0:
        return float(high)
    return float(brentq(_slope, low, high, args=(cross,), xtol=1e-12))


def _solve(cross: Floats, ratio: float) -> tuple[Floats, float, Floats]:
    """Return Z'VZ with V = (I + ratio J)⁻¹, weighted residual sum of squares, coefficients.

    For a therapist with n clients the inverse is I - ratio / (1 + n ratio) J (Woodbury), and J
    needs only the therapist's column sums, which are the first row of their cross-product.
    """
    sums = cross[:, 0, :]
    weight = ratio / (1 + sums[:, 0] * ratio)
    weighted = cross.sum(0) - (sums * weight[:, None]).T @ sums
    coefficients = np.linalg.solve(weighted[:-1, :-1], weighted[:-1, -1])
    rss = float(weighted[-1, -1] - weighted[:-1, -1] @ coefficients)
    if rss <= 1e-12 * cross[:, -1, -1].sum():
        raise ValueError("scores do not vary within therapists, given pre: no model can be fitted")
    return weighted, rss, coefficients


def _deviance(share: float, cross: Floats) -> float:
    """Return -2 log REML likelihood up to a constant, client variance profiled out."""
    ratio, sizes = share / (1 - share), cross[:, 0, 0]
    weighted, rss, _ = _solve(cross, ratio)
    freedom = sizes.sum() - len(weighted) + 1
    determinant = np.linalg.slogdet(weighted[:-1, :-1])[1]
    return float(freedom * np.log(rss) + np.log1p(sizes * ratio).sum() + determinant)


def _slope(share: float, cross: Floats) -> float:
    """Return the derivative of `_deviance` in share (the fixed part is at its optimum)."""
    ratio, sums = share / (1 - share), cross[:, 0, :]
    sizes = sums[:, 0]
    weighted, rss, coefficients = _solve(cross, ratio)
    freedom = sizes.sum() - len(weighted) + 1
    change = 1 / (1 + sizes * ratio) ** 2
    residual = sums[:, -1] - sums[:, :-1] @ coefficients
    weighted_change = (sums[:, :-1] * change[:, None]).T @ sums[:, :-1]
    slope = (
        (sizes / (1 + sizes * ratio)).sum()
        - freedom * (change @ residual**2) / rss
        - np.trace(np.linalg.solve(weighted[:-1, :-1], weighted_change))
    )
    return float(slope / (1 - share) ** 2)


def _uncertainty(cross: Floats, share: float) -> tuple[float, float, float]:
    """Return standard error, low and high of the share."""
    limit = _deviance(share, cross) + NORMAL_QUANTILE**2

    def above(point: float) -> float:
        return _deviance(point, cross) - limit

    low, high = _crossing(above, share, 0.0), _crossing(above, share, float(GRID[-1]))
    step = min(1e-4, share / 2)
    if share <= 0 or share >= GRID[-1]:
        return max(high - share, share - low) / NORMAL_QUANTILE, low, high
    curvature = (_slope(share + step, cross) - _slope(share - step, cross)) / (2 * step)
    return math.sqrt(2 / curvature), low, high


def _crossing(above: Callable[[float], float], inside: float, edge: float) -> float:
    """Return where the function turns positive from inside to edge; the edge if it never does."""
    if above(edge) <= 0:
        return edge
    return float(brentq(above, inside, edge))


def _relative_fall(cross: Floats) -> float:
    """Return the relative fall of the therapist variance as skill enters; NaN if there is none."""
    skill = cross[:, 0, 2] / cross[:, 0, 0]
    if np.ptp(skill) <= 1e-9 * np.abs(skill).max():
        return math.nan  # a block left out took all differences in skill with it
    without = np.delete(np.delete(cross, 2, axis=1), 2, axis=2)
    before = _reml(without).therapist_variance
    return 1 - _reml(cross).therapist_variance / before if before > 0 else math.nan
