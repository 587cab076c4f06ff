"""Words for numbers with an error: no direction is claimed that the interval does not show.

A lesson measures first, as estimates with their intervals, and then says what the intervals allow.
"""

import math
from collections.abc import Sequence

from dyadsim.analysis.estimate import Estimate

MOST_DIGITS = 6


def plain_number(value: float, digits: int = 2) -> str:
    """Return a number with `digits` decimals, more where it would read as 0, never "-0".

    Examples
    --------
    >>> plain_number(0.276), plain_number(-0.0004), plain_number(-1e-12)
    ('0.28', '-0.0004', '0.00')
    """
    most = MOST_DIGITS if abs(value) >= 0.5 * 10**-MOST_DIGITS else digits
    while digits < most and round(value, digits) == 0:
        digits += 1
    rounded = round(value, digits)
    return f"{0.0 if rounded == 0 else rounded:.{digits}f}"


def counted(count: int, word: str) -> str:
    """Return a count with its noun, none as "no".

    Examples
    --------
    >>> counted(0, "rupture"), counted(1, "rupture"), counted(2, "rupture")
    ('no ruptures', '1 rupture', '2 ruptures')
    """
    return f"{count or 'no'} {word}{'s' * (count != 1)}"


def percent(share: float) -> str:
    """Return a share (0-1) in per cent: whole from 10 % on, else with one decimal.

    Examples
    --------
    >>> percent(0.424), percent(0.008), percent(0.0)
    ('42 %', '0.8 %', '0 %')
    """
    return f"{_percent_number(100 * share)} %"


def _percent_number(value: float) -> str:
    if value == 0 or abs(value) >= 9.95:
        return plain_number(value, 0)
    return plain_number(value, 1)


def ends(estimate: Estimate, digits: int = 2) -> str:
    """Return the interval in words, such as "0.22 to 0.33"."""
    if not (math.isfinite(estimate.low) and math.isfinite(estimate.high)):
        return "unknown: too few therapists"
    return f"{plain_number(estimate.low, digits)} to {plain_number(estimate.high, digits)}"


def percent_ends(estimate: Estimate, scale: float = 100.0) -> str:
    """Return the interval of a share in per cent, such as "38 to 46 %"."""
    if not (math.isfinite(estimate.low) and math.isfinite(estimate.high)):
        return "unknown: too few therapists"
    low, high = (_percent_number(scale * end) for end in (estimate.low, estimate.high))
    return f"about {low} %" if low == high else f"{low} to {high} %"


def sign(estimate: Estimate) -> int:
    """Return 1 or -1 where the whole interval lies above or below 0, else 0: it cannot be told.

    Examples
    --------
    >>> sign(Estimate(0.2, 0.05, 0.1, 0.3, 90)), sign(Estimate(-0.02, 0.03, -0.08, 0.04, 90))
    (1, 0)
    """
    return int(estimate.low > 0) - int(estimate.high < 0)


def is_nothing(estimate: Estimate) -> bool:
    """Return whether an estimate is 0 without any error, as where nothing can act."""
    return abs(estimate.value) < 1e-6 and abs(estimate.standard_error) < 1e-6


def by_sign(estimate: Estimate, above: str, below: str, unclear: str) -> str:
    """Return the words for a difference above 0, below 0, or too close to tell."""
    return {1: above, -1: below, 0: unclear}[sign(estimate)]


def listed(words: Sequence[str], joint: str = "or") -> str:
    """Return words as a list in a sentence.

    Examples
    --------
    >>> listed(["few", "both", "many"])
    'few, both or many'
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"
