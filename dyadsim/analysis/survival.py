"""Time to clinically significant change: Kaplan-Meier over sessions (statsmodels).

A client has changed at the first session whose score is below the cut-off and lower than the first
score by the reliable change or more (Jacobson and Truax, docs/background/facts.md); above and
higher if high is good. Clients who end before are censored at their last score. That is not
innocent: who leaves may have been about to change or not, so the curve assumes what no data show
(censoring that says nothing about change).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from statsmodels.duration.survfunc import SurvfuncRight

from dyadsim.analysis.columns import as_marks, as_numbers, require_columns
from dyadsim.analysis.criteria import (
    check_cut_off,
    check_reliable_change,
    fell_by,
    lies_below,
    reaches,
)
from dyadsim.analysis.direction import high_is_bad
from dyadsim.analysis.long_table import scored_rows

AT_HALF = 1e-8  # R survival's tolerance, the root of the double's precision


def time_to_change(
    sessions: pd.DataFrame,
    *,
    cut_off: float,
    reliable_change: float,
    client: str = "client",
    score: str = "symptom_score",
    session: str = "session",
    occasion: str = "occasion",
    higher_is_better: bool = False,
) -> pd.DataFrame:
    """Return when each client changed, or until when the client was observed.

    Parameters
    ----------
    sessions
        One row per client and occasion; session counts from 0 = intake; rows marked "follow_up"
        are left out.
    cut_off, reliable_change
        Clinical cut-off and smallest reliable change, in points.
    client, score, session, occasion
        Names of the columns; `occasion` may be absent.
    higher_is_better
        Whether a high score is good; by default a low score is.

    Returns
    -------
    pandas.DataFrame
        Index: client, of those on the bad side of the cut-off (or at it) at their first score who
        have a second.
        Columns session, changed (False: censored at that session).

    Raises
    ------
    ValueError
        An unknown column, a score or session that is no number, or no such client.

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
    check_cut_off(cut_off)
    check_reliable_change(reliable_change)
    rows = scored_rows(sessions, client, score, session, occasion)
    scores = high_is_bad(rows[score].astype(float), higher_is_better)
    limit = high_is_bad(cut_off, higher_is_better)
    first = scores.groupby(rows[client]).transform("first").to_numpy()
    counted = reaches(first, limit) & rows.groupby(client).cumcount().gt(0).to_numpy()
    if not counted.any():
        side = "at the cut-off of {:g} or {}".format(
            cut_off, "below, where high is good" if higher_is_better else "above, where low is good"
        )
        raise ValueError(f"no client starts {side}, and has a second score")
    score_now = scores.to_numpy()
    changed = lies_below(score_now, limit) & fell_by(first, score_now, reliable_change)
    later = rows[[client, session]].assign(changed=changed)[counted]
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
        An unknown column, a session that is no number, or nobody changed.

    Examples
    --------
    >>> times = pd.DataFrame({"session": [1, 2, 3, 4], "changed": [True, False, False, True]})
    >>> change_curve(times)["changed"].tolist()
    [0.25, 1.0]
    """
    require_columns(times, "session", "changed")
    session, changed = (
        as_numbers(times["session"], "session"),
        as_marks(times["changed"], "changed"),
    )
    if np.isnan(session + changed).any():
        raise ValueError("'session' and 'changed' must be there for every client")
    if not changed.any():
        raise ValueError("nobody has changed: there is no curve to draw")
    fit = SurvfuncRight(session, changed.astype(int))
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

    The rule of R's survival (`print(survfit(...))`): the first session at which the curve passes
    one half; where it lies at exactly one half from one session to the next, the middle of the two.

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
    >>> median_session(pd.DataFrame({"session": [1, 2, 3, 4], "changed": True}))
    2.5
    """
    curve = change_curve(times)
    share, session = curve["changed"].to_numpy(), curve["session"].to_numpy(float)
    reached = share >= 0.5 - AT_HALF
    if not reached.any():
        return float("nan")
    place = int(reached.argmax())
    passed = share > share[place] + AT_HALF
    if abs(share[place] - 0.5) < AT_HALF and passed.any():
        return float(session[place] + session[passed.argmax()]) / 2
    return float(session[place])
