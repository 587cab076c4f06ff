"""Response profiles: groups of clients with like courses, by a Gaussian mixture (scikit-learn).

A straight line on log(1 + session) sums up each client's course: level at the start and change per
log session. Mixtures of 1 to `most` normal groups are fitted to the two numbers, and the Bayesian
information criterion chooses how many. A mixture also describes one skewed cloud as several groups:
finding groups does not show that there are kinds of clients. Before believing them, fit the same to
a simulated world without kinds (every dyadsim world: traits are continuous).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.mixture import GaussianMixture

from dyadsim.analysis.arrays import Floats
from dyadsim.analysis.columns import as_numbers, require_columns, require_variance

FEWEST_SCORES = 3
CLIENTS_PER_PROFILE = 20


class Profiles(NamedTuple):
    """Groups of clients with like courses.

    Attributes
    ----------
    clients
        One row per client: start, change, profile (0 = largest fall), certainty (0 to 1).
    groups
        One row per profile: share, start, change.
    bic
        Bayesian information criterion by number of groups; the smallest is chosen.
    """

    clients: pd.DataFrame
    groups: pd.DataFrame
    bic: dict[int, float]


def client_lines(
    sessions: pd.DataFrame,
    *,
    client: str = "client",
    score: str = "symptom_score",
    session: str = "session",
    occasion: str = "occasion",
) -> pd.DataFrame:
    """Return each client's least-squares line on log(1 + session).

    Parameters
    ----------
    sessions
        One row per client and occasion; session 0 is intake, follow-ups do not count.
    client, score, session, occasion
        Names of the columns; `occasion` may be absent.

    Returns
    -------
    pandas.DataFrame
        Index: client, of those with 3 scores or more; columns start, change (points per unit of
        the logarithm).

    Raises
    ------
    ValueError
        An unknown column.

    Examples
    --------
    >>> score = 20 - 3 * np.log1p(np.arange(6))
    >>> sessions = pd.DataFrame({"client": 1, "session": range(6), "symptom_score": score})
    >>> client_lines(sessions).round(6).to_numpy().tolist()
    [[20.0, -3.0]]
    """
    require_columns(sessions, client, score, session)
    rows = sessions
    if occasion in rows:
        rows = rows[rows[occasion].isin(["intake", "session"])]
    rows = pd.DataFrame(
        {
            "client": rows[client],
            "x": np.log1p(as_numbers(rows[session], session)),
            "y": as_numbers(rows[score], score),
        }
    ).dropna()
    rows = rows[rows.groupby("client")["y"].transform("size") >= FEWEST_SCORES]
    means = rows.groupby("client")[["x", "y"]].transform("mean")
    x, y = rows["x"] - means["x"], rows["y"] - means["y"]
    slope = (x * y).groupby(rows["client"]).sum() / (x * x).groupby(rows["client"]).sum()
    centre = rows.groupby("client")[["x", "y"]].mean()
    table = pd.DataFrame({"start": centre["y"] - slope * centre["x"], "change": slope})
    return table.rename_axis(client)


def response_profiles(
    sessions: pd.DataFrame,
    most: int = 5,
    seed: int = 1,
    *,
    client: str = "client",
    score: str = "symptom_score",
    session: str = "session",
    occasion: str = "occasion",
) -> Profiles:
    """Return the profiles, with the number of groups that BIC chooses.

    Parameters
    ----------
    sessions
        One row per client and occasion; session 0 is intake, follow-ups do not count.
    most
        Largest number of groups, 1 or more.
    seed
        Of the mixtures' random starts.
    client, score, session, occasion
        Names of the columns; `occasion` may be absent.

    Returns
    -------
    Profiles
        Clients with their profile, and the profiles.

    Raises
    ------
    ValueError
        An unknown column, `most` below 1, fewer than 20 clients with 3 scores for each group
        allowed, or courses that do not vary.

    Examples
    --------
    >>> rng = np.random.default_rng(4)
    >>> change = np.where(np.arange(120) % 2, -6.0, 0.0) + 0.3 * rng.normal(size=120)
    >>> score = 20 + rng.normal(size=(120, 1)) + change[:, None] * np.log1p(np.arange(8))
    >>> sessions = pd.DataFrame({
    ...     "client": np.repeat(np.arange(120), 8),
    ...     "session": np.tile(np.arange(8), 120),
    ...     "symptom_score": score.ravel(),
    ... })
    >>> response_profiles(sessions, most=3).groups["share"].tolist()
    [0.5, 0.5]
    """
    table = client_lines(sessions, client=client, score=score, session=session, occasion=occasion)
    fewest = CLIENTS_PER_PROFILE * max(most, 1)
    if most < 1 or len(table) < fewest:
        raise ValueError(
            f"up to {most} profiles need {fewest} clients with 3 scores or more; "
            f"{len(table)} have them"
        )
    scaled = _standardised(table[["start", "change"]].to_numpy(float))
    fits = {
        k: GaussianMixture(k, n_init=5, max_iter=1000, random_state=seed).fit(scaled)
        for k in range(1, most + 1)
    }
    bic = {k: float(fit.bic(scaled)) for k, fit in fits.items()}
    chosen = fits[min(bic, key=lambda k: bic[k])]
    return _profiles(table, chosen, scaled, bic)


def _standardised(lines: Floats) -> Floats:
    for column, name in zip(lines.T, ("start", "change"), strict=True):
        require_variance(column, name)
    return np.asarray((lines - lines.mean(axis=0)) / lines.std(axis=0, ddof=1))


def _profiles(
    table: pd.DataFrame, mixture: GaussianMixture, scaled: Floats, bic: dict[int, float]
) -> Profiles:
    """Return clients and groups, the groups numbered by their change."""
    probability = mixture.predict_proba(scaled)
    order = np.argsort(mixture.means_[:, 1])
    number = np.empty(order.size, int)
    number[order] = np.arange(order.size)
    clients = table.assign(
        profile=number[probability.argmax(axis=1)], certainty=probability.max(axis=1)
    )
    groups = clients.groupby("profile")[["start", "change"]].mean()
    groups.insert(0, "share", clients.groupby("profile").size() / len(clients))
    return Profiles(clients, groups, bic)
