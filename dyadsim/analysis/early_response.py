"""Early response: how a fall of the score in the first sessions goes with recovery at the end.

A client responds early if the score at a session (the fourth by default) has fallen from the first
one by `share` of it (a quarter by default) or more. Session and share are conventions that differ
from study to study: assumptions here. The early fall is itself a part of the change at the end, so
an association is no proof that responding early causes anything.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from statsmodels.stats.contingency_tables import Table2x2

from dyadsim.analysis.change import in_order, pre_post
from dyadsim.analysis.columns import as_numbers, require_columns
from dyadsim.analysis.estimate import Estimate, from_count


def early_responders(
    sessions: pd.DataFrame,
    at: int = 4,
    share: float = 0.25,
    *,
    client: str = "client",
    score: str = "symptom_score",
    session: str = "session",
) -> pd.Series[bool]:
    """Return whether each client responded early.

    Parameters
    ----------
    sessions
        One row per client and occasion.
    at
        The session that counts as early, 1 or more.
    share
        The fall that counts as a response, as a share of the first score, in (0, 1].
    client, score, session
        Names of the columns.

    Returns
    -------
    pandas.Series
        By client, of those with a score at session `at` and a first score above 0: a client who
        left before has neither responded early nor failed to.

    Raises
    ------
    ValueError
        An unknown column, `at` below 1 or a share outside (0, 1].

    Examples
    --------
    >>> sessions = pd.DataFrame({
    ...     "client": [1, 1, 2, 2], "session": [0, 4, 0, 4], "symptom_score": [20, 15, 20, 16]
    ... })
    >>> early_responders(sessions).to_dict()
    {1: True, 2: False}
    """
    if at < 1 or not 0 < share <= 1:
        raise ValueError(
            f"'at' must be 1 or more and the share in (0, 1], they are {at} and {share}"
        )
    require_columns(sessions, client, score, session)
    rows = sessions.assign(**{score: as_numbers(sessions[score], score)})
    rows = in_order(rows.dropna(subset=[score]), client)
    first = rows.groupby(client)[score].first()
    early = rows[rows[session] == at].groupby(client)[score].first()
    pairs = pd.DataFrame({"first": first, "early": early}).dropna()
    pairs = pairs[pairs["first"] > 0]
    fell: pd.Series[bool] = (pairs["early"] <= (1 - share) * pairs["first"]).rename("early")
    return fell


class EarlyResponse(NamedTuple):
    """How early response goes with recovery at the end.

    Attributes
    ----------
    early
        Share of clients who responded early.
    recovered_of_early, recovered_of_others
        Share of them who recovered at the end.
    odds_ratio
        Of recovery, early responders against others; interval on the log scale.
    """

    early: Estimate
    recovered_of_early: Estimate
    recovered_of_others: Estimate
    odds_ratio: Estimate


def recovery_by_early_response(
    sessions: pd.DataFrame,
    *,
    cut_off: float,
    reliable_change: float,
    at: int = 4,
    share: float = 0.25,
    client: str = "client",
    score: str = "symptom_score",
    session: str = "session",
) -> EarlyResponse:
    """Return how early response goes with reliable recovery.

    Parameters
    ----------
    sessions
        One row per client and occasion.
    cut_off, reliable_change
        Clinical cut-off and smallest reliable change, in points. Recovered: the last score before
        follow-up is below the cut-off and lower than the first by the reliable change or more.
    at, share
        What counts as early response, as in `early_responders`.
    client, score, session
        Names of the columns.

    Returns
    -------
    EarlyResponse
        Of the clients at or above the cut-off at intake who have a score after session `at`, so
        that the early score is not also the last.

    Raises
    ------
    ValueError
        As `early_responders`, or a group has fewer than 3 clients.

    Examples
    --------
    >>> courses = [[20, 12, 5]] * 6 + [[20, 12, 16]] * 2 + [[20, 19, 5]] * 3 + [[20, 19, 18]] * 9
    >>> sessions = pd.DataFrame(
    ...     [(k, s, score) for k, scores in enumerate(courses) for s, score in enumerate(scores)],
    ...     columns=["client", "session", "symptom_score"],
    ... )
    >>> result = recovery_by_early_response(sessions, at=1, cut_off=10, reliable_change=6)
    >>> result.recovered_of_early.value, result.recovered_of_others.value
    (0.75, 0.25)
    """
    early = early_responders(sessions, at, share, client=client, score=score, session=session)
    ends = pre_post(sessions, client=client, score=score, session=session, carry=())
    rated = sessions[sessions[score].notna()]
    later = rated.loc[rated[session] > at, client].unique()
    ends = ends.loc[ends.index.intersection(early.index).intersection(pd.Index(later))].dropna()
    ends = ends[ends["pre"] >= cut_off]
    recovered = (ends["post"] < cut_off) & (ends["pre"] - ends["post"] >= reliable_change)
    return _two_by_two(early.reindex(ends.index).to_numpy(bool), recovered.to_numpy(bool))


def _two_by_two(early: np.ndarray, recovered: np.ndarray) -> EarlyResponse:
    """Return shares and odds ratio from two marks per client, shape (client,)."""
    counts = np.array(
        [
            [np.sum(early & recovered), np.sum(early & ~recovered)],
            [np.sum(~early & recovered), np.sum(~early & ~recovered)],
        ]
    )
    table = Table2x2(counts + 0.5 * (counts == 0).any())
    low, high = table.oddsratio_confint()
    ratio = float(table.oddsratio)
    return EarlyResponse(
        from_count(int(early.sum()), early.size),
        from_count(int(counts[0, 0]), int(counts[0].sum())),
        from_count(int(counts[1, 0]), int(counts[1].sum())),
        Estimate(ratio, ratio * float(table.log_oddsratio_se), float(low), float(high), early.size),
    )
