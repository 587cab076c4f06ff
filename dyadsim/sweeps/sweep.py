"""A sweep over parameters: cut into blocks, resumed, spread over shards and executors, collected.

A sweep is a list of conditions (a world, a study and whatever else is chosen by name), the points
of each, and replicates. Every block of points becomes one part of the `store`; what is stored is
never computed again. The condition brings the function that computes a block, so that any model
can be swept (the tests sweep Ishigami's function).
"""

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from dyadsim.sweeps.content_keys import Index, Keys, keys_of, model_version
from dyadsim.sweeps.executors import Executor, run_here
from dyadsim.sweeps.store import Rows, Store, StoreError, Values
from dyadsim.sweeps.table_labels import row_labels

type Points = np.ndarray[Any, np.dtype[np.float32]]
type Outcome = tuple[Values, list[str]]
type OnStep = Callable[[int, bool], None]

POLL = 0.3  # seconds between looks at a block that another process works on


class Condition(NamedTuple):
    """What all points of one combination of choices have in common.

    Attributes
    ----------
    labels
        Choice -> value, such as world: hybrid.
    digest
        Names everything besides the points that decides the numbers.
    compute
        (points `(row, axis)`, replicate, keys `(row, 2)`, threads) -> outputs `(row, column)` and
        one error text a row ('' = none).
    canonical
        Returns points as the model takes them, `(row, ...)`, to be hashed for the key; must not
        raise.
    points
        `(row, axis)`.
    """

    labels: Mapping[str, Any]
    digest: str
    compute: Callable[[Points, int, Keys, int], Outcome]
    canonical: Callable[[Points], np.ndarray[Any, Any]]
    points: Points


class Sweep(NamedTuple):
    """Conditions x replicates x points.

    Attributes
    ----------
    axes
        Names of the points' columns.
    columns
        Names of the outputs.
    conditions
        At least one.
    replicates
        How often every point is computed, with new random numbers each time.
    block
        Points of a block.
    """

    axes: tuple[str, ...]
    columns: tuple[str, ...]
    conditions: tuple[Condition, ...]
    replicates: int = 1
    block: int = 1024

    @property
    def size(self) -> int:
        """The number of rows of the table: conditions x replicates x points."""
        return self.replicates * sum(len(condition.points) for condition in self.conditions)


class Span(NamedTuple):
    """The place of a block: its condition, its replicate and its slice of the points."""

    condition: Condition
    replicate: int
    rows: slice

    @property
    def points(self) -> Points:
        """The block's points, `(row, axis)`."""
        return self.condition.points[self.rows]

    @property
    def keys(self) -> Keys:
        """The keys of the block's points, `(row, 2)`."""
        return point_keys(self.condition, self.replicate, self.points)


class Block(NamedTuple):
    """A task: points of one condition and replicate, computed together."""

    number: int
    compute: Callable[[Points, int, Keys, int], Outcome]
    points: Points
    replicate: int
    keys: Keys
    threads: int


class Shard(NamedTuple):
    """Part `number` (0 to `of` - 1) of the work: every `of`-th block."""

    number: int = 0
    of: int = 1


class Status(NamedTuple):
    """The state of a sweep.

    Attributes
    ----------
    rows, finished, failed
        Numbers of rows: in all, stored, stored with an error.
    missing
        Condition and replicate -> number of rows that are not stored.
    damaged
        Parts whose checksum is wrong; a run puts them aside.
    foreign
        Parts of another version of the model or with other outputs, left alone.
    reused, computed, seconds
        Of the run that returns the status.
    """

    rows: int
    finished: int
    failed: int
    missing: Mapping[str, int]
    damaged: tuple[str, ...]
    foreign: tuple[str, ...]
    reused: int = 0
    computed: int = 0
    seconds: float = 0.0


def open_store(sweep: Sweep, folder: Path) -> Store:
    """Return the store of a sweep in a folder, with all parts that are there."""
    store = Store(folder, sweep.columns, model_version())
    store.refresh()
    return store


def block_spans(sweep: Sweep) -> Iterator[Span]:
    """Yield the place of every block, in the order of the table."""
    for condition in sweep.conditions:
        for replicate in range(sweep.replicates):
            count = len(condition.points)
            for first in range(0, count, sweep.block):
                yield Span(condition, replicate, slice(first, min(first + sweep.block, count)))


def point_keys(condition: Condition, replicate: int, points: Points) -> Keys:
    """Return the keys `(row, 2)` of a condition's points `(row, axis)` in a replicate."""
    digest = f"{model_version()}:{condition.digest}"
    return keys_of(digest, condition.canonical(points), replicate)


def row_keys(sweep: Sweep) -> Keys:
    """Return the key of every row of the table, in its order: `(row, 2)`."""
    return np.concatenate([span.keys for span in block_spans(sweep)])


class _Work:
    """The blocks that one process has yet to deal with, each locked while it is computed."""

    def __init__(self, sweep: Sweep, store: Store, shard: Shard, threads: int) -> None:
        self.store, self.threads = store, threads
        self.all = list(itertools.islice(block_spans(sweep), shard.number, None, shard.of))
        self.todo = self.all
        self.locks: dict[int, ExitStack] = {}
        self.reused = self.computed = 0

    def blocks(self, on_step: OnStep) -> Iterator[Block]:
        """Yield the missing points of blocks; blocks of other processes come last."""
        numbers = itertools.count(1)
        while self.todo:
            busy = []
            for span in self.todo:
                keys, lock = span.keys, ExitStack()
                if not self._claim(keys, lock):
                    busy.append(span)
                    continue
                known = self.store.has(keys)
                self.reused += int(known.sum())
                on_step(int(known.sum()), False)
                if known.all():
                    lock.close()
                    continue
                number = next(numbers)
                self.locks[number] = lock
                yield Block(
                    number,
                    span.condition.compute,
                    span.points[~known],
                    span.replicate,
                    keys[~known],
                    self.threads,
                )
            self._wait_for_others(busy)

    def _claim(self, keys: Keys, lock: ExitStack) -> bool:
        """Lock a block with missing points; return false if another process works on it."""
        if self.store.has(keys).all():
            return True
        if not lock.enter_context(self.store.lock(f"{keys[0, 0]:016x}")):
            return False
        self.store.refresh()  # another process may have finished it before we got the lock
        return True

    def _wait_for_others(self, busy: list[Span]) -> None:
        """Keep the busy blocks for the next round; wait if there are no others."""
        if len(busy) == len(self.todo):
            time.sleep(POLL)
            self.store.refresh()
        self.todo = busy

    def finish(self, block: Block, values: Values, errors: list[str]) -> None:
        """Store a finished block and release its lock."""
        self.store.write(Rows(block.keys, values, errors))
        self.locks.pop(block.number).close()
        self.computed += len(errors)

    def lost(self) -> bool:
        """Return whether points of this process have gone: somebody removed their parts."""
        return self.store.forget_removed() and not all(
            self.store.has(span.keys).all() for span in self.all
        )

    def close(self) -> None:
        """Release every lock."""
        for lock in self.locks.values():
            lock.close()


def run_sweep(
    sweep: Sweep,
    folder: Path,
    *,
    executor: Executor = run_here,
    shard: Shard | None = None,
    threads: int = 1,
    on_step: OnStep = lambda _, __: None,
) -> Status:
    """Compute what is missing and store it part by part.

    Several processes may work on one folder; each block is computed by one of them. Damaged parts
    are put aside and their points computed again.

    Parameters
    ----------
    sweep
        What to compute.
    folder
        Of the store.
    executor
        Where blocks are computed (`executors`).
    shard
        Which part of the work to do; None: all of it.
    threads
        How many a block may use.
    on_step
        Called with a number of rows, and whether they were just computed or found in the store.

    Returns
    -------
    Status
        The state at the end.

    Raises
    ------
    OSError
        A part cannot be written (disk full); the finished ones stay.
    StoreError
        The folder, or a part of it, was removed while the sweep ran.
    """
    start = time.perf_counter()
    store = open_store(sweep, folder)
    store.begin()
    work = _Work(sweep, store, shard or Shard(), threads)
    try:
        for block, (values, errors) in executor(compute_block, work.blocks(on_step)):
            work.finish(block, values, errors)
            on_step(len(errors), True)
        if work.lost():
            raise store.removed()
    finally:
        work.close()
    return sweep_status(sweep, folder, store)._replace(
        reused=work.reused, computed=work.computed, seconds=time.perf_counter() - start
    )


def compute_block(block: Block) -> Outcome:
    """Return a block's outputs `(row, column)` and one error text a row ('' = none)."""
    return block.compute(block.points, block.replicate, block.keys, block.threads)


def sweep_status(sweep: Sweep, folder: Path, store: Store | None = None) -> Status:
    """Return how much of a sweep is stored.

    Parameters
    ----------
    sweep
        The sweep.
    folder
        Of the store.
    store
        The open store, if there is one.

    Returns
    -------
    Status
        With `reused`, `computed` and `seconds` 0.
    """
    store = store or open_store(sweep, folder)
    store.refresh()
    failures = Index(store.failures())
    finished, failed = 0, 0
    missing: dict[str, int] = {}
    for span in block_spans(sweep):
        keys = span.keys
        known = store.has(keys)
        finished += int(known.sum())
        failed += int((failures.find(keys) >= 0).sum())
        if not known.all():
            name = _span_name(span, sweep.replicates)
            missing[name] = missing.get(name, 0) + int((~known).sum())
    return Status(sweep.size, finished, failed, missing, tuple(store.damaged), tuple(store.foreign))


def _span_name(span: Span, replicates: int) -> str:
    """Return a block's condition, and its replicate if there are several, in words."""
    labels = span.condition.labels.items()
    name = ", ".join(f"{choice} {value}" for choice, value in labels) or "all"
    return name + f", replicate {span.replicate}" * (replicates > 1)


def missing_by_shard(sweep: Sweep, folder: Path, shards: int) -> list[int]:
    """Return how many rows each of `shards` shards still has to compute."""
    store, missing = open_store(sweep, folder), [0] * shards
    for number, span in enumerate(block_spans(sweep)):
        missing[number % shards] += int((~store.has(span.keys)).sum())
    return missing


def collect_sweep(sweep: Sweep, folder: Path) -> Path:
    """Write points.parquet, one row a point in the order of the sweep.

    The parts that it contains are removed; finished points that it does not contain stay in a part.

    Parameters
    ----------
    sweep
        The sweep.
    folder
        Of the store.

    Returns
    -------
    Path
        Of the table.

    Raises
    ------
    StoreError
        Points are missing, or two parts disagree about one.
    """
    if not folder.is_dir():
        raise StoreError(f"there is no sweep in {folder}: run it first.")
    store = open_store(sweep, folder)
    with store.lock("collect", wait=True):
        rows = store.read()
        place = Index(rows.keys).find(row_keys(sweep))
        if (place < 0).any():
            raise StoreError(
                f"{int((place < 0).sum()):,} of {sweep.size:,} points are missing in {folder}: "
                "run the same sweep again, it computes only those."
            )
        rest = np.setdiff1d(np.arange(len(rows.keys)), place)
        path = store.replace(row_labels(sweep), rows.take(place), rows.take(rest))
        store.tidy()
        return path
