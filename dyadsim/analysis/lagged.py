"""Session to session: how a client's process score today goes with symptoms next time.

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

from dyadsim.analysis.columns import as_numbers, require_columns, require_variance
from dyadsim.analysis.estimate import Estimate, from_standard_error

FEWEST_SESSIONS = 4


class LaggedEffects(NamedTuple):
    """Effects of one session on the next; n of each estimate counts pairs of sessions.

    Attributes
    ----------
    effect
        Points of the outcome per point of the predictor one session before.
    standardised
        The same in within-client SDs of both.
    carry_over
        Effect of the outcome's own last value.
    clients
        Number of clients.
    """

    effect: Estimate
    standardised: Estimate
    carry_over: Estimate
    clients: int


def lagged_effects(
    sessions: pd.DataFrame,
    predictor: str = "alliance_score",
    outcome: str = "symptom_score",
    *,
    detrend: bool = True,
    client: str = "client",
    session: str = "session",
    occasion: str = "occasion",
) -> LaggedEffects:
    """Return the lagged effect of `predictor` on `outcome`; swap them for the reverse effect.

    Parameters
    ----------
    sessions
        One row per client and session, with consecutive session numbers. Session 0 and rows
        marked "follow_up" are left out, as are clients with fewer than 4 sessions with both.
    predictor, outcome
        Columns of the two scores.
    detrend
        Take the client's own straight line out, not only the own mean.
    client, session, occasion
        Names of the columns; `occasion` may be absent.

    Returns
    -------
    LaggedEffects
        In the units of the two scores, and standardised.

    Raises
    ------
    ValueError
        An unknown column, no client with 4 sessions, or a score that never changes within a
        client.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> alliance = rng.normal(size=(50, 20))
    >>> symptoms = -0.5 * np.roll(alliance, 1, axis=1) + rng.normal(size=(50, 20))
    >>> sessions = pd.DataFrame({
    ...     "client": np.repeat(np.arange(50), 20),
    ...     "session": np.tile(np.arange(1, 21), 50),
    ...     "alliance_score": alliance.ravel(),
    ...     "symptom_score": symptoms.ravel(),
    ... })
    >>> lagged_effects(sessions).effect.high < 0
    True
    """
    require_columns(sessions, predictor, outcome, client, session)
    rows = _observed_rows(sessions, (predictor, outcome), client, session, occasion)
    pairs = _neighbouring_sessions(_within_client(rows, detrend))
    x, y, before = (pairs[name].to_numpy(float) for name in ("x", "next", "before"))
    require_variance(x, predictor)
    require_variance(before, outcome)
    fit = OLS(y, np.column_stack([x, before])).fit(
        cov_type="cluster", cov_kwds={"groups": pairs["client"].factorize()[0]}
    )
    scale = float(x.std() / y.std())
    effect, carry_over = (
        from_standard_error(float(b), float(error), len(pairs))
        for b, error in zip(fit.params, fit.bse, strict=True)
    )
    standardised = from_standard_error(
        effect.value * scale, effect.standard_error * scale, len(pairs)
    )
    return LaggedEffects(effect, standardised, carry_over, int(pairs["client"].nunique()))


def _observed_rows(
    sessions: pd.DataFrame, scores: tuple[str, str], client: str, session: str, occasion: str
) -> pd.DataFrame:
    """Return client, session, x and y of the clients with enough sessions with both scores."""
    rows = pd.DataFrame({"client": sessions[client], "session": sessions[session].astype(float)})
    rows["x"], rows["y"] = (as_numbers(sessions[name], name) for name in scores)
    if occasion in sessions:
        rows = rows[sessions[occasion] != "follow_up"]
    rows = rows[rows["session"] > 0].dropna().drop_duplicates(["client", "session"])
    rows = rows[rows.groupby("client")["x"].transform("size") >= FEWEST_SESSIONS].copy()
    if rows.empty:
        raise ValueError(f"no client has {FEWEST_SESSIONS} sessions with both scores")
    return rows


def _within_client(rows: pd.DataFrame, detrend: bool) -> pd.DataFrame:
    """Return the rows with x and y less the client's own mean, or own line."""
    groups = rows.groupby("client")
    when = rows["session"] - groups["session"].transform("mean")
    for name in ("x", "y"):
        deviation = rows[name] - groups[name].transform("mean")
        if detrend:
            products = (deviation * when).groupby(rows["client"]).sum()
            slope = products / (when**2).groupby(rows["client"]).sum()
            deviation = deviation - rows["client"].map(slope) * when
        rows[name] = deviation
    return rows


def _neighbouring_sessions(rows: pd.DataFrame) -> pd.DataFrame:
    """Return client, x and before (this session), next (the outcome one session later)."""
    later = rows[["client", "session", "y"]].assign(session=rows["session"] - 1)
    pairs = rows.merge(later.rename(columns={"y": "next"}), on=["client", "session"])
    return pairs.rename(columns={"y": "before"})[["client", "x", "before", "next"]]
