"""The Monte-Carlo error of a mean over repeats, its t interval, and how both are written.

A repeat is the same simulation with other random numbers. The error of the mean over n repeats is
their SD / sqrt(n); with so few repeats its 95 % interval takes Student's t with n - 1 degrees of
freedom. From one repeat no error is known.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from dyadsim.checks import shown_number

ENOUGH = 8
"""So many repeats that all give the same value are taken to have no error (assumption)."""
NOT_KNOWN = "error not known from 1 repeat"
_NOTHING = 1e-9  # an error below this part of the value, or of 0.001, is rounding, not chance
_ONE_DIGIT = 3  # errors that begin with 1 or 2 are written with two digits, others with one
_FEW = 4  # repeats below which more are asked for: t is then above 3 (assumption)


def error_of_mean(repeats: ArrayLike) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the Monte-Carlo error of the mean over repeats.

    Parameters
    ----------
    repeats
        Values `(repeat, ...)`.

    Returns
    -------
    ndarray
        SD / sqrt(number of repeats), of the shape of one repeat; NaN where there is only one, or
        where fewer than `ENOUGH` all gave the same value, such as a median: they do not tell
        how far another would lie.

    Examples
    --------
    >>> [float(error_of_mean(values).round(4)) for values in ([1.0, 2.0, 3.0], [1.0], [5.0, 5.0])]
    [0.5774, nan, nan]
    """
    values = np.asarray(repeats, float)
    if len(values) < 2:
        return np.full(values.shape[1:], np.nan)
    error = values.std(axis=0, ddof=1) / math.sqrt(len(values))
    alike = (values == values[0]).all(axis=0)
    unknown = alike & (len(values) < ENOUGH)
    return np.asarray(np.where(unknown, np.nan, np.where(alike, 0.0, error)))


def t_quantile(repeats: float, level: float = 0.95) -> float:
    """Return how many errors of a mean over repeats make half of its interval.

    Parameters
    ----------
    repeats
        Number of repeats, 1 or more; infinite: the error is known (normal distribution).
    level
        Of the two-sided interval, above 0 and below 1.

    Returns
    -------
    float
        The quantile of Student's t with `repeats` - 1 degrees of freedom; NaN for one repeat.

    Examples
    --------
    >>> round(t_quantile(2), 2), round(t_quantile(8), 2), round(t_quantile(math.inf), 2)
    (12.71, 2.36, 1.96)
    """
    if repeats < 2:
        return math.nan
    return float(stdtrit(repeats - 1, (1 + level) / 2))


def decimals_of(error: float) -> int:
    """Return the decimals that an error deserves: two digits if it begins with 1 or 2, else one.

    Parameters
    ----------
    error
        Above 0.

    Returns
    -------
    int
        0 or more.

    Examples
    --------
    >>> [decimals_of(error) for error in (0.0042, 0.012, 0.3, 12.0)]
    [3, 3, 1, 0]
    """
    first, exponent = f"{error:.1e}".split("e")
    return max(0, (float(first) < _ONE_DIGIT) - int(exponent))


def with_error(value: float, error: float) -> str:
    """Return "value ± error", with as many digits as the error deserves.

    Parameters
    ----------
    value
        The estimate; NaN: undefined.
    error
        Its standard error; NaN: not known, see `error_of_mean`.

    Returns
    -------
    str
        Such as "0.123 ± 0.004".

    Examples
    --------
    >>> with_error(0.12345, 0.0042), with_error(13.9, 0.15), with_error(5.0, 0.0)
    ('0.123 ± 0.004', '13.90 ± 0.15', '5 ± 0')
    >>> with_error(0.12345, math.nan)
    '0.123 ± unknown'
    """
    if value != value:
        return "undefined"
    if error != error:
        return f"{shown_number(value)} ± unknown"
    if error <= _NOTHING * max(abs(value), 1e-3):
        return f"{shown_number(value, 4)} ± 0"
    digits = decimals_of(error)
    return f"{round(value, digits) + 0.0:.{digits}f} ± {error:.{digits}f}"


def error_sentence(repeats: Sequence[int] | int) -> str:
    """Return what ± means after so many repeats: degrees of freedom, and the 95 % interval.

    Parameters
    ----------
    repeats
        Number of repeats, 1 or more; several where rows have different numbers.

    Returns
    -------
    str
        A sentence; from few repeats it asks for more.

    Examples
    --------
    >>> error_sentence(1)
    'Error not known from 1 repeat: ask for more (size.replicates).'
    >>> print(error_sentence(2))
    ± is one Monte-Carlo standard error over 2 repeats with different random numbers (1 degree of \
freedom: the 95 % interval is ± 12.71 errors); for a narrower one ask for more \
(size.replicates); unknown where all repeats gave the same value.
    """
    numbers = [repeats] if isinstance(repeats, int) else sorted(set(repeats))
    if numbers[-1] < 2:
        return f"{NOT_KNOWN.capitalize()}: ask for more (size.replicates)."
    single = "; not known from 1 repeat" if numbers[0] < 2 else ""
    numbers = [number for number in numbers if number > 1]
    fewest, most = numbers[0], numbers[-1]
    count, freedom = f"{fewest} to {most}", f"{fewest - 1} to {most - 1} degrees of freedom"
    interval = f"{t_quantile(fewest):.2f} to {t_quantile(most):.2f}"
    if fewest == most:
        count, interval = f"{most}", f"{t_quantile(most):.2f}"
        freedom = f"{most - 1} degree{'s' * (most > 2)} of freedom"
    more = "; for a narrower one ask for more (size.replicates)" if fewest < _FEW else ""
    more += "; unknown where all repeats gave the same value" if fewest < ENOUGH else ""
    return (
        f"± is one Monte-Carlo standard error over {count} repeats with different random numbers "
        f"({freedom}: the 95 % interval is ± {interval} errors){more}{single}."
    )
