"""Relapse: who was well at the end of treatment and is not at a follow-up.

Recovered at the end: the last score before follow-up is below the cut-off and lower than the first
one by the reliable change or more. Relapsed at a follow-up: the score is at or above the cut-off
and higher than at the end by the reliable change or more. Cut-off and reliable change are those of
Jacobson and Truax (docs/background/facts.md); that relapse needs both is this project's definition,
because a step over the cut-off alone may be measurement error. If high is good, above and below
change places.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.change import pre_post
from dyadsim.analysis.columns import FEWEST_CLIENTS, as_numbers, require_columns
from dyadsim.analysis.criteria import (
    check_cut_off,
    check_reliable_change,
    fell_by,
    lies_below,
    reaches,
    within,
)
from dyadsim.analysis.direction import high_is_bad
from dyadsim.analysis.estimate import Estimate, from_count
from dyadsim.analysis.long_table import FOLLOW_UP, clean_rows
from dyadsim.errors import BadData, BadInput


class Relapse(NamedTuple):
    """Relapse at one follow-up.

    Attributes
    ----------
    week
        Week of the follow-up, as planned.
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
    weeks: Sequence[float] | None = None,
    tolerance: float = 2.0,
    client: str = "client",
    score: str = "symptom_score",
    week: str = "week",
    occasion: str = "occasion",
    higher_is_better: bool = False,
) -> list[Relapse]:
    """Return the relapse at every follow-up.

    Parameters
    ----------
    sessions
        One row per client and occasion; follow-ups are marked "follow_up".
    cut_off, reliable_change
        Clinical cut-off and smallest reliable change, in points.
    weeks, tolerance
        Planned weeks of the follow-ups, and how far from them a score may be (2 weeks: an
        assumption), in the unit of the week column. Of several scores of a client the nearest
        counts, of two equally near the earlier. None: every week that a follow-up has in the data,
        exactly; right where all clients were seen in the same weeks.
    client, score, week, occasion
        Names of the columns.
    higher_is_better
        Whether a high score is good; by default a low score is.

    Returns
    -------
    list of Relapse
        The first follow-up first.

    Raises
    ------
    ValueError
        An unknown column, no follow-up, planned weeks whose tolerances overlap, or fewer than 3
        recovered clients with a score at one.

    Examples
    --------
    >>> later = {1: 14, 2: 11, 3: 8, 4: 9}
    >>> rows = [(k, w, "session", s) for k in later for w, s in enumerate([20, 8])]
    >>> rows += [(k, 25.5 + k / 4, "follow_up", s) for k, s in later.items()]
    >>> sessions = pd.DataFrame(rows, columns=["client", "week", "occasion", "symptom_score"])
    >>> relapses(sessions, cut_off=10, reliable_change=6, weeks=[26])[0].share.value
    0.25
    """
    check_cut_off(cut_off)
    check_reliable_change(reliable_change)
    require_columns(sessions, client, score, week, occasion)
    rows = clean_rows(sessions, client, score, week)
    rows[score] = high_is_bad(as_numbers(rows[score], score), higher_is_better)
    limit = high_is_bad(cut_off, higher_is_better)
    ends = pre_post(rows, client=client, score=score, week=week, occasion=occasion, carry=())
    pre, post = (np.asarray(ends[name], float) for name in ("pre", "post"))
    end = ends["post"][lies_below(post, limit) & fell_by(pre, post, reliable_change)]
    later = rows[rows[occasion] == FOLLOW_UP]
    if later.empty:
        raise ValueError(f"there is no follow-up: no occasion is named '{FOLLOW_UP}'")
    follow_up_weeks = sorted(set(later[week]))
    later = later[later[client].isin(end.index)].dropna(subset=[score]).set_index(client)
    later = later[[week, score]].sort_values(week, kind="stable")
    relapse = []
    for planned in follow_up_weeks if weeks is None else _apart(weeks, tolerance):
        then = _nearest(later, planned, tolerance if weeks is not None else 0.0)
        if len(then) < FEWEST_CLIENTS:
            raise _too_few(planned, len(then), len(follow_up_weeks), weeks is not None)
        before, now = (np.asarray(part, float) for part in (end[then.index], then))
        back = reaches(now, limit) & fell_by(-before, -now, reliable_change)
        share = from_count(int(back.sum()), len(then))
        relapse.append(Relapse(float(planned), share, len(end), len(end) - len(then)))
    return relapse


def _apart(weeks: Sequence[float], tolerance: float) -> list[float]:
    """Return planned weeks in order; a score may belong to one of them only."""
    planned = sorted(float(week) for week in weeks)
    if not planned or tolerance < 0 or (np.diff(planned) <= 2 * tolerance).any():
        raise BadInput(
            f"weeks must name follow-ups more than twice the tolerance ({tolerance:g}) apart, they "
            f"are {', '.join(f'{week:g}' for week in planned) or 'none'}."
        )
    return planned


def _nearest(later: pd.DataFrame, planned: float, tolerance: float) -> pd.Series[float]:
    """Return the score nearest to a week, by client, from rows (week, score) sorted by week."""
    week, score = later.columns
    near = later[within(later[week].to_numpy(float), planned, tolerance)]
    order = (near[week] - planned).abs().round(6).to_numpy().argsort(kind="stable")
    near = near.iloc[order]
    nearest: pd.Series[float] = near.loc[~near.index.duplicated(), score]
    return nearest


def _too_few(planned: float, clients: int, different: int, named: bool) -> BadData:
    way_out = (
        "Name other weeks or a larger tolerance."
        if named
        else f"The follow-ups lie in {different} different weeks: if clients have their own, name "
        "the planned ones, such as weeks=[26, 52], tolerance=4."
    )
    return BadData(
        f"At week {planned:g}, {clients} recovered clients have a follow-up score; a share needs "
        f"at least 3 clients. {way_out}"
    )
