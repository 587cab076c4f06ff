"""Levels: differences between therapists, between clients of a therapist, within a client.

A score x of client i with therapist j at session t is split by its means:

    x_tij = mean + (M_j - mean) + (m_ij - M_j) + (x_tij - m_ij)

m_ij is the client's mean over sessions, M_j the mean of the m_ij of the therapist's clients. The
three parts are uncorrelated within a data set and are given their own slopes. What holds between
clients need not hold within a client: neither level shows what changing x would do, but the
within-client part at least cannot be due to anything that stays the same in a client.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from statsmodels.regression.linear_model import OLS

from dyadsim.analysis.change import pre_post, residual_gain
from dyadsim.analysis.columns import numbers, require, vary
from dyadsim.analysis.estimate import Estimate, from_standard_error

LEVELS = ("therapist", "client", "within")


def split(
    sessions: pd.DataFrame,
    score: str = "alliance_score",
    *,
    client: str = "client",
    therapist: str = "therapist",
) -> pd.DataFrame:
    """Return the rows with a score and a therapist, with columns therapist_part, client_part and
    within_part (in the score's points).

    Raises ValueError for an unknown column or fewer than 3 rows.
    """
    require(sessions, score, client, therapist)
    rows = sessions.assign(**{score: numbers(sessions[score], score)})
    rows = rows.dropna(subset=[score, therapist])
    if len(rows) < 3:
        raise ValueError(f"at least 3 rows need '{score}' and a therapist, {len(rows)} have them")
    mine = rows.groupby(client)[score].transform("mean")
    once = ~rows[client].duplicated()
    theirs = mine[once].groupby(rows.loc[once, therapist]).mean()
    of_therapist = rows[therapist].map(theirs).astype(float)
    middle = float(mine[once].mean())
    return rows.assign(
        therapist_part=of_therapist - middle,
        client_part=mine - of_therapist,
        within_part=rows[score] - mine,
    )


def variance_shares(
    sessions: pd.DataFrame,
    score: str = "alliance_score",
    *,
    client: str = "client",
    therapist: str = "therapist",
) -> dict[str, float]:
    """Return each level's share of the variance of a score, adding to 1: therapist, client, within.

    Analysis-of-variance estimates for nested, unequal groups (Henderson's first method): the
    observed mean squares are set equal to their expectations; a negative component counts as 0.
    'within' holds changes from session to session and measurement error together.
    Raises ValueError as `split`, and if nobody has two sessions or all have one therapist.
    """
    rows = split(sessions, score, client=client, therapist=therapist)
    sizes = rows.groupby(client).size()
    owner = rows.groupby(client)[therapist].first()
    total, clients, therapists = len(rows), len(sizes), owner.nunique()
    if total == clients or therapists < 2 or therapists == clients:
        raise ValueError("levels need clients with two sessions and therapists with two clients")
    x = rows[score].to_numpy(float)
    of_client = rows.groupby(client)[score].transform("mean").to_numpy()
    of_therapist = rows.groupby(therapist)[score].transform("mean").to_numpy()
    within = float(((x - of_client) ** 2).sum() / (total - clients))
    ms_client = float(((of_client - of_therapist) ** 2).sum() / (clients - therapists))
    ms_therapist = float(((of_therapist - x.mean()) ** 2).sum() / (therapists - 1))
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


class Levels(NamedTuple):
    """Slopes of the outcome on the two parts of a client's mean process score, errors clustered by
    therapist: residual gain in points per point of the process score; above 0 = more, better."""

    between_therapists: Estimate
    between_clients: Estimate


def process_outcome(
    sessions: pd.DataFrame,
    process: str = "alliance_score",
    *,
    client: str = "client",
    therapist: str = "therapist",
    score: str = "symptom_score",
) -> Levels:
    """Return how a process score goes with residual gain between therapists and between clients.

    Rows marked "follow_up" do not count. Raises ValueError as `split`, for an unknown column, or
    if a part does not vary.
    """
    treated = sessions
    if "occasion" in sessions:
        treated = sessions[sessions["occasion"] != "follow_up"]
    parts = split(treated, process, client=client, therapist=therapist)
    means = parts.groupby(client)[["therapist_part", "client_part"]].first()
    means[therapist] = parts.groupby(client)[therapist].first()
    ends = pre_post(sessions, client=client, score=score, carry=())
    table = means.join(residual_gain(ends["pre"], ends["post"]).rename("gain")).dropna()
    for name in ("therapist_part", "client_part"):
        vary(table[name].to_numpy(float), name)
    design = np.column_stack(
        [np.ones(len(table)), table[["therapist_part", "client_part"]].to_numpy(float)]
    )
    fit = OLS(table["gain"].to_numpy(float), design).fit(
        cov_type="cluster", cov_kwds={"groups": table[therapist].factorize()[0]}
    )
    found = (
        from_standard_error(float(b), float(e), len(table))
        for b, e in zip(fit.params[1:], fit.bse[1:], strict=True)
    )
    return Levels(*found)
