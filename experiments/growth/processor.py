"""Processor time of the same work at several sizes, and its slope on two logarithmic axes.

Processor time, of all threads together, because it can be measured on a machine that others use.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import dyadsim
from dyadsim.simulation import many_points
from dyadsim.sweeps import outputs, sampling, sweep
from dyadsim.sweeps.outputs import Job
from dyadsim.sweeps.sampling import Axis, Sampling
from dyadsim.sweeps.sweep import Shard, Sweep

WORLD = dyadsim.world("hybrid")
AXES = (
    Axis("distress.specificity", (), 0.0, 1.0),
    Axis("alliance.rate", (), 0.1, 0.6),
    Axis("distress.bond_effect", (), 0.0, 1.0),
)


def trial(sessions: int) -> Any:
    """Return a trial of two therapies."""
    return dyadsim.rct(("cbt", "interpersonal"), sessions, follow_up=())


def shortest(call: Callable[[], object], repeats: int) -> float:
    """Return the shortest processor time of several calls, the first one apart."""
    call()
    times = []
    for _ in range(repeats):
        began = time.process_time()
        call()
        times.append(time.process_time() - began)
    return min(times)


def growth(base: int, repeats: int) -> Iterator[tuple[str, int, float]]:
    """Yield (along, size, seconds): each size of a run alone, all others in the middle."""
    timed = partial(shortest, repeats=repeats)
    stream = partial(dyadsim.stream, world=WORLD, threads=1)
    for dyads in (base // 4, base, 4 * base, 16 * base):
        yield "dyads", dyads, timed(partial(stream, trial(12), clients=dyads))
    for sessions in (5, 10, 20, 40):
        yield "sessions", sessions, timed(partial(stream, trial(sessions), clients=base))
    for count in (base // 400 + 3, base // 100 + 3, base // 25 + 3):
        rows = many_points.parameter_points(
            WORLD, {"distress.specificity": np.linspace(0, 1, count)}
        )
        yield "points", count, timed(partial(many_points.stream_points, trial(12), rows, 200))
    for members in (2, 4, 8, 16):
        yield "members", members, timed(partial(over_members, members, base // 10))
    for threads in (1, 2):
        call = partial(dyadsim.stream, trial(12), WORLD, 4 * base, threads=threads)
        yield "threads", threads, timed(call)
    for shards in (1, 2, 4):
        yield "shards", shards, timed(partial(in_shards, shards, base // 25 + 16))


def over_members(members: int, dyads: int) -> object:
    """Return the mean gain in some members of an ensemble."""

    def gain(parameters: Any) -> dict[str, float]:
        scores = dyadsim.stream(trial(12), parameters, dyads, threads=1).mean_score()
        return {"gain": float((scores[:, 0] - scores[:, -1]).mean())}

    return dyadsim.over_members(gain, "hybrid", members)


def in_shards(shards: int, count: int) -> None:
    """Compute a sweep of `count` points of 200 dyads shard by shard, and join it."""
    study, names = trial(12), tuple(axis.name for axis in AXES)
    columns = outputs.columns_of(["true_gain", "dropout"], [study])
    points = sampling.sample_points(AXES, Sampling("latin_hypercube", count))
    job = Job(study, WORLD, 200, 1, 0, True, names, columns)
    condition = outputs.condition_of(job, {"world": "hybrid"}, points)
    design = Sweep(names, columns, (condition,), 1, max(1, count // 16))
    with tempfile.TemporaryDirectory() as name:
        for number in range(shards):
            sweep.run_sweep(design, Path(name), shard=Shard(number, shards))
        sweep.collect_sweep(design, Path(name))


def slopes(table: pd.DataFrame) -> pd.DataFrame:
    """Return the slope of the logarithm of time on that of size: 1 is in proportion, 0 is none."""
    rows = []
    for along, part in table.groupby("along", sort=False):
        logs = np.log(part[["size", "processor_seconds"]].clip(lower=1e-9).to_numpy())
        rows.append((along, np.polyfit(logs[:, 0], logs[:, 1], 1)[0]))
    return pd.DataFrame(rows, columns=["along", "slope"]).round(2)
