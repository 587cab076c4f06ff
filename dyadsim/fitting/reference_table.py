"""The reference table: prior draws, each simulated in the design of the data and summarised.

Everything that follows (posterior, choice among worlds, coverage) is learned from this table, so it
is simulated once. Draw k of a world is always replicate k: the table is the same for any number of
processes.
"""

from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.calibration.distances import ParallelMap
from dyadsim.fitting.free_parameters import Problem, draw_prior, parameter_values, world_at
from dyadsim.fitting.kept_learning import NOTHING_KEPT, KeptLearning
from dyadsim.fitting.target import Evidence

type Floats = np.ndarray[Any, np.dtype[np.float64]]
type Rows = np.ndarray[Any, np.dtype[np.int64]]
type Mask = np.ndarray[Any, np.dtype[np.bool_]]

CHUNK = 50  # draws that a process simulates at a time


class Draws(NamedTuple):
    """Points to simulate: coordinates (draw, parameter) of the free parameters of a problem.

    All other parameters are drawn by `others_seed` with the replicates `others` (draw,).
    """

    problem: Problem
    coordinates: Floats
    others: Rows
    others_seed: int


class ReferenceTable(NamedTuple):
    """Simulated data sets, a row a draw.

    `coordinates` (draw, parameter), `raw` (draw, summary), `checks` (draw, check).
    """

    problem: Problem
    coordinates: Floats
    raw: Floats
    checks: Floats


def simulate_draws(
    draws: Draws,
    evidence: Evidence,
    *,
    seed: int,
    parallel_map: ParallelMap,
    on_step: Callable[[int], None] = lambda _: None,
) -> ReferenceTable:
    """Return the summaries of a data set simulated at each point.

    Parameters
    ----------
    draws
        The points.
    evidence
        The data and their design.
    seed
        Random seed of the data sets.
    parallel_map
        A `map` over processes (`search.process_map`).
    on_step
        Called with the number of data sets just simulated.

    Returns
    -------
    ReferenceTable
        A row a point.
    """
    firsts = range(0, len(draws.coordinates), CHUNK)
    chunks = [
        draws._replace(
            coordinates=draws.coordinates[first : first + CHUNK],
            others=draws.others[first : first + CHUNK],
        )
        for first in firsts
    ]
    rows: list[tuple[Floats, Floats]] = []
    for part in parallel_map(_simulate_chunk, chunks, repeat(evidence), firsts, repeat(seed)):
        rows += part
        on_step(len(part))
    raw, checks = (np.array([row[k] for row in rows]) for k in (0, 1))
    return ReferenceTable(draws.problem, draws.coordinates, raw, checks)


def _simulate_chunk(
    draws: Draws, evidence: Evidence, first: int, seed: int
) -> list[tuple[Floats, Floats]]:
    """Return summaries and checks of some draws."""
    rows = []
    pairs = zip(draws.coordinates, draws.others, strict=True)
    for replicate, (free, other) in enumerate(pairs, start=first):
        world = world_at(draws.problem, free, replicate=int(other), seed=draws.others_seed)
        rows.append(evidence.simulated(world, replicate=replicate, seed=seed))
    return rows


def prior_table(
    problem: Problem,
    evidence: Evidence,
    *,
    draws: int,
    seed: int,
    parallel_map: ParallelMap,
    on_step: Callable[[int], None] = lambda _: None,
    kept: KeptLearning = NOTHING_KEPT,
) -> ReferenceTable:
    """Return the reference table of draws of the prior.

    Parameters
    ----------
    problem
        What is fitted.
    evidence
        The data and their design.
    draws
        Number of draws.
    seed
        Random seed of draws and data sets.
    parallel_map
        A `map` over processes (`search.process_map`).
    on_step
        Called with the number of data sets just simulated, or read.
    kept
        Tables of earlier fits.

    Returns
    -------
    ReferenceTable
        A row a draw.
    """
    done = 0

    def count(number: int) -> None:
        nonlocal done
        done += number
        on_step(number)

    def compute() -> ReferenceTable:
        coordinates = draw_prior(problem, draws, np.random.default_rng([seed, 1]))
        points = Draws(problem, coordinates, np.arange(len(coordinates)), seed)
        return simulate_draws(points, evidence, seed=seed, parallel_map=parallel_map, on_step=count)

    table = kept.recall(table_content(problem, evidence, draws=draws, seed=seed), compute)
    on_step(draws - done)
    return table


def table_content(
    problem: Problem, evidence: Evidence, *, draws: int, seed: int
) -> tuple[object, ...]:
    """Return all that decides a reference table, by which it is kept (`kept_learning`)."""
    return ("table", problem, evidence.simulated_content(), draws, seed)


def usable_summaries(tables: Sequence[ReferenceTable], real: Floats) -> Mask:
    """Return which summaries can be used: known in the data and in nearly all draws, and varied.

    Parameters
    ----------
    tables
        The reference tables of all worlds.
    real
        Summaries of the data, `(summary,)`.

    Returns
    -------
    ndarray
        True for the usable ones, `(summary,)`.
    """
    raw = np.concatenate([table.raw for table in tables])
    known = ~np.isnan(raw)
    varied = np.nanstd(np.where(known.any(axis=0), raw, 0.0), axis=0) > 0
    return np.asarray(~np.isnan(real) & (known.mean(axis=0) > 0.9) & varied)


def prior_values(problem: Problem, count: int, seed: int = 0) -> pd.DataFrame:
    """Return draws of the free parameters' prior as values, `(draw, parameter)`."""
    rng = np.random.default_rng([seed, 3])
    return parameter_values(problem, draw_prior(problem, count, rng))


def split_table(table: ReferenceTable, draws: int) -> tuple[ReferenceTable, ReferenceTable]:
    """Return the table to learn from, and the draws that are fitted as if they were data."""
    learned, tested = (
        table._replace(
            coordinates=table.coordinates[rows], raw=table.raw[rows], checks=table.checks[rows]
        )
        for rows in (slice(draws), slice(draws, None))
    )
    return learned, tested
