"""Session to session: how a client's process score today goes with symptoms next time.

    y_t+1 - m(y) - s_t+1(y) = b (x_t - m(x) - s_t(x)) + a (y_t - m(y) - s_t(y)) + e

m(.) is the client's own mean (person-mean centring), s_t(.) what all clients of session t have in
common, so that a course that all share makes no effect: two scores that both improve on average
predict each other, and one that falls while the other improves turns the sign. Standard errors are
robust to clustering by client (CR2, Satterthwaite's degrees of freedom). Nothing that stays the
same in a client can make b, but what changes within a client still can, also courses of different
slope. Centring on few sessions pulls a, and with it b, towards 0 or below (dynamic-panel bias, of
the order of 1 / sessions): in simulated clients a true b of -.30, with a = .3 for both scores,
comes out as

| sessions | 4 | 6 | 8 | 10 | 16 | 20 | 30 |
|---|---|---|---|---|---|---|---|
| own mean; y does not act on x | -.24 | -.28 | -.29 | -.30 | -.32 | -.31 | -.31 |
| own mean; y acts on x (-.2) | -.17 | -.23 | -.25 | -.27 | -.30 | -.30 | -.30 |
| own line; y does not act on x | -.11 | -.19 | -.26 | -.29 | -.31 | -.30 | -.31 |
| own line; y acts on x (-.2) | -.06 | -.12 | -.19 | -.23 | -.27 | -.27 | -.29 |

(1,000 clients, 500 from 16 sessions on; standard errors .01 to .02). A weaker effect can change its
sign: with the own line, 5 sessions and y acting on x (-.3) a true -.10 came out as +.06. Hence the
client's own line, `detrend`, only from 20 sessions on. With few sessions the random-intercept
cross-lagged panel model (`cross_lagged_panel`) has no such bias. Where clients improve at different
rates, no method helps in short series: both then show effects that are not there.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.client_rows import require_one_row
from dyadsim.analysis.cluster_robust import cluster_robust_slopes
from dyadsim.analysis.columns import has_column, require_variance
from dyadsim.analysis.estimate import Estimate
from dyadsim.analysis.long_table import FOLLOW_UP, clean_rows
from dyadsim.errors import BadData

FEWEST_SESSIONS = 4
FEWEST_DETRENDED = 20  # sessions a client; a b of -.30 then comes out as -.27 or better


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
    session_means: bool = True,
    detrend: bool = False,
    client: str = "client",
    session: str = "session",
    occasion: str = "occasion",
) -> LaggedEffects:
    """Return the lagged effect of `predictor` on `outcome`; swap them for the reverse effect.

    Parameters
    ----------
    sessions
        One row per client and session, with consecutive session numbers. Session 0 and rows
        marked "follow_up" or "assessment" are left out, as are clients with fewer than 4 sessions
        with both scores (20 with `detrend`).
    predictor, outcome
        Columns of the two scores.
    session_means
        Take out what all clients of a session have in common.
    detrend
        Take the client's own straight line out, not only the own mean, so that two scores of which
        both improve more in some clients than in others do not predict each other. Biased towards
        0, in short series enough to turn a sign: see the table above.
    client, session, occasion
        Names of the columns; `occasion` may be absent.

    Returns
    -------
    LaggedEffects
        In the units of the two scores, and standardised.

    Raises
    ------
    ValueError
        An unknown column, no client with 4 sessions (20 with `detrend`), two rows of a client and
        session, or a score that never changes within a client.

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
    rows = observed_pairs(sessions, (predictor, outcome), (client, session, occasion))
    counts = rows.groupby("client")["x"].transform("size")
    rows = rows[counts >= (FEWEST_DETRENDED if detrend else FEWEST_SESSIONS)].copy()
    if rows.empty:
        raise _too_short(detrend, int(counts.max()) if len(counts) else 0)
    pairs = _neighbouring_sessions(_within_client(rows, session_means, detrend))
    if pairs["client"].nunique() < 2:
        raise BadData("two clients or more need scores in two neighbouring sessions")
    x, y, before = (pairs[name].to_numpy(float) for name in ("x", "next", "before"))
    require_variance(x, predictor)
    require_variance(before, outcome)
    fitted = cluster_robust_slopes(
        y, np.column_stack([x, before]), clusters=pairs["client"].to_numpy(), contrasts=np.eye(2)
    )
    effect, carry_over = (slope.estimate for slope in fitted)
    scale = float(x.std() / y.std())
    standardised = Estimate(
        scale * effect.value,
        scale * effect.standard_error,
        scale * effect.low,
        scale * effect.high,
        len(pairs),
    )
    return LaggedEffects(effect, standardised, carry_over, int(pairs["client"].nunique()))


def observed_pairs(
    sessions: pd.DataFrame, scores: tuple[str, str], names: tuple[str, str, str]
) -> pd.DataFrame:
    """Return the rows of sessions with both scores.

    Parameters
    ----------
    sessions
        One row per client and occasion.
    scores
        Columns of predictor and outcome.
    names
        Columns of client, session and occasion; the last may be absent under the name "occasion".

    Returns
    -------
    pandas.DataFrame
        Columns client, session (1 and up), x (predictor), y (outcome).

    Raises
    ------
    ValueError
        An unknown column, or two rows of a client and session.
    """
    client, session, occasion = names
    marked = clean_rows(sessions, client, session, *scores)
    if has_column(marked, occasion, "occasion"):
        marked = marked[~marked[occasion].isin([FOLLOW_UP, "assessment"])]
    rows = marked[[client, session, *scores]].set_axis(["client", "session", "x", "y"], axis=1)
    rows = rows[rows["session"] > 0].dropna()
    require_one_row(rows.rename(columns={"client": client, "session": session}), client, (session,))
    return rows.astype({"session": float, "x": float, "y": float})


def _too_short(detrend: bool, most: int) -> BadData:
    """Return the error for clients who all have too few sessions."""
    if not detrend:
        return BadData(
            f"no client has {FEWEST_SESSIONS} sessions with both scores, the longest has {most}"
        )
    return BadData(
        f"no client has the {FEWEST_DETRENDED} sessions with both scores that detrend=True needs, "
        f"the longest has {most}: a line through few sessions takes the effect away with it. Leave"
        " detrend out, or use random_intercept_panel."
    )


def _within_client(rows: pd.DataFrame, session_means: bool, detrend: bool) -> pd.DataFrame:
    """Return the rows with x and y as deviations from the client's mean (and more, if asked)."""
    centred = rows.copy()
    when = rows["session"] - rows.groupby("client")["session"].transform("mean")
    for name in ("x", "y"):
        deviation = (
            _two_way(rows, name) if session_means else _less_mean(rows, rows[name], "client")
        )
        if detrend:
            products = (deviation * when).groupby(rows["client"]).sum()
            slope = products / (when**2).groupby(rows["client"]).sum()
            deviation = deviation - rows["client"].map(slope) * when
        centred[name] = deviation
    return centred


def _less_mean(rows: pd.DataFrame, values: pd.Series[float], group: str) -> pd.Series[float]:
    return values - values.groupby(rows[group]).transform("mean")


def _two_way(rows: pd.DataFrame, name: str) -> pd.Series[float]:
    """Return the residuals of client and session effects: the two means are taken out in turn.

    One turn is enough if all clients have all sessions. With gaps the turns converge on the
    least-squares residuals; 1,000 turns or a last step of 1e-9 SDs end it.
    """
    deviation, spread = _less_mean(rows, rows[name], "client"), float(rows[name].std())
    for _ in range(1000):
        before = deviation
        deviation = _less_mean(rows, _less_mean(rows, before, "session"), "client")
        if float((deviation - before).abs().max()) <= 1e-9 * spread:
            break
    return deviation


def _neighbouring_sessions(rows: pd.DataFrame) -> pd.DataFrame:
    """Return client, x and before (this session), next (the outcome one session later)."""
    later = rows[["client", "session", "y"]].assign(session=rows["session"] - 1)
    pairs = rows.merge(later.rename(columns={"y": "next"}), on=["client", "session"])
    return pairs.rename(columns={"y": "before"})[["client", "x", "before", "next"]]
