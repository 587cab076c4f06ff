"""Three levels: scores of sessions within clients within therapists, and their rates of change.

    score(t) = start + change t / T + e(t),   t = 0 ... T,   change = effect + v + u

T: planned sessions, with a score before the first and after each; v and u the therapist's and the
client's part of the change from first to last session, e what comes and goes between sessions
(residual). Scores have variance 1 at both ends and correlate by before_r there, so that

    var(v) + var(u) = 2 (1 - before_r - residual),   therapists have icc of it.

All that a client says of the change is the least-squares slope: over sessions 0 ... m its error is
residual T^2 / S, S = m (m + 1) (m + 2) / 12. With equal caseloads and nobody lost the variance of
a difference between two arms is the sum of (var(u) + residual T^2 / S + n var(v)) / clients, n
clients a therapist: the formula of powerlmm for three levels (magnusson2018). Clients who leave
count with the scores until then: their slopes weigh less.
"""

import math
from typing import NamedTuple

import numpy as np

from dyadsim.analysis.arrays import Floats
from dyadsim.planning.drawn_trials import allocate_clients
from dyadsim.planning.power_design import Assumptions, change_variance
from dyadsim.planning.trial_batch import NOBODY, Trials, Whole

FEWEST = 2  # scores of a client, before there is a slope


def sum_of_squares(last: Floats) -> Floats:
    """Return the sum of squared distances of sessions 0 ... m from their mean.

    Parameters
    ----------
    last
        m, any shape.

    Examples
    --------
    >>> sum_of_squares(np.array([1.0, 2.0])).tolist()
    [0.5, 2.0]
    """
    return np.asarray(last * (last + 1) * (last + 2) / 12)


def own_variance_of_rate(client: float, residual: float, stays: Floats) -> float:
    """Return the variance of a client's rate of change, beside the therapist's part.

    Parameters
    ----------
    client
        Variance of the true change from first to last session between clients of a therapist.
    residual
        Variance of a score from session to session.
    stays
        Share of clients whose last score is that of session 0, 1 ... T.

    Returns
    -------
    float
        The harmonic mean over clients, since each weighs by its precision; those who have one
        score say nothing.

    Examples
    --------
    >>> round(own_variance_of_rate(0.4, 0.3, np.array([0.0, 0, 0, 1])), 2)
    0.94
    """
    sessions = np.arange(len(stays), dtype=float)
    squares = sum_of_squares(sessions[1:])
    variances = client + residual * sessions[-1] ** 2 / squares
    return float(1 / (stays[1:] / variances).sum())


def shares_that_stay(sessions: int, dropout: float) -> Floats:
    """Return the share of clients whose last score is that of each session, 0 ... T.

    Parameters
    ----------
    sessions
        T.
    dropout
        Share of those who leave before T, after any session from 1 on alike (assumption).

    Examples
    --------
    >>> shares_that_stay(3, 0.2).tolist()
    [0.0, 0.1, 0.1, 0.8]
    """
    shares = np.zeros(sessions + 1)
    shares[1:sessions] = dropout / (sessions - 1)
    shares[sessions] = 1 - dropout
    return shares


def own_variances(assumptions: Assumptions) -> tuple[float, float]:
    """Return the variance of a client's rate of change in the first and in the second arm.

    Parameters
    ----------
    assumptions
        Of a growth study.

    Examples
    --------
    >>> plan = Assumptions("growth", 0.4, icc=0.1, before_r=0.5, residual=0.3, dropout=(0, 0.3))
    >>> [round(own, 2) for own in own_variances(plan)]
    [0.6, 0.74]
    """
    client = change_variance(assumptions) * (1 - assumptions.icc)
    first, second = (
        own_variance_of_rate(
            client, assumptions.residual, shares_that_stay(assumptions.sessions, lost)
        )
        for lost in assumptions.dropout
    )
    return first, second


def draw_rates(
    assumptions: Assumptions, clients: int, therapists: int, trials: int, seed: tuple[int, ...]
) -> Trials:
    """Return trials of which each client's outcome is the rate of change over sessions.

    Parameters
    ----------
    assumptions
        Of a growth study, checked.
    clients, therapists
        All of them, in both arms.
    trials
        How many.
    seed
        Whole numbers: the address of the random numbers.

    Returns
    -------
    Trials
        Outcome: the least-squares slope times the planned sessions; everybody has one. Weight: see
        `weights_of_lines`. Slopes and residual sums of squares are drawn from their distributions,
        which takes as long for 50 sessions as for 5.
    """
    rng = np.random.default_rng(list(seed))
    treated, owner = allocate_clients(assumptions, clients, therapists, trials=trials, rng=rng)
    shape, sessions = (trials, clients), assumptions.sessions
    left = rng.random(shape) < np.where(treated == 1, *assumptions.dropout)
    last = np.where(left, rng.integers(1, max(2, sessions), shape), sessions).astype(float)
    spread = sum_of_squares(last) / sessions**2
    change = change_variance(assumptions)
    skill = math.sqrt(assumptions.icc * change) * rng.normal(size=(trials, therapists))
    own = math.sqrt((1 - assumptions.icc) * change) * rng.normal(size=shape)
    mine = np.take_along_axis(skill, np.maximum(owner, 0), axis=1)
    rate = assumptions.effect * (treated - 0.5) + np.where(owner == NOBODY, 0.0, mine) + own
    rate += np.sqrt(assumptions.residual / spread) * rng.normal(size=shape)
    squares = assumptions.residual * 2 * rng.standard_gamma((last - 1) / 2)  # chi squared
    lines = Lines(rate, last + 1, spread, squares)
    return trials_of_lines(lines, treated, owner, therapists)


class Lines(NamedTuple):
    """The least-squares lines of clients, each `(trial, client)`.

    Attributes
    ----------
    rate
        Change from first to planned last session; NaN of clients with one score or none.
    scores
        How many.
    spread
        Sum of squared distances of their times from the mean time, in planned treatments squared.
    squares
        Sum of squared residuals.
    """

    rate: Floats
    scores: Floats
    spread: Floats
    squares: Floats


def lines_of_scores(scores: Floats) -> Lines:
    """Return the least-squares lines of scores.

    Parameters
    ----------
    scores
        `(trial, client, session 0 ... T)`; NaN where there is none.

    Examples
    --------
    >>> lines_of_scores(np.array([[[10.0, 8, 6], [10.0, 9, np.nan]]])).rate.tolist()
    [[-4.0, -2.0]]
    """
    known = ~np.isnan(scores)
    count = known.sum(axis=-1).astype(float)
    time = np.broadcast_to(np.linspace(0, 1, scores.shape[-1]), scores.shape)
    enough = np.maximum(count, 1)[..., None]

    def away(values: Floats) -> Floats:
        mean = np.where(known, values, 0).sum(axis=-1, keepdims=True) / enough
        return np.where(known, values - mean, 0.0)

    from_time, from_score = away(time), away(scores)
    spread = (from_time**2).sum(axis=-1)
    rate = (from_time * from_score).sum(axis=-1) / np.where(count < FEWEST, np.nan, spread)
    line = np.where(np.isnan(rate), 0.0, rate)[..., None] * from_time
    return Lines(rate, count, spread, ((from_score - line) ** 2).sum(axis=-1))


def trials_of_lines(lines: Lines, treated: Floats, owner: Whole, therapists: int) -> Trials:
    """Return trials of which each client's outcome is the rate of change.

    Parameters
    ----------
    lines
        Of the clients.
    treated, owner, therapists
        As in `Trials`.
    """
    nothing = np.zeros(lines.rate.shape)
    weight = weights_of_lines(lines, treated)
    return Trials(lines.rate, nothing, treated, nothing, owner, therapists, weight)


def weights_of_lines(lines: Lines, treated: Floats) -> Floats:
    """Return the root of each client's precision, by variances that the same trial shows.

    Parameters
    ----------
    lines
        Of the clients.
    treated
        1 in the first arm, 0 in the second, `(trial, client)`.

    Returns
    -------
    Floats
        `(trial, client)`: one over the SD of a rate, client and error together; 0 without one. The
        residual is pooled over clients; the clients' variance is that of rates within arms less
        their error, 0 or more, of the half with the most scores.
    """
    known = lines.scores >= FEWEST
    freedom = np.where(known, lines.scores - FEWEST, 0).sum(axis=1, keepdims=True)
    squares = np.where(known, lines.squares, 0).sum(axis=1, keepdims=True)
    error = squares / np.maximum(freedom, 1) / np.where(known, lines.spread, 1)
    most = known & (lines.spread >= np.median(lines.spread, axis=1, keepdims=True))
    away = np.where(most, lines.rate, 0.0)
    for arm in (0, 1):
        mine = most & (treated == arm)
        count = np.maximum(mine.sum(axis=1, keepdims=True), 1)
        mean = np.where(mine, lines.rate, 0).sum(axis=1, keepdims=True) / count
        away -= np.where(mine, mean, 0.0)
    left = np.maximum(most.sum(axis=1, keepdims=True) - 2, 1)
    noise = np.where(most, error, 0).sum(axis=1, keepdims=True) / left
    client = np.maximum((away**2).sum(axis=1, keepdims=True) / left - noise, 0)
    precision = np.where(known, 1 / np.maximum(client + error, 1e-12), 0.0)
    return np.asarray(np.sqrt(precision))
