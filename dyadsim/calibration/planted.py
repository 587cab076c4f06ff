"""Planted worlds: facts that a known point produces, to check what an ensemble says of it.

The point is a draw of the prior. Its simulated values, each with an error of half a half-width,
take the place of the published figures. An ensemble that is calibrated on them is right if the
planted value lies in the members' 90 % interval for nine parameters in ten, and its rank among the
members is as likely to be any.
"""

from collections.abc import Sequence

import numpy as np

from dyadsim.calibration.ensemble import HALF
from dyadsim.calibration.joint_distances import ONE_SIDED
from dyadsim.calibration.prior import Floats
from dyadsim.evidence.fact import Fact


def planted_facts(
    facts: Sequence[Fact], values: Floats, rng: np.random.Generator
) -> tuple[Fact, ...]:
    """Return facts whose figures a known world has produced.

    Parameters
    ----------
    facts
        The published facts; signs and bounds, which have no error, are left out.
    values
        What the known world makes of them, `(fact,)`; a fact without a value is left out.
    rng
        The random stream of the errors.

    Returns
    -------
    tuple of Fact
        Intervals as wide as the published ones, about the value with its error.
    """
    planted = []
    for fact, value, error in zip(facts, values, rng.normal(size=len(facts)), strict=True):
        if fact.kind in ONE_SIDED or fact.low is None or fact.high is None or np.isnan(value):
            continue
        half = (fact.high - fact.low) / 2
        middle = float(value + HALF * error * half)
        planted.append(fact._replace(estimate=middle, low=middle - half, high=middle + half))
    return tuple(planted)


def ranks_of(truth: Floats, members: Floats) -> Floats:
    """Return the share of members below the planted value, a column each.

    Parameters
    ----------
    truth
        The planted point, `(column,)`.
    members
        `(member, column)`, without the mode.

    Returns
    -------
    ndarray
        0 to 1, `(column,)`; uniform where the ensemble is right.
    """
    return np.asarray((members < truth).mean(axis=0))


def coverage_of(truth: Floats, members: Floats, level: float = 0.9) -> float:
    """Return in what share of columns the members' central interval holds the planted value.

    Parameters
    ----------
    truth
        The planted point, `(column,)`.
    members
        `(member, column)`, without the mode.
    level
        Of the interval.

    Examples
    --------
    >>> coverage_of(np.array([0.0, 9.0]), np.linspace(-1, 1, 101)[:, None] * np.ones(2))
    0.5
    """
    ends = ((1 - level) / 2, (1 + level) / 2)
    low, high = np.quantile(members, ends, axis=0, method="weibull")  # holds for any number
    return float(((low <= truth) & (truth <= high)).mean())
