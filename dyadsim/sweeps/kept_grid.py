"""A grid of worlds and cares as a sweep: attributions and facts of every point, kept and resumed.

Points of one world are one condition, so that its facts are simulated once. The table of the store
has a row a different point; `KeptGrid.rows` says where each point of the grid stands in it.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dyadsim.attribution import kept_points
from dyadsim.attribution.kept_points import PointJob
from dyadsim.attribution.true_shares import Care
from dyadsim.errors import BadInput
from dyadsim.sweeps.content_keys import Index
from dyadsim.sweeps.parquet_files import read_parquet
from dyadsim.sweeps.sweep import Condition, Sweep, open_store, row_keys

CARE = "care"  # the axis: the number of a care of the condition


class KeptGrid(NamedTuple):
    """A grid that can be swept.

    Attributes
    ----------
    sweep
        One condition a world.
    jobs
        One a point, with its one care.
    rows
        The row of each point in the collected table.
    """

    sweep: Sweep
    jobs: tuple[PointJob, ...]
    rows: tuple[int, ...]


def plan_grid(jobs: Sequence[PointJob], names: Sequence[str]) -> KeptGrid:
    """Return the sweep over some points.

    Parameters
    ----------
    jobs
        One a point, each with one care; all have the same columns.
    names
        What the world of each point is called; points of one world take the first name.

    Raises
    ------
    BadInput
        Two points have other columns.
    """
    cares: dict[PointJob, list[Care | None]] = {}
    called: dict[PointJob, str] = {}
    places = []
    for job, name in zip(jobs, names, strict=True):
        world, (care,) = job._replace(cares=()), job.cares
        known = cares.setdefault(world, [])
        called.setdefault(world, name)
        if care not in known:
            known.append(care)
        places.append((world, known.index(care)))
    firsts = np.cumsum([0, *map(len, cares.values())])
    first = dict(zip(cares, firsts.tolist(), strict=False))
    conditions = tuple(
        _condition(world._replace(cares=tuple(known)), called[world])
        for world, known in cares.items()
    )
    most, columns = max(map(len, cares.values())), kept_points.columns_of(jobs[0])
    if any(kept_points.columns_of(job) != columns for job in jobs):
        raise BadInput("all points of a grid have the same facts: run one command a file of facts.")
    sweep = Sweep((CARE,), columns, conditions, 1, most)
    return KeptGrid(sweep, tuple(jobs), tuple(first[world] + place for world, place in places))


def _condition(job: PointJob, name: str) -> Condition:
    """Return all cares of one world."""
    return Condition(
        {"world": name},
        job.digest,
        partial(kept_points.compute_points, job),
        partial(kept_points.canonical_cares, job),
        np.arange(len(job.cares), dtype=np.float32)[:, None],
    )


class Point(NamedTuple):
    """A point that was computed: its job, its numbers by column, and its error ('' = none)."""

    job: PointJob
    numbers: dict[str, float]
    error: str


def read_points(grid: KeptGrid, path: Path) -> Iterator[Point]:
    """Yield every point of a grid, in its order.

    Parameters
    ----------
    grid
        The grid.
    path
        Of the collected table.
    """
    columns = grid.sweep.columns
    table = read_parquet(path, (*columns, "error"))
    values = [table[name].to_pylist() for name in columns]
    errors = table["error"].to_pylist()
    for job, row in zip(grid.jobs, grid.rows, strict=True):
        numbers = {name: column[row] for name, column in zip(columns, values, strict=True)}
        yield Point(job, numbers, errors[row])


def stored_points(grid: KeptGrid, folder: Path) -> list[Point] | None:
    """Return every point of a grid from the parts of its store; None where some are missing.

    Parameters
    ----------
    grid
        The grid.
    folder
        Of the store; nothing in it is changed.
    """
    rows = open_store(grid.sweep, folder).read()
    places = Index(rows.keys).find(row_keys(grid.sweep))
    if (places < 0).any():
        return None
    columns = grid.sweep.columns
    points = []
    for job, row in zip(grid.jobs, grid.rows, strict=True):
        place = int(places[row])
        numbers = dict(zip(columns, rows.values[place].tolist(), strict=True))
        points.append(Point(job, numbers, rows.errors[place]))
    return points
