"""Relapse: who was well at the end of treatment and is not at a follow-up.

Recovered at the end: the last score before follow-up is below the cut-off and lower than the first
one by the reliable change or more. Relapsed at a follow-up: the score is at or above the cut-off
and higher than at the end by the reliable change or more. Cut-off and reliable change are those of
Jacobson and Truax (docs/background/facts.md); that relapse needs both is this project's definition,
because a step over the cut-off alone may be measurement error.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from dyadsim.analysis.change import pre_post
from dyadsim.analysis.columns import as_numbers, require_columns
from dyadsim.analysis.estimate import Estimate, from_count


class Relapse(NamedTuple):
    """Relapse at one follow-up.

    Attributes
    ----------
    week
        Week of the follow-up.
    share
        Share relapsed of the recovered clients with a score at this follow-up.
    recovered
        Clients who had recovered at the end of treatment.
    missing
        Those of them without a score at this follow-up.
    """

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
    """Return the relapse at every follow-up.

    Parameters
    ----------
    sessions
        One row per client and occasion; follow-ups are marked "follow_up".
    cut_off, reliable_change
        Clinical cut-off and smallest reliable change, in points; high scores are bad.
    client, score, week, occasion
        Names of the columns.

    Returns
    -------
    list of Relapse
        The first follow-up first.

    Raises
    ------
    ValueError
        An unknown column, no follow-up, or fewer than 3 recovered clients with a score at one.

    Examples
    --------
    >>> later = {1: 14, 2: 11, 3: 8, 4: 9}
    >>> rows = [(k, w, "session", s) for k in later for w, s in enumerate([20, 8])]
    >>> rows += [(k, 26, "follow_up", s) for k, s in later.items()]
    >>> sessions = pd.DataFrame(rows, columns=["client", "week", "occasion", "symptom_score"])
    >>> relapses(sessions, cut_off=10, reliable_change=6)[0].share.value
    0.25
    """
    require_columns(sessions, client, score, week, occasion)
    ends = pre_post(sessions, client=client, score=score, week=week, occasion=occasion, carry=())
    well = ends["post"] < cut_off
    recovered = ends[well & (ends["pre"] - ends["post"] >= reliable_change)]
    later = sessions[sessions[occasion] == "follow_up"]
    if later.empty:
        raise ValueError("there is no follow-up: no occasion is named 'follow_up'")
    later = later.assign(**{score: as_numbers(later[score], score)})
    end, relapse = recovered["post"], []
    for when, rows in later.groupby(week):
        then = rows.set_index(client)[score].reindex(end.index).dropna()
        back = (then >= cut_off) & (then - end[then.index] >= reliable_change)
        share = from_count(int(back.sum()), len(then))
        relapse.append(Relapse(float(str(when)), share, len(end), len(end) - len(then)))
    return relapse
