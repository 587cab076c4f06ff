"""Time to clinically significant change: Kaplan-Meier over sessions (statsmodels).

A client has changed at the first session whose score is below the cut-off and lower than the first
score by the reliable change or more (Jacobson and Truax, docs/facts.md). Clients who end before are
censored at their last score. That is not innocent: who leaves may have been about to change or not,
so the curve assumes what no data show (censoring that says nothing about change).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from statsmodels.duration.survfunc import SurvfuncRight

from dyadsim.analysis.columns import numbers, require


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
    """Return one row a client with caseness at the start: session, changed (else censored there).

    sessions: long; session counts from 0 = intake; rows marked "follow_up" are left out. Clients
    whose first score is below the cut-off, or who have no second score, are left out.
    Raises ValueError for an unknown column or no client with caseness.
    """
    require(sessions, client, score, session)
    rows = sessions.assign(**{score: numbers(sessions[score], score)}).dropna(subset=[score])
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
    """Return session, changed (share of clients by then), standard_error, at_risk, events.

    times: as `time_to_change` returns them. Raises ValueError if nobody changed.
    """
    require(times, "session", "changed")
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
    """Return the session by which half of the clients have changed; NaN if fewer ever do."""
    curve = change_curve(times)
    reached = curve[curve["changed"] >= 0.5]
    return float(reached["session"].iloc[0]) if len(reached) else float("nan")
