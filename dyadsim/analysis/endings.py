"""How therapies end: how many sessions, who leaves early, and how the leavers felt allied."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.columns import Floats, numbers, observed, require
from dyadsim.analysis.effects import NORMAL_QUANTILE, d_groups
from dyadsim.analysis.estimate import Estimate, from_count, from_standard_error
from dyadsim.analysis.process import score_at_session


class SessionsAttended(NamedTuple):
    """Distribution of sessions attended (sessions) over clients."""

    mean: Estimate
    standard_deviation: Estimate
    median: Estimate


def sessions_attended(
    clients: pd.DataFrame, minimum: int = 3, *, n_sessions: str = "n_sessions"
) -> SessionsAttended:
    """Mean, SD and median of sessions among clients with `minimum` or more (one row a client).

    Standard errors: of the SD by the delta method without assuming normality (fourth moment);
    of the median from its order-statistic interval, width / (2 · 1.96), which is 0 when both
    ends are the same whole number. Raises ValueError if fewer than 3 clients attended so many.
    """
    require(clients, n_sessions)
    counts = numbers(clients[n_sessions], n_sessions)
    counts = np.sort(observed(counts[counts >= minimum], n_sessions))
    n, deviation = len(counts), float(counts.std(ddof=1))
    return SessionsAttended(
        from_standard_error(float(counts.mean()), deviation / math.sqrt(n), n),
        from_standard_error(deviation, _error_of_deviation(counts), n),
        _median(counts),
    )


def _error_of_deviation(values: Floats) -> float:
    """Delta method: var(SD²) = (fourth central moment - SD⁴) / n, and SD = sqrt(SD²)."""
    centred = values - values.mean()
    variance = float((centred**2).mean())
    if variance == 0:
        return 0.0
    fourth = float((centred**4).mean())
    return math.sqrt(max(fourth - variance**2, 0.0) / len(values)) / (2 * math.sqrt(variance))


def _median(ordered: Floats) -> Estimate:
    """The rank of the median is binomial, so its 95 % interval is n/2 ± 1.96 sqrt(n)/2 ranks."""
    n = len(ordered)
    half = NORMAL_QUANTILE * math.sqrt(n) / 2
    low = float(ordered[max(0, math.floor(n / 2 - half) - 1)])
    high = float(ordered[min(n - 1, math.ceil(n / 2 + half))])
    error = (high - low) / (2 * NORMAL_QUANTILE)
    return Estimate(float(np.median(ordered)), error, low, high, n)


def share_dropout(clients: pd.DataFrame, *, dropped: str = "dropped") -> Estimate:
    """Share of clients (one row each) who dropped out; those with a missing mark are left out.

    dropped: true/false or 1/0. Give treated clients only. Raises ValueError for other marks.
    """
    require(clients, dropped)
    marks = _marks(clients[dropped], dropped)
    known = marks[~np.isnan(marks)]
    return from_count(int(known.sum()), len(known))


def _marks(values: pd.Series, name: str) -> Floats:
    marks = numbers(values, name)
    if not np.isin(marks[~np.isnan(marks)], (0, 1)).all():
        raise ValueError(f"'{name}' must be true or false (or 1 and 0) for every client")
    return marks


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
    """Standardised difference in an early score, completers minus dropouts; see `d_groups`.

    Positive = those who stayed rated higher. Clients who left before a score near session `at`
    (`score_at_session`) are not in it, nor are clients with a missing mark.
    Raises ValueError if a client has two rows or a group has fewer than 3 scores.
    """
    require(clients, client, dropped)
    if clients[client].duplicated().any():
        raise ValueError(f"'{client}' appears twice in clients: one row per client is needed")
    scores = score_at_session(
        sessions, score, at, client=client, session=session, occasion=occasion
    )
    left = pd.Series(_marks(clients[dropped], dropped), index=clients[client])
    marks = left.reindex(scores.index)
    return d_groups(scores[marks == 0], scores[marks == 1])
