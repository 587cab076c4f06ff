"""Response profiles: groups of clients with like courses, by a Gaussian mixture (scikit-learn).

A straight line on log(1 + session) sums up each client's course: level at the start and change per
log session. Mixtures of 1 to `most` normal groups are fitted to the two numbers, and the Bayesian
information criterion chooses how many. The likelihood of a mixture has many maxima: the best of 25
starts (5 by k-means, 20 by clients drawn at random) is followed to its top. A maximum that makes a
group of fewer than 10 clients is left out: the likelihood grows without limit as a group shrinks to
a few points. A mixture also describes one skewed cloud as several groups: finding groups does not
show that there are kinds of clients. Before believing them, fit the same to a simulated world
without kinds (every dyadsim world: traits are continuous).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.mixture import GaussianMixture

from dyadsim.analysis.arrays import Floats
from dyadsim.analysis.columns import as_numbers, has_column, require_variance
from dyadsim.analysis.long_table import clean_rows
from dyadsim.analysis.one_thread import one_blas_thread

FEWEST_SCORES = 3
CLIENTS_PER_PROFILE = 20
FEWEST_IN_PROFILE = 10  # assumption; with 5, single clouds of 60 clients split now and then
STARTS = {"kmeans": 5, "random_from_data": 20}  # assumption; more change nothing in real data
LAST_TOLERANCE = 1e-6  # of the mean log likelihood; the starts stop at scikit-learn's .001


class Profiles(NamedTuple):
    """Groups of clients with like courses.

    Attributes
    ----------
    clients
        One row per client: start, change, profile (0 = largest fall), certainty (0 to 1).
    groups
        One row per profile: share, start, change.
    bic
        Bayesian information criterion by number of groups; the smallest is chosen. Infinite where
        every maximum found has a group of fewer than 10 clients.
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
    rows = clean_rows(sessions, client, session, score)
    if has_column(rows, occasion, "occasion"):
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
    with one_blas_thread():  # threads cost more than they save on two columns
        mixtures = {k: _best_mixture(scaled, k, seed) for k in range(1, most + 1)}
    fits = {k: fit for k, fit in mixtures.items() if fit is not None}
    bic = {k: float(fits[k].bic(scaled)) if k in fits else math.inf for k in mixtures}
    chosen = fits[min(fits, key=lambda k: bic[k])]
    return _profiles(table, chosen, scaled, bic)


def _best_mixture(scaled: Floats, groups: int, seed: int) -> GaussianMixture | None:
    """Return the likeliest mixture without a tiny group, or None if every start leads to one."""
    starts = np.random.RandomState(seed)
    fits = [
        GaussianMixture(groups, max_iter=1000, init_params=how, random_state=starts).fit(scaled)
        for how, count in STARTS.items()
        for _ in range(count if groups > 1 else 1)
    ]
    for fit in sorted(fits, key=lambda fit: -fit.lower_bound_):
        if _smallest_group(fit, scaled) < FEWEST_IN_PROFILE:
            continue
        top = _followed_to_the_top(fit, scaled, seed)
        if _smallest_group(top, scaled) >= FEWEST_IN_PROFILE:
            return top
    return None


def _smallest_group(mixture: GaussianMixture, scaled: Floats) -> float:
    """Return the expected number of clients in the smallest group."""
    return float(mixture.weights_.min() * len(scaled))


def _followed_to_the_top(mixture: GaussianMixture, scaled: Floats, seed: int) -> GaussianMixture:
    """Return the maximum to which a mixture leads, with a fine tolerance."""
    return GaussianMixture(
        mixture.n_components,
        tol=LAST_TOLERANCE,
        max_iter=5000,
        weights_init=mixture.weights_,
        means_init=mixture.means_,
        precisions_init=mixture.precisions_,
        random_state=seed,
    ).fit(scaled)


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
