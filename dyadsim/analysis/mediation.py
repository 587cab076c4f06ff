"""Mediation: whether a process carries the effect of an arm, by the product of two paths.

    m = a arm + (covariates) + e,     y = b m + c' arm + (covariates) + e

The part carried by m is a b. Its interval is the Monte Carlo one: percentiles of the product of
draws of a and b from Student's t around their estimates, which is asymmetric where the product is.
Tests hold it against R: a bootstrap, and the product's distribution by numerical integration.
Arms are randomised, the mediator is not: whatever moves both m and y (a good alliance, hope) makes
b, and with it "mediation", where m itself does nothing.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.arrays import Floats
from dyadsim.analysis.change import in_order, pre_post
from dyadsim.analysis.client_rows import require_one_row
from dyadsim.analysis.columns import (
    FEWEST_CLIENTS,
    as_numbers,
    has_column,
    require_columns,
    require_variance,
)
from dyadsim.analysis.effects import NORMAL_QUANTILE
from dyadsim.analysis.estimate import Estimate, from_standard_error
from dyadsim.checks import known_name
from dyadsim.errors import BadData, BadInput

FEWEST_DRAWS = 1000


class MediatedEffect(NamedTuple):
    """Parts of the arm's effect, in points of the outcome score.

    The sign is the score's own: above 0 = the treated score higher, whichever end is good.

    Attributes
    ----------
    carried
        Through the mediator: a b, with its Monte Carlo interval.
    direct
        Past the mediator: c', with its Student's t interval.
    total
        carried + direct, which is the effect without the mediator in the model, with the Student's
        t interval of that.
    proportion
        carried / total. It means nothing where the interval of the total holds 0: it can then have
        any size and sign.
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
    draws: int = 100_000,
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
        Draws for the intervals of `carried` and `proportion`, 1,000 or more. With 100,000 the width
        of an interval errs by some .3 %, with 1,000 by 3 %.
    seed
        Of the draws: same seed, same intervals.

    Returns
    -------
    MediatedEffect
        In points of the outcome; n counts clients.

    Raises
    ------
    ValueError
        An unknown column, a mark other than 0 and 1, a column that does not vary or follows from
        the others, too few clients, or too few draws.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> treated, pre = np.arange(400) % 2, rng.normal(size=400)
    >>> mediator = 2 * treated + rng.normal(size=400)
    >>> post = 20 + pre - 1.5 * mediator - treated + rng.normal(size=400)
    >>> table = pd.DataFrame(
    ...     {"treated": treated, "pre": pre, "mediator": mediator, "post": post}
    ... )
    >>> effect = mediated_effect(table)
    >>> effect.carried.low < -3 < effect.carried.high
    True
    """
    names = [treated, mediator, outcome, *covariates]
    require_columns(table, *names)
    if draws < FEWEST_DRAWS:
        raise BadInput(f"'draws' must be {FEWEST_DRAWS} or more, it is {draws}")
    scores = pd.DataFrame({name: as_numbers(table[name], name) for name in names}).dropna()
    if len(scores) < FEWEST_CLIENTS:
        raise BadData(f"at least 3 clients need all of {', '.join(names)}, {len(scores)} have them")
    columns = {name: require_variance(scores[name].to_numpy(), name) for name in names}
    if not np.isin(columns[treated], (0, 1)).all():
        raise BadData(f"'{treated}' must be 0 or 1 for every client")
    n, constant = len(scores), np.ones(len(scores))
    base = np.column_stack([columns[treated], constant, *(columns[name] for name in covariates)])
    first = _path(columns[mediator], base)
    second = _path(columns[outcome], np.column_stack([columns[mediator], base]))
    rng = np.random.default_rng(seed)
    a = _draws(first, [0], draws, rng)[:, 0]
    b, direct = _draws(second, [0, 1], draws, rng).T
    value = float(first.coefficients[0] * second.coefficients[0])
    total = _path(columns[outcome], base).estimate(0, n)
    return MediatedEffect(
        _percentiles(value, a * b, n),
        second.estimate(1, n),
        total,
        _percentiles(value / total.value if total.value else math.nan, a * b / (a * b + direct), n),
    )


class _Path(NamedTuple):
    """Coefficients of a regression, their covariance, and the residual degrees of freedom."""

    coefficients: Floats
    covariance: Floats
    freedom: int

    def estimate(self, place: int, n: int) -> Estimate:
        """Return one coefficient with its Student's t interval."""
        error = math.sqrt(self.covariance[place, place])
        value = float(self.coefficients[place])
        return from_standard_error(value, error, n, degrees_of_freedom=self.freedom)


def _path(y: Floats, design: Floats) -> _Path:
    """Return the least-squares fit."""
    freedom = len(y) - design.shape[1]
    if freedom < 1 or np.linalg.matrix_rank(design) < design.shape[1]:
        raise BadData(
            "the paths cannot be told apart: too few clients, or one of the columns (arm, mediator,"
            " covariates) follows from the others"
        )
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ (design.T @ y)
    residual = y - design @ coefficients
    return _Path(coefficients, residual @ residual / freedom * inverse, freedom)


def _draws(path: _Path, places: list[int], draws: int, rng: np.random.Generator) -> Floats:
    """Return draws of coefficients around their estimates (Student's t), shape (draws, k)."""
    spread = np.linalg.cholesky(path.covariance[np.ix_(places, places)])
    stretch = np.sqrt(path.freedom / rng.chisquare(path.freedom, draws))
    normal = rng.standard_normal((draws, len(places)))
    drawn: Floats = path.coefficients[places] + stretch[:, None] * (normal @ spread.T)
    return drawn


def _percentiles(value: float, draws: Floats, n: int) -> Estimate:
    """Return a value with the 2.5 and 97.5 % points of its draws; error: the width / 3.92."""
    low, high = np.quantile(draws, [0.025, 0.975])
    error = float((high - low) / (2 * NORMAL_QUANTILE))
    return Estimate(value, error, float(low), float(high), n)


def with_mediator(
    sessions: pd.DataFrame,
    mediator: str,
    treated_arm: str,
    at: int | None = None,
    *,
    client: str = "client",
    arm: str = "arm",
    week: str | None = "week",
    session: str = "session",
    occasion: str = "occasion",
    score: str = "symptom_score",
) -> pd.DataFrame:
    """Return one row per client for `mediated_effect`.

    Parameters
    ----------
    sessions
        One row per client and occasion.
    mediator
        Column of the mediator's score.
    treated_arm
        Name of the arm that counts as treated.
    at
        Session at which the mediator is read, in rows that are not marked "assessment" or
        "follow_up". None: the last row marked "assessment", the only way where a waitlist attends
        no sessions; it then stands beside the outcome in time, not before it.
    client, arm, week, session, occasion, score
        Names of the columns. `week` and `session` order a client's rows, as in `change.pre_post`;
        week=None: not used, though the frame has it. `occasion` may be absent under its default
        name if `at` is given.

    Returns
    -------
    pandas.DataFrame
        Index: client; columns treated (0/1), mediator, pre, post, n_sessions and the arm.

    Raises
    ------
    ValueError
        An unknown column or arm, no rows at `at` or none marked "assessment", or a client with two
        rows at `at`.

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
    require_columns(sessions, client, arm, mediator, session, score)
    known_name("arm", treated_arm, [str(name) for name in sessions[arm].dropna().unique()])
    rows = in_order(sessions, client, week, session)
    marked = has_column(rows, occasion, "occasion")
    ends = pre_post(
        sessions,
        client=client,
        score=score,
        week=week,
        session=session,
        occasion=occasion,
        carry=(arm,),
    )
    measured = _measured_rows(rows, at, session, occasion if marked else None)
    scored = measured.assign(**{mediator: as_numbers(measured[mediator], mediator)})
    scored = scored.dropna(subset=[mediator])
    if at is not None:
        require_one_row(scored, client, (session,))
    table = ends.assign(mediator=scored.groupby(client)[mediator].last())
    treated = (table[arm].astype(str) == treated_arm).astype(float)
    return table.assign(treated=treated.where(table[arm].notna()))


def _measured_rows(
    rows: pd.DataFrame, at: int | None, session: str, occasion: str | None
) -> pd.DataFrame:
    """Return the rows in which the mediator is looked for."""
    if at is None:
        if occasion is None or not (rows[occasion] == "assessment").any():
            raise BadInput(
                "no row is marked 'assessment' in the column of occasions: say with at=... in which"
                f" session ('{session}') the mediator is read"
            )
        return rows[rows[occasion] == "assessment"]
    within = rows[rows[session] == at]
    if occasion is not None:
        within = within[~within[occasion].isin(["assessment", "follow_up"])]
    if within.empty:
        raise BadInput(f"no row has '{session}' {at}: no mediator can be read there")
    return within
