"""Sudden gains: large, stable improvement from one session to the next.

Criteria of Tang and DeRubeis (1999), as the R package suddengains documents them (Wiedemann, Thew,
Stott and Ehlers 2020, PLOS ONE), for the interval from session n to n + 1 and scores where high
is bad:

1. x(n) - x(n+1) >= cut_off;
2. x(n) - x(n+1) >= share x(n);
3. mean of x(n-2), x(n-1), x(n) minus mean of x(n+1), x(n+2), x(n+3) > t pooled SD, where t is
   the two-sided 5 % point of Student's t with n_pre + n_post - 2 degrees of freedom (2.776 when no
   score is missing); at least two scores on either side.

A gain is reversed if a later session gives back half of it. Where 0 is not the best score of the
scale, x(n) in criterion 2 is its distance from the best score (`best`). References:
tang_derubeis1999, suddengains2020.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from dyadsim.analysis.criteria import fell_by, reaches
from dyadsim.analysis.direction import distance_from_best
from dyadsim.analysis.estimate import Estimate, from_count
from dyadsim.analysis.long_table import scored_rows
from dyadsim.errors import BadData

MOST_SESSIONS = 5000  # a larger number is a date or an identifier; an assumption


class _Gain(NamedTuple):
    before: float
    after: float
    magnitude: float
    reversed: bool


def find_sudden_gains(
    sessions: pd.DataFrame,
    score: str = "symptom_score",
    *,
    cut_off: float = 7.0,
    share: float = 0.25,
    client: str = "client",
    session: str = "session",
    occasion: str = "occasion",
    best: float = 0.0,
    higher_is_better: bool = False,
) -> pd.DataFrame:
    """Return every sudden gain.

    Parameters
    ----------
    sessions
        One row per client and session; session numbers count from 1 (0 and missing scores are
        left out, as are rows marked "follow_up"; of several scores at one session the first in
        the frame counts).
    score
        Column of the score.
    cut_off
        Smallest fall in points; 7 for the BDI.
    share
        Smallest fall as a share of the score before (of its distance from `best`).
    client, session, occasion
        Names of the columns; `occasion` may be absent.
    best
        The best score of the scale, in its own points: 0 if none is said.
    higher_is_better
        Whether a high score is good; then `best` is the highest score of the scale.

    Returns
    -------
    pandas.DataFrame
        One row per gain: client, session (before the gain), before and after in the scale's own
        points, magnitude above 0, reversed.

    Raises
    ------
    ValueError
        An unknown column, a score or session that is no number, a session that is no whole number
        up to 5,000, or a score better than `best`.

    Examples
    --------
    >>> sessions = pd.DataFrame({
    ...     "client": 1, "session": range(1, 8), "symptom_score": [30, 32, 31, 20, 19, 18, 18]
    ... })
    >>> find_sudden_gains(sessions)[["session", "magnitude"]].to_numpy().tolist()
    [[3.0, 11.0]]
    """
    rows = scored_rows(sessions, client, score, session, occasion)
    rows = rows[rows[session] >= 1].drop_duplicates([client, session])
    _require_session_numbers(rows[session], session)
    distance = distance_from_best(rows[score].to_numpy(float), best, higher_is_better)
    table = pd.DataFrame({"client": rows[client], "session": rows[session], "distance": distance})
    wide = table.pivot(index="client", columns="session", values="distance")
    wide = wide.reindex(columns=np.arange(1, int(wide.columns.max()) + 1) if len(rows) else [])
    sign = -1.0 if higher_is_better else 1.0
    gains = [
        (name, place + 1, best + sign * gain.before, best + sign * gain.after, *gain[2:])
        for name, scores in zip(wide.index, wide.to_numpy(float), strict=True)
        for place in range(1, len(scores) - 2)
        if (gain := _gain_after(scores, place, cut_off, share)) is not None
    ]
    return pd.DataFrame(gains, columns=["client", "session", *_Gain._fields])


def _require_session_numbers(numbers: pd.Series, name: str) -> None:
    wrong = numbers[(numbers % 1 != 0) | (numbers > MOST_SESSIONS)]
    if len(wrong):
        raise BadData(
            f"'{name}' must be the number of a session, whole and at most {MOST_SESSIONS}: a gain "
            f"lies between one session and the next. There is {wrong.iloc[0]:g}."
        )


def _gain_after(scores: np.ndarray, place: int, cut_off: float, share: float) -> _Gain | None:
    """Return the gain after index `place` of one client's distances (session,), or None."""
    before, after = scores[place], scores[place + 1]
    fall = before - after
    if not (fell_by(before, after, cut_off) and fell_by(before, after, share * before)):
        return None  # also where a score is missing
    sides = [scores[max(0, place - 2) : place + 1], scores[place + 1 : place + 4]]
    pre, post = (side[~np.isnan(side)] for side in sides)
    if min(pre.size, post.size) < 2:
        return None
    freedom = pre.size + post.size - 2
    squares = ((pre - pre.mean()) ** 2).sum() + ((post - post.mean()) ** 2).sum()
    if not pre.mean() - post.mean() > stdtrit(freedom, 0.975) * np.sqrt(squares / freedom):
        return None
    given_back = bool(reaches(np.nanmax(scores[place + 1 :]), before - fall / 2))
    return _Gain(float(before), float(after), float(fall), given_back)


def share_with_sudden_gain(gains: pd.DataFrame, clients: int) -> Estimate:
    """Return the share of clients with a sudden gain or more.

    Parameters
    ----------
    gains
        As `find_sudden_gains` returns them.
    clients
        Number of clients in the data, 3 or more.

    Returns
    -------
    Estimate
        0 to 1.

    Raises
    ------
    ValueError
        Fewer than 3 clients.

    Examples
    --------
    >>> share_with_sudden_gain(pd.DataFrame({"client": [1, 1, 5]}), clients=8).value
    0.25
    """
    return from_count(int(gains["client"].nunique()), clients)
