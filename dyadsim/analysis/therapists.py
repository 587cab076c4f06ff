"""How much of the outcome lies with the therapist, and who stands where, shrunk to be fair.

One model throughout: post ~ pre + (1 | therapist), restricted maximum likelihood (REML).
Everything it needs is in one cross-product matrix per therapist, so that 20,000 clients cost
milliseconds: calibration calls it in loops. Tests hold it against statsmodels' MixedLM.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from dyadsim.analysis.change import residual_gain
from dyadsim.analysis.columns import Floats, numbers, require, vary
from dyadsim.analysis.effects import NORMAL_QUANTILE
from dyadsim.analysis.estimate import Estimate, from_standard_error

# Shares of variance at which the profile likelihood is looked at before its peak is polished.
GRID = np.concatenate([np.linspace(0.0, 0.975, 40), [0.99, 0.999, 0.9999]])
BLOCKS = 20  # of therapists, left out in turn for a jackknife error


class TherapistEffect(NamedTuple):
    """Therapist share of the outcome variance (per cent) and the two variances it is made of."""

    percent: Estimate
    therapist_variance: float
    client_variance: float
    therapists: int


class _Fit(NamedTuple):
    share: float
    therapist_variance: float
    client_variance: float
    coefficients: Floats


def therapist_effect(
    frame: pd.DataFrame, *, pre: str = "pre", post: str = "post", therapist: str = "therapist"
) -> TherapistEffect:
    """100 · var(therapist) / (var(therapist) + var(client)) of post ~ pre + (1 | therapist).

    frame: one row per client. Clients without a therapist or a score are left out.
    Interval: profile REML likelihood, cut at 0. Standard error: its curvature at the peak; when
    the estimate is 0, upper end / 1.96. `percent.n` counts clients.
    Raises ValueError if fewer than 2 therapists, no therapist has 2 clients, pre has no variance
    or scores do not vary within therapists.
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
    """The value of `therapist_effect` alone, without its interval: for loops."""
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
    """Proportion by which var(therapist) falls when the therapist's `skill` enters the model.

    1 = skill explains all differences between therapists, 0 = none; can fall a little below 0 by
    chance. Both models use the same clients: those with a therapist, both scores and a skill.
    Standard error: jackknife over 20 blocks of therapists (blocks whose removal leaves no
    therapist variance are skipped); NaN without `jackknife`. `n` counts clients.
    Raises ValueError as `therapist_effect`, and if skill differs within a therapist, is the same
    for all, fewer than 4 therapists have one, or there is no therapist variance to share out.
    """
    rows = _complete(frame, [pre, skill], post, therapist)
    _check_skill(rows, skill)
    cross = _cross_products(rows)
    value = _fall(cross)
    if math.isnan(value):
        raise ValueError("therapists do not differ (variance 0): there is nothing to share out")
    if not jackknife:
        return Estimate(value, math.nan, math.nan, math.nan, len(rows))
    blocks = np.array_split(np.arange(len(cross)), min(BLOCKS, len(cross)))
    falls = np.array([_fall(np.delete(cross, block, axis=0)) for block in blocks])
    falls = falls[~np.isnan(falls)]
    error = math.sqrt((len(falls) - 1) * falls.var()) if len(falls) else 0.0
    return from_standard_error(value, error, len(rows))


def therapist_table(
    frame: pd.DataFrame, *, pre: str = "pre", post: str = "post", therapist: str = "therapist"
) -> pd.DataFrame:
    """One row per therapist, worst first, for a caterpillar plot; gains in score points.

    Columns: n (clients), raw_gain (mean residual gain, see `residual_gain`), shrunken_gain (best
    linear unbiased prediction from `therapist_effect`'s model; positive = clients do better),
    standard_error of it given the variances, low, high (95 %). Raises as `therapist_effect`.
    """
    rows = _complete(frame, [pre], post, therapist)
    cross = _cross_products(rows)
    fit = _reml(cross)
    sizes, residual = cross[:, 0, 0], cross[:, 0, -1] - cross[:, 0, :-1] @ fit.coefficients
    ratio = fit.therapist_variance / fit.client_variance
    gain = residual_gain(rows[pre], rows[post])
    table = pd.DataFrame(
        {
            "n": sizes.astype(int),
            "raw_gain": gain.groupby(rows[therapist].to_numpy()).mean(),
            "shrunken_gain": -ratio / (1 + sizes * ratio) * residual,
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
    """Complete rows sorted by therapist; columns therapist, regressors, post."""
    require(frame, therapist, *regressors, post)
    scores = {name: numbers(frame[name], name) for name in (*regressors, post)}
    rows = pd.DataFrame({therapist: frame[therapist], **scores}).dropna()
    if len(rows) < 3:
        raise ValueError(f"at least 3 clients need a therapist and scores, {len(rows)} have them")
    vary(rows[regressors[0]].to_numpy(), regressors[0])
    return rows.sort_values(therapist, kind="stable")


def _check_skill(rows: pd.DataFrame, skill: str) -> None:
    by_therapist = rows.groupby(rows.columns[0])[skill]
    if (by_therapist.max() != by_therapist.min()).any():
        raise ValueError(f"'{skill}' differs within a therapist: one value each is needed")
    if by_therapist.ngroups < 4:
        raise ValueError(f"at least 4 therapists need a '{skill}', {by_therapist.ngroups} have one")
    vary(by_therapist.first().to_numpy(), skill)


def _cross_products(rows: pd.DataFrame) -> Floats:
    """Z'Z of every therapist, shape (therapist, column, column), Z = [1, regressors, post].

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
    """Best point of the grid, polished to the root of the slope between its neighbours."""
    best = int(np.argmin([_deviance(share, cross) for share in GRID]))
    low, high = GRID[max(best - 1, 0)], GRID[min(best + 1, len(GRID) - 1)]
    if _slope(low, cross) >= 0:
        return float(low)
    if _slope(high, cross) <= 0:
        return float(high)
    return float(brentq(_slope, low, high, args=(cross,), xtol=1e-12))


def _solve(cross: Floats, ratio: float) -> tuple[Floats, float, Floats]:
    """Z'VZ with V = (I + ratio J)⁻¹, weighted residual sum of squares, fixed coefficients.

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
    """-2 log REML likelihood up to a constant, client variance profiled out."""
    ratio, sizes = share / (1 - share), cross[:, 0, 0]
    weighted, rss, _ = _solve(cross, ratio)
    freedom = sizes.sum() - len(weighted) + 1
    determinant = np.linalg.slogdet(weighted[:-1, :-1])[1]
    return float(freedom * np.log(rss) + np.log1p(sizes * ratio).sum() + determinant)


def _slope(share: float, cross: Floats) -> float:
    """Derivative of `_deviance` in share, term by term (the fixed part is at its optimum)."""
    ratio, sums = share / (1 - share), cross[:, 0, :]
    sizes = sums[:, 0]
    weighted, rss, coefficients = _solve(cross, ratio)
    freedom = sizes.sum() - len(weighted) + 1
    change = 1 / (1 + sizes * ratio) ** 2
    residual = sums[:, -1] - sums[:, :-1] @ coefficients
    moved = (sums[:, :-1] * change[:, None]).T @ sums[:, :-1]
    slope = (
        (sizes / (1 + sizes * ratio)).sum()
        - freedom * (change @ residual**2) / rss
        - np.trace(np.linalg.solve(weighted[:-1, :-1], moved))
    )
    return float(slope / (1 - share) ** 2)


def _uncertainty(cross: Floats, share: float) -> tuple[float, float, float]:
    """Standard error, low and high of the share."""
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
    """Where the function turns positive between inside and edge; the edge if it never does."""
    if above(edge) <= 0:
        return edge
    return float(brentq(above, inside, edge))


def _fall(cross: Floats) -> float:
    """Relative fall of the therapist variance as the skill column enters; NaN if there is none."""
    without = np.delete(np.delete(cross, 2, axis=1), 2, axis=2)
    before = _reml(without).therapist_variance
    return 1 - _reml(cross).therapist_variance / before if before > 0 else math.nan
