"""How many sessions: the dose-response curve and what ending when good enough makes of it.

Dose-response: share of all clients who have reliably improved by session k, with the last score
carried forward after the end; it flattens. Good enough: clients grouped by how many sessions they
had; those who stay longer change more slowly per session, because each ends when it is good enough
(baldwin2009). The same clients give both: neither curve shows what more sessions would have done.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dyadsim.analysis.columns import numbers, require, vary
from dyadsim.analysis.estimate import Estimate
from dyadsim.analysis.process import pearson


def _wide(sessions: pd.DataFrame, client: str, score: str, session: str) -> pd.DataFrame:
    """Return one row a client, one column a session from 0, missing scores NaN."""
    require(sessions, client, score, session)
    rows = sessions.assign(**{score: numbers(sessions[score], score)}).dropna(subset=[score])
    if "occasion" in rows:
        rows = rows[rows["occasion"] != "follow_up"]
    wide = rows.drop_duplicates([client, session]).pivot(
        index=client, columns=session, values=score
    )
    if 0 not in wide:
        raise ValueError(f"no score at intake: '{session}' must hold 0 for the first one")
    return wide.dropna(subset=[0])


def dose_response(
    sessions: pd.DataFrame,
    *,
    reliable_change: float,
    client: str = "client",
    score: str = "symptom_score",
    session: str = "session",
) -> pd.DataFrame:
    """Return session, improved (share of all clients, last score carried on), standard_error, n
    (clients with a score at that session).

    Raises ValueError for an unknown column or no score at intake.
    """
    wide = _wide(sessions, client, score, session)
    carried = wide.ffill(axis=1)
    improved = carried.rsub(wide[0], axis=0).ge(reliable_change).mean()
    error = np.sqrt(improved * (1 - improved) / len(wide))
    return (
        pd.DataFrame({"improved": improved, "standard_error": error, "n": wide.notna().sum()})
        .rename_axis("session")
        .reset_index()
    )


def good_enough(
    sessions: pd.DataFrame,
    *,
    client: str = "client",
    score: str = "symptom_score",
    session: str = "session",
) -> pd.DataFrame:
    """Return one row a total number of sessions: total, clients, gain (mean fall of the score from
    intake to the last one), standard_error, gain_per_session.

    Raises ValueError for an unknown column or no score at intake.
    """
    gains = _gains(sessions, client, score, session)
    groups = gains.groupby("total")["gain"]
    table = pd.DataFrame({"clients": groups.size(), "gain": groups.mean()}).reset_index()
    table["standard_error"] = groups.sem().to_numpy()
    return table.assign(gain_per_session=table["gain"] / table["total"])


def _gains(sessions: pd.DataFrame, client: str, score: str, session: str) -> pd.DataFrame:
    """Return total sessions and gain of every client with one session or more."""
    wide = _wide(sessions, client, score, session)
    last = wide.ffill(axis=1).iloc[:, -1]
    total = wide.notna().mul(wide.columns.to_numpy(float), axis=1).max(axis=1)
    gains = pd.DataFrame({"total": total, "gain": wide[0] - last})
    return gains[gains["total"] > 0]


def rate_and_total(
    sessions: pd.DataFrame,
    *,
    client: str = "client",
    score: str = "symptom_score",
    session: str = "session",
) -> tuple[Estimate, Estimate]:
    """Return the correlation of total sessions with gain per session (good enough: below 0) and
    with gain (dose only: above 0).

    Raises ValueError for an unknown column, no score at intake, or totals that are all alike.
    """
    gains = _gains(sessions, client, score, session)
    vary(gains["total"].to_numpy(), "total")
    rate = gains["gain"] / gains["total"]
    return pearson(gains["total"], rate), pearson(gains["total"], gains["gain"])
