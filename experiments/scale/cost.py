"""Sweeps of the model and of nothing at all, timed part by part."""

import shutil
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

import dyadsim
from dyadsim.simulation import many_points
from dyadsim.sweeps import outputs, sampling, sweep
from dyadsim.sweeps.outputs import Job
from dyadsim.sweeps.sampling import Axis, Sampling
from dyadsim.sweeps.sweep import Case, Sweep

TWELVE = {
    "population.therapist_spread": (0.5, 1.5),
    "population.expectancy_mean": (0.4, 0.7),
    "population.weight_spread": (0.5, 2.0),
    "alliance.rate": (0.1, 0.6),
    "alliance.empathy": (0.0, 0.2),
    "alliance.reverse": (0.0, 0.3),
    "process_change.gating": (0.0, 1.0),
    "process_change.learning_rate": (0.02, 0.2),
    "distress.specificity": (0.0, 1.0),
    "distress.treatment_gain": (0.2, 2.0),
    "distress.expectancy_effect": (0.0, 1.0),
    "distress.bond_effect": (0.0, 1.0),
}
AXES = tuple(Axis(name, (), *span) for name, span in TWELVE.items())
BLOCK = 16384


def model(n: int, clients: int, sessions: int, method: str = "sobol") -> Sweep:
    """Return a sweep of the model over twelve parameters."""
    study = dyadsim.rct(("cbt", "waitlist"), sessions, follow_up=())
    columns = outputs.columns_of(["true_d", "d_between", "gain", "dropout"], [study])
    points = sampling.points(AXES, Sampling(method, n), {}).astype(np.float32)
    names = tuple(TWELVE)
    job = Job(study, dyadsim.world("hybrid"), clients, 1, 0, True, names, columns)
    case = Case(
        {"world": "hybrid"},
        job.digest,
        partial(outputs.compute, job),
        partial(outputs.canonical, job),
        points,
    )
    block = int(min(BLOCK, max(1, 1.0 / outputs.seconds(job))))
    return Sweep(names, columns, (case,), 1, block)


def nothing(n: int, columns: int = 20) -> Sweep:
    """Return a sweep over twelve parameters whose outputs are luck: all overhead."""

    def luck(points: Any, replicate: int, keys: Any, threads: int) -> Any:
        dice = np.random.default_rng(int(keys[0, 0]))
        return dice.normal(size=(len(points), columns)).astype(np.float32), [""] * len(points)

    points = sampling.points(AXES, Sampling("sobol", n), {}).astype(np.float32)
    names = tuple(f"output_{k}" for k in range(columns))
    return Sweep(tuple(TWELVE), names, (Case({}, "luck", luck, lambda p: p, points),), 1, BLOCK)


def timed(function: Any, *arguments: Any, **named: Any) -> float:
    """Return the seconds that a call takes."""
    began = time.perf_counter()
    function(*arguments, **named)
    return time.perf_counter() - began


def bare(one: Sweep, threads: int) -> float:
    """Return the seconds of the kernel alone, for the same points in the same blocks."""
    job = one.cases[0].compute.args[0]  # type: ignore[attr-defined]
    rows, _ = outputs.rows(job, one.cases[0].points)
    cuts = range(0, len(rows), one.block)

    def every() -> None:
        for k in cuts:
            many_points.run(job.study, rows[k : k + one.block], job.clients, 1, 0, threads)

    return timed(every)


def measured(n: int, base: int) -> list[tuple[str, float, str]]:
    """Return (what, value, unit): `n` points for overhead and store, `base` Sobol base samples."""
    found = []
    folder = Path(tempfile.mkdtemp())
    try:
        small = model(n, 8, 6)
        sweep.run(model(16, 8, 6), folder / "warm", threads=2)
        whole, kernel = timed(sweep.run, small, folder / "a", threads=2), bare(small, 2)
        found.append(("overhead of computing and storing", (whole - kernel) / n * 1e6, "us/point"))
        joined = timed(sweep.collect, small, folder / "a") / n * 1e6
        found.append(("joining into one table", joined, "us/point"))
        again = timed(sweep.run, small, folder / "a", threads=2) / n * 1e6
        found.append(("finding that all is there", again, "us/point"))
        sobol = model(base, 2000, 20, "saltelli")
        seconds, points = timed(sweep.run, sobol, folder / "b", threads=2), sobol.size
        found.append((f"{points:,} points x 2,000 dyads x 20 sessions", seconds, "s"))
        found.append(("of that, the kernel", bare(sobol, 2), "s"))
        found += store(nothing(8 * n), folder / "c")
    finally:
        shutil.rmtree(folder)
    return found


def store(one: Sweep, folder: Path) -> list[tuple[str, float, str]]:
    """Return what a store of outputs that cost nothing takes."""
    written = timed(sweep.run, one, folder) + timed(sweep.collect, one, folder)
    path, n = folder / "points.parquet", len(one.cases[0].points)
    first = one.axes[-1]
    opened = timed(pq.read_table, path, filters=[(first, ">", 0.9), ("output_3", ">", 1.0)])
    size = sum(each.stat().st_size for each in folder.rglob("*") if each.is_file()) / 1e6
    name = f"{n:,} points of 20 outputs"
    return [
        (f"{name}: hash, store, join", written, "s"),
        (f"{name}: open and filter", opened, "s"),
        (f"{name}: on disk", size, "MB"),
    ]
