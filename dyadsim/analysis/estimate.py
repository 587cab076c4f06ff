"""A number, how far luck could have moved it, and from how many clients it comes."""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy.special import stdtrit


class Estimate(NamedTuple):
    """A statistic with its standard error and 95 % interval, all in the statistic's own unit."""

    value: float
    standard_error: float
    low: float
    high: float
    n: int


def from_standard_error(
    value: float, standard_error: float, n: int, *, degrees_of_freedom: float = math.inf
) -> Estimate:
    """Estimate with the symmetric 95 % interval value ± t · standard_error.

    degrees_of_freedom: of Student's t (> 0); infinite (the default) is the normal, t = 1.96.
    Raises ValueError if the standard error is negative or not a number.
    """
    if not standard_error >= 0:
        raise ValueError(f"a standard error must be 0 or more, it is {standard_error}")
    half_width = float(stdtrit(degrees_of_freedom, 0.975) * standard_error)
    middle = float(value)
    return Estimate(middle, float(standard_error), middle - half_width, middle + half_width, n)


def from_count(count: int, n: int) -> Estimate:
    """Share count / n, between 0 and 1, with Wilson's 95 % interval (scipy's binomtest).

    The standard error is sqrt(share (1 - share) / n): 0 when nobody or everybody counts, where
    only the interval still tells the uncertainty. Raises ValueError if n < 3.
    """
    if n < 3:
        raise ValueError(f"a share needs at least 3 clients, there are {n}")
    share = count / n
    from scipy.stats import binomtest  # half a second that few need

    interval = binomtest(count, n).proportion_ci(method="wilson")
    error = math.sqrt(share * (1 - share) / n)
    return Estimate(share, error, float(interval.low), float(interval.high), n)
