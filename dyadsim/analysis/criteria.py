"""What reaches a criterion: one rule for every comparison of scores with points or a cut-off.

2.3 - 1.8 is a fall of half a point, but the computer finds 0.4999999999999998, and single
precision (float32) errs in the seventh digit. Two numbers that differ by less than a millionth of
the scores' own size therefore count as equal (an assumption: no questionnaire is as fine as that),
and what equals a criterion reaches it. On whole scores the rule changes nothing. High scores are
bad here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Reached = NDArray[np.bool_]
SAME = 1e-6


def check_reliable_change(points: float) -> None:
    """Refuse a smallest reliable change that is none: it is above 0 whichever way a scale goes.

    Raises
    ------
    ValueError
        Not a number above 0.
    """
    if not 0 < points < np.inf:
        raise ValueError(f"reliable_change must be a number above 0, it is {points}")


def check_cut_off(cut_off: float) -> None:
    """Refuse a clinical cut-off that is no number: every score would lie on its good side.

    Raises
    ------
    ValueError
        Missing or infinite.
    """
    if not np.isfinite(cut_off):
        raise ValueError(f"cut_off must be a number, it is {cut_off}")


def fell_by(before: Scores, after: Scores, points: float | Scores) -> Reached:
    """Return whose score fell by a number of points or more.

    Parameters
    ----------
    before, after
        Scores, shapes that numpy can bring together, such as (client,) and (session, client).
    points
        Smallest fall that counts, one for all or one a client.

    Returns
    -------
    Reached
        False where a score is missing.

    Examples
    --------
    >>> fell_by(np.array([2.3, 2.3]), np.array([1.8, 1.9]), 0.5).tolist()
    [True, False]
    """
    size = np.maximum(np.abs(before), np.abs(after))
    return np.asarray(before - after >= points - SAME * size)


def fell_by_share(before: Scores, after: Scores, share: float) -> Reached:
    """Return whose score fell by a share of what it was or more.

    Parameters
    ----------
    before, after
        Scores that are 0 at best, shape (client,).
    share
        Above 0 and at most 1.

    Returns
    -------
    Reached
        Shape (client,), False where a score is missing.

    Examples
    --------
    >>> fell_by_share(np.array([10.0, 10.0]), np.array([2.0, 3.0]), 0.8).tolist()
    [True, False]
    """
    return fell_by(before, after, share * before)


def reaches(scores: Scores, cut_off: float | Scores) -> Reached:
    """Return which scores lie at a cut-off or above it.

    Parameters
    ----------
    scores
        Any shape.
    cut_off
        In points.

    Returns
    -------
    Reached
        In the shape of `scores`, False where one is missing.

    Examples
    --------
    >>> reaches(np.array([0.1 + 0.2, 0.2]), 0.3).tolist()
    [True, False]
    """
    return np.asarray(scores >= cut_off - SAME * np.maximum(np.abs(scores), np.abs(cut_off)))


def lies_below(scores: Scores, cut_off: float | Scores) -> Reached:
    """Return which scores lie below a cut-off.

    Parameters
    ----------
    scores
        Any shape.
    cut_off
        In points.

    Returns
    -------
    Reached
        In the shape of `scores`, False where one is missing.

    Examples
    --------
    >>> lies_below(np.array([0.3, 0.2, np.nan]), 0.1 + 0.2).tolist()
    [False, True, False]
    """
    return np.asarray(~np.isnan(scores) & ~reaches(scores, cut_off))


def within(times: Scores, around: Scores | float, tolerance: float) -> Reached:
    """Return which times lie within a tolerance.

    Parameters
    ----------
    times
        Any shape.
    around
        The time meant, one for all or one for each.
    tolerance
        How far from it a time may be, in the same unit; 0 or more.

    Returns
    -------
    Reached
        In the shape of `times`, False where one is missing.

    Examples
    --------
    >>> within(np.array([8.4, 8.5]), 8.1, 0.3).tolist()
    [True, False]
    """
    size = np.maximum(np.abs(times), np.abs(around))
    return np.asarray(np.abs(times - around) <= tolerance + SAME * size)
