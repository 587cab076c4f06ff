"""The reference table: prior draws, each simulated in the design of the data and reduced.

Everything that follows (posterior, model choice, calibration) is learned from this table, so it
is simulated once. Draw k of a world always has luck k: the same table for any number of processes.
"""

from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.calibration.search import Spread
from dyadsim.fitting import free_parameters as problems
from dyadsim.fitting.free_parameters import Problem
from dyadsim.fitting.target import Evidence

type Floats = np.ndarray[Any, np.dtype[np.float64]]
type Rows = np.ndarray[Any, np.dtype[np.int64]]
type Seeds = tuple[int, int]  # of the luck, and of what is not fitted

CHUNK = 50  # draws a task


class Table(NamedTuple):
    """coordinates (draw, parameter); raw (draw, summary); checks (draw, check)."""

    problem: Problem
    coordinates: Floats
    raw: Floats
    checks: Floats


def _chunk(
    one: Problem, seen: Evidence, coordinates: Floats, others: Rows, first: int, seeds: Seeds
) -> list[tuple[Floats, Floats]]:
    """Return summaries and checks of some draws."""
    return [
        seen.simulated(problems.parameters(one, x, int(other), seeds[1]), luck, seeds[0])
        for luck, (x, other) in enumerate(zip(coordinates, others, strict=True), start=first)
    ]


def table(
    one: Problem,
    seen: Evidence,
    draws: int,
    seed: int,
    spread: Spread,
    told: Callable[[int], None] = lambda _: None,
    coordinates: Floats | None = None,
    others: Rows | None = None,
    others_seed: int | None = None,
) -> Table:
    """Return the table of `draws` prior draws (or of given coordinates).

    Parameters
    ----------
    one
        the problem. seen: the data and their design. seed: of draws and luck.
    spread
        a map over processes, as from `calibrate.processes`. told: called with the number
        of draws just simulated. coordinates: of the free parameters, instead of prior draws.
    others, others_seed
        rows of a table of that seed, which all that is not fitted is taken
        from; None: drawn anew.
    """
    if coordinates is None:
        coordinates = problems.draw(one, draws, np.random.default_rng([seed, 1]))
    parts = [coordinates[k : k + CHUNK] for k in range(0, len(coordinates), CHUNK)]
    firsts = range(0, len(coordinates), CHUNK)
    rest = np.arange(len(coordinates)) if others is None else others
    rests = [rest[k : k + CHUNK] for k in firsts]
    seeds = seed, seed if others_seed is None else others_seed
    rows: list[tuple[Floats, Floats]] = []
    for found in spread(_chunk, repeat(one), repeat(seen), parts, rests, firsts, repeat(seeds)):
        rows += found
        told(len(found))
    raw, kept = (np.array([row[k] for row in rows]) for k in (0, 1))
    return Table(one, coordinates, raw, kept)


def usable(tables: Sequence[Table], seen: Floats) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return which summaries can be used: known in the data and in nearly all draws, and varied."""
    raw = np.concatenate([one.raw for one in tables])
    known = ~np.isnan(raw)
    varied = np.nanstd(np.where(known.any(axis=0), raw, 0.0), axis=0) > 0
    return np.asarray(~np.isnan(seen) & (known.mean(axis=0) > 0.9) & varied)


def prior_values(one: Problem, count: int, seed: int = 0) -> pd.DataFrame:
    """Return draws of the free parameters' prior as values, `(draw, parameter)`."""
    return problems.values(one, problems.draw(one, count, np.random.default_rng([seed, 3])))


def split(one: Table, draws: int) -> tuple[Table, Table]:
    """Return the table to learn from, and the draws that are fitted as if they were data."""
    first, rest = (
        one._replace(coordinates=one.coordinates[k], raw=one.raw[k], checks=one.checks[k])
        for k in (slice(draws), slice(draws, None))
    )
    return first, rest
