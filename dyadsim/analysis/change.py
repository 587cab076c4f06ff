"""Who changed: from one row per measurement to one row per client, and what counts as change."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from dyadsim.analysis.columns import has, numbers, paired, require, vary
from dyadsim.analysis.effects import Values
from dyadsim.analysis.estimate import Estimate, from_count

CATEGORIES = ["deteriorated", "unchanged", "improved", "recovered"]


def pre_post(
    sessions: pd.DataFrame,
    *,
    client: str = "client",
    score: str = "symptom_score",
    week: str = "week",
    session: str = "session",
    occasion: str = "occasion",
    carry: Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row per client (the index): `pre`, `post`, `n_sessions` and what is constant about them.

    pre = first observed score by week (by session where there is no week column; rows of one
    client at the same time keep the frame's order); post = last observed score that is not
    marked "follow_up". Missing scores are no observations. A client with fewer than two
    observations has post = NaN, and one with none has both NaN.
    n_sessions = highest value of the session column, if there is one.
    carry: client columns to keep (default: `arm` and `therapist`, those that are there).
    week, session, occasion: not needed under their default names.
    Raises ValueError for an unknown column, a missing time or client, or a carried column that
    changes within a client.
    """
    require(sessions, client, score)
    rows = in_order(sessions, client, week, session)
    counted = rows
    if has(rows, occasion, "occasion"):
        counted = rows[~rows[occasion].isin(["follow_up"])]
    table = _first_and_last(counted, client, score).reindex(_clients(rows, client))
    if has(rows, session, "session"):
        table["n_sessions"] = rows.groupby(client)[session].max()
    return table.join(_constant(rows, client, carry))


def in_order(
    sessions: pd.DataFrame, client: str, week: str = "week", session: str = "session"
) -> pd.DataFrame:
    """Rows sorted by client and time, time being week, else session.

    Raises ValueError if neither column is there, or a time or client is missing.
    """
    require(sessions, client)
    time = week if has(sessions, week, "week") else session
    require(sessions, time)
    missing = sessions[[client, time]].isna().any(axis=1)
    if missing.any():
        raise ValueError(
            f"'{client}' or '{time}' is missing in {int(missing.sum())} rows, first in row "
            f"{sessions.index[missing.to_numpy()][0]}"
        )
    return sessions.sort_values([client, time], kind="stable")


def _clients(rows: pd.DataFrame, client: str) -> pd.Index:
    index: pd.Index = pd.Index(rows[client].unique(), name=client)
    return index


def _first_and_last(rows: pd.DataFrame, client: str, score: str) -> pd.DataFrame:
    seen = pd.DataFrame({client: rows[client], score: numbers(rows[score], score)}).dropna()
    groups = seen.groupby(client)[score]
    return pd.DataFrame({"pre": groups.first(), "post": groups.last().where(groups.size() > 1)})


def _constant(rows: pd.DataFrame, client: str, carry: Sequence[str] | None) -> pd.DataFrame:
    names = [name for name in ("arm", "therapist") if name in rows] if carry is None else carry
    require(rows, *names)
    first = rows.drop_duplicates(client).set_index(client)[list(names)]
    distinct = rows[[client, *names]].drop_duplicates()
    if len(distinct) > len(first):
        changing = distinct[client][distinct[client].duplicated()].iloc[0]
        raise ValueError(f"one of {', '.join(names)} changes within client {changing}")
    return first


def score_at_week(
    sessions: pd.DataFrame,
    week: float,
    tolerance: float,
    *,
    client: str = "client",
    score: str = "symptom_score",
    time: str = "week",
) -> pd.Series[float]:
    """Every client's observed score nearest to `week` after their own first row.

    week >= 0 and tolerance >= 0 in the unit of the time column. NaN where the client has no
    observed score within the tolerance; of two equally near scores the earlier counts (of two
    at the same time, the first in the frame). Follow-up occasions count like any other.
    Raises ValueError for an unknown column or a negative week or tolerance.
    """
    if not (week >= 0 and tolerance >= 0):
        raise ValueError(f"week and tolerance must be 0 or more, they are {week} and {tolerance}")
    require(sessions, client, score, time)
    rows = in_order(sessions, client, time)
    since = numbers(rows[time], time) - rows.groupby(client)[time].transform("first").to_numpy()
    scores = pd.Series(numbers(rows[score], score), index=rows[client], name=score)
    distance = np.abs(since - week)
    order = np.argsort(distance, kind="stable")
    seen = order[(distance <= tolerance)[order] & scores.notna().to_numpy()[order]]
    nearest = scores.iloc[seen]
    nearest = nearest[~nearest.index.duplicated()]
    by_client: pd.Series[float] = nearest.reindex(_clients(rows, client))
    return by_client


def residual_gain(pre: Values, post: Values) -> pd.Series[float]:
    """Minus the residual of ordinary least squares post ~ pre: above 0 = better than expected.

    Clients lacking a score are left out; the others keep their index. Mean 0, uncorrelated with
    pre. Raises ValueError if fewer than 3 clients have both scores or pre has no variance.
    """
    pairs = paired(pre, post)
    before = vary(pairs["first"].to_numpy(), "pre")
    from scipy.stats import linregress  # half a second that few need

    line = linregress(before, pairs["second"].to_numpy())
    expected = line.intercept + line.slope * before
    gain: pd.Series[float] = (expected - pairs["second"]).rename("residual_gain")
    return gain


def reliable_change_criterion(standard_deviation: float, reliability: float) -> float:
    """Smallest reliable change (Jacobson-Truax): 1.96 · SD · sqrt(2) · sqrt(1 - reliability).

    standard_deviation: of the score at intake (> 0); reliability in [0, 1). Same unit as the score.
    """
    if not (standard_deviation > 0 and 0 <= reliability < 1):
        raise ValueError(
            "the standard deviation must be above 0 and the reliability in [0, 1), they are "
            f"{standard_deviation} and {reliability}"
        )
    return 1.96 * standard_deviation * math.sqrt(2) * math.sqrt(1 - reliability)


def reliable_change(
    pre: Values, post: Values, *, reliable_change: float, cut_off: float
) -> pd.Series[str]:
    """Jacobson-Truax category of every client with both scores (ordered categorical, index kept).

    recovered: fall >= reliable_change, from at or above the cut-off to below it; improved: any
    other such fall; deteriorated: rise >= reliable_change; unchanged: the rest.
    Raises ValueError if reliable_change is not above 0 or fewer than 3 clients have both scores.
    """
    if not reliable_change > 0:
        raise ValueError(f"reliable_change must be above 0, it is {reliable_change}")
    pairs = paired(pre, post)
    fall = pairs["first"] - pairs["second"]
    crosses = (pairs["first"] >= cut_off) & (pairs["second"] < cut_off)
    reliable_fall, reliable_rise = fall >= reliable_change, -fall >= reliable_change
    names = np.select(
        [reliable_fall & crosses, reliable_fall, reliable_rise],
        ["recovered", "improved", "deteriorated"],
        "unchanged",
    )
    kinds = pd.CategoricalDtype(CATEGORIES, ordered=True)
    return pd.Series(names, index=pairs.index, name="reliable_change", dtype=kinds)


def share_reliable_improvement(
    pre: Values, post: Values, *, reliable_change: float, cut_off: float
) -> Estimate:
    """Share with a reliable fall, the recovered included, of the clients with both scores."""
    return _share(("improved", "recovered"), pre, post, reliable_change, cut_off)


def share_reliable_recovery(
    pre: Values, post: Values, *, reliable_change: float, cut_off: float
) -> Estimate:
    """Share recovered of the clients with both scores.

    Give only clients at or above the cut-off at intake if the share of cases is meant.
    """
    return _share(("recovered",), pre, post, reliable_change, cut_off)


def share_reliable_deterioration(
    pre: Values, post: Values, *, reliable_change: float, cut_off: float
) -> Estimate:
    """Share with a reliable rise of the clients with both scores."""
    return _share(("deteriorated",), pre, post, reliable_change, cut_off)


def _share(
    kinds: tuple[str, ...], pre: Values, post: Values, criterion: float, cut_off: float
) -> Estimate:
    categories = reliable_change(pre, post, reliable_change=criterion, cut_off=cut_off)
    return from_count(int(categories.isin(kinds).sum()), len(categories))


def reliable_change_table(
    pre: Values, post: Values, *, reliable_change: float, cut_off: float
) -> pd.DataFrame:
    """The three shares as rows, the fields of Estimate as columns; all of clients with both."""
    shares = {
        share.__name__: share(pre, post, reliable_change=reliable_change, cut_off=cut_off)
        for share in (
            share_reliable_improvement,
            share_reliable_recovery,
            share_reliable_deterioration,
        )
    }
    return pd.DataFrame(list(shares.values()), index=list(shares), columns=Estimate._fields)


def response(pre: Values, post: Values, share: float = 0.5) -> Estimate:
    """Share of clients whose score fell by at least `share` (0 to 1] of what it was.

    Denominator: clients with both scores and pre above 0 (a score of 0 cannot fall).
    """
    if not 0 < share <= 1:
        raise ValueError(f"share must be above 0 and at most 1, it is {share}")
    pairs = paired(pre, post)
    pairs = pairs[pairs["first"] > 0]
    responded = pairs["second"] <= (1 - share) * pairs["first"]
    return from_count(int(responded.sum()), len(pairs))


def remission(post: Values, cut_off: float) -> Estimate:
    """Share of the observed scores that lie below the clinical cut-off."""
    scores = numbers(post, "post")
    scores = scores[~np.isnan(scores)]
    return from_count(int((scores < cut_off).sum()), len(scores))
