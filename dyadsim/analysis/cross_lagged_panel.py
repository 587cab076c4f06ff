"""The random-intercept cross-lagged panel model (RI-CLPM), with equal lags over time.

    x_it = mean_x(t) + X_i + p_it,     p_it = c p_i,t-1 + d q_i,t-1 + u_it
    y_it = mean_y(t) + Y_i + q_it,     q_it = a q_i,t-1 + b p_i,t-1 + v_it

X and Y are what stays the same in a client (correlated); p and q are deviations from it, correlated
at the first session; u and v are correlated within a session. The lags a, b, c, d and the
(co)variances of u and v are equal from the second session on; every session has its own means,
which take out the improvement that clients share. Normal maximum likelihood over all clients with
a session or more, whatever they miss (full information). Tests hold it against R's lavaan.

Unlike centring on the client's own mean (`lagged`) it is not biased by short series, but all that
clients do not have in common has to be an intercept or a lag. Where they improve at different
rates, that passes for lags: 1,000 simulated clients with 6 sessions, individual lines and no lag
show a b of -.11 [-.15, -.07], and in simulated process studies of the null world, where nothing
heals, b is -3.4 [-4.4, -2.4] points a point of alliance.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.arrays import Floats, Mask
from dyadsim.analysis.columns import require_variance
from dyadsim.analysis.estimate import Estimate, from_standard_error
from dyadsim.analysis.lagged import observed_pairs
from dyadsim.checks import number
from dyadsim.errors import BadData, Failed

FEWEST_CLIENTS_A_SESSION = 20
MOST_SESSIONS = 20
# Places in the vector of parameters: variances of the intercepts and their covariance, the same of
# the first deviations and of u and v, then the lags a, b, c and d.
INTERCEPTS, FIRST, NOISE, LAGS = (slice(start, start + 3) for start in (0, 3, 6, 9))


class RandomInterceptPanel(NamedTuple):
    """Lagged effects within clients; n of each estimate counts clients.

    Attributes
    ----------
    effect
        b: points of the outcome per point of the predictor one session before.
    reverse
        d: points of the predictor per point of the outcome one session before.
    carry_over, predictor_carry_over
        a and c: of the outcome's and the predictor's own last deviation.
    intercept_correlation
        Of what stays the same in a client in the two scores; NaN if not admissible.
    sessions
        First and last session used.
    admissible
        Whether all estimated variances are above 0 and correlations within -1 and 1. If not,
        clients differ too little, or the model does not fit: do not read the effects.
    log_likelihood
        At its maximum.
    """

    effect: Estimate
    reverse: Estimate
    carry_over: Estimate
    predictor_carry_over: Estimate
    intercept_correlation: float
    sessions: tuple[int, int]
    admissible: bool
    log_likelihood: float


class _Patterns(NamedTuple):
    """Clients by the scores that they have, a row a pattern; 0 where a pattern lacks a score.

    Which scores (pattern, score), how many clients, their means, and their cross-products / n
    (pattern, score, score).
    """

    known: Mask
    n: Floats
    mean: Floats
    spread: Floats


class _At(NamedTuple):
    """The log likelihood, its gradient and the expected information at a point."""

    log_likelihood: float
    gradient: Floats
    information: Floats


def random_intercept_panel(
    sessions: pd.DataFrame,
    predictor: str = "alliance_score",
    outcome: str = "symptom_score",
    *,
    first: int = 1,
    last: int | None = None,
    client: str = "client",
    session: str = "session",
    occasion: str = "occasion",
) -> RandomInterceptPanel:
    """Fit the random-intercept cross-lagged panel model.

    Parameters
    ----------
    sessions
        One row per client and session, with consecutive session numbers. Session 0 and rows marked
        "follow_up" or "assessment" are left out.
    predictor, outcome
        Columns of the two scores.
    first, last
        Sessions used, 3 to 20 of them. None: the last that 20 clients have, at most 20 sessions.
    client, session, occasion
        Names of the columns; `occasion` may be absent.

    Returns
    -------
    RandomInterceptPanel
        In the units of the two scores, with standard errors from the observed information.

    Raises
    ------
    ValueError
        An unknown column, two rows of a client and session, fewer than 3 or more than 20 sessions,
        a session that fewer than 20 clients have, or a score without variance.
    Failed
        The likelihood has no maximum: the data cannot tell lags from differences between clients.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> level, noise = rng.normal(size=(300, 1)), rng.normal(size=(2, 300, 6))
    >>> alliance = level + noise[0]
    >>> symptoms = -level + noise[1]
    >>> symptoms[:, 1:] -= 0.5 * noise[0, :, :-1]
    >>> sessions = pd.DataFrame({
    ...     "client": np.repeat(np.arange(300), 6),
    ...     "session": np.tile(np.arange(1, 7), 300),
    ...     "alliance_score": alliance.ravel(),
    ...     "symptom_score": symptoms.ravel(),
    ... })
    >>> panel = random_intercept_panel(sessions)
    >>> panel.effect.low < -0.5 < panel.effect.high, panel.admissible
    (True, True)
    """
    rows = observed_pairs(sessions, (predictor, outcome), (client, session, occasion))
    first, last = _range(rows, int(first), last)
    rows = rows[rows["session"].between(first, last)]
    scale = [require_variance(rows[name].to_numpy(), name).std() for name in ("x", "y")]
    rows = rows.assign(x=rows["x"] / scale[0], y=rows["y"] / scale[1])
    patterns, waves = _patterns(rows, first, last), last - first + 1
    point = _maximum(patterns, _start(rows), waves)
    errors = np.sqrt(np.diag(_covariance(patterns, point, waves)))
    by_lag = np.array([1.0, scale[1] / scale[0], 1.0, scale[0] / scale[1]])
    n = int(rows["client"].nunique())
    a, b, c, d = (
        from_standard_error(float(size * value), float(size * error), n)
        for size, value, error in zip(by_lag, point[9:], errors[9:], strict=True)
    )
    admissible = all(_is_covariance(point[part]) for part in (INTERCEPTS, FIRST, NOISE))
    variances = point[0] * point[1]
    correlation = float(point[2] / np.sqrt(variances)) if admissible else float("nan")
    scaled = _at(patterns, point, waves).log_likelihood - len(rows) * float(np.log(scale).sum())
    return RandomInterceptPanel(b, d, a, c, correlation, (first, last), admissible, scaled)


def lagged_effect(predictor: Floats, outcome: Floats) -> float:
    """Return the value of `random_intercept_panel`'s effect alone, from arrays: for loops.

    Whether the estimates are admissible, and how sharp the maximum is, is not judged: a value to
    average over many samples, not to read alone.

    Parameters
    ----------
    predictor, outcome
        Scores of neighbouring sessions, (client, session), NaN where there is none; 3 sessions or
        more. A session of a client counts if both scores are there.

    Returns
    -------
    float
        Points of the outcome per point of the predictor one session before; NaN where there are
        fewer than 20 clients in a session, a score without variance, or no maximum.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> level, noise = rng.normal(size=(300, 1)), rng.normal(size=(2, 300, 6))
    >>> alliance, symptoms = level + noise[0], -level + noise[1]
    >>> symptoms[:, 1:] -= 0.5 * noise[0, :, :-1]
    >>> round(lagged_effect(alliance, symptoms), 2)
    -0.53
    """
    x, y = (np.where(np.isnan(predictor + outcome), np.nan, s) for s in (predictor, outcome))
    known = ~np.isnan(x)
    if x.shape[1] < 3 or known.sum(axis=0).min() < FEWEST_CLIENTS_A_SESSION:
        return float("nan")
    scale = [float(part[known].std()) for part in (x, y)]
    if min(scale) == 0:
        return float("nan")
    client, session = np.nonzero(known)
    columns = {"client": client, "session": session}
    rows = pd.DataFrame({**columns, "x": x[known] / scale[0], "y": y[known] / scale[1]})
    scores = np.stack([x / scale[0], y / scale[1]], axis=2).reshape(len(x), -1)
    try:
        point = _maximum(_patterns_of(scores[known.any(axis=1)]), _start(rows), x.shape[1])
    except (Failed, np.linalg.LinAlgError):
        return float("nan")
    return float(scale[1] / scale[0] * point[LAGS.start + 1])


def _range(rows: pd.DataFrame, first: int, last: int | None) -> tuple[int, int]:
    """Return the first and last session, if there are enough clients in all between."""
    counts = rows["session"].value_counts()
    enough = counts.index[counts >= FEWEST_CLIENTS_A_SESSION]
    if last is None:
        last = int(min(max(enough, default=0), first + MOST_SESSIONS - 1))
    number("first", first, 1, float("inf"))
    if not 3 <= last - first + 1 <= MOST_SESSIONS:
        raise BadData(
            f"the panel model needs 3 to {MOST_SESSIONS} sessions with {FEWEST_CLIENTS_A_SESSION} "
            f"clients each, these are sessions {first} to {last}: give first= and last="
        )
    for session in range(first, last + 1):
        if session not in enough:
            raise BadData(
                f"session {session} has {int(counts.get(session, 0))} clients with both scores, "
                f"{FEWEST_CLIENTS_A_SESSION} are the least: give first= and last="
            )
    return first, last


def _patterns(rows: pd.DataFrame, first: int, last: int) -> _Patterns:
    """Return the clients by the sessions that they have: x and y of session 1, of session 2, ..."""
    table = rows.pivot(index="client", columns="session", values=["x", "y"])
    order = [(name, float(session)) for session in range(first, last + 1) for name in ("x", "y")]
    return _patterns_of(table[order].to_numpy(float))


def _patterns_of(scores: Floats) -> _Patterns:
    """Return the clients by the scores that they have, (client, score)."""
    observed = ~np.isnan(scores)
    kinds, codes = np.unique(observed, axis=0, return_inverse=True)
    rows = []
    for code in range(len(kinds)):
        own = scores[codes.ravel() == code]
        known = ~np.isnan(own[0])
        own = np.where(known, own, 0.0)
        mean = own.mean(0)
        rows.append((known, float(len(own)), mean, (own - mean).T @ (own - mean) / len(own)))
    return _Patterns(*(np.array(part) for part in zip(*rows, strict=True)))


def _start(rows: pd.DataFrame) -> Floats:
    """Return a start: differences between and within clients, no lags."""
    scores = rows[["x", "y"]] - rows.groupby("session")[["x", "y"]].transform("mean")
    means = scores.groupby(rows["client"]).transform("mean")
    between, within = (part.cov().to_numpy() for part in (means, scores - means))
    parts = [[cov[0, 0], cov[1, 1], cov[0, 1]] for cov in (between, within, within)]
    return np.concatenate([*parts, np.zeros(4)])


def _is_covariance(part: Floats) -> bool:
    return bool(min(part[0], part[1]) > 0 and part[2] ** 2 < part[0] * part[1])


def _square(first: np.ndarray, second: np.ndarray, third: np.ndarray, fourth: np.ndarray) -> Any:
    """Return matrices of two rows from their four values, each of shape (...)."""
    return np.stack([first, second, third, fourth], axis=-1).reshape(*first.shape, 2, 2)


def _implied(points: np.ndarray, waves: int) -> np.ndarray:
    """Return the covariances of x1, y1, x2, y2, ... that the parameters (..., 13) imply."""
    parts = np.moveaxis(points, -1, 0)
    intercepts, own, noise = (
        _square(x, both, both, y) for x, y, both in (parts[INTERCEPTS], parts[FIRST], parts[NOISE])
    )
    a, b, c, d = parts[LAGS.start :]
    lag = _square(c, d, b, a)
    sigma = np.tile(intercepts, (waves, waves))
    for t in range(waves):
        now = slice(2 * t, 2 * t + 2)
        sigma[..., now, now] += own
        across = own
        for later in range(t + 1, waves):
            across = lag @ across
            then = slice(2 * later, 2 * later + 2)
            sigma[..., then, now] += across
            sigma[..., now, then] += across.swapaxes(-1, -2)
        own = lag @ own @ lag.swapaxes(-1, -2) + noise
    return sigma


def _slopes(point: Floats, waves: int) -> Floats:
    """Return the derivatives of the implied covariances, exact, by a step along i."""
    slopes: Floats = _implied(point + 1e-30j * np.eye(len(point)), waves).imag / 1e-30
    return slopes


def _at(patterns: _Patterns, point: Floats, waves: int) -> _At:
    """Return the likelihood with the means at their best, and its derivatives."""
    known, n = patterns.known, patterns.n
    both = known[:, :, None] & known[:, None, :]
    sigma, slopes = _implied(point, waves), _slopes(point, waves)
    own = np.where(both, sigma, np.eye(2 * waves))  # a score that is not there changes nothing
    roots = np.linalg.cholesky(own)  # an error where this is no covariance
    log_determinant = 2 * np.log(np.diagonal(roots, axis1=1, axis2=2)).sum(1)
    inverse = np.where(both, np.linalg.inv(own), 0.0)
    away = np.where(known, patterns.mean - _means(patterns, inverse), 0.0)
    spread = patterns.spread + away[:, :, None] * away[:, None, :]
    constant = known.sum(1) * np.log(2 * np.pi)
    fits = constant + log_determinant + (inverse * spread).sum((1, 2))
    rises = (n[:, None, None] / 2 * (inverse @ spread @ inverse - inverse)).sum(0)
    information = np.zeros((len(point), len(point)))
    for count, of_pattern in zip(n, inverse, strict=True):
        turned = of_pattern @ slopes  # (parameter, score, score)
        flat, across = (t.reshape(len(point), -1) for t in (turned, turned.transpose(0, 2, 1)))
        information += count / 2 * flat @ across.T
    return _At(float(-(n / 2) @ fits), (slopes * rises).sum((1, 2)), information)


def _means(patterns: _Patterns, inverse: Floats) -> Floats:
    """Return the means of all sessions that are most likely with given covariances."""
    weight = (patterns.n[:, None, None] * inverse).sum(0)
    total = (patterns.n[:, None] * (inverse @ patterns.mean[:, :, None])[:, :, 0]).sum(0)
    means: Floats = np.linalg.solve(weight, total)
    return means


def _maximum(patterns: _Patterns, point: Floats, waves: int) -> Floats:
    """Climb by Fisher scoring, with shorter steps where a full one does not rise."""
    now = _at(patterns, point, waves)
    for _ in range(500):
        step = np.linalg.lstsq(now.information, now.gradient)[0]
        if step @ now.gradient < 1e-9:
            return point
        after = None
        for _ in range(40):
            try:
                after = _at(patterns, point + step, waves)
            except np.linalg.LinAlgError:
                after = None
            if after is not None and after.log_likelihood >= now.log_likelihood:
                break
            step, after = step / 2, None
        if after is None:
            return point
        point, now = point + step, after
    raise Failed(_NO_MAXIMUM)


def _covariance(patterns: _Patterns, point: Floats, waves: int) -> Floats:
    """Return the sampling covariance: the inverse of minus the second derivatives."""
    steps = 1e-5 * np.eye(len(point))
    ends = [
        (_at(patterns, point + s, waves).gradient, _at(patterns, point - s, waves).gradient)
        for s in steps
    ]
    second = np.array([(above - below) / 2e-5 for above, below in ends])
    try:
        np.linalg.cholesky(-(second + second.T) / 2)
    except np.linalg.LinAlgError as error:
        raise Failed(_NO_MAXIMUM) from error
    covariance: Floats = np.linalg.inv(-(second + second.T) / 2)
    return covariance


_NO_MAXIMUM = (
    "the panel model has no clear maximum of its likelihood: these data cannot tell lags from "
    "lasting differences between clients. More sessions or clients are needed."
)
