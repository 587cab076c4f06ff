"""From one row per measurement to one row per client: first and last score, residual gain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dyadsim.analysis.columns import (
    as_numbers,
    has_column,
    numeric_column,
    paired_scores,
    require_columns,
    require_variance,
)
from dyadsim.analysis.criteria import within
from dyadsim.analysis.direction import high_is_bad
from dyadsim.analysis.effects import Values
from dyadsim.analysis.long_table import clean_rows, without_follow_up
from dyadsim.errors import BadData


def pre_post(
    sessions: pd.DataFrame,
    *,
    client: str = "client",
    score: str = "symptom_score",
    week: str | None = "week",
    session: str | None = "session",
    occasion: str = "occasion",
    carry: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return one row per client with the first and the last score.

    Parameters
    ----------
    sessions
        One row per client and occasion.
    client, score
        Columns of the client and of the score. Missing scores are no observations.
    week, session
        Columns that give the order: week where there is one, and session where there is no week or
        two rows of a client have the same. Rows of one client at the same time keep the frame's
        order. Not needed under their default names; None: not used, though the frame has it.
    occasion
        Column of the kind of occasion; rows marked "follow_up" are never the last score. Not
        needed under its default name.
    carry
        Columns that describe the client and are kept; default `arm` and `therapist`, where there.

    Returns
    -------
    pandas.DataFrame
        Index: client. `pre`: first score; `post`: last score before follow-up, NaN if there is
        only one; `n_sessions`: highest session number, if there is such a column; then `carry`.

    Raises
    ------
    ValueError
        An unknown column, a missing time or client, a score or time that is no number, week and
        session that put a client's rows in different orders, or a carried column that changes
        within a client.

    Examples
    --------
    >>> sessions = pd.DataFrame(
    ...     {"client": [1, 1, 2, 2], "week": [0, 8, 0, 8], "symptom_score": [21, 9, 17, 15]}
    ... )
    >>> pre_post(sessions)["post"].to_dict()
    {1: 9.0, 2: 15.0}
    """
    require_columns(sessions, client, score)
    rows = in_order(sessions, client, week, session)
    treated = without_follow_up(rows, occasion)
    _require_one_order(treated, client, _times(rows, week, session))
    table = _first_and_last(treated, client, score).reindex(_clients(rows, client))
    if session is not None and has_column(rows, session, "session"):
        table["n_sessions"] = treated.groupby(client)[session].max()
    return table.join(_constant(rows, client, carry))


def in_order(
    sessions: pd.DataFrame,
    client: str,
    week: str | None = "week",
    session: str | None = "session",
) -> pd.DataFrame:
    """Return the rows sorted by client and time.

    Parameters
    ----------
    sessions
        One row per client and occasion.
    client
        Column of the client.
    week, session
        Columns of time: week where there is one, and session where there is no week or two weeks
        are equal. None: not used.

    Returns
    -------
    pandas.DataFrame
        The same rows, numbered from 0, times as numbers; ties keep their order.

    Raises
    ------
    ValueError
        Neither column is there, a time or client is missing, or a time is no number.
    """
    require_columns(sessions, client)
    times = _times(sessions, week, session)
    missing = sessions[[client, times[0]]].isna().any(axis=1)
    if missing.any():
        raise BadData(
            f"'{client}' or '{times[0]}' is missing in {int(missing.sum())} rows, first in row "
            f"{sessions.index[missing.to_numpy()][0]}"
        )
    if len(times) > 1:
        sessions = sessions.assign(**{times[1]: _second_time(sessions, times[1])})
    rows = clean_rows(sessions, client, *times)
    return rows.sort_values([client, *times], kind="stable").reset_index(drop=True)


def _times(sessions: pd.DataFrame, week: str | None, session: str | None) -> list[str]:
    """Return the columns that give the order, the one that decides first."""
    defaults = [(name, default) for name, default in ((week, "week"), (session, "session")) if name]
    times = [name for name, default in defaults if has_column(sessions, name, default)]
    if not times:
        require_columns(sessions, defaults[-1][0] if defaults else "session")
    return times


def _second_time(sessions: pd.DataFrame, session: str) -> pd.Series:
    try:
        return numeric_column(sessions[session], session)
    except BadData as error:
        raise BadData(
            f"{error} Or, as there is a week: say session=None, and '{session}' is not used."
        ) from error


def _require_one_order(rows: pd.DataFrame, client: str, times: list[str]) -> None:
    """Refuse rows sorted by week whose session numbers fall: which order is meant is unclear."""
    if len(times) < 2:
        return
    week, session = times
    counted = rows[rows[session].notna()]
    step = counted.groupby(client)[session].diff()
    if not (step < 0).any():
        return
    place = int((step < 0).to_numpy().argmax())
    before, after = (counted[times].iloc[row] for row in (place - 1, place))
    who = counted[client].iloc[place]
    raise BadData(
        f"'{week}' and '{session}' order the rows of client {who} differently: from {week} "
        f"{before[week]:g} to {after[week]:g} the {session} goes from {before[session]:g} "
        f"to {after[session]:g}. Say which counts: {_none('session', session)} or "
        f"{_none('week', week)}, or leave that column out."
    )


def _none(keyword: str, column: str) -> str:
    return f"{keyword}=None ('{column}' is not used)"


def _clients(rows: pd.DataFrame, client: str) -> pd.Index:
    index: pd.Index = pd.Index(rows[client].unique(), name=client)
    return index


def _first_and_last(rows: pd.DataFrame, client: str, score: str) -> pd.DataFrame:
    scores = pd.DataFrame({client: rows[client], score: as_numbers(rows[score], score)}).dropna()
    groups = scores.groupby(client)[score]
    return pd.DataFrame({"pre": groups.first(), "post": groups.last().where(groups.size() > 1)})


def _constant(rows: pd.DataFrame, client: str, carry: Sequence[str] | None) -> pd.DataFrame:
    names = [name for name in ("arm", "therapist") if name in rows] if carry is None else carry
    require_columns(rows, *names)
    first = rows.drop_duplicates(client).set_index(client)[list(names)]
    distinct = rows[[client, *names]].drop_duplicates()
    if len(distinct) > len(first):
        changing = distinct[client][distinct[client].duplicated()].iloc[0]
        raise ValueError(f"one of {', '.join(names)} changes within client {changing}")
    return first


def score_at_week(
    sessions: pd.DataFrame,
    week: float,
    tolerance: float,
    *,
    client: str = "client",
    score: str = "symptom_score",
    time: str = "week",
) -> pd.Series[float]:
    """Return every client's score nearest to `week` after their own first row.

    Parameters
    ----------
    sessions
        One row per client and occasion; follow-ups count like any other.
    week, tolerance
        When, and how far from it a score may be, in the unit of the time column; 0 or more.
    client, score, time
        Names of the columns.

    Returns
    -------
    pandas.Series
        By client; NaN where no score lies within the tolerance. Of two equally near scores the
        earlier counts, of two at the same time the first in the frame.

    Raises
    ------
    ValueError
        An unknown column, a score or time that is no number, or a negative week or tolerance.

    Examples
    --------
    >>> sessions = pd.DataFrame(
    ...     {"client": [1, 1, 1, 2], "week": [0, 7, 12, 0], "symptom_score": [20, 12, 9, 25]}
    ... )
    >>> score_at_week(sessions, week=8, tolerance=2).to_dict()
    {1: 12.0, 2: nan}
    """
    if not (week >= 0 and tolerance >= 0):
        raise ValueError(f"week and tolerance must be 0 or more, they are {week} and {tolerance}")
    require_columns(sessions, client, score, time)
    rows = in_order(sessions, client, time, None)
    scores = as_numbers(rows[score], score)
    since = (rows[time] - rows.groupby(client)[time].transform("first")).to_numpy(float)
    rated = pd.DataFrame({client: rows[client], score: scores, "distance": np.abs(since - week)})
    near = rated[within(since, week, tolerance)].dropna().round({"distance": 6})
    near = near.sort_values("distance", kind="stable").drop_duplicates(client)
    by_client: pd.Series[float] = near.set_index(client)[score].reindex(_clients(rows, client))
    return by_client


def residual_gain(pre: Values, post: Values, *, higher_is_better: bool = False) -> pd.Series[float]:
    """Return minus the residual of ordinary least squares post ~ pre (scipy's linregress).

    Parameters
    ----------
    pre, post
        Scores before and after, one per client.
    higher_is_better
        Whether a high score is good; then it is the residual itself.

    Returns
    -------
    pandas.Series
        In points, of the clients with both scores (index kept): above 0 = better than expected.
        Mean 0, uncorrelated with pre.

    Raises
    ------
    ValueError
        Fewer than 3 clients have both scores, or pre has no variance.

    Examples
    --------
    >>> residual_gain([10.0, 20.0, 30.0], [5.0, 16.0, 15.0]).round(6).tolist()
    [2.0, -4.0, 2.0]
    """
    pairs = high_is_bad(paired_scores(pre, post), higher_is_better)
    before = require_variance(pairs["first"].to_numpy(), "pre")
    from scipy.stats import linregress  # takes half a second, which few need

    line = linregress(before, pairs["second"].to_numpy())
    expected = line.intercept + line.slope * before
    gain: pd.Series[float] = (expected - pairs["second"]).rename("residual_gain")
    return gain
