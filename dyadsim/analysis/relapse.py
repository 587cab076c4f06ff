"""Relapse: who was well at the end of treatment and is not at a follow-up.

Recovered at the end: the last score before follow-up is below the cut-off and lower than the first
one by the reliable change or more. Relapsed at a follow-up: the score is at or above the cut-off
and higher than at the end by the reliable change or more. Cut-off and reliable change are those of
Jacobson and Truax (docs/facts.md); that relapse needs both is this project's definition, because a
step over the cut-off alone may be measurement error.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from dyadsim.analysis.change import pre_post
from dyadsim.analysis.columns import numbers, require
from dyadsim.analysis.estimate import Estimate, from_count


class Relapse(NamedTuple):
    """`week` of the follow-up; `share` relapsed among recovered clients who were seen then;
    `recovered` clients at the end of treatment; `missing` of them at this follow-up."""

    week: float
    share: Estimate
    recovered: int
    missing: int


def relapses(
    sessions: pd.DataFrame,
    *,
    cut_off: float,
    reliable_change: float,
    client: str = "client",
    score: str = "symptom_score",
    week: str = "week",
    occasion: str = "occasion",
) -> list[Relapse]:
    """Return the relapse of every follow-up, first follow-up first.

    sessions: long, with occasions named "follow_up". cut_off, reliable_change: points, high = bad.
    Raises ValueError for an unknown column, no follow-up, or fewer than 3 recovered clients seen.
    """
    require(sessions, client, score, week, occasion)
    ends = pre_post(sessions, client=client, score=score, week=week, occasion=occasion, carry=())
    well = ends["post"] < cut_off
    recovered = ends[well & (ends["pre"] - ends["post"] >= reliable_change)]
    later = sessions[sessions[occasion] == "follow_up"]
    if later.empty:
        raise ValueError("there is no follow-up: no occasion is named 'follow_up'")
    later = later.assign(**{score: numbers(later[score], score)})
    return [
        _one(
            float(str(when)),
            part.set_index(client)[score],
            recovered["post"],
            cut_off,
            reliable_change,
        )
        for when, part in later.groupby(week)
    ]


def _one(
    week: float, seen: pd.Series, end: pd.Series, cut_off: float, reliable_change: float
) -> Relapse:
    """Return the relapse of one follow-up."""
    then = seen.reindex(end.index).dropna()
    back = (then >= cut_off) & (then - end[then.index] >= reliable_change)
    share = from_count(int(back.sum()), len(then))
    return Relapse(week, share, len(end), len(end) - len(then))
