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
from statsmodels.regression.linear_model import OLS

from dyadsim.analysis.arrays import Floats
from dyadsim.analysis.change import pre_post, residual_gain
from dyadsim.analysis.columns import as_numbers, require_columns, require_variance
from dyadsim.analysis.estimate import Estimate, from_standard_error

LEVELS = ("therapist", "client", "within")


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
        An unknown column, or fewer than 3 rows.

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
    require_columns(sessions, score, client, therapist)
    rows = sessions.assign(**{score: as_numbers(sessions[score], score)})
    rows = rows.dropna(subset=[score, therapist])
    if len(rows) < 3:
        raise ValueError(f"at least 3 rows need '{score}' and a therapist, {len(rows)} have them")
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


def variance_shares(
    sessions: pd.DataFrame,
    score: str = "alliance_score",
    *,
    client: str = "client",
    therapist: str = "therapist",
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

    Returns
    -------
    dict
        Shares of therapist, client and within, adding to 1. 'within' contains both changes from
        session to session and measurement error.

    Raises
    ------
    ValueError
        As `split_levels`; or no client has two sessions, or no therapist two clients, or there
        is only one therapist.

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
    rows = split_levels(sessions, score, client=client, therapist=therapist)
    sizes = rows.groupby(client).size()
    owner = rows.groupby(client)[therapist].first()
    total, clients, therapists = len(rows), len(sizes), owner.nunique()
    if total == clients or therapists < 2 or therapists == clients:
        raise ValueError("levels need clients with two sessions and therapists with two clients")
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

    Residual gain in points per point of the process score; above 0 = more, better. Errors are
    clustered by therapist; n counts clients.
    """

    between_therapists: Estimate
    between_clients: Estimate


def process_outcome_slopes(
    sessions: pd.DataFrame,
    process: str = "alliance_score",
    *,
    client: str = "client",
    therapist: str = "therapist",
    score: str = "symptom_score",
) -> LevelSlopes:
    """Return how a process score goes with residual gain between therapists and between clients.

    Parameters
    ----------
    sessions
        One row per client and occasion; rows marked "follow_up" do not count.
    process, score
        Columns of the process score and of the outcome score (high is bad).
    client, therapist
        Names of the columns.

    Returns
    -------
    LevelSlopes
        Two slopes.

    Raises
    ------
    ValueError
        As `split_levels`, an unknown column, or a part that does not vary.

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
    >>> slopes.between_therapists.low > slopes.between_clients.high
    True
    """
    treated = sessions
    if "occasion" in sessions:
        treated = sessions[sessions["occasion"] != "follow_up"]
    parts = split_levels(treated, process, client=client, therapist=therapist)
    names = ["therapist_part", "client_part"]
    means = parts.groupby(client)[names].first()
    means[therapist] = parts.groupby(client)[therapist].first()
    ends = pre_post(sessions, client=client, score=score, carry=())
    table = means.join(residual_gain(ends["pre"], ends["post"]).rename("gain")).dropna()
    for name in names:
        require_variance(table[name].to_numpy(float), name)
    design = np.column_stack([np.ones(len(table)), table[names].to_numpy(float)])
    fit = OLS(table["gain"].to_numpy(float), design).fit(
        cov_type="cluster", cov_kwds={"groups": table[therapist].factorize()[0]}
    )
    slopes = (
        from_standard_error(float(b), float(error), len(table))
        for b, error in zip(fit.params[1:], fit.bse[1:], strict=True)
    )
    return LevelSlopes(*slopes)
