"""The reference table: prior draws, each simulated in the observed design, reduced to summaries.

Everything that follows (posterior, model choice, calibration) is learned from this table, so it
is simulated once. Draw k of a world always has luck k: the same table for any number of processes.
"""

from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.calibrate import Spread
from dyadsim.fitting import problem as problems
from dyadsim.fitting.problem import Problem
from dyadsim.fitting.summaries import Shape, checks, summaries

type Floats = np.ndarray[Any, np.dtype[np.float64]]

CHUNK = 50  # draws a task


class Table(NamedTuple):
    """coordinates (draw, quantity); raw (draw, summary); checks (draw, check); names of both."""

    problem: Problem
    coordinates: Floats
    raw: Floats
    checks: Floats
    names: tuple[str, ...]
    check_names: tuple[str, ...]


def _chunk(
    one: Problem, shape: Shape, coordinates: Floats, first: int, seed: int
) -> tuple[list[list[float]], list[list[float]]]:
    """Return summaries and checks of some draws."""
    found, kept = [], []
    for k, x in enumerate(coordinates):
        scores, alliance = problems.simulated(one, x, first + k, seed)
        found.append(list(summaries(shape, scores, alliance).values()))
        kept.append(list(checks(shape, scores).values()))
    return found, kept


def table(
    one: Problem, shape: Shape, draws: int, seed: int, spread: Spread,
    told: Callable[[int], None] = lambda _: None, coordinates: Floats | None = None,
) -> Table:  # fmt: skip
    """Return the table of `draws` prior draws (or of given coordinates).

    Args:
        one: the problem. shape: of its summaries. seed: of draws and luck.
        spread: a map over processes, as from `calibrate.processes`. told: called with the number
            of draws just simulated.
    """
    if coordinates is None:
        coordinates = problems.draw(one, draws, np.random.default_rng([seed, 1]))
    parts = [coordinates[k : k + CHUNK] for k in range(0, len(coordinates), CHUNK)]
    firsts = range(0, len(coordinates), CHUNK)
    raw: list[list[float]] = []
    seen: list[list[float]] = []
    for found, kept in spread(_chunk, repeat(one), repeat(shape), parts, firsts, repeat(seed)):
        raw += found
        seen += kept
        told(len(found))
    names = _names(one, shape)
    return Table(one, coordinates, np.array(raw), np.array(seen), names[0], names[1])


def _names(one: Problem, shape: Shape) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of summaries and checks."""
    seen = one.observed
    return (
        tuple(summaries(shape, seen.scores, seen.alliance)),
        tuple(checks(shape, seen.scores)),
    )


def real(one: Problem, shape: Shape) -> tuple[Floats, Floats]:
    """Return summaries and checks of the data themselves, `(summary,)` and `(check,)`."""
    seen = one.observed
    return (
        np.array(list(summaries(shape, seen.scores, seen.alliance).values())),
        np.array(list(checks(shape, seen.scores).values())),
    )


def usable(tables: Sequence[Table], seen: Floats) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return which summaries can be used: known in the data and in nearly all draws, and varied."""
    raw = np.concatenate([one.raw for one in tables])
    known = ~np.isnan(raw)
    varied = np.nanstd(np.where(known.any(axis=0), raw, 0.0), axis=0) > 0
    return np.asarray(~np.isnan(seen) & (known.mean(axis=0) > 0.9) & varied)


def prior_values(one: Problem, count: int, seed: int = 0) -> pd.DataFrame:
    """Return draws of the free quantities' prior as values, `(draw, quantity)`."""
    return problems.values(one, problems.draw(one, count, np.random.default_rng([seed, 3])))


def split(one: Table, draws: int) -> tuple[Table, Table]:
    """Return the table to learn from, and the draws that are fitted as if they were data."""
    first, rest = (
        one._replace(coordinates=one.coordinates[k], raw=one.raw[k], checks=one.checks[k])
        for k in (slice(draws), slice(draws, None))
    )
    return first, rest
