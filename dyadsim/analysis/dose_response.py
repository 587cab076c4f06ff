"""How many sessions: the dose-response curve, and gains by how long clients came.

Dose-response: share of all clients who have reliably improved by session k, with the last score
carried forward after the end; it flattens. Good enough: clients grouped by how many sessions they
had; those who stay longer gain less per session. One explanation is that each ends when it is good
enough (baldwin2009). Another is arithmetic: where a course flattens, gain divided by sessions falls
with the sessions, also with one course for all and endings by lot. So `rate_and_total` gives beside
its correlation the one that endings by lot would give. The same clients give both curves: neither
shows what more sessions would have done.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.arrays import Floats
from dyadsim.analysis.columns import require_variance
from dyadsim.analysis.criteria import check_reliable_change, fell_by
from dyadsim.analysis.direction import high_is_bad
from dyadsim.analysis.estimate import Estimate
from dyadsim.analysis.long_table import scored_rows
from dyadsim.analysis.process import pearson


def _scores_by_session(
    sessions: pd.DataFrame, client: str, score: str, session: str
) -> pd.DataFrame:
    """Return one row a client, one column a session from 0, missing scores NaN."""
    rows = scored_rows(sessions, client, score, session, "occasion")
    rows = rows.astype({score: float}).drop_duplicates([client, session])
    wide = rows.pivot(index=client, columns=session, values=score)
    if 0 not in wide:
        raise ValueError(f"no score at intake: '{session}' must be 0 for the first one")
    return wide.dropna(subset=[0])


def dose_response_curve(
    sessions: pd.DataFrame,
    *,
    reliable_change: float,
    client: str = "client",
    score: str = "symptom_score",
    session: str = "session",
    higher_is_better: bool = False,
) -> pd.DataFrame:
    """Return the share of clients who are reliably improved at each session.

    Parameters
    ----------
    sessions
        One row per client and occasion; session 0 is intake, follow-ups do not count.
    reliable_change
        Smallest reliable change in points.
    client, score, session
        Names of the columns.
    higher_is_better
        Whether a high score is good; by default a low score is.

    Returns
    -------
    pandas.DataFrame
        Per session: `improved` (share of all clients, last score carried forward),
        `standard_error` (NaN for one client), `n` (clients with a score at that session).

    Raises
    ------
    ValueError
        An unknown column, a score or session that is no number, or no score at intake.

    Examples
    --------
    >>> sessions = pd.DataFrame({
    ...     "client": [1, 1, 2, 2, 2],
    ...     "session": [0, 1, 0, 1, 2],
    ...     "symptom_score": [20, 10, 20, 19, 12],
    ... })
    >>> dose_response_curve(sessions, reliable_change=6)["improved"].tolist()
    [0.0, 0.5, 1.0]
    """
    check_reliable_change(reliable_change)
    wide = _scores_by_session(sessions, client, score, session)
    scores = high_is_bad(wide.ffill(axis=1).to_numpy(float), higher_is_better)
    intake = high_is_bad(wide[[0]].to_numpy(float), higher_is_better)
    improved = pd.Series(fell_by(intake, scores, reliable_change).mean(axis=0), wide.columns)
    error = np.sqrt(improved * (1 - improved) / len(wide)) if len(wide) > 1 else np.nan
    return (
        pd.DataFrame({"improved": improved, "standard_error": error, "n": wide.notna().sum()})
        .rename_axis("session")
        .reset_index()
    )


def good_enough(
    sessions: pd.DataFrame,
    *,
    client: str = "client",
    score: str = "symptom_score",
    session: str = "session",
    higher_is_better: bool = False,
) -> pd.DataFrame:
    """Return the gain of clients grouped by their total number of sessions.

    Parameters
    ----------
    sessions
        One row per client and occasion; session 0 is intake, follow-ups do not count.
    client, score, session
        Names of the columns.
    higher_is_better
        Whether a high score is good; by default a low score is.

    Returns
    -------
    pandas.DataFrame
        Per total number of sessions, 1 or more: `total`, `clients`, `gain` (mean
        improvement from intake to the last score), `standard_error`, `gain_per_session`.

    Raises
    ------
    ValueError
        An unknown column, a score or session that is no number, or no score at intake.

    Examples
    --------
    >>> sessions = pd.DataFrame({
    ...     "client": [1, 1, 2, 2, 2],
    ...     "session": [0, 1, 0, 1, 2],
    ...     "symptom_score": [20, 10, 20, 19, 12],
    ... })
    >>> good_enough(sessions)[["total", "gain_per_session"]].to_numpy().tolist()
    [[1.0, 10.0], [2.0, 4.0]]
    """
    gains = _gains(sessions, client, score, session, higher_is_better)
    groups = gains.groupby("total")["gain"]
    table = pd.DataFrame({"clients": groups.size(), "gain": groups.mean()}).reset_index()
    table["standard_error"] = groups.sem().to_numpy()
    return table.assign(gain_per_session=table["gain"] / table["total"])


def _gains(
    sessions: pd.DataFrame, client: str, score: str, session: str, higher_is_better: bool = False
) -> pd.DataFrame:
    """Return total sessions and gain of every client with one session or more."""
    wide = _scores_by_session(sessions, client, score, session)
    last = wide.ffill(axis=1).iloc[:, -1]
    total = _total_sessions(wide)
    gains = pd.DataFrame({"total": total, "gain": high_is_bad(wide[0] - last, higher_is_better)})
    return gains[gains["total"] > 0]


def _total_sessions(wide: pd.DataFrame) -> pd.Series:
    """Return the number of the last session at which each client has a score."""
    return wide.notna().mul(wide.columns.to_numpy(float), axis=1).max(axis=1)


class SessionsAndGain(NamedTuple):
    """Correlations of the total number of sessions, and what endings by lot would give.

    A single correlation cannot be read: the gain per session falls with the total wherever the
    course flattens, also if everybody has the same course and a lottery decides who ends when. To
    be compared with 0 is therefore wrong; compare it with its `by_lot`.

    Attributes
    ----------
    rate
        With the gain per session.
    gain
        With the whole gain.
    rate_by_lot, gain_by_lot
        The same if endings did not depend on the score: mean, standard deviation, 2.5th and 97.5th
        percentile over the draws. A `rate` below that interval means that clients leave when they
        have gained more than those who stay; so does a `gain` below it.
    """

    rate: Estimate
    gain: Estimate
    rate_by_lot: Estimate
    gain_by_lot: Estimate


def rate_and_total(
    sessions: pd.DataFrame,
    *,
    client: str = "client",
    score: str = "symptom_score",
    session: str = "session",
    higher_is_better: bool = False,
    draws: int = 200,
    rng: int | np.random.Generator = 0,
) -> SessionsAndGain:
    """Return how the total number of sessions goes with the gain, per session and in all.

    What endings by lot would give is drawn from the data: for the clients who ended at session n
    stand as many clients with a score at session n, drawn at random without replacement, each with
    the gain from intake to session n.

    Parameters
    ----------
    sessions
        One row per client and occasion; session 0 is intake, follow-ups do not count.
    client, score, session
        Names of the columns.
    higher_is_better
        Whether a high score is good; by default a low score is.
    draws
        Number of lotteries, 2 or more. 200: an assumption.
    rng
        Seed or generator of the lotteries.

    Returns
    -------
    SessionsAndGain
        Two correlations over clients, and what endings by lot would give for each.

    Raises
    ------
    ValueError
        An unknown column, no score at intake, fewer than 4 clients, equal totals, or fewer than
        2 draws.

    Examples
    --------
    Everybody has the same course, and ends at another session: the correlation is what a lottery
    gives, although it is far below 0.

    >>> course = [20, 16, 14, 13, 12]
    >>> sessions = pd.DataFrame(
    ...     [(k, s, course[s]) for k in range(8) for s in range(2 + k % 4)],
    ...     columns=["client", "session", "symptom_score"],
    ... )
    >>> found = rate_and_total(sessions)
    >>> round(found.rate.value, 2), round(found.rate_by_lot.value, 2)
    (-0.98, -0.98)
    """
    if draws < 2:
        raise ValueError(f"draws must be 2 or more, it is {draws}")
    wide = _scores_by_session(sessions, client, score, session)
    gained = high_is_bad(wide.rsub(wide[0], axis=0), higher_is_better)
    counts = _total_sessions(wide)
    gained, total = gained[counts > 0], counts[counts > 0].to_numpy(float)
    require_variance(total, "total")
    gain = gained.ffill(axis=1).iloc[:, -1].to_numpy()
    by_lot = _gains_by_lot(gained, total, draws, np.random.default_rng(rng))
    return SessionsAndGain(
        pearson(total, gain / total),
        pearson(total, gain),
        _over_draws(total, by_lot / total),
        _over_draws(total, by_lot),
    )


def _gains_by_lot(
    gained: pd.DataFrame, total: Floats, draws: int, rng: np.random.Generator
) -> Floats:
    """Return gains (draw, client): of anybody who has a score at the session where one ended."""
    by_lot = np.empty((draws, len(total)))
    for last in np.unique(total):
        ended = np.flatnonzero(total == last)
        present = gained[last].dropna().to_numpy()
        lots = rng.permuted(np.tile(present, (draws, 1)), axis=1)
        by_lot[:, ended] = lots[:, : ended.size]
    return by_lot


def _over_draws(total: Floats, gains: Floats) -> Estimate:
    """Return mean, standard deviation and middle 95 % of the draws' correlations with the total."""
    x, y = total - total.mean(), gains - gains.mean(axis=1, keepdims=True)
    r = y @ x / np.sqrt((x**2).sum() * (y**2).sum(axis=1))
    low, high = np.quantile(r, [0.025, 0.975])
    return Estimate(float(r.mean()), float(r.std(ddof=1)), float(low), float(high), len(total))
