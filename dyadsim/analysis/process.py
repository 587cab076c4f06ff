"""Process and outcome: what is measured along the way, and whether it goes with how it ends."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from dyadsim.analysis.change import pre_post, residual_gain
from dyadsim.analysis.columns import (
    as_numbers,
    has_column,
    numeric_column,
    paired_scores,
    require_columns,
    require_variance,
)
from dyadsim.analysis.effects import Values
from dyadsim.analysis.estimate import Estimate
from dyadsim.analysis.long_table import clean_rows


def score_at_session(
    sessions: pd.DataFrame,
    score: str,
    at: int | None,
    *,
    client: str = "client",
    session: str = "session",
    occasion: str = "occasion",
) -> pd.Series[float]:
    """Return each client's score at a session.

    Parameters
    ----------
    sessions
        One row per client and occasion. Where there is an occasion column, only "intake" rows
        count for `at` = 0 and only "session" rows for the rest.
    score
        Column of the score.
    at
        0: intake; 1: end of session 1; 3: session 3, else the nearest of 2 to 5, of two equally
        near the earlier (docs/background/facts.md); another number: that session exactly; None: the
        client's mean over all sessions. Of two scores at one session the first in the frame counts.
    client, session, occasion
        Names of the columns.

    Returns
    -------
    pandas.Series
        By client, of those with such a score.

    Raises
    ------
    ValueError
        An unknown column, a score or session that is no number, or no client has such a score.

    Examples
    --------
    >>> sessions = pd.DataFrame(
    ...     {"client": [1, 1, 1, 2], "session": [2, 3, 4, 4], "alliance_score": [3.0, 4, 5, 2]}
    ... )
    >>> score_at_session(sessions, "alliance_score", 3).to_dict()
    {1: 4.0, 2: 2.0}
    """
    rows = clean_rows(sessions, client, session, score)
    rows = _of_occasion(rows, "intake" if at == 0 else "session", occasion)
    rated = pd.DataFrame({client: rows[client], "session": rows[session], score: rows[score]})
    rated = rated.astype({score: float}).dropna()
    scores = _mean_of_sessions(rated, client, score) if at is None else _nearest(rated, client, at)
    if scores.empty:
        when = "at any session" if at is None else f"at session {at}"
        raise ValueError(f"no client has a '{score}' {when}")
    return scores[score]


def _of_occasion(sessions: pd.DataFrame, kind: str, occasion: str) -> pd.DataFrame:
    if not has_column(sessions, occasion, "occasion"):
        return sessions
    return sessions[sessions[occasion].isin([kind])]


def _mean_of_sessions(rated: pd.DataFrame, client: str, score: str) -> pd.DataFrame:
    return rated[rated["session"] > 0].groupby(client)[[score]].mean()


def _nearest(rated: pd.DataFrame, client: str, at: int) -> pd.DataFrame:
    low, high = (2, 5) if at == 3 else (at, at)
    near = rated[rated["session"].between(low, high)]
    near = near.assign(distance=(near["session"] - at).abs())
    near = near.sort_values([client, "distance", "session"], kind="stable")
    return near.drop_duplicates(client).set_index(client)


def pearson(first: Values, second: Values) -> Estimate:
    """Return Pearson's correlation with scipy's Fisher-z interval.

    The standard error is (1 - r²) / sqrt(n - 3): Fisher's z turned back by the delta method.

    Parameters
    ----------
    first, second
        Numbers, one per client: Series are paired by index, anything else by position.

    Returns
    -------
    Estimate
        Over the clients with both values, in [-1, 1].

    Raises
    ------
    ValueError
        Fewer than 4 clients have both values, or one of the two has no variance.

    Examples
    --------
    >>> r = pearson([1, 2, 3, 4, 5], [1, 3, 2, 5, 4])
    >>> round(r.value, 2), r.n
    (0.8, 5)
    """
    pairs = paired_scores(first, second)
    if len(pairs) < 4:
        raise ValueError(f"a correlation needs at least 4 clients, there are {len(pairs)}")
    x, y = (require_variance(pairs[name].to_numpy(), name) for name in ("first", "second"))
    from scipy.stats import pearsonr  # takes half a second, which few need

    result = pearsonr(x, y)
    r, interval = float(result.statistic), result.confidence_interval()
    error = (1 - r**2) / math.sqrt(len(pairs) - 3)
    return Estimate(r, error, float(interval.low), float(interval.high), len(pairs))


def process_outcome_r(
    sessions: pd.DataFrame,
    score: str,
    at: int | None,
    *,
    outcome: str = "symptom_score",
    client: str = "client",
    week: str | None = "week",
    session: str = "session",
    occasion: str = "occasion",
    gain: pd.Series[float] | None = None,
    higher_is_better: bool = False,
) -> Estimate:
    """Return Pearson's r over clients between a score at a session and residual gain.

    Therapists are ignored and unreliability is not corrected, as in the published means.

    Parameters
    ----------
    sessions
        One row per client and occasion.
    score, at
        The process score and its session, as in `score_at_session`.
    outcome
        Column of the outcome score.
    client, week, session, occasion
        Names of the columns; week=None: the session alone gives the order.
    gain
        Residual gains by client if they are at hand (saves time in loops), above 0 = better; else
        they are computed by `pre_post` and `residual_gain`.
    higher_is_better
        Whether a high outcome score is good; by default a low score is. Gains at hand have their
        direction already.

    Returns
    -------
    Estimate
        Above 0 = higher scores go with a better outcome.

    Raises
    ------
    ValueError
        As `score_at_session`, `pre_post`, `residual_gain` and `pearson`.

    Examples
    --------
    >>> sessions = pd.DataFrame({
    ...     "client": [1, 1, 2, 2, 3, 3, 4, 4],
    ...     "session": [0, 3] * 4,
    ...     "symptom_score": [20, 8, 18, 12, 22, 9, 19, 15],
    ...     "alliance_score": [None, 4.5, None, 3.5, None, 4.2, None, 3.0],
    ... }).assign(occasion=["intake", "session"] * 4)
    >>> process_outcome_r(sessions, "alliance_score", 3).value > 0.7
    True
    """
    if gain is None:
        table = pre_post(
            sessions, client=client, score=outcome, week=week, session=session, occasion=occasion
        )
        gain = residual_gain(table["pre"], table["post"], higher_is_better=higher_is_better)
    process = score_at_session(
        sessions, score, at, client=client, session=session, occasion=occasion
    )
    return pearson(process, gain)


def correlation(
    sessions: pd.DataFrame,
    first: str,
    second: str,
    first_at: int | None,
    second_at: int | None,
    *,
    client: str = "client",
    session: str = "session",
    occasion: str = "occasion",
) -> Estimate:
    """Return Pearson's r over clients between two scores, each at its own session.

    Parameters
    ----------
    sessions
        One row per client and occasion.
    first, second
        Columns of the two scores.
    first_at, second_at
        Their sessions, as in `score_at_session`.
    client, session, occasion
        Names of the columns.

    Returns
    -------
    Estimate
        In [-1, 1].

    Raises
    ------
    ValueError
        As `score_at_session` and `pearson`.

    Examples
    --------
    >>> sessions = pd.DataFrame({
    ...     "client": [1, 2, 3, 4, 5],
    ...     "session": 1,
    ...     "bond_score": [1, 2, 3, 4, 5],
    ...     "task_score": [1, 3, 2, 5, 4],
    ... })
    >>> round(correlation(sessions, "bond_score", "task_score", 1, 1).value, 2)
    0.8
    """
    x, y = (
        score_at_session(sessions, score, at, client=client, session=session, occasion=occasion)
        for score, at in ((first, first_at), (second, second_at))
    )
    return pearson(x, y)


def course(
    sessions: pd.DataFrame,
    *,
    by: Sequence[str] = ("arm",),
    score: str = "symptom_score",
    time: str = "session",
    occasion: str = "occasion",
    occasions: Sequence[str] | None = ("intake", "session"),
) -> pd.DataFrame:
    """Return the mean course of a score.

    Parameters
    ----------
    sessions
        One row per client and occasion. Missing scores are left out.
    by
        Grouping columns; () for one course of all.
    score, time
        Columns of the score and of the horizontal axis.
    occasion, occasions
        Column of the kind of occasion, and the kinds that count; None = all (needed by week for
        waitlists, whose session number stays 0).

    Returns
    -------
    pandas.DataFrame
        Per group and time: mean, standard_deviation (NaN for n = 1), n, standard_error. Later
        points rest on the clients who still attend.

    Raises
    ------
    ValueError
        An unknown column, or a score or time that is no number.

    Examples
    --------
    >>> sessions = pd.DataFrame(
    ...     {"client": [1, 1, 2, 2], "session": [0, 1, 0, 1], "symptom_score": [20, 16, 24, 18]}
    ... )
    >>> course(sessions, by=())["mean"].tolist()
    [22.0, 17.0]
    """
    require_columns(sessions, *by, time, score)
    numbers = {name: numeric_column(sessions[name], name) for name in (time, score)}
    rows = sessions.assign(**numbers).reset_index(drop=True)
    if occasions is not None and has_column(rows, occasion, "occasion"):
        rows = rows[rows[occasion].isin(list(occasions))]
    rows = rows.astype({score: float}).dropna(subset=[score])
    groups = rows.groupby([*by, time], observed=True)[score]
    table = groups.agg(mean="mean", standard_deviation="std", n="size")
    table["standard_error"] = table["standard_deviation"] / np.sqrt(table["n"])
    return table.reset_index()


def aic_linear_minus_log_time(
    mean_course: pd.DataFrame, *, session: str = "session", mean: str = "mean"
) -> float:
    """Return the AIC of a straight course minus that of one linear in log(session + 1).

    Both are fitted by ordinary least squares over the rows of one course. They have as many
    parameters, so the difference is n ln(RSS linear / RSS log).

    Parameters
    ----------
    mean_course
        One row per session, as `course` returns it for one group.
    session, mean
        Names of the columns.

    Returns
    -------
    float
        Above 0 = the course flattens.

    Raises
    ------
    ValueError
        Fewer than 4 sessions, a session that appears twice, or a mean without variance.

    Examples
    --------
    >>> table = pd.DataFrame({"session": range(5), "mean": [20.0, 15.0, 13.0, 12.0, 11.5]})
    >>> aic_linear_minus_log_time(table) > 0
    True
    """
    require_columns(mean_course, session, mean)
    points = pd.DataFrame(
        {name: as_numbers(mean_course[name], name) for name in (session, mean)}
    ).dropna()
    if points[session].duplicated().any():
        raise ValueError("a session appears twice: give the course of one group at a time")
    if len(points) < 4:
        raise ValueError(f"comparing courses needs at least 4 sessions, there are {len(points)}")
    if points[session].min() < 0:
        raise ValueError(f"sessions count from 0, '{session}' has {points[session].min():g}")
    score, when = require_variance(points[mean].to_numpy(), mean), points[session].to_numpy()
    ratio = _rss(when, score) / _rss(np.log1p(when), score)
    return float(len(points) * np.log(ratio))


def _rss(regressor: np.ndarray, response: np.ndarray) -> float:
    residual = response - np.polyval(np.polyfit(regressor, response, 1), regressor)
    return float(residual @ residual)
