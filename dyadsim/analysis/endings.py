"""How therapies end: how many sessions, who leaves early, and how they rated the alliance."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.arrays import Floats
from dyadsim.analysis.columns import as_marks, as_numbers, observed_scores, require_columns
from dyadsim.analysis.effects import NORMAL_QUANTILE, d_groups
from dyadsim.analysis.estimate import Estimate, from_count, from_standard_error
from dyadsim.analysis.long_table import client_ids
from dyadsim.analysis.process import score_at_session
from dyadsim.errors import BadData


class SessionsAttended(NamedTuple):
    """Distribution over clients of the number of sessions attended: mean, SD, median."""

    mean: Estimate
    standard_deviation: Estimate
    median: Estimate


def sessions_attended(
    clients: pd.DataFrame, minimum: int = 3, *, n_sessions: str = "n_sessions"
) -> SessionsAttended:
    """Return mean, SD and median of the number of sessions.

    The standard error of the SD follows from the delta method without assuming normality (fourth
    moment); that of the median from its order-statistic interval, width / (2 · 1.96), which is 0
    when both ends are the same whole number.

    Parameters
    ----------
    clients
        One row per client.
    minimum
        Clients with fewer sessions do not count.
    n_sessions
        Column of the number of sessions; missing ones are left out.

    Returns
    -------
    SessionsAttended
        In sessions.

    Raises
    ------
    ValueError
        An unknown column, or fewer than 3 clients with `minimum` sessions.

    Examples
    --------
    >>> attended = sessions_attended(pd.DataFrame({"n_sessions": [1, 2, 3, 4, 5, 8, 10]}))
    >>> attended.mean.value, attended.median.value
    (6.0, 5.0)
    """
    require_columns(clients, n_sessions)
    counts = as_numbers(clients[n_sessions], n_sessions)
    counts = np.sort(observed_scores(counts[counts >= minimum], n_sessions))
    n, deviation = len(counts), float(counts.std(ddof=1))
    return SessionsAttended(
        from_standard_error(
            float(counts.mean()), deviation / math.sqrt(n), n, degrees_of_freedom=n - 1
        ),
        from_standard_error(deviation, _error_of_deviation(counts), n),
        _median(counts),
    )


def _error_of_deviation(values: Floats) -> float:
    """Return the error of the SD: var(SD²) = (fourth central moment - SD⁴) / n, delta method."""
    centred = values - values.mean()
    variance = float((centred**2).mean())
    if variance == 0:
        return 0.0
    fourth = float((centred**4).mean())
    return math.sqrt(max(fourth - variance**2, 0.0) / len(values)) / (2 * math.sqrt(variance))


def _median(ordered: Floats) -> Estimate:
    """Return the median; its rank is binomial, so the interval is n/2 ± 1.96 sqrt(n)/2 ranks."""
    n = len(ordered)
    half_width = NORMAL_QUANTILE * math.sqrt(n) / 2
    low = float(ordered[max(0, math.floor(n / 2 - half_width) - 1)])
    high = float(ordered[min(n - 1, math.ceil(n / 2 + half_width))])
    error = (high - low) / (2 * NORMAL_QUANTILE)
    return Estimate(float(np.median(ordered)), error, low, high, n)


def share_dropout(clients: pd.DataFrame, *, dropped: str = "dropped") -> Estimate:
    """Return the share of clients who dropped out.

    Parameters
    ----------
    clients
        One row per client. Give treated clients only.
    dropped
        Column that says who dropped out: true/false or 1/0. Missing marks are left out.

    Returns
    -------
    Estimate
        0 to 1.

    Raises
    ------
    ValueError
        An unknown column, another mark, or fewer than 3 clients with one.

    Examples
    --------
    >>> share_dropout(pd.DataFrame({"dropped": [True, False, False, False, None]})).value
    0.25
    """
    require_columns(clients, dropped)
    marks = as_marks(clients[dropped], dropped)
    known = marks[~np.isnan(marks)]
    return from_count(int(known.sum()), len(known))


def alliance_dropout(
    clients: pd.DataFrame,
    sessions: pd.DataFrame,
    *,
    score: str = "alliance_score",
    at: int = 3,
    dropped: str = "dropped",
    client: str = "client",
    session: str = "session",
    occasion: str = "occasion",
) -> Estimate:
    """Return the standardised difference in an early score, completers minus dropouts.

    Parameters
    ----------
    clients
        One row per client, with the columns `client` and `dropped`. Clients with a missing mark
        are left out.
    sessions
        One row per client and occasion, with the score.
    score, at
        The early score and its session, as in `score_at_session`. Clients who left before such a
        score are left out.
    dropped, client, session, occasion
        Names of the columns.

    Returns
    -------
    Estimate
        As `d_groups`: above 0 = those who stayed rated higher.

    Raises
    ------
    ValueError
        An unknown column, a client with two rows, or a group with fewer than 3 scores.

    Examples
    --------
    >>> clients = pd.DataFrame({"client": range(7), "dropped": [1, 1, 1, 0, 0, 0, 0]})
    >>> sessions = pd.DataFrame(
    ...     {"client": range(7), "session": 3, "alliance_score": [1, 2, 3, 4, 4, 5, 6]}
    ... )
    >>> round(alliance_dropout(clients, sessions).value, 2)
    2.38
    """
    require_columns(clients, client, dropped)
    if clients[client].duplicated().any():
        raise ValueError(f"'{client}' appears twice in clients: one row per client is needed")
    scores = score_at_session(
        sessions, score, at, client=client, session=session, occasion=occasion
    )
    left = pd.Series(as_marks(clients[dropped], dropped), client_ids(clients[client], client))
    if not left.index.isin(scores.index).any():
        raise BadData(
            f"the two tables have no '{client}' in common: clients has "
            f"{left.index.tolist()[0]!r} ..., sessions {scores.index.tolist()[0]!r} ..."
        )
    marks = left.reindex(scores.index)
    return d_groups(scores[marks == 0], scores[marks == 1])
