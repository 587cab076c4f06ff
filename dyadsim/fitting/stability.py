"""Would another reference table give the same intervals? Each half of the table is learned from.

The halves are disjoint, so what they disagree on is simulation error. A half knows less than the
whole, so the whole table's intervals are off by less than the halves are apart.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from dyadsim.calibration.distances import ParallelMap
from dyadsim.fitting.posterior import (
    LearnedSummaries,
    Posterior,
    infer_posterior,
    learn_summaries,
)
from dyadsim.fitting.reference_table import ReferenceTable

type Floats = np.ndarray[Any, np.dtype[np.float64]]
type Mask = np.ndarray[Any, np.dtype[np.bool_]]

LEVELS = (0.05, 0.5, 0.95)
MOST_MOVED = 1.0  # widths of the interval that an end or the median may move between halves
_DRAWS = 2000  # of a posterior, of equal weight, from which quantiles are read


def learn_halves(
    table: ReferenceTable, used: Mask, parallel_map: ParallelMap = map
) -> tuple[LearnedSummaries, ...]:
    """Return what is learned from each half of a table: every second draw.

    Parameters
    ----------
    table
        The reference table.
    used
        Which summaries can be used, `(summary,)`.
    parallel_map
        A `map` over processes; what is learned is the same.
    """
    halves = _halves(table)
    raws, coordinates = [half.raw for half in halves], [half.coordinates for half in halves]
    return tuple(parallel_map(partial(learn_summaries, used=used), raws, coordinates))


def table_stability(
    table: ReferenceTable,
    posterior: Posterior,
    *,
    real: Floats,
    learned: Sequence[LearnedSummaries],
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
    learned
        What was learned from each half (`learn_halves`).

    Returns
    -------
    DataFrame
        parameter; moved: the largest distance between the halves of low end, median or high end,
        in widths of the whole table's interval (90 %), on the scale of the prior's coordinates;
        stable: whether it moves by at most `MOST_MOVED`.
    """
    first, second = (
        _half_quantiles(half, of_half, real)
        for half, of_half in zip(_halves(table), learned, strict=True)
    )
    interval = _quantiles(posterior)
    width = np.maximum(interval[-1] - interval[0], 1e-12)
    moved = np.abs(first - second).max(axis=0) / width
    return pd.DataFrame(
        {"parameter": table.problem.names, "moved": moved, "stable": moved <= MOST_MOVED}
    )


def _halves(table: ReferenceTable) -> list[ReferenceTable]:
    """Return two tables of every second draw."""
    return [
        table._replace(
            coordinates=table.coordinates[start::2],
            raw=table.raw[start::2],
            checks=table.checks[start::2],
        )
        for start in (0, 1)
    ]


def _half_quantiles(half: ReferenceTable, learned: LearnedSummaries, real: Floats) -> Floats:
    """Return quantiles of the posterior from one half, `(level, parameter)`."""
    return _quantiles(
        infer_posterior(
            learned.table,
            half.coordinates,
            target=learned(real[None])[0],
            bounds=(half.problem.low, half.problem.high),
        )
    )


def _quantiles(posterior: Posterior) -> Floats:
    """Return quantiles of a posterior, `(level, parameter)`."""
    return np.asarray(np.quantile(posterior.resampled(_DRAWS, 0), LEVELS, axis=0))
