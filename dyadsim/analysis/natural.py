"""How clients stand some weeks after intake, treated or not: the natural course of distress."""

from __future__ import annotations

import pandas as pd

from dyadsim.analysis.change import pre_post, remission, response, score_at_week
from dyadsim.analysis.columns import paired
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
) -> Estimate:
    """Share whose score fell by `share` from the first observed score to `week` after intake.

    Denominator: clients with a score within the tolerance of that week (2 weeks: assumption)
    and a first score above 0. Give untreated clients only for the natural course.
    """
    pre = pre_post(sessions, client=client, score=score, week=time, carry=())["pre"]
    post = score_at_week(sessions, week, tolerance, client=client, score=score, time=time)
    return response(pre, post, share)


def remission_at_week(
    sessions: pd.DataFrame,
    week: float,
    tolerance: float = 2.0,
    *,
    cut_off: float,
    client: str = "client",
    score: str = "symptom_score",
    time: str = "week",
) -> Estimate:
    """Share below the clinical cut-off `week` weeks after intake.

    Denominator: clients at or above the cut-off at their first observed score (who is not ill
    cannot remit) with a score within the tolerance of that week (2 weeks: assumption).
    """
    pre = pre_post(sessions, client=client, score=score, week=time, carry=())["pre"]
    post = score_at_week(sessions, week, tolerance, client=client, score=score, time=time)
    pairs = paired(pre, post)
    return remission(pairs.loc[pairs["first"] >= cut_off, "second"], cut_off)
