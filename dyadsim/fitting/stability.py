"""Would another reference table give the same intervals? Each half of the table is learned from.

The halves are disjoint, so what they disagree on is simulation error. A half knows less than the
whole, so the whole table's intervals are off by less than the halves are apart.
"""

from typing import Any

import numpy as np
import pandas as pd

from dyadsim.fitting.posterior import Posterior, infer_posterior, learn_summaries
from dyadsim.fitting.reference_table import ReferenceTable

type Floats = np.ndarray[Any, np.dtype[np.float64]]
type Mask = np.ndarray[Any, np.dtype[np.bool_]]

LEVELS = (0.05, 0.5, 0.95)
MOST_MOVED = 1.0  # widths of the interval that an end or the median may move between halves
_DRAWS = 2000  # of a posterior, of equal weight, from which quantiles are read


def table_stability(
    table: ReferenceTable, posterior: Posterior, *, real: Floats, used: Mask
) -> pd.DataFrame:
    """Return how far each interval moves between disjoint halves of a table.

    Parameters
    ----------
    table
        The reference table.
    posterior
        The posterior from the whole of it.
    real
        Summaries of the data, `(summary,)`.
    used
        Which summaries can be used, `(summary,)`.

    Returns
    -------
    DataFrame
        parameter; moved: the largest distance between the halves of low end, median or high end,
        in widths of the whole table's interval (90 %), on the scale of the prior's coordinates;
        stable: whether it moves by at most `MOST_MOVED`.
    """
    first, second = (_half_quantiles(table, rows, real, used) for rows in (0, 1))
    interval = _quantiles(posterior)
    width = np.maximum(interval[-1] - interval[0], 1e-12)
    moved = np.abs(first - second).max(axis=0) / width
    return pd.DataFrame(
        {"parameter": table.problem.names, "moved": moved, "stable": moved <= MOST_MOVED}
    )


def _half_quantiles(table: ReferenceTable, start: int, real: Floats, used: Mask) -> Floats:
    """Return quantiles of the posterior from every second draw, `(level, parameter)`."""
    raw, coordinates = table.raw[start::2], table.coordinates[start::2]
    learned = learn_summaries(raw, coordinates, used=used)
    return _quantiles(
        infer_posterior(
            learned.table,
            coordinates,
            target=learned(real[None])[0],
            bounds=(table.problem.low, table.problem.high),
        )
    )


def _quantiles(posterior: Posterior) -> Floats:
    """Return quantiles of a posterior, `(level, parameter)`."""
    return np.asarray(np.quantile(posterior.resampled(_DRAWS, 0), LEVELS, axis=0))
