"""A design over parameters: cut into blocks, resumed, spread over shards and executors, collected.

A sweep is a list of cases (a world, a study and whatever else is chosen by name), the same points
for each, and replicates. Every block of points becomes one part of the `store`; what is stored is
never computed again. The function that computes a block is the case's own, so that any model can
come through this door (the tests send Ishigami's function).
"""

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from dyadsim.sweeps.content_keys import Index, Keys, keys_of, model_version
from dyadsim.sweeps.executors import Executor, here
from dyadsim.sweeps.store import Rows, Store, StoreError, Values

type Points = np.ndarray[Any, np.dtype[np.float32]]
type Outcome = tuple[Values, list[str]]

POLL = 0.3  # seconds between looks at a block that another process works on


class Case(NamedTuple):
    """What is the same for all points of one combination of choices.

    labels: choice -> value, such as world: hybrid. digest: names everything besides the points
    that decides the numbers. compute: (points (row, axis), replicate, keys (row, 2), threads) ->
    outputs (row, column) and an error text ('' = none) a row. canonical: points as the model takes
    them (row, ...), hashed for the key; it may raise nothing.
    """

    labels: Mapping[str, Any]
    digest: str
    compute: Callable[[Points, int, Keys, int], Outcome]
    canonical: Callable[[Points], np.ndarray[Any, Any]]
    points: Points


class Sweep(NamedTuple):
    """Cases x replicates x points; `axes` name the points' columns, `columns` the outputs."""

    axes: tuple[str, ...]
    columns: tuple[str, ...]
    cases: tuple[Case, ...]
    replicates: int = 1
    block: int = 1024

    @property
    def size(self) -> int:
        """The number of rows of the table: cases x replicates x points."""
        return self.replicates * sum(len(case.points) for case in self.cases)


class Block(NamedTuple):
    """A task: some points of one case and replicate, to be computed together."""

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
    """State of a sweep: rows in all, finished, failed, and what is missing by case and replicate.

    damaged: parts put aside; foreign: parts of another version or of other outputs, left alone.
    reused, computed, seconds: of the run that returns it.
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
    """Return the store of a sweep, with all parts that are there."""
    store = Store(folder, sweep.columns, model_version())
    store.refresh()
    return store


def spans(sweep: Sweep) -> Iterator[tuple[Case, int, slice]]:
    """Yield every block's case, replicate and slice of the points, in the order of the table."""
    for case in sweep.cases:
        for replicate in range(sweep.replicates):
            for first in range(0, len(case.points), sweep.block):
                yield case, replicate, slice(first, min(first + sweep.block, len(case.points)))


def keys(case: Case, replicate: int, points: Points) -> Keys:
    """Return the keys of a case's points: what decides their numbers, hashed."""
    return keys_of(f"{model_version()}:{case.digest}", case.canonical(points), replicate)


def every_key(sweep: Sweep) -> Keys:
    """Return the key of every row of the table, in its order."""
    found = [keys(case, replicate, case.points[span]) for case, replicate, span in spans(sweep)]
    return np.concatenate(found)


class _Work:
    """The blocks that one process still has to see to, each under its lock while it is computed."""

    def __init__(self, sweep: Sweep, store: Store, shard: Shard, threads: int) -> None:
        self.store, self.threads = store, threads
        self.todo = list(itertools.islice(spans(sweep), shard.number, None, shard.of))
        self.held: dict[int, ExitStack] = {}
        self.reused = self.computed = 0

    def blocks(self, told: Callable[[int], None]) -> Iterator[Block]:
        """Yield blocks that miss points; those that another process works on come last."""
        number = 0
        while self.todo:
            others = []
            for case, replicate, span in self.todo:
                wanted = keys(case, replicate, case.points[span])
                lock = ExitStack()
                if not self.store.has(wanted).all():
                    if not lock.enter_context(self.store.lock(f"{wanted[0, 0]:016x}")):
                        others.append((case, replicate, span))
                        continue
                    self.store.refresh()  # it may have been finished before the lock was had
                known = self.store.has(wanted)
                self.reused += int(known.sum())
                told(int(known.sum()))
                if known.all():
                    lock.close()
                    continue
                number += 1
                self.held[number] = lock
                yield Block(
                    number,
                    case.compute,
                    case.points[span][~known],
                    replicate,
                    wanted[~known],
                    self.threads,
                )
            if len(others) == len(self.todo):
                time.sleep(POLL)
                self.store.refresh()
            self.todo = others

    def finish(self, block: Block, values: Values, errors: list[str]) -> None:
        """Store a finished block and let go of its lock."""
        self.store.write(Rows(block.keys, values, errors))
        self.held.pop(block.number).close()
        self.computed += len(errors)

    def close(self) -> None:
        """Let go of every lock."""
        for lock in self.held.values():
            lock.close()


def run(
    sweep: Sweep,
    folder: Path,
    executor: Executor = here,
    shard: Shard | None = None,
    threads: int = 1,
    told: Callable[[int], None] = lambda _: None,
) -> Status:
    """Compute what is missing and store it part by part; return the state at the end.

    Several processes may work on one folder; each block is computed by one of them.

    Parameters
    ----------
    sweep
        what to compute. folder: of the store.
    executor
        where (`executors`). shard: which part of the work. threads: a block may use.
    told
        called with the number of rows just finished or found finished.

    Raises
    ------
    OSError
        a part cannot be written (disk full); the finished ones stay.
    """
    began = time.perf_counter()
    store = open_store(sweep, folder)
    work = _Work(sweep, store, shard or Shard(), threads)
    try:
        for block, (values, errors) in executor(compute, work.blocks(told)):
            work.finish(block, values, errors)
            told(len(errors))
    finally:
        work.close()
    return status(sweep, folder, store)._replace(
        reused=work.reused, computed=work.computed, seconds=time.perf_counter() - began
    )


def compute(block: Block) -> Outcome:
    """Compute one block."""
    return block.compute(block.points, block.replicate, block.keys, block.threads)


def status(sweep: Sweep, folder: Path, store: Store | None = None) -> Status:
    """Return how much of a sweep is in its store."""
    store = store or open_store(sweep, folder)
    store.refresh()
    failures = Index(store.failures())
    finished, failed = 0, 0
    missing: dict[str, int] = {}
    for case, replicate, span in spans(sweep):
        wanted = keys(case, replicate, case.points[span])
        known = store.has(wanted)
        finished += int(known.sum())
        failed += int((failures.find(wanted) >= 0).sum())
        if not known.all():
            name = ", ".join(f"{key} {value}" for key, value in case.labels.items()) or "all"
            name += f", replicate {replicate}" * (sweep.replicates > 1)
            missing[name] = missing.get(name, 0) + int((~known).sum())
    return Status(sweep.size, finished, failed, missing, tuple(store.damaged), tuple(store.foreign))


def missing_by_shard(sweep: Sweep, folder: Path, shards: int) -> list[int]:
    """Return how many rows each of so many shards still has to compute."""
    store, left = open_store(sweep, folder), [0] * shards
    for number, (case, replicate, span) in enumerate(spans(sweep)):
        known = store.has(keys(case, replicate, case.points[span]))
        left[number % shards] += int((~known).sum())
    return left


def collect(sweep: Sweep, folder: Path) -> Path:
    """Write points.parquet, a row a point in the order of the design; return its path.

    The parts that it holds are removed; finished points of other designs stay in a part.

    Raises
    ------
    StoreError
        points are missing, or two parts disagree about one.
    """
    store = open_store(sweep, folder)
    with store.lock("collect", wait=True):
        rows, wanted = store.read(), every_key(sweep)
        place = Index(rows.keys).find(wanted)
        if (place < 0).any():
            raise StoreError(
                f"{int((place < 0).sum()):,} of {sweep.size:,} points are missing in {folder}: "
                "run the same sweep again, it computes only those."
            )
        rest = np.setdiff1d(np.arange(len(rows.keys)), place)
        path = store.replace(design(sweep), rows.take(place), rows.take(rest))
        store.tidy()
        return path


def design(sweep: Sweep) -> pa.Table:
    """Return the design: labels of the case, replicate, point, axes; a row a point."""
    parts = []
    for case in sweep.cases:
        count = len(case.points)
        for replicate in range(sweep.replicates):
            labels = {
                name: pa.DictionaryArray.from_arrays(
                    np.zeros(count, np.int8), pa.array([str(value)])
                )
                for name, value in case.labels.items()
            }
            places = {
                "replicate": np.full(count, replicate, np.int16),
                "point": np.arange(count, dtype=np.int32),
            }
            axes = {name: case.points[:, k] for k, name in enumerate(sweep.axes)}
            parts.append(pa.table({**labels, **places, **axes}))
    return pa.concat_tables(parts).unify_dictionaries()
