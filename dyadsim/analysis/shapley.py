"""Shares of what causes do together: Shapley values from the worth of every subset.

    share_i = sum over subsets u without i of |u|! (k - |u| - 1)! / k!  (worth(u + i) - worth(u))

A subset is a number whose bit i says whether cause i is in it. With worth(u) = the variance that u
explains these are Shapley effects (the interaction of causes is divided equally among them); with
worth(u) = the mean effect when only u is switched on, shares of the effect. They add to
worth(all) - worth(none), whatever the worths.
"""

from __future__ import annotations

from math import factorial

import numpy as np

from dyadsim.analysis.arrays import Floats


def _number_of_causes(worth: Floats) -> int:
    count = int(worth.shape[-1]).bit_length() - 1
    if worth.shape[-1] != 1 << count or count < 1:
        raise ValueError(f"worth must be given for all 2^k subsets, not for {worth.shape[-1]}")
    return count


def shapley_shares(worth: Floats) -> Floats:
    """Return each cause's Shapley value.

    Parameters
    ----------
    worth
        Of all subsets, shape (..., 2^k).

    Returns
    -------
    Floats
        Shape (..., k), in the unit of `worth`.

    Raises
    ------
    ValueError
        The number of subsets is no power of 2.

    Examples
    --------
    Two causes worth 1 and 2 alone and 5 together:

    >>> shapley_shares(np.array([0.0, 1.0, 2.0, 5.0])).tolist()
    [2.0, 3.0]
    """
    count = _number_of_causes(worth)
    subsets = np.arange(1 << count)
    size = np.array([int(subset).bit_count() for subset in subsets])
    weight = np.array([factorial(n) * factorial(count - n - 1) for n in range(count)])
    weight = weight / factorial(count)
    shares = np.empty((*worth.shape[:-1], count))
    for cause in range(count):
        without = subsets[subsets >> cause & 1 == 0]
        step = worth[..., without | 1 << cause] - worth[..., without]
        shares[..., cause] = step @ weight[size[without]]
    return shares


def shares_alone(worth: Floats) -> Floats:
    """Return what each cause is worth alone (its first-order share, if worth is variance).

    Parameters
    ----------
    worth
        Of all subsets, shape (..., 2^k).

    Returns
    -------
    Floats
        Shape (..., k), in the unit of `worth`.

    Raises
    ------
    ValueError
        The number of subsets is no power of 2.

    Examples
    --------
    >>> shares_alone(np.array([0.0, 1.0, 2.0, 5.0])).tolist()
    [1.0, 2.0]
    """
    alone = [1 << cause for cause in range(_number_of_causes(worth))]
    return worth[..., alone] - worth[..., :1]


def shares_last(worth: Floats) -> Floats:
    """Return what is lost if one cause is taken away (its total share, if worth is variance).

    Parameters
    ----------
    worth
        Of all subsets, shape (..., 2^k).

    Returns
    -------
    Floats
        Shape (..., k), in the unit of `worth`.

    Raises
    ------
    ValueError
        The number of subsets is no power of 2.

    Examples
    --------
    >>> shares_last(np.array([0.0, 1.0, 2.0, 5.0])).tolist()
    [3.0, 4.0]
    """
    count = _number_of_causes(worth)
    every = (1 << count) - 1
    without = [every ^ 1 << cause for cause in range(count)]
    return worth[..., every : every + 1] - worth[..., without]


def pair_interactions(worth: Floats) -> Floats:
    """Return the interaction of each two causes when all the others are present.

    worth(all) - worth(all - i) - worth(all - j) + worth(all - i - j)

    Parameters
    ----------
    worth
        Of all subsets, shape (..., 2^k).

    Returns
    -------
    Floats
        Shape (..., k, k), 0 on the diagonal; above 0: together they do more than each adds.

    Raises
    ------
    ValueError
        The number of subsets is no power of 2.

    Examples
    --------
    >>> pair_interactions(np.array([0.0, 1.0, 2.0, 5.0])).tolist()
    [[0.0, 2.0], [2.0, 0.0]]
    """
    count = _number_of_causes(worth)
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
