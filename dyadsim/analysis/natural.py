"""How clients stand some weeks after intake, treated or not: the natural course of distress."""

from __future__ import annotations

import pandas as pd

from dyadsim.analysis.change import in_order, pre_post, score_at_week
from dyadsim.analysis.clinical_significance import remission, response
from dyadsim.analysis.columns import as_numbers, paired_scores, require_columns
from dyadsim.analysis.criteria import reaches
from dyadsim.analysis.direction import high_is_bad
from dyadsim.analysis.estimate import Estimate


def response_at_week(
    sessions: pd.DataFrame,
    week: float,
    tolerance: float = 2.0,
    *,
    share: float = 0.5,
    client: str = "client",
    score: str = "symptom_score",
    time: str = "week",
    best: float = 0.0,
    higher_is_better: bool = False,
) -> Estimate:
    """Return the share whose score fell by `share` from the first score to `week`.

    Parameters
    ----------
    sessions
        One row per client and occasion. Select untreated clients for the natural course.
    week, tolerance
        When, and how far from it a score may be (2 weeks: an assumption); as in `score_at_week`.
    share
        Of the first score (of its distance from `best`), above 0 and at most 1.
    client, score, time
        Names of the columns.
    best
        The best score of the scale, in its own points: 0 if none is said.
    higher_is_better
        Whether a high score is good; then `best` is the highest score of the scale.

    Returns
    -------
    Estimate
        Of the clients with a first score that is not the best one and a score within the tolerance
        of the week.

    Raises
    ------
    ValueError
        An unknown column, an impossible number, or fewer than 3 such clients.

    Examples
    --------
    >>> sessions = pd.DataFrame({
    ...     "client": [1, 1, 2, 2, 3, 3, 4, 4],
    ...     "week": [0, 8, 0, 8, 0, 9, 0, 7],
    ...     "symptom_score": [20, 10, 20, 15, 18, 17, 24, 12],
    ... })
    >>> response_at_week(sessions, 8).value
    0.5
    """
    pre, post = _pre_and_at_week(sessions, week, tolerance, client, score, time)
    return response(pre, post, share, best=best, higher_is_better=higher_is_better)


def remission_at_week(
    sessions: pd.DataFrame,
    week: float,
    tolerance: float = 2.0,
    *,
    cut_off: float,
    client: str = "client",
    score: str = "symptom_score",
    time: str = "week",
    higher_is_better: bool = False,
) -> Estimate:
    """Return the share on the good side of the clinical cut-off `week` weeks after intake.

    Parameters
    ----------
    sessions
        One row per client and occasion. Select untreated clients for the natural course.
    week, tolerance
        When, and how far from it a score may be (2 weeks: an assumption); as in `score_at_week`.
    cut_off
        Clinical cut-off in points.
    client, score, time
        Names of the columns.
    higher_is_better
        Whether a high score is good; by default a low score is.

    Returns
    -------
    Estimate
        Of the clients with a score within the tolerance of the week who were at the cut-off or on
        the bad side of it at their first score (a client on the good side cannot remit).

    Raises
    ------
    ValueError
        An unknown column, an impossible number, or fewer than 3 such clients.

    Examples
    --------
    >>> sessions = pd.DataFrame({
    ...     "client": [1, 1, 2, 2, 3, 3, 4, 4],
    ...     "week": [0, 13, 0, 13, 0, 12, 0, 13],
    ...     "symptom_score": [20, 9, 20, 15, 8, 7, 24, 12],
    ... })
    >>> round(remission_at_week(sessions, 13, cut_off=10).value, 2)
    0.33
    """
    pairs = paired_scores(*_pre_and_at_week(sessions, week, tolerance, client, score, time))
    first = high_is_bad(pairs["first"].to_numpy(), higher_is_better)
    cases = reaches(first, high_is_bad(cut_off, higher_is_better))
    return remission(pairs["second"][cases], cut_off, higher_is_better=higher_is_better)


def _pre_and_at_week(
    sessions: pd.DataFrame, week: float, tolerance: float, client: str, score: str, time: str
) -> tuple[pd.Series[float], pd.Series[float]]:
    require_columns(sessions, time)
    pre = pre_post(sessions, client=client, score=score, week=time, session=None, carry=())["pre"]
    # the first score is no score after some weeks, though it lies within the tolerance
    rows = in_order(sessions, client, time, None)
    scores = pd.Series(as_numbers(rows[score], score), index=rows.index)
    first = scores.notna() & (scores.notna().groupby(rows[client]).cumsum() == 1)
    later = rows.assign(**{score: scores.mask(first)})
    post = score_at_week(later, week, tolerance, client=client, score=score, time=time)
    return pre, post
