"""Process and outcome: what is measured along the way, and whether it goes with how it ends."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from dyadsim.analysis.change import pre_post, residual_gain
from dyadsim.analysis.columns import has, numbers, paired, require, vary
from dyadsim.analysis.effects import Values
from dyadsim.analysis.estimate import Estimate


def score_at_session(
    sessions: pd.DataFrame,
    score: str,
    at: int | None,
    *,
    client: str = "client",
    session: str = "session",
    occasion: str = "occasion",
) -> pd.Series[float]:
    """Each client's observed score at session `at`; clients without one are absent.

    at = 0: intake; 1: end of session 1; 3: session 3, else the nearest of 2 to 5, of two equally
    near the earlier (facts.md); any other number: that session exactly; None: the client's mean
    over all sessions. Where there is an occasion column only "intake" rows count for 0 and
    "session" rows for the rest. Of two scores at one session the first in the frame counts.
    Raises ValueError for an unknown column or if no client has such a score.
    """
    require(sessions, client, session, score)
    rows = _of_occasion(sessions, "intake" if at == 0 else "session", occasion)
    seen = pd.DataFrame({client: rows[client], "session": rows[session], score: rows[score]})
    seen = seen.assign(**{score: numbers(rows[score], score)}).dropna()
    scores = _mean_of_sessions(seen, client, score) if at is None else _nearest(seen, client, at)
    if scores.empty:
        when = "at any session" if at is None else f"at session {at}"
        raise ValueError(f"no client has a '{score}' {when}")
    return scores[score]


def _of_occasion(sessions: pd.DataFrame, kind: str, occasion: str) -> pd.DataFrame:
    if not has(sessions, occasion, "occasion"):
        return sessions
    return sessions[sessions[occasion].isin([kind])]


def _mean_of_sessions(seen: pd.DataFrame, client: str, score: str) -> pd.DataFrame:
    return seen[seen["session"] > 0].groupby(client)[[score]].mean()


def _nearest(seen: pd.DataFrame, client: str, at: int) -> pd.DataFrame:
    low, high = (2, 5) if at == 3 else (at, at)
    near = seen[seen["session"].between(low, high)]
    near = near.assign(distance=(near["session"] - at).abs())
    near = near.sort_values([client, "distance", "session"], kind="stable")
    return near.drop_duplicates(client).set_index(client)


def pearson(first: Values, second: Values) -> Estimate:
    """Pearson r over clients with both values, in [-1, 1], with scipy's Fisher-z interval.

    Standard error (1 - r²) / sqrt(n - 3): Fisher's z turned back by the delta method.
    Raises ValueError if fewer than 4 pairs or one of the two has no variance.
    """
    pairs = paired(first, second)
    if len(pairs) < 4:
        raise ValueError(f"a correlation needs at least 4 clients, there are {len(pairs)}")
    one, two = (vary(pairs[name].to_numpy(), name) for name in ("first", "second"))
    from scipy.stats import pearsonr  # half a second that few need

    result = pearsonr(one, two)
    r, interval = float(result.statistic), result.confidence_interval()
    error = (1 - r**2) / math.sqrt(len(pairs) - 3)
    return Estimate(r, error, float(interval.low), float(interval.high), len(pairs))


def process_outcome_r(
    sessions: pd.DataFrame,
    score: str,
    at: int | None,
    *,
    outcome: str = "symptom_score",
    client: str = "client",
    week: str = "week",
    session: str = "session",
    occasion: str = "occasion",
    gain: pd.Series[float] | None = None,
) -> Estimate:
    """Pearson r over clients between a score at session `at` and the residual gain in `outcome`.

    Positive = higher scores go with better outcome. Therapists are ignored and unreliability is
    not corrected, as in the published means. `at` as in `score_at_session`.
    gain: residual gains by client if they are at hand (saves time in loops); else they are
    computed by `pre_post` and `residual_gain`.
    """
    if gain is None:
        table = pre_post(
            sessions, client=client, score=outcome, week=week, session=session, occasion=occasion
        )
        gain = residual_gain(table["pre"], table["post"])
    process = score_at_session(
        sessions, score, at, client=client, session=session, occasion=occasion
    )
    return pearson(process, gain)


def correlation(
    sessions: pd.DataFrame,
    first: str,
    second: str,
    first_at: int | None,
    second_at: int | None,
    *,
    client: str = "client",
    session: str = "session",
    occasion: str = "occasion",
) -> Estimate:
    """Pearson r over clients between two scores, each at its own session (`score_at_session`)."""
    one, two = (
        score_at_session(sessions, score, at, client=client, session=session, occasion=occasion)
        for score, at in ((first, first_at), (second, second_at))
    )
    return pearson(one, two)


def course(
    sessions: pd.DataFrame,
    *,
    by: Sequence[str] = ("arm",),
    score: str = "symptom_score",
    time: str = "session",
    occasion: str = "occasion",
    occasions: Sequence[str] | None = ("intake", "session"),
) -> pd.DataFrame:
    """Mean course: per group and time `mean`, `standard_deviation`, `n`, `standard_error`.

    by: grouping columns, () for one course of all; time: column of the horizontal axis.
    occasions: kinds of rows that count where there is an occasion column; None = all (wanted by
    week for waitlists, whose sessions stay 0). Missing scores are left out of mean and n; with
    n = 1 the standard deviation is NaN. Later points rest on those still attending.
    """
    require(sessions, *by, time, score)
    rows = sessions
    if occasions is not None and has(rows, occasion, "occasion"):
        rows = rows[rows[occasion].isin(list(occasions))]
    rows = rows.assign(**{score: numbers(rows[score], score)}).dropna(subset=[score])
    groups = rows.groupby([*by, time], observed=True)[score]
    table = groups.agg(mean="mean", standard_deviation="std", n="size")
    table["standard_error"] = table["standard_deviation"] / np.sqrt(table["n"])
    return table.reset_index()


def aic_linear_minus_log_time(
    mean_course: pd.DataFrame, *, session: str = "session", mean: str = "mean"
) -> float:
    """AIC of mean score linear in session minus AIC of it linear in log(session + 1).

    Both by ordinary least squares over the rows of one course; above 0 = the course flattens.
    Both models have as many parameters, so the difference is n ln(RSS linear / RSS log).
    Raises ValueError if fewer than 4 sessions, a repeated session, or a mean without variance.
    """
    require(mean_course, session, mean)
    points = mean_course[[session, mean]].dropna().astype(float)
    if points[session].duplicated().any():
        raise ValueError("a session appears twice: give the course of one group at a time")
    if len(points) < 4:
        raise ValueError(f"comparing courses needs at least 4 sessions, there are {len(points)}")
    score, when = vary(points[mean].to_numpy(), mean), points[session].to_numpy()
    ratio = _rss(when, score) / _rss(np.log1p(when), score)
    return float(len(points) * np.log(ratio))


def _rss(regressor: np.ndarray, response: np.ndarray) -> float:
    residual = response - np.polyval(np.polyfit(regressor, response, 1), regressor)
    return float(residual @ residual)
