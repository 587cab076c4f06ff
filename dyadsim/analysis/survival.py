"""Time to clinically significant change: Kaplan-Meier over sessions (statsmodels).

A client has changed at the first session whose score is below the cut-off and lower than the first
score by the reliable change or more (Jacobson and Truax, docs/background/facts.md). Clients who end
before are censored at their last score. That is not innocent: who leaves may have been about to
change or not, so the curve assumes what no data show (censoring that says nothing about change).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from statsmodels.duration.survfunc import SurvfuncRight

from dyadsim.analysis.columns import as_numbers, require_columns


def time_to_change(
    sessions: pd.DataFrame,
    *,
    cut_off: float,
    reliable_change: float,
    client: str = "client",
    score: str = "symptom_score",
    session: str = "session",
    occasion: str = "occasion",
) -> pd.DataFrame:
    """Return when each client changed, or until when the client was observed.

    Parameters
    ----------
    sessions
        One row per client and occasion; session counts from 0 = intake; rows marked "follow_up"
        are left out.
    cut_off, reliable_change
        Clinical cut-off and smallest reliable change, in points; high scores are bad.
    client, score, session, occasion
        Names of the columns; `occasion` may be absent.

    Returns
    -------
    pandas.DataFrame
        Index: client, of those at or above the cut-off at their first score who have a second.
        Columns session, changed (False: censored at that session).

    Raises
    ------
    ValueError
        An unknown column, or no such client.

    Examples
    --------
    >>> sessions = pd.DataFrame({
    ...     "client": [1, 1, 1, 2, 2],
    ...     "session": [0, 1, 2, 0, 1],
    ...     "symptom_score": [20, 15, 8, 20, 15],
    ... })
    >>> times = time_to_change(sessions, cut_off=10, reliable_change=6)
    >>> times["session"].to_dict(), times["changed"].to_dict()
    ({1: 2.0, 2: 1.0}, {1: True, 2: False})
    """
    require_columns(sessions, client, score, session)
    rows = sessions.assign(**{score: as_numbers(sessions[score], score)}).dropna(subset=[score])
    if occasion in rows:
        rows = rows[rows[occasion] != "follow_up"]
    rows = rows.sort_values([client, session], kind="stable")
    first = rows.groupby(client)[score].transform("first")
    later = rows[(first >= cut_off) & rows.groupby(client).cumcount().gt(0)].copy()
    if later.empty:
        raise ValueError(f"no client starts at the cut-off of {cut_off:g} or above")
    fall = first[later.index] - later[score]
    later["changed"] = (later[score] < cut_off) & (fall >= reliable_change)
    when = later[session].where(later["changed"]).groupby(later[client]).min()
    last = later.groupby(client)[session].max()
    return pd.DataFrame({"session": when.fillna(last), "changed": when.notna()})


def change_curve(times: pd.DataFrame) -> pd.DataFrame:
    """Return the Kaplan-Meier curve of change.

    Parameters
    ----------
    times
        As `time_to_change` returns them.

    Returns
    -------
    pandas.DataFrame
        Columns session, changed (share of clients by then), standard_error, at_risk, events.

    Raises
    ------
    ValueError
        An unknown column, or nobody changed.

    Examples
    --------
    >>> times = pd.DataFrame({"session": [1, 2, 3, 4], "changed": [True, False, False, True]})
    >>> change_curve(times)["changed"].tolist()
    [0.25, 1.0]
    """
    require_columns(times, "session", "changed")
    if not times["changed"].any():
        raise ValueError("nobody has changed: there is no curve to draw")
    fit = SurvfuncRight(times["session"].to_numpy(float), times["changed"].to_numpy(int))
    return pd.DataFrame(
        {
            "session": fit.surv_times,
            "changed": 1 - fit.surv_prob,
            "standard_error": fit.surv_prob_se,
            "at_risk": np.asarray(fit.n_risk, int),
            "events": np.asarray(fit.n_events, int),
        }
    )


def median_session(times: pd.DataFrame) -> float:
    """Return the session by which half of the clients have changed.

    Parameters
    ----------
    times
        As `time_to_change` returns them.

    Returns
    -------
    float
        In sessions; NaN if fewer than half ever change.

    Raises
    ------
    ValueError
        As `change_curve`.

    Examples
    --------
    >>> median_session(pd.DataFrame({"session": [1, 2, 2, 4], "changed": True}))
    2.0
    """
    curve = change_curve(times)
    reached = curve[curve["changed"] >= 0.5]
    return float(reached["session"].iloc[0]) if len(reached) else float("nan")
