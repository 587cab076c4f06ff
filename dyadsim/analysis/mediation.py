"""Mediation: whether a process carries the effect of an arm, by statsmodels' product of paths.

    m = a arm + (pre) + e,     y = b m + c' arm + (pre) + e

The part carried by m is a b; it is tested by simulating from the two fits' sampling distributions.
Arms are randomised, the mediator is not: whatever moves both m and y (a good alliance, hope) makes
b, and with it "mediation", where m itself does nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.mediation import Mediation

from dyadsim.analysis.change import pre_post
from dyadsim.analysis.columns import as_numbers, require_columns, require_variance
from dyadsim.analysis.estimate import Estimate


class MediatedEffect(NamedTuple):
    """Parts of the arm's effect, in points of the outcome score (a fall is below 0).

    Attributes
    ----------
    carried
        Through the mediator.
    direct
        Past the mediator.
    total
        carried + direct.
    proportion
        carried / total.
    """

    carried: Estimate
    direct: Estimate
    total: Estimate
    proportion: Estimate


def mediated_effect(
    table: pd.DataFrame,
    *,
    treated: str = "treated",
    mediator: str = "mediator",
    outcome: str = "post",
    covariates: tuple[str, ...] = ("pre",),
    draws: int = 1000,
    seed: int = 1,
) -> MediatedEffect:
    """Return how much of the effect of `treated` on `outcome` goes with `mediator`.

    Parameters
    ----------
    table
        One row per client; rows with a missing value are left out.
    treated
        Column of the arm: 0 or 1.
    mediator, outcome, covariates
        Columns of scores; the covariates enter both regressions.
    draws
        Draws from the fits' sampling distributions; the intervals are their percentiles.
    seed
        Of the draws: same seed, same intervals.

    Returns
    -------
    MediatedEffect
        In points of the outcome; n counts clients.

    Raises
    ------
    ValueError
        An unknown column, a mark other than 0 and 1, or a column that does not vary.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> treated, pre = np.arange(400) % 2, rng.normal(size=400)
    >>> mediator = 2 * treated + rng.normal(size=400)
    >>> post = 20 + pre - 1.5 * mediator - treated + rng.normal(size=400)
    >>> table = pd.DataFrame(
    ...     {"treated": treated, "pre": pre, "mediator": mediator, "post": post}
    ... )
    >>> effect = mediated_effect(table, draws=100)
    >>> effect.carried.low < -3 < effect.carried.high
    True
    """
    names = [treated, mediator, outcome, *covariates]
    require_columns(table, *names)
    rows = table[names].dropna().astype(float)
    for name in names:
        require_variance(as_numbers(rows[name], name), name)
    if not rows[treated].isin((0, 1)).all():
        raise ValueError(f"'{treated}' must be 0 or 1 for every client")
    base = rows[[treated, *covariates]].assign(constant=1.0)
    first = OLS(rows[mediator], base)
    second = OLS(rows[outcome], base.assign(**{mediator: rows[mediator]}))
    return _simulated(Mediation(second, first, treated, mediator), draws, seed, len(rows))


def _simulated(model: Mediation, draws: int, seed: int, n: int) -> MediatedEffect:
    """Run statsmodels' simulation with a generator of its own."""
    table = model.fit(method="parametric", n_rep=draws, rng=np.random.default_rng(seed)).summary()

    def estimate(name: str) -> Estimate:
        row = table.loc[name]
        low, high = float(row["Lower CI bound"]), float(row["Upper CI bound"])
        return Estimate(float(row["Estimate"]), (high - low) / 3.92, low, high, n)

    return MediatedEffect(
        estimate("ACME (average)"),
        estimate("ADE (average)"),
        estimate("Total effect"),
        estimate("Prop. mediated (average)"),
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
    """Return one row per client for `mediated_effect`.

    Parameters
    ----------
    sessions
        One row per client and occasion, with the columns `arm` and `occasion`.
    mediator
        Column of the mediator's score.
    treated_arm
        Name of the arm that counts as treated.
    at
        Session at which the mediator is read. None: the last assessment before follow-up, the
        only way where a waitlist attends no sessions; it then stands beside the outcome in time,
        not before it.
    client, session, score
        Names of the columns.

    Returns
    -------
    pandas.DataFrame
        Index: client; columns treated (0/1), mediator, pre, post.

    Raises
    ------
    ValueError
        An unknown column or arm.

    Examples
    --------
    >>> sessions = pd.DataFrame({
    ...     "client": [1, 1, 2, 2],
    ...     "arm": ["cbt", "cbt", "waitlist", "waitlist"],
    ...     "session": [0, 8, 0, 0],
    ...     "week": [0, 8, 0, 8],
    ...     "occasion": ["intake", "assessment", "intake", "assessment"],
    ...     "symptom_score": [20, 10, 21, 19],
    ...     "skill_score": [0.0, 2.0, 0.0, 0.5],
    ... })
    >>> table = with_mediator(sessions, "skill_score", "cbt")
    >>> table["mediator"].tolist(), table["treated"].tolist()
    ([2.0, 0.5], [1.0, 0.0])
    """
    require_columns(sessions, client, "arm", mediator, session)
    if treated_arm not in set(sessions["arm"]):
        raise ValueError(f"there is no arm '{treated_arm}'")
    ends = pre_post(sessions, client=client, score=score, session=session, carry=("arm",))
    rows = sessions[sessions["occasion"] == "assessment" if at is None else sessions[session] == at]
    table = ends.assign(mediator=rows.groupby(client)[mediator].last())
    return table.assign(treated=(table["arm"] == treated_arm).astype(float))
