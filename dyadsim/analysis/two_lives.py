"""What two distributions say about one client's two lives: bounds, since nobody lives twice.

A trial sees how clients end with therapy and how others end without. Which client would have ended
worse in therapy than without it, no data can tell: only the two distributions are known, and many
pairings of lives have them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dyadsim.analysis.columns import observed_scores


class Bounds(NamedTuple):
    """Ends of the interval in which a share lies, 0 to 1."""

    low: float
    high: float


def share_above(first: ArrayLike, second: ArrayLike) -> Bounds:
    """Return the lowest and highest share of clients whose first value exceeds their second.

    For every y, who is above y in the first life and not in the second is counted, so

        max over y of [P(first > y) - P(second > y)]  <=  share
        share  <=  1 - max over y of [P(second >= y) - P(first > y)]

    by Fréchet's inequality P(A and B) >= P(A) + P(B) - 1. Some pairing of the two distributions
    reaches each end.

    Parameters
    ----------
    first, second
        One value a client; the clients may be others, and their numbers may differ.

    Returns
    -------
    Bounds
        Without sampling error: of these two distributions as they are.

    Raises
    ------
    ValueError
        Fewer than 3 values that are not missing.

    Examples
    --------
    Clients end at 1, 2 or 3 with therapy, and at 2, 3 or 4 without. Perhaps nobody is worse off;
    perhaps one in three is (1-4, 2-3 and 3-2):

    >>> bounds = share_above([1, 2, 3], [2, 3, 4])
    >>> round(bounds.low, 3), round(bounds.high, 3)
    (0.0, 0.333)
    """
    ones = np.sort(observed_scores(first, "first"))
    twos = np.sort(observed_scores(second, "second"))
    values = np.union1d(ones, twos)
    above = 1 - np.searchsorted(ones, values, side="right") / ones.size
    others_above = 1 - np.searchsorted(twos, values, side="right") / twos.size
    others_from = 1 - np.searchsorted(twos, values, side="left") / twos.size
    low = float(np.max(above - others_above))
    high = 1 - float(np.max(others_from - above))
    return Bounds(max(low, 0.0), min(high, 1.0))
