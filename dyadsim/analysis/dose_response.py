"""How many sessions: the dose-response curve and what ending when good enough makes of it.

Dose-response: share of all clients who have reliably improved by session k, with the last score
carried forward after the end; it flattens. Good enough: clients grouped by how many sessions they
had; those who stay longer change more slowly per session, because each ends when it is good enough
(baldwin2009). The same clients give both: neither curve shows what more sessions would have done.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.columns import as_numbers, require_columns, require_variance
from dyadsim.analysis.estimate import Estimate
from dyadsim.analysis.process import pearson


def _scores_by_session(
    sessions: pd.DataFrame, client: str, score: str, session: str
) -> pd.DataFrame:
    """Return one row a client, one column a session from 0, missing scores NaN."""
    require_columns(sessions, client, score, session)
    rows = sessions.assign(**{score: as_numbers(sessions[score], score)}).dropna(subset=[score])
    if "occasion" in rows:
        rows = rows[rows["occasion"] != "follow_up"]
    rows = rows.drop_duplicates([client, session])
    wide = rows.pivot(index=client, columns=session, values=score)
    if 0 not in wide:
        raise ValueError(f"no score at intake: '{session}' must be 0 for the first one")
    return wide.dropna(subset=[0])


def dose_response_curve(
    sessions: pd.DataFrame,
    *,
    reliable_change: float,
    client: str = "client",
    score: str = "symptom_score",
    session: str = "session",
) -> pd.DataFrame:
    """Return the share of clients who have reliably improved by each session.

    Parameters
    ----------
    sessions
        One row per client and occasion; session 0 is intake, follow-ups do not count.
    reliable_change
        Smallest reliable change in points; high scores are bad.
    client, score, session
        Names of the columns.

    Returns
    -------
    pandas.DataFrame
        Per session: `improved` (share of all clients, last score carried forward),
        `standard_error`, `n` (clients with a score at that session).

    Raises
    ------
    ValueError
        An unknown column, or no score at intake.

    Examples
    --------
    >>> sessions = pd.DataFrame({
    ...     "client": [1, 1, 2, 2, 2],
    ...     "session": [0, 1, 0, 1, 2],
    ...     "symptom_score": [20, 10, 20, 19, 12],
    ... })
    >>> dose_response_curve(sessions, reliable_change=6)["improved"].tolist()
    [0.0, 0.5, 1.0]
    """
    wide = _scores_by_session(sessions, client, score, session)
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
    """Return the gain of clients grouped by their total number of sessions.

    Parameters
    ----------
    sessions
        One row per client and occasion; session 0 is intake, follow-ups do not count.
    client, score, session
        Names of the columns.

    Returns
    -------
    pandas.DataFrame
        Per total number of sessions, 1 or more: `total`, `clients`, `gain` (mean fall of the
        score from intake to the last one), `standard_error`, `gain_per_session`.

    Raises
    ------
    ValueError
        An unknown column, or no score at intake.

    Examples
    --------
    >>> sessions = pd.DataFrame({
    ...     "client": [1, 1, 2, 2, 2],
    ...     "session": [0, 1, 0, 1, 2],
    ...     "symptom_score": [20, 10, 20, 19, 12],
    ... })
    >>> good_enough(sessions)[["total", "gain_per_session"]].to_numpy().tolist()
    [[1.0, 10.0], [2.0, 4.0]]
    """
    gains = _gains(sessions, client, score, session)
    groups = gains.groupby("total")["gain"]
    table = pd.DataFrame({"clients": groups.size(), "gain": groups.mean()}).reset_index()
    table["standard_error"] = groups.sem().to_numpy()
    return table.assign(gain_per_session=table["gain"] / table["total"])


def _gains(sessions: pd.DataFrame, client: str, score: str, session: str) -> pd.DataFrame:
    """Return total sessions and gain of every client with one session or more."""
    wide = _scores_by_session(sessions, client, score, session)
    last = wide.ffill(axis=1).iloc[:, -1]
    total = wide.notna().mul(wide.columns.to_numpy(float), axis=1).max(axis=1)
    gains = pd.DataFrame({"total": total, "gain": wide[0] - last})
    return gains[gains["total"] > 0]


class SessionsAndGain(NamedTuple):
    """Correlations of the total number of sessions.

    Attributes
    ----------
    rate
        With the gain per session: below 0 if clients end when it is good enough.
    gain
        With the whole gain: above 0 if the dose alone decides.
    """

    rate: Estimate
    gain: Estimate


def rate_and_total(
    sessions: pd.DataFrame,
    *,
    client: str = "client",
    score: str = "symptom_score",
    session: str = "session",
) -> SessionsAndGain:
    """Return how the total number of sessions goes with the gain, per session and in all.

    Parameters
    ----------
    sessions
        One row per client and occasion; session 0 is intake, follow-ups do not count.
    client, score, session
        Names of the columns.

    Returns
    -------
    SessionsAndGain
        Two correlations over clients.

    Raises
    ------
    ValueError
        An unknown column, no score at intake, fewer than 4 clients, or equal totals.

    Examples
    --------
    >>> courses = {1: [20, 12], 2: [20, 14], 3: [20, 18, 12], 4: [20, 18, 17, 13]}
    >>> sessions = pd.DataFrame(
    ...     [(k, s, score) for k, scores in courses.items() for s, score in enumerate(scores)],
    ...     columns=["client", "session", "symptom_score"],
    ... )
    >>> rate_and_total(sessions).rate.value < -0.8
    True
    """
    gains = _gains(sessions, client, score, session)
    require_variance(gains["total"].to_numpy(), "total")
    rate = gains["gain"] / gains["total"]
    return SessionsAndGain(pearson(gains["total"], rate), pearson(gains["total"], gains["gain"]))
