"""Sudden gains: large, stable improvement from one session to the next.

Criteria of Tang and DeRubeis (1999), as the R package suddengains documents them (Wiedemann, Thew,
Stott and Ehlers 2020, PLOS ONE), for the interval from session n to n + 1 and scores where high
is bad:

1. x(n) - x(n+1) >= cut_off;
2. x(n) - x(n+1) >= share x(n);
3. mean of x(n-2), x(n-1), x(n) minus mean of x(n+1), x(n+2), x(n+3) > t pooled SD, where t is
   the two-sided 5 % point of Student's t with n_pre + n_post - 2 degrees of freedom (2.776 when no
   score is missing); at least two scores on either side.

A gain is reversed if a later session gives back half of it. References: tang_derubeis1999,
suddengains2020.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from dyadsim.analysis.columns import numbers, require
from dyadsim.analysis.estimate import Estimate, from_count


def sudden_gains(
    sessions: pd.DataFrame,
    score: str = "symptom_score",
    *,
    cut_off: float = 7.0,
    share: float = 0.25,
    client: str = "client",
    session: str = "session",
) -> pd.DataFrame:
    """Return one row a sudden gain: client, session (before the gain), before, after, magnitude,
    reversed.

    sessions: long; session numbers count from 1 (0 and missing scores are left out; of several
    scores at one session the first counts). cut_off: points, 7 for the BDI. share: of the score
    before. Raises ValueError for an unknown column or a score that is no number.
    """
    require(sessions, client, session, score)
    rows = pd.DataFrame({"client": sessions[client], "session": sessions[session]})
    rows["score"] = numbers(sessions[score], score)
    rows = rows[rows["session"] >= 1].dropna().drop_duplicates(["client", "session"])
    wide = rows.pivot(index="client", columns="session", values="score")
    wide = wide.reindex(columns=np.arange(1, int(wide.columns.max()) + 1) if rows.size else [])
    found = [
        (who, place + 1, *gain)
        for who, x in zip(wide.index, wide.to_numpy(float), strict=True)
        for place in range(1, len(x) - 2)
        if (gain := _gain(x, place, cut_off, share)) is not None
    ]
    names = ["client", "session", "before", "after", "magnitude", "reversed"]
    return pd.DataFrame(found, columns=names)


def _gain(
    x: np.ndarray, place: int, cut_off: float, share: float
) -> tuple[float, float, float, bool] | None:
    """Return (before, after, magnitude, reversed) of the gain after index `place`, or None."""
    before, after = x[place], x[place + 1]
    fall = before - after
    if not (fall >= cut_off and fall >= share * before):  # False where a score is missing
        return None
    sides = [x[max(0, place - 2) : place + 1], x[place + 1 : place + 4]]
    pre, post = (side[~np.isnan(side)] for side in sides)
    if min(pre.size, post.size) < 2:
        return None
    degrees = pre.size + post.size - 2
    squares = ((pre - pre.mean()) ** 2).sum() + ((post - post.mean()) ** 2).sum()
    if not pre.mean() - post.mean() > stdtrit(degrees, 0.975) * np.sqrt(squares / degrees):
        return None
    back = bool(np.nanmax(x[place + 1 :]) >= before - fall / 2)
    return float(before), float(after), float(fall), back


def share_with_sudden_gain(gains: pd.DataFrame, clients: int) -> Estimate:
    """Return the share of `clients` (their number) with one sudden gain or more."""
    return from_count(int(gains["client"].nunique()), clients)
