"""Does a process carry the effect of an arm? Product of paths, by statsmodels' Mediation.

    m = a arm + (pre) + e,     y = b m + c' arm + (pre) + e

The part carried by m is a b; it is tested by simulating from the two fits' sampling distributions.
Arms are by lot, the mediator is not: whatever moves both m and y (a good alliance, hope) makes
b, and with it "mediation", where m itself does nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.mediation import Mediation

from dyadsim.analysis.change import pre_post
from dyadsim.analysis.columns import numbers, require, vary
from dyadsim.analysis.estimate import Estimate


class MediationFound(NamedTuple):
    """Parts of the arm's effect, in points of the outcome score (a fall is below 0).

    `total` = `carried` (through the mediator) + `direct`; `proportion` carried of total.
    """

    carried: Estimate
    direct: Estimate
    total: Estimate
    proportion: Estimate


def mediation(
    table: pd.DataFrame,
    *,
    treated: str = "treated",
    mediator: str = "mediator",
    outcome: str = "post",
    covariates: tuple[str, ...] = ("pre",),
    draws: int = 1000,
    seed: int = 1,
) -> MediationFound:
    """Return how much of the effect of `treated` (0/1) on `outcome` goes with `mediator`.

    table: one row a client; rows with a missing value are left out. Intervals are percentiles of
    `draws` from the fits' sampling distributions.
    Raises ValueError for an unknown column, marks other than 0 and 1, or a column that does not
    vary.
    """
    names = [treated, mediator, outcome, *covariates]
    require(table, *names)
    rows = table[names].dropna().astype(float)
    for name in names:
        vary(numbers(rows[name], name), name)
    if not rows[treated].isin((0, 1)).all():
        raise ValueError(f"'{treated}' must be 0 or 1 for every client")
    base = rows[[treated, *covariates]].assign(constant=1.0)
    first = OLS(rows[mediator], base)
    second = OLS(rows[outcome], base.assign(**{mediator: rows[mediator]}))
    return _simulated(Mediation(second, first, treated, mediator), draws, seed, len(rows))


def _simulated(model: Mediation, draws: int, seed: int, n: int) -> MediationFound:
    """Run statsmodels' simulation with a generator of its own."""
    table = model.fit(method="parametric", n_rep=draws, rng=np.random.default_rng(seed)).summary()

    def one(row: str) -> Estimate:
        found = table.loc[row]
        low, high = float(found["Lower CI bound"]), float(found["Upper CI bound"])
        return Estimate(float(found["Estimate"]), (high - low) / 3.92, low, high, n)

    return MediationFound(
        one("ACME (average)"),
        one("ADE (average)"),
        one("Total effect"),
        one("Prop. mediated (average)"),
    )


def with_mediator(
    sessions: pd.DataFrame,
    mediator: str,
    treated_arm: str,
    at: int | None = None,
    *,
    client: str = "client",
    session: str = "session",
    score: str = "symptom_score",
) -> pd.DataFrame:
    """Return one row a client: treated (0/1), mediator, pre, post.

    The mediator is its score at session `at`, or, with None, at the last assessment before
    follow-up (the only way where a waitlist attends no sessions; it then stands beside the outcome
    in time, not before it). Raises ValueError for an unknown column or arm.
    """
    require(sessions, client, "arm", mediator, session)
    if treated_arm not in set(sessions["arm"]):
        raise ValueError(f"there is no arm '{treated_arm}'")
    ends = pre_post(sessions, client=client, score=score, session=session, carry=("arm",))
    rows = sessions[sessions["occasion"] == "assessment" if at is None else sessions[session] == at]
    chosen = rows.groupby(client)[mediator].last()
    table = ends.assign(mediator=chosen)
    return table.assign(treated=(table["arm"] == treated_arm).astype(float))
