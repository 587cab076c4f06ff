"""Shares of a whole that causes make together: Shapley values from the worth of every subset.

    share_i = sum over subsets u without i of |u|! (k - |u| - 1)! / k!  (worth(u + i) - worth(u))

A subset is a number whose bit i says whether cause i is in it. With worth(u) = the variance that u
explains these are Shapley effects (the interaction of causes is divided equally among them); with
worth(u) = the mean effect when only u is switched on, shares of the effect. They add to
worth(all) - worth(none), whatever the worths.
"""

from __future__ import annotations

from math import factorial

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def _causes(worth: Floats) -> int:
    count = int(worth.shape[-1]).bit_length() - 1
    if worth.shape[-1] != 1 << count or count < 1:
        raise ValueError(f"worth must be given for all 2^k subsets, not for {worth.shape[-1]}")
    return count


def shapley(worth: Floats) -> Floats:
    """Return each cause's share `(..., k)` from the worth of all subsets `(..., 2^k)`.

    Raises ValueError if the number of subsets is no power of 2.
    """
    count = _causes(worth)
    subsets = np.arange(1 << count)
    size = np.array([int(one).bit_count() for one in subsets])
    weight = np.array([factorial(n) * factorial(count - n - 1) for n in range(count)])
    weight = weight / factorial(count)
    shares = np.empty((*worth.shape[:-1], count))
    for cause in range(count):
        without = subsets[subsets >> cause & 1 == 0]
        step = worth[..., without | 1 << cause] - worth[..., without]
        shares[..., cause] = step @ weight[size[without]]
    return shares


def alone(worth: Floats) -> Floats:
    """Return what each cause is worth alone (first-order share, if worth is variance)."""
    return worth[..., [1 << cause for cause in range(_causes(worth))]] - worth[..., :1]


def last(worth: Floats) -> Floats:
    """Return what is lost if each cause alone is taken away (total share, if it is variance)."""
    count = _causes(worth)
    every = (1 << count) - 1
    return worth[..., every : every + 1] - worth[..., [every ^ 1 << one for one in range(count)]]


def pairs(worth: Floats) -> Floats:
    """Return the interaction of each two causes `(..., k, k)` when all the others are present.

    worth(all) - worth(all - i) - worth(all - j) + worth(all - i - j); above 0: together they do
    more than each adds; 0 on the diagonal.
    """
    count = _causes(worth)
    every = (1 << count) - 1
    table = np.zeros((*worth.shape[:-1], count, count))
    for i in range(count):
        for j in range(count):
            if i != j:
                table[..., i, j] = (
                    worth[..., every]
                    - worth[..., every ^ 1 << i]
                    - worth[..., every ^ 1 << j]
                    + worth[..., every ^ 1 << i ^ 1 << j]
                )
    return table
