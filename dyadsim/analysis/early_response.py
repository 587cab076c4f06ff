"""Early response: does a fall of the score in the first sessions go with recovery at the end?

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
from dyadsim.analysis.columns import numbers, require
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
    """Return whether each client (index) responded early.

    Clients without a score at session `at`, without a first score or with a first score of 0 are
    left out: who leaves before has no early response and no lack of it.
    Raises ValueError for an unknown column, at < 1 or a share outside (0, 1].
    """
    if at < 1 or not 0 < share <= 1:
        raise ValueError(
            f"'at' must be 1 or more and the share in (0, 1], they are {at} and {share}"
        )
    require(sessions, client, score, session)
    rows = sessions.assign(**{score: numbers(sessions[score], score)})
    rows = in_order(rows.dropna(subset=[score]), client)
    first = rows.groupby(client)[score].first()
    then = rows[rows[session] == at].groupby(client)[score].first()
    pairs = pd.DataFrame({"first": first, "then": then}).dropna()
    pairs = pairs[pairs["first"] > 0]
    fell: pd.Series[bool] = (pairs["then"] <= (1 - share) * pairs["first"]).rename("early")
    return fell


class EarlyResponse(NamedTuple):
    """Shares of clients recovered at the end, and the odds ratio (log scale interval)."""

    early: Estimate
    recovered_of_early: Estimate
    recovered_of_others: Estimate
    odds_ratio: Estimate


def early_response(
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
    """Return how early response goes with reliable recovery, of clients at or above the cut-off.

    Recovery: the last score before follow-up is below the cut-off and lower than the first by
    `reliable_change` or more. Only clients with scores after session `at` count, so that the early
    score is not also the last. Raises ValueError as `early_responders`, or if a group has fewer
    than 3 clients.
    """
    fell = early_responders(sessions, at, share, client=client, score=score, session=session)
    ends = pre_post(sessions, client=client, score=score, session=session, carry=())
    seen = sessions[sessions[score].notna()]
    later = seen.loc[seen[session] > at, client].unique()
    ends = ends.loc[ends.index.intersection(fell.index).intersection(pd.Index(later))].dropna()
    ends = ends[ends["pre"] >= cut_off]
    early = fell.reindex(ends.index).to_numpy(bool)
    recovered = (ends["post"] < cut_off) & (ends["pre"] - ends["post"] >= reliable_change)
    good = recovered.to_numpy(bool)
    counts = np.array(
        [
            [np.sum(early & good), np.sum(early & ~good)],
            [np.sum(~early & good), np.sum(~early & ~good)],
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
