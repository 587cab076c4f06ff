"""Sums, means and correlations over the clients of every arm of a design at once.

A fit summarises tens of thousands of simulated data sets, so all arms and several quantities share
one product of matrices.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

type Floats = np.ndarray[Any, np.dtype[np.float64]]

FEWEST_COMPLETE = 5  # pairs, without which there is no correlation


class Arms:
    """Sums, means and correlations over the clients of every arm at once.

    `clients` (arm,) is how many there are. Values are `(..., client)`, NaN where there is none.
    """

    def __init__(self, arm: np.ndarray[Any, np.dtype[np.int32]], count: int) -> None:
        """Take the arm of each client, `(client,)`, and how many arms there are."""
        self._arm = arm
        self._member = np.equal.outer(arm, np.arange(count)).astype(float)
        self.clients = self._member.sum(axis=0)

    def total(self, values: np.ndarray[Any, Any]) -> Floats:
        """Return the sums `(..., arm)` of values without gaps."""
        return np.asarray(values @ self._member)

    def mean_and_sd(self, values: Floats) -> tuple[Floats, Floats]:
        """Return means and SDs (n - 1) `(..., arm)` of what there is; NaN of none and of one."""
        known = ~np.isnan(values)
        n = self.total(known)
        mean = self.total(np.where(known, values, 0.0)) / n
        away = np.where(known, values - mean[..., self._arm], 0.0)
        return mean, np.sqrt(self.total(away**2) / np.where(n > 1, n - 1, np.nan))

    def mean_over_steps(self, values: Floats) -> Floats:
        """Return the means `(arm,)` of values `(step, client)`."""
        known = ~np.isnan(values)
        sums = np.stack([np.where(known, values, 0.0).sum(axis=0), known.sum(axis=0)])
        total, n = self.total(sums)
        return np.asarray(total / n)

    def r(self, first: Floats, second: Floats) -> Floats:
        """Return Pearson's r `(..., arm)` over complete pairs; NaN if too few."""
        return self._r(first, second, of_client=lambda values: values)

    def r_over_steps(self, first: Floats, second: Floats) -> Floats:
        """Return Pearson's r `(arm,)` of all pairs of values `(step, client)`."""
        return self._r(first, second, of_client=lambda values: values.sum(axis=0))

    def _r(
        self, first: Floats, second: Floats, of_client: Callable[[np.ndarray[Any, Any]], Floats]
    ) -> Floats:
        complete = ~(np.isnan(first) | np.isnan(second))
        n = self.total(of_client(complete))

        def away(values: Floats) -> Floats:
            mean = self.total(of_client(np.where(complete, values, 0.0))) / n
            return np.where(complete, values - mean[..., self._arm], 0.0)

        a, b = away(first), away(second)
        products, of_a, of_b = (self.total(of_client(x)) for x in (a * b, a * a, b * b))
        return np.asarray(np.where(n < FEWEST_COMPLETE, np.nan, products / np.sqrt(of_a * of_b)))
