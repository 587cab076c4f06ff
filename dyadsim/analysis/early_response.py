"""Early response: how a fall of the score in the first sessions goes with recovery at the end.

A client responds early if the score at a session (the fourth by default) has fallen from the first
one by `share` of it (a quarter by default) or more. Session and share are conventions that differ
from study to study: assumptions here. Where 0 is not the best score of the scale, the share is one
of the distance from the best score (`best`). The early fall is itself a part of the change at the
end, so an association is no proof that responding early causes anything.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from statsmodels.stats.contingency_tables import Table2x2

from dyadsim.analysis.change import pre_post
from dyadsim.analysis.criteria import (
    check_cut_off,
    check_reliable_change,
    fell_by,
    fell_by_share,
    lies_below,
    reaches,
)
from dyadsim.analysis.direction import distance_from_best, high_is_bad
from dyadsim.analysis.estimate import Estimate, from_count
from dyadsim.analysis.long_table import scored_rows


def early_responders(
    sessions: pd.DataFrame,
    at: int = 4,
    share: float = 0.25,
    *,
    client: str = "client",
    score: str = "symptom_score",
    session: str = "session",
    occasion: str = "occasion",
    best: float = 0.0,
    higher_is_better: bool = False,
) -> pd.Series[bool]:
    """Return whether each client responded early.

    Parameters
    ----------
    sessions
        One row per client and occasion; rows marked "follow_up" are left out.
    at
        The session that counts as early, 1 or more.
    share
        The fall that counts as a response, as a share of the first score, in (0, 1].
    client, score, session, occasion
        Names of the columns; `occasion` may be absent. The session gives the order.
    best
        The best score of the scale, in its own points: 0 if none is said.
    higher_is_better
        Whether a high score is good; then `best` is the highest score of the scale.

    Returns
    -------
    pandas.Series
        By client, of those with a score at session `at` and a first score that is not the best
        one: a client who left before has neither responded early nor failed to.

    Raises
    ------
    ValueError
        An unknown column, a score or session that is no number, `at` below 1, a share outside
        (0, 1], or a first score better than `best`.

    Examples
    --------
    >>> sessions = pd.DataFrame({
    ...     "client": [1, 1, 2, 2], "session": [0, 4, 0, 4], "symptom_score": [20, 15, 20, 16]
    ... })
    >>> early_responders(sessions).to_dict()
    {1: True, 2: False}
    """
    if at < 1 or not 0 < share <= 1:
        raise ValueError(
            f"'at' must be 1 or more and the share in (0, 1], they are {at} and {share}"
        )
    rows = scored_rows(sessions, client, score, session, occasion)
    first = rows.groupby(client)[score].first()
    early = rows[rows[session] == at].groupby(client)[score].first()
    earlier = rows.groupby(client)[session].first() < at  # else the first score is the early one
    pairs = pd.DataFrame({"first": first[earlier], "early": early}).dropna()
    before = distance_from_best(pairs["first"].to_numpy(float), best, higher_is_better)
    after = high_is_bad(pairs["early"].to_numpy(float) - best, higher_is_better)
    fell = pd.Series(fell_by_share(before, after, share), index=pairs.index, name="early")
    return fell[before > 0]


class EarlyResponse(NamedTuple):
    """How early response goes with recovery at the end.

    Attributes
    ----------
    early
        Share of clients who responded early.
    recovered_of_early, recovered_of_others
        Share of them who recovered at the end.
    odds_ratio
        Of recovery, early responders against others; interval on the log scale.
    """

    early: Estimate
    recovered_of_early: Estimate
    recovered_of_others: Estimate
    odds_ratio: Estimate


def recovery_by_early_response(
    sessions: pd.DataFrame,
    *,
    cut_off: float,
    reliable_change: float,
    at: int = 4,
    share: float = 0.25,
    client: str = "client",
    score: str = "symptom_score",
    session: str = "session",
    occasion: str = "occasion",
    best: float = 0.0,
    higher_is_better: bool = False,
) -> EarlyResponse:
    """Return how early response goes with reliable recovery.

    Parameters
    ----------
    sessions
        One row per client and occasion.
    cut_off, reliable_change
        Clinical cut-off and smallest reliable change, in points. Recovered: the last score before
        follow-up is on the good side of the cut-off and better than the first by the reliable
        change or more.
    at, share
        What counts as early response, as in `early_responders`.
    client, score, session, occasion
        Names of the columns; `occasion` may be absent. The session gives the order.
    best
        The best score of the scale, in its own points: 0 if none is said.
    higher_is_better
        Whether a high score is good; then `best` is the highest score of the scale.

    Returns
    -------
    EarlyResponse
        Of the clients at the cut-off or on the bad side of it at intake who have a score after
        session `at`, so that the early score is not also the last.

    Raises
    ------
    ValueError
        As `early_responders`, or a group has fewer than 3 clients.

    Examples
    --------
    >>> courses = [[20, 12, 5]] * 6 + [[20, 12, 16]] * 2 + [[20, 19, 5]] * 3 + [[20, 19, 18]] * 9
    >>> sessions = pd.DataFrame(
    ...     [(k, s, score) for k, scores in enumerate(courses) for s, score in enumerate(scores)],
    ...     columns=["client", "session", "symptom_score"],
    ... )
    >>> result = recovery_by_early_response(sessions, at=1, cut_off=10, reliable_change=6)
    >>> result.recovered_of_early.value, result.recovered_of_others.value
    (0.75, 0.25)
    """
    check_cut_off(cut_off)
    check_reliable_change(reliable_change)
    columns = {"client": client, "score": score, "session": session, "occasion": occasion}
    scale = {"best": best, "higher_is_better": higher_is_better}
    early = early_responders(sessions, at, share, **columns, **scale)  # type: ignore[arg-type]
    ends = pre_post(sessions, **columns, week=None, carry=())
    rows = scored_rows(sessions, client, score, session, occasion)
    later = rows.loc[rows[session] > at, client].unique()
    ends = ends.loc[ends.index.intersection(early.index).intersection(pd.Index(later))].dropna()
    pre, post = (
        high_is_bad(ends[name].to_numpy(float), higher_is_better) for name in ("pre", "post")
    )
    limit = high_is_bad(cut_off, higher_is_better)
    cases = reaches(pre, limit)
    recovered = lies_below(post, limit) & fell_by(pre, post, reliable_change)
    responded = early.reindex(ends.index).to_numpy(bool)
    return _two_by_two(responded[cases], recovered[cases])


def _two_by_two(early: np.ndarray, recovered: np.ndarray) -> EarlyResponse:
    """Return shares and odds ratio from two marks per client, shape (client,)."""
    counts = np.array(
        [
            [np.sum(early & recovered), np.sum(early & ~recovered)],
            [np.sum(~early & recovered), np.sum(~early & ~recovered)],
        ]
    )
    table = Table2x2(counts + 0.5 * (counts == 0).any())
    low, high = table.oddsratio_confint()
    ratio = float(table.oddsratio)
    return EarlyResponse(
        from_count(int(early.sum()), early.size),
        from_count(int(counts[0, 0]), int(counts[0].sum())),
        from_count(int(counts[1, 0]), int(counts[1].sum())),
        Estimate(ratio, ratio * float(table.log_oddsratio_se), float(low), float(high), early.size),
    )
