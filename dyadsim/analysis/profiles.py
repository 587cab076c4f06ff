"""Response profiles: groups of clients with like courses, by a Gaussian mixture (scikit-learn).

Each client's course is summed up by a straight line on log(1 + session): level at the start and
change per log session. Mixtures of 1 to `most` normal groups are fitted to the two numbers, and the
Bayesian information criterion chooses how many. A mixture also describes one skewed cloud as
several groups: that groups come out does not show that there are kinds of clients. Fit the same to
a simulated world without kinds (every dyadsim world: traits are continuous) before believing them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.mixture import GaussianMixture

from dyadsim.analysis.columns import numbers, require, vary


class Profiles(NamedTuple):
    """`clients`: start, change, profile (0 = largest fall), certainty (0-1), one row a client;
    `groups`: share, start, change of each profile; `bic` by number of groups (small = chosen)."""

    clients: pd.DataFrame
    groups: pd.DataFrame
    bic: dict[int, float]


def lines(
    sessions: pd.DataFrame,
    *,
    client: str = "client",
    score: str = "symptom_score",
    session: str = "session",
    occasion: str = "occasion",
) -> pd.DataFrame:
    """Return start and change per log(1 + session) of each client with 3 scores or more.

    Follow-ups do not count. Raises ValueError for an unknown column.
    """
    require(sessions, client, score, session)
    rows = sessions
    if occasion in rows:
        rows = rows[rows[occasion].isin(["intake", "session"])]
    rows = pd.DataFrame(
        {
            "client": rows[client],
            "x": np.log1p(numbers(rows[session], session)),
            "y": numbers(rows[score], score),
        }
    ).dropna()
    rows = rows[rows.groupby("client")["y"].transform("size") >= 3]
    means = rows.groupby("client")[["x", "y"]].transform("mean")
    x, y = rows["x"] - means["x"], rows["y"] - means["y"]
    slope = (x * y).groupby(rows["client"]).sum() / (x * x).groupby(rows["client"]).sum()
    centre = rows.groupby("client")[["x", "y"]].mean()
    table = pd.DataFrame({"start": centre["y"] - slope * centre["x"], "change": slope})
    return table.rename_axis(client)


def profiles(
    sessions: pd.DataFrame,
    most: int = 5,
    seed: int = 1,
    *,
    client: str = "client",
    score: str = "symptom_score",
    session: str = "session",
    occasion: str = "occasion",
) -> Profiles:
    """Return the profiles, the number of groups (1 to `most`) chosen by BIC.

    Raises ValueError for an unknown column, most < 1, fewer than 20 clients a group allowed, or
    courses that do not vary.
    """
    table = lines(sessions, client=client, score=score, session=session, occasion=occasion)
    if most < 1 or len(table) < 20 * most:
        raise ValueError(
            f"up to {most} profiles need {20 * max(most, 1)} clients with 3 scores or more; "
            f"{len(table)} have them"
        )
    raw = table[["start", "change"]].to_numpy(float)
    for column, name in zip(raw.T, ("start", "change"), strict=True):
        vary(column, name)
    scaled = (raw - raw.mean(axis=0)) / raw.std(axis=0, ddof=1)
    fits = {
        k: GaussianMixture(k, n_init=5, max_iter=1000, random_state=seed).fit(scaled)
        for k in range(1, most + 1)
    }
    bic = {k: float(fit.bic(scaled)) for k, fit in fits.items()}
    chosen = fits[min(bic, key=lambda k: bic[k])]
    belongs = chosen.predict_proba(scaled)
    order = np.argsort(chosen.means_[:, 1])
    place = np.empty(order.size, int)
    place[order] = np.arange(order.size)
    people = table.assign(profile=place[belongs.argmax(axis=1)], certainty=belongs.max(axis=1))
    groups = people.groupby("profile")[["start", "change"]].mean()
    groups.insert(0, "share", people.groupby("profile").size() / len(people))
    return Profiles(people, groups, bic)
