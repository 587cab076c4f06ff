"""Who drops out: logistic regression on early scores with a level of therapists.

    logit P(dropped) = b_0 + sum_k b_k x_k + s u_therapist,   u ~ normal(0, 1)

x are standardised, so exp(b) is the odds ratio of one standard deviation. The share that lies with
therapists is s² / (s² + pi² / 3) on the scale of the logit (the variance of the standard logistic
distribution is pi² / 3).

Maximum likelihood; u is integrated out by adaptive Gauss-Hermite quadrature with 15 nodes, as in
R's lme4::glmer(nAGQ = 15), against which tests hold it. The interval of the share is where the
profile likelihood falls by less than 1.92 (half of the 95 % point of chi-square with one degree of
freedom), cut at 0. In 200 simulated data sets of 30 therapists with 20 clients each it holds a
share of .084 in 92 % (standard error 2), of .2 in 94 % and of 0 in 99 %.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import brentq, minimize_scalar
from scipy.special import expit, logsumexp

from dyadsim.analysis.arrays import Floats
from dyadsim.analysis.columns import as_numbers, require_columns, require_variance
from dyadsim.analysis.effects import NORMAL_QUANTILE
from dyadsim.analysis.estimate import Estimate
from dyadsim.errors import BadData, BadInput

NODES = 15  # of the quadrature
POINTS, _WEIGHTS = np.polynomial.hermite.hermgauss(NODES)
LOG_WEIGHTS = POINTS**2 + np.log(_WEIGHTS / math.sqrt(math.pi))
LARGEST_SHARE = 0.9  # of therapists that is tried: an SD of 5.4 logits
GRID = (0.0, 0.02, 0.06, 0.15, 0.35, 0.7, LARGEST_SHARE)  # shares tried
_LOGISTIC_VARIANCE = math.pi**2 / 3
_STEEPEST = 12.0  # log odds of one SD beyond which scores are said to separate who drops out


class DropoutModel(NamedTuple):
    """A fitted dropout model.

    Attributes
    ----------
    odds_ratios
        By predictor: the odds ratio of one standard deviation; interval by the normal distribution
        of its logarithm.
    therapist_share
        The therapists' share of the variance on the scale of the logit, 0 to 1; interval by profile
        likelihood. 0 is in it where the data are in accord with equal therapists.
    """

    odds_ratios: dict[str, Estimate]
    therapist_share: Estimate


def fit_dropout_model(
    clients: pd.DataFrame,
    predictors: Sequence[str],
    *,
    dropped: str = "dropped",
    therapist: str = "therapist",
) -> DropoutModel:
    """Fit the model to one row per client.

    Parameters
    ----------
    clients
        One row per client; rows with a missing value are left out.
    predictors
        Columns of early scores, at least one.
    dropped
        Column that says who dropped out: true/false or 1/0.
    therapist
        Column of the therapist.

    Returns
    -------
    DropoutModel
        Odds ratios and the therapists' share; n counts clients.

    Raises
    ------
    ValueError
        An unknown column, no predictor, one that does not vary or follows from the others or
        separates who drops out from who stays, fewer than two therapists, or a mark of dropout
        that is the same for all.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> alliance = rng.normal(size=400)
    >>> dropped = rng.random(400) < 1 / (1 + np.exp(1 + alliance))
    >>> clients = pd.DataFrame(
    ...     {"dropped": dropped, "alliance": alliance, "therapist": np.arange(400) % 20}
    ... )
    >>> model = fit_dropout_model(clients, ["alliance"])
    >>> model.odds_ratios["alliance"].high < 1, model.therapist_share.low
    (True, 0.0)
    """
    data = _data(clients, list(predictors), dropped, therapist)
    slopes, sd = _peak(data)
    return DropoutModel(
        _odds_ratios(data, slopes, sd, predictors=predictors), _therapist_share(data, slopes, sd)
    )


class _Data(NamedTuple):
    """Complete rows, sorted by therapist: marks, the fixed part's columns, therapists' rows."""

    marks: Floats
    fixed: Floats
    codes: np.ndarray
    first_rows: np.ndarray


class _At(NamedTuple):
    """The log likelihood at (slopes, sd), its gradient and minus its second derivatives."""

    log_likelihood: float
    gradient: Floats
    information: Floats


def _data(clients: pd.DataFrame, predictors: list[str], dropped: str, therapist: str) -> _Data:
    require_columns(clients, dropped, therapist, *predictors)
    if not predictors:
        raise BadInput("a dropout model needs at least one predictor")
    if len(set(predictors)) < len(predictors):
        raise BadInput(f"a predictor is named twice: {', '.join(predictors)}")
    rows = clients[[dropped, therapist, *predictors]].dropna()
    codes, therapists = rows[therapist].factorize()
    if len(therapists) < 2:
        raise BadData("a level of therapists needs two therapists or more")
    order = np.argsort(codes, kind="stable")
    rows, codes = rows.iloc[order], codes[order]
    marks = as_numbers(rows[dropped], dropped)
    if not np.isin(marks, (0, 1)).all():
        raise BadData(f"'{dropped}' must be true or false (or 1 and 0) for every client")
    require_variance(marks, dropped)
    columns = [require_variance(as_numbers(rows[name], name), name) for name in predictors]
    scaled = [(column - column.mean()) / column.std(ddof=1) for column in columns]
    fixed = np.column_stack([np.ones(len(rows)), *scaled])
    if np.linalg.matrix_rank(fixed) < fixed.shape[1]:
        raise BadData(f"one of the predictors {', '.join(predictors)} follows from the others")
    return _Data(marks, fixed, codes, np.flatnonzero(np.diff(codes, prepend=-1)))


def _per_therapist(values: Floats, data: _Data) -> Floats:
    sums: Floats = np.add.reduceat(values, data.first_rows, axis=0)
    return sums


def _modes(data: _Data, linear: Floats, sd: float) -> tuple[Floats, Floats]:
    """Return each therapist's most likely u and the SD of the normal curve that fits there."""
    u = np.zeros(len(data.first_rows))
    for _ in range(100):
        p = expit(linear + sd * u[data.codes])
        slope = sd * _per_therapist(data.marks - p, data) - u
        curvature = 1 + sd**2 * _per_therapist(p * (1 - p), data)
        step = np.clip(slope / curvature, -1, 1)
        u = u + step
        if np.abs(step).max() < 1e-10:
            break
    return u, 1 / np.sqrt(curvature)


def _at(data: _Data, slopes: Floats, sd: float) -> _At:
    """Integrate u out; the derivatives are those of missing-data theory, u being what is missing.

    Gradient: mean over u, given the data, of the complete data's gradient. Information: mean of
    the complete data's information, less the variance of its gradient.
    """
    linear = data.fixed @ slopes
    mode, width = _modes(data, linear, sd)
    u = mode[:, None] + math.sqrt(2) * width[:, None] * POINTS
    logit = linear[:, None] + sd * u[data.codes]
    marks = data.marks[:, None]
    rows = marks * logit - np.logaddexp(0, logit)
    logs = _per_therapist(rows, data) - u**2 / 2 + LOG_WEIGHTS
    total = logsumexp(logs, axis=1)
    chance = np.exp(logs - total[:, None])  # of the nodes, given the data
    p = expit(logit)
    columns = [*data.fixed.T[:, :, None], u[data.codes]]
    gradients = np.stack([_per_therapist(c * (marks - p), data) for c in columns])
    middle = (gradients * chance).sum(2)
    weighted = (gradients * chance).reshape(len(columns), -1)
    spread = weighted @ gradients.reshape(len(columns), -1).T - middle @ middle.T
    known = p * (1 - p) * chance[data.codes]
    complete = np.array([[(a * b * known).sum() for a in columns] for b in columns])
    return _At(float((total + np.log(width)).sum()), middle.sum(1), complete - spread)


def _best_slopes(data: _Data, sd: float, start: Floats) -> tuple[Floats, float]:
    """Return the slopes that are most likely with this SD of therapists, and -2 log likelihood."""
    slopes, now = start, _at(data, start, sd)
    for _ in range(100):
        step = np.linalg.solve(now.information[:-1, :-1], now.gradient[:-1])
        if step @ now.gradient[:-1] < 1e-9:
            break
        after = _at(data, slopes + step, sd)
        if after.log_likelihood < now.log_likelihood:
            step = step / 4
            after = _at(data, slopes + step, sd)
        gained = after.log_likelihood - now.log_likelihood
        slopes, now = slopes + step, after
        if abs(gained) < 1e-9:
            break
        if np.abs(slopes[1:]).max() > _STEEPEST:
            raise BadData(
                "the predictors separate clients who drop out from those who stay (nearly) "
                "without exception: no odds ratio can be estimated. Leave the one out that does."
            )
    return slopes, -2 * now.log_likelihood


def _sd(share: float) -> float:
    return math.sqrt(share / (1 - share) * _LOGISTIC_VARIANCE)


def _peak(data: _Data) -> tuple[Floats, float]:
    """Return the most likely slopes and SD of therapists; the SD is 0 where none is as likely."""
    start, least = _best_slopes(data, 0.0, np.zeros(data.fixed.shape[1]))

    def deviance(share: float) -> float:
        return _best_slopes(data, _sd(share), start)[1]

    tried = [least, *(deviance(share) for share in GRID[1:])]
    best = int(np.argmin(tried))
    around = (GRID[max(best - 1, 0)], GRID[min(best + 1, len(GRID) - 1)])
    optimum = minimize_scalar(deviance, bounds=around, method="bounded", options={"xatol": 1e-6})
    if optimum.fun > least - 1e-7:
        return start, 0.0
    sd = _sd(float(optimum.x))
    return _best_slopes(data, sd, start)[0], sd


def _odds_ratios(
    data: _Data, slopes: Floats, sd: float, *, predictors: Sequence[str]
) -> dict[str, Estimate]:
    """Return exp(slope) with the normal interval of the logarithm."""
    information = _at(data, slopes, sd).information
    known = information if sd > 0 else information[:-1, :-1]
    errors = np.sqrt(np.diag(np.linalg.inv(known)))
    ratios = {}
    for name, slope, error in zip(predictors, slopes[1:], errors[1:], strict=False):
        low, middle, high = np.exp(slope + NORMAL_QUANTILE * error * np.array([-1, 0, 1]))
        ratios[name] = Estimate(
            float(middle), float(middle * error), float(low), float(high), len(data.marks)
        )
    return ratios


def _therapist_share(data: _Data, slopes: Floats, sd: float) -> Estimate:
    """Return the therapists' share with its profile likelihood interval, cut at 0."""
    share = sd**2 / (sd**2 + _LOGISTIC_VARIANCE)
    limit = -2 * _at(data, slopes, sd).log_likelihood + NORMAL_QUANTILE**2

    def above(point: float) -> float:
        return _best_slopes(data, _sd(point), slopes)[1] - limit

    low, high = (
        edge if above(edge) <= 0 else float(brentq(above, share, edge, xtol=1e-6))
        for edge in (0.0, LARGEST_SHARE)
    )
    if sd == 0:
        return Estimate(share, high / NORMAL_QUANTILE, low, high, len(data.marks))
    error = math.sqrt(np.linalg.inv(_at(data, slopes, sd).information)[-1, -1])
    scale = 2 * sd * _LOGISTIC_VARIANCE / (sd**2 + _LOGISTIC_VARIANCE) ** 2
    return Estimate(share, scale * error, low, high, len(data.marks))
