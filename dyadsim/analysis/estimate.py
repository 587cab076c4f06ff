"""An estimate: a value, its sampling error, and the number of clients behind it."""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy.special import stdtrit


class Estimate(NamedTuple):
    """A statistic with its standard error and 95 % interval, all in the statistic's own unit.

    Attributes
    ----------
    value
        The statistic.
    standard_error
        Its sampling error, 0 or more.
    low, high
        Ends of the 95 % interval.
    n
        Number of clients (or of what the function that returns it says).
    """

    value: float
    standard_error: float
    low: float
    high: float
    n: int


def from_standard_error(
    value: float, standard_error: float, n: int, *, degrees_of_freedom: float = math.inf
) -> Estimate:
    """Return an estimate with the symmetric 95 % interval value ± t · standard_error.

    Parameters
    ----------
    value
        The statistic.
    standard_error
        Its standard error, 0 or more.
    n
        Number of clients.
    degrees_of_freedom
        Of Student's t, above 0; infinite is the normal distribution, t = 1.96.

    Returns
    -------
    Estimate
        In the unit of `value`.

    Raises
    ------
    ValueError
        The standard error is negative or not a number.

    Examples
    --------
    >>> estimate = from_standard_error(2.0, 0.5, n=40)
    >>> round(estimate.low, 2), round(estimate.high, 2)
    (1.02, 2.98)
    """
    if not standard_error >= 0:
        raise ValueError(f"a standard error must be 0 or more, it is {standard_error}")
    half_width = float(stdtrit(degrees_of_freedom, 0.975) * standard_error)
    middle = float(value)
    return Estimate(middle, float(standard_error), middle - half_width, middle + half_width, n)


def from_count(count: int, n: int) -> Estimate:
    """Return the share count / n with Wilson's 95 % interval (scipy's binomtest).

    Parameters
    ----------
    count
        Number of clients that count, 0 to n.
    n
        Number of clients, 3 or more.

    Returns
    -------
    Estimate
        Between 0 and 1. The standard error is sqrt(share (1 - share) / n): 0 when nobody or
        everybody counts, where only the interval still tells the uncertainty.

    Raises
    ------
    ValueError
        `n` is below 3.

    Examples
    --------
    >>> share = from_count(8, 40)
    >>> share.value, round(share.low, 3), round(share.high, 3)
    (0.2, 0.105, 0.348)
    """
    if n < 3:
        raise ValueError(f"a share needs at least 3 clients, there are {n}")
    share = count / n
    from scipy.stats import binomtest  # takes half a second, which few need

    interval = binomtest(count, n).proportion_ci(method="wilson")
    error = math.sqrt(share * (1 - share) / n)
    return Estimate(share, error, float(interval.low), float(interval.high), n)
