"""Levels: differences between therapists, between clients of a therapist, within a client.

A score x of client i with therapist j at session t is split by its means:

    x_tij = mean + (M_j - mean) + (m_ij - M_j) + (x_tij - m_ij)

m_ij is the client's mean over sessions, M_j the mean of the m_ij of the therapist's clients. The
three parts are uncorrelated within a data set, and each gets its own slope. What is true between
clients need not be true within a client: neither level shows what changing x would do, but the
within-client part at least cannot be due to anything that stays the same in a client.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.arrays import Floats
from dyadsim.analysis.change import pre_post
from dyadsim.analysis.client_rows import require_one_row, require_one_therapist
from dyadsim.analysis.cluster_robust import cluster_robust_slopes
from dyadsim.analysis.columns import has_column, require_columns, require_variance
from dyadsim.analysis.estimate import Estimate
from dyadsim.analysis.long_table import clean_rows, without_follow_up
from dyadsim.errors import BadData

LEVELS = ("therapist", "client", "within")
FEWEST_THERAPISTS = 6  # below it the test of a slope between therapists has 2 degrees of freedom


def split_levels(
    sessions: pd.DataFrame,
    score: str = "alliance_score",
    *,
    client: str = "client",
    therapist: str = "therapist",
) -> pd.DataFrame:
    """Return the rows with a score and a therapist, and the three parts of the score.

    Parameters
    ----------
    sessions
        One row per client and session.
    score, client, therapist
        Names of the columns.

    Returns
    -------
    pandas.DataFrame
        The rows, with columns therapist_part, client_part, within_part, in the score's points.

    Raises
    ------
    ValueError
        An unknown column, fewer than 3 rows, or a client with two therapists.

    Examples
    --------
    >>> sessions = pd.DataFrame({
    ...     "client": [0, 0, 1, 1, 2, 2, 3, 3],
    ...     "therapist": [0, 0, 0, 0, 1, 1, 1, 1],
    ...     "alliance_score": [1.0, 3, 5, 7, 9, 11, 13, 15],
    ... })
    >>> split_levels(sessions)["client_part"].tolist()
    [-2.0, -2.0, 2.0, 2.0, -2.0, -2.0, 2.0, 2.0]
    """
    rows = _scored_rows(sessions, score, client, therapist)
    client_mean = rows.groupby(client)[score].transform("mean")
    once = ~rows[client].duplicated()
    by_therapist = client_mean[once].groupby(rows.loc[once, therapist]).mean()
    therapist_mean = rows[therapist].map(by_therapist).astype(float)
    grand_mean = float(client_mean[once].mean())
    return rows.assign(
        therapist_part=therapist_mean - grand_mean,
        client_part=client_mean - therapist_mean,
        within_part=rows[score] - client_mean,
    )


def _scored_rows(sessions: pd.DataFrame, score: str, client: str, therapist: str) -> pd.DataFrame:
    """Return the rows with a score and a therapist, if they are fit to be split."""
    require_columns(sessions, therapist)
    rows = clean_rows(sessions, client, score).dropna(subset=[score, therapist])
    if len(rows) < 3:
        raise BadData(f"at least 3 rows need '{score}' and a therapist, {len(rows)} have them")
    require_one_therapist(rows, client, therapist)
    return rows


def variance_shares(
    sessions: pd.DataFrame,
    score: str = "alliance_score",
    *,
    client: str = "client",
    therapist: str = "therapist",
    week: str | None = "week",
    session: str | None = "session",
) -> dict[str, float]:
    """Return each level's share of the variance of a score.

    Analysis-of-variance estimates for nested, unequal groups (Henderson's first method): the
    observed mean squares are set equal to their expectations; a negative component counts as 0.

    Parameters
    ----------
    sessions
        One row per client and session.
    score, client, therapist
        Names of the columns.
    week, session
        Columns of time. Two rows of a client are at one time if they agree in both, or in the one
        that is there. Not needed under their default names; None: not used.

    Returns
    -------
    dict
        Shares of therapist, client and within, adding to 1. 'within' contains both changes from
        session to session and measurement error.

    Raises
    ------
    ValueError
        As `split_levels`; a client is measured twice at one time; no client has two sessions, or
        no therapist two clients, or there is only one therapist.

    Examples
    --------
    >>> sessions = pd.DataFrame({
    ...     "client": [0, 0, 1, 1, 2, 2, 3, 3],
    ...     "therapist": [0, 0, 0, 0, 1, 1, 1, 1],
    ...     "alliance_score": [1.0, 3, 5, 7, 9, 11, 13, 15],
    ... })
    >>> shares = variance_shares(sessions)
    >>> {level: round(37 * share) for level, share in shares.items()}
    {'therapist': 28, 'client': 7, 'within': 2}
    """
    rows = _scored_rows(sessions, score, client, therapist)
    columns = ((week, "week"), (session, "session"))
    times = tuple(name for name, default in columns if name and has_column(rows, name, default))
    require_one_row(rows, client, times)
    sizes = rows.groupby(client).size()
    owner = rows.groupby(client)[therapist].first()
    total, clients, therapists = len(rows), len(sizes), owner.nunique()
    if total == clients or therapists < 2 or therapists == clients:
        raise BadData("levels need clients with two sessions and therapists with two clients")
    within, ms_client, ms_therapist = _mean_squares(rows, score, client, therapist)
    per_therapist = sizes.groupby(owner).sum()
    squares = (sizes**2).groupby(owner).sum()
    inner = float((squares / per_therapist).sum())
    k1 = (total - inner) / (clients - therapists)
    k2 = (inner - float((sizes**2).sum()) / total) / (therapists - 1)
    k3 = (total - float((per_therapist**2).sum()) / total) / (therapists - 1)
    client_part = max(0.0, (ms_client - within) / k1)
    therapist_part = max(0.0, (ms_therapist - within - k2 * client_part) / k3)
    parts = np.array([therapist_part, client_part, within])
    return dict(zip(LEVELS, (parts / parts.sum()).tolist(), strict=True))


def _mean_squares(
    rows: pd.DataFrame, score: str, client: str, therapist: str
) -> tuple[float, float, float]:
    """Return the mean squares within clients, between clients and between therapists."""
    x = rows[score].to_numpy(float)
    client_mean = rows.groupby(client)[score].transform("mean").to_numpy()
    therapist_mean = rows.groupby(therapist)[score].transform("mean").to_numpy()
    clients, therapists = rows[client].nunique(), rows.groupby(client)[therapist].first().nunique()

    def mean_square(deviation: Floats, freedom: int) -> float:
        return float((deviation**2).sum() / freedom)

    return (
        mean_square(x - client_mean, len(rows) - clients),
        mean_square(client_mean - therapist_mean, clients - therapists),
        mean_square(therapist_mean - x.mean(), therapists - 1),
    )


class LevelSlopes(NamedTuple):
    """Slopes of the outcome on the two parts of a client's mean process score.

    In points of the outcome per point of the process score, given the first score; above 0 = more
    of the process, better outcome.

    Attributes
    ----------
    between_therapists
        Slope of the therapists' means. It contains the slope of their clients: where nothing but
        the client's own score matters, it equals `between_clients`. n counts therapists.
    between_clients
        Slope of a client's mean around the therapist's mean. n counts clients.
    contextual
        `between_therapists` minus `between_clients`, the contextual effect: what a therapist's mean
        tells about a client beyond the client's own score. Only this one speaks about therapists.
        n counts therapists.
    degrees_of_freedom
        Of the three Student's t intervals, by name.
    p
        Two-sided p values of "it is 0", by name.
    """

    between_therapists: Estimate
    between_clients: Estimate
    contextual: Estimate
    degrees_of_freedom: dict[str, float]
    p: dict[str, float]


def process_outcome_slopes(
    sessions: pd.DataFrame,
    process: str = "alliance_score",
    *,
    client: str = "client",
    therapist: str = "therapist",
    score: str = "symptom_score",
    week: str | None = "week",
    session: str | None = "session",
    occasion: str = "occasion",
    higher_is_better: bool = False,
) -> LevelSlopes:
    """Return how a process score goes with the outcome between therapists and between clients.

    One regression by least squares, last score ~ first score + therapist's mean + (client's mean
    - therapist's mean); standard errors are robust to clustering by therapist (CR2) with
    Satterthwaite's degrees of freedom. In data without any slope, 3 to 6 % of the tests at 5 % are
    significant with 6 to 30 therapists (1,500 data sets each); with few therapists they err on the
    careful side. The mean of few clients is a noisy measure of a therapist, which pulls
    `between_therapists` towards `between_clients`, and so the contextual effect towards 0.

    Parameters
    ----------
    sessions
        One row per client and occasion; rows marked "follow_up" do not count.
    process, score
        Columns of the process score and of the outcome score.
    client, therapist
        Names of the columns.
    week, session
        Columns that order a client's rows, as in `change.pre_post`; None: not used.
    occasion
        Column of the kind of occasion. Not needed under its default name.
    higher_is_better
        Whether a high outcome score is good; by default a low one is.

    Returns
    -------
    LevelSlopes
        Two slopes and their difference.

    Raises
    ------
    ValueError
        As `split_levels`; an unknown column, fewer than 6 therapists with complete clients (below
        that the degrees of freedom fall under 2), or a part that does not vary.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> therapist = np.repeat(np.arange(40), 5)
    >>> skill, bond = rng.normal(size=40)[therapist], rng.normal(size=200)
    >>> post = 20 - 3 * skill - bond + rng.normal(size=200)
    >>> sessions = pd.DataFrame({
    ...     "client": np.repeat(np.arange(200), 2),
    ...     "therapist": np.repeat(therapist, 2),
    ...     "session": np.tile([0, 1], 200),
    ...     "alliance_score": np.repeat(skill + bond, 2),
    ...     "symptom_score": np.column_stack([25 + rng.normal(size=200), post]).ravel(),
    ... })
    >>> slopes = process_outcome_slopes(sessions)
    >>> slopes.contextual.low > 0, slopes.p["contextual"] < 0.01
    (True, True)
    """
    rows = _scored_rows(without_follow_up(sessions, occasion), process, client, therapist)
    means = rows.groupby(client).agg(own=(process, "mean"), therapist=(therapist, "first"))
    ends = pre_post(
        sessions,
        client=client,
        score=score,
        week=week,
        session=session,
        occasion=occasion,
        carry=(),
    )
    table = means.join(ends[["pre", "post"]]).dropna()
    return _level_slopes(table, 1.0 if higher_is_better else -1.0)


def _level_slopes(table: pd.DataFrame, sign: float) -> LevelSlopes:
    """Return the slopes from one complete row per client: own, therapist, pre, post."""
    therapists = table["therapist"].nunique()
    if therapists < FEWEST_THERAPISTS:
        raise BadData(
            f"slopes between therapists need {FEWEST_THERAPISTS} therapists whose clients have a "
            f"process score and two outcome scores, there are {therapists}"
        )
    group_mean = table.groupby("therapist")["own"].transform("mean")
    parts = {"therapist_part": group_mean, "client_part": table["own"] - group_mean}
    columns = [require_variance(part.to_numpy(float), name) for name, part in parts.items()]
    columns.append(require_variance(table["pre"].to_numpy(float), "pre"))
    fitted = cluster_robust_slopes(
        sign * table["post"].to_numpy(float),
        np.column_stack([np.ones(len(table)), *(column - column.mean() for column in columns)]),
        clusters=table["therapist"].factorize()[0],
        contrasts=np.array([[0.0, 1, 0, 0], [0, 0, 1, 0], [0, 1, -1, 0]]),
    )
    between, within, contextual = fitted
    named = {
        "between_therapists": between,
        "between_clients": within,
        "contextual": contextual,
    }
    return LevelSlopes(
        between.estimate._replace(n=therapists),
        within.estimate,
        contextual.estimate._replace(n=therapists),
        {name: slope.degrees_of_freedom for name, slope in named.items()},
        {name: slope.p for name, slope in named.items()},
    )
