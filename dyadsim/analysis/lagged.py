"""Session to session: does a client's process score today go with symptoms next time?

    y_t+1 - m(y) = b (x_t - m(x)) + a (y_t - m(y)) + e

m(.) is the client's own mean (person-mean centring), or with `detrend` the client's own straight
line over sessions, so that two things that merely both improve do not predict each other. Errors
are clustered by client. Nothing that stays the same in a client can make b, but what changes within
a client still can. Centring on few sessions pulls a, and with it a little of b, towards 0 or below
(dynamic-panel bias, of the order of 1 / sessions).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from statsmodels.regression.linear_model import OLS

from dyadsim.analysis.columns import numbers, require, vary
from dyadsim.analysis.estimate import Estimate, from_standard_error


class Lagged(NamedTuple):
    """`effect`: points of the outcome per point of the predictor one session before; `standardised`
    in within-client SDs of both; `carry_over`: of the outcome's own last value; `n` in each counts
    pairs of sessions, `clients` the clients."""

    effect: Estimate
    standardised: Estimate
    carry_over: Estimate
    clients: int


def lagged(
    sessions: pd.DataFrame,
    predictor: str = "alliance_score",
    outcome: str = "symptom_score",
    *,
    detrend: bool = True,
    client: str = "client",
    session: str = "session",
    occasion: str = "occasion",
) -> Lagged:
    """Return the lagged effect of `predictor` on `outcome`; swap the two for the reverse effect.

    sessions: long, consecutive session numbers; sessions 0 and rows marked "follow_up" are left
    out, as are clients with fewer than 4 sessions with both scores.
    Raises ValueError for an unknown column, no client with 4 sessions, or a score that never
    changes within a client.
    """
    require(sessions, predictor, outcome, client, session)
    pairs = _pairs(_own(sessions, [predictor, outcome], detrend, client, session, occasion))
    x, y, before = (pairs[name].to_numpy(float) for name in ("x", "next", "before"))
    vary(x, predictor)
    vary(before, outcome)
    fit = OLS(y, np.column_stack([x, before])).fit(
        cov_type="cluster", cov_kwds={"groups": pairs["client"].factorize()[0]}
    )
    scale = float(x.std() / y.std())
    first, second = (
        from_standard_error(float(b), float(e), len(pairs))
        for b, e in zip(fit.params, fit.bse, strict=True)
    )
    standardised = from_standard_error(
        first.value * scale, first.standard_error * scale, len(pairs)
    )
    return Lagged(first, standardised, second, int(pairs["client"].nunique()))


def _own(
    sessions: pd.DataFrame,
    scores: list[str],
    detrend: bool,
    client: str,
    session: str,
    occasion: str,
) -> pd.DataFrame:
    """Return client, session, x and y: each score without the client's own mean or line."""
    rows = pd.DataFrame({"client": sessions[client], "session": sessions[session].astype(float)})
    rows["x"], rows["y"] = (numbers(sessions[name], name) for name in scores)
    if occasion in sessions:
        rows = rows[sessions[occasion] != "follow_up"]
    rows = rows[rows["session"] > 0].dropna().drop_duplicates(["client", "session"])
    rows = rows[rows.groupby("client")["x"].transform("size") >= 4].copy()
    if rows.empty:
        raise ValueError("no client has 4 sessions with both scores")
    groups = rows.groupby("client")
    when = rows["session"] - groups["session"].transform("mean")
    for name in ("x", "y"):
        own = rows[name] - groups[name].transform("mean")
        if detrend:
            slope = (own * when).groupby(rows["client"]).sum() / (when**2).groupby(
                rows["client"]
            ).sum()
            own = own - rows["client"].map(slope) * when
        rows[name] = own
    return rows


def _pairs(rows: pd.DataFrame) -> pd.DataFrame:
    """Return client, x and before (this session), next (the outcome one session later)."""
    later = rows[["client", "session", "y"]].assign(session=rows["session"] - 1)
    pairs = rows.merge(later.rename(columns={"y": "next"}), on=["client", "session"])
    return pairs.rename(columns={"y": "before"})[["client", "x", "before", "next"]]
