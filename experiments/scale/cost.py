"""Sweeps of the model and of nothing at all, timed part by part."""

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

import dyadsim
from dyadsim.simulation import many_points
from dyadsim.sweeps import outputs, sampling, sweep
from dyadsim.sweeps.outputs import Job
from dyadsim.sweeps.sampling import Axis, Sampling
from dyadsim.sweeps.sweep import Condition, Sweep

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


def model_sweep(n: int, *, clients: int, sessions: int, method: str = "sobol") -> Sweep:
    """Return a sweep of the model over twelve parameters."""
    study = dyadsim.rct(("cbt", "waitlist"), sessions, follow_up=())
    columns = outputs.columns_of(["true_d", "d_between", "gain", "dropout"], [study])
    points = sampling.sample_points(AXES, Sampling(method, n))
    names = tuple(TWELVE)
    job = Job(study, dyadsim.world("hybrid"), clients, 1, 0, True, names, columns)
    condition = outputs.condition_of(job, {"world": "hybrid"}, points)
    block = int(min(BLOCK, max(1, 1.0 / outputs.seconds_per_point(job))))
    return Sweep(names, columns, (condition,), 1, block)


def noise_sweep(n: int, columns: int = 20) -> Sweep:
    """Return a sweep over twelve parameters whose outputs are noise: all overhead."""

    def noise(points: Any, replicate: int, keys: Any, threads: int) -> Any:
        rng = np.random.default_rng(int(keys[0, 0]))
        return rng.normal(size=(len(points), columns)).astype(np.float32), [""] * len(points)

    points = sampling.sample_points(AXES, Sampling("sobol", n)).astype(np.float32)
    names = tuple(f"output_{k}" for k in range(columns))
    condition = Condition({}, "noise", noise, lambda p: p, points)
    return Sweep(tuple(TWELVE), names, (condition,), 1, BLOCK)


def seconds(function: Any, *arguments: Any, **named: Any) -> float:
    """Return the seconds that a call takes."""
    began = time.perf_counter()
    function(*arguments, **named)
    return time.perf_counter() - began


def kernel_seconds(design: Sweep, threads: int) -> float:
    """Return the seconds of the kernel alone, for the same points in the same blocks."""
    (condition,) = design.conditions
    job = condition.compute.args[0]  # type: ignore[attr-defined]
    rows, _ = outputs.model_rows(job, condition.points)

    def run_blocks() -> None:
        for k in range(0, len(rows), design.block):
            many_points.stream_points(
                job.study, rows[k : k + design.block], job.clients, 1, 0, threads
            )

    return seconds(run_blocks)


def measure_costs(n: int, base: int) -> list[tuple[str, float, str]]:
    """Return (what, value, unit): `n` points for overhead and store, `base` Sobol base samples."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [
            *overhead(n, folder),
            *sobol_analysis(base, folder / "sobol"),
            *store(noise_sweep(8 * n), folder / "noise"),
        ]


def overhead(n: int, folder: Path) -> list[tuple[str, float, str]]:
    """Return what a sweep of little work takes beside the kernel, in microseconds a point."""
    sweep.run_sweep(model_sweep(16, clients=8, sessions=6), folder / "warm", threads=2)
    small, place = model_sweep(n, clients=8, sessions=6), folder / "small"
    first = seconds(sweep.run_sweep, small, place, threads=2)
    kernel = kernel_seconds(small, 2)
    joining = seconds(sweep.collect_sweep, small, place)
    again = seconds(sweep.run_sweep, small, place, threads=2)
    return [
        ("overhead of computing and storing", (first - kernel) / n * 1e6, "us/point"),
        ("joining into one table", joining / n * 1e6, "us/point"),
        ("finding that all is there", again / n * 1e6, "us/point"),
    ]


def sobol_analysis(base: int, folder: Path) -> list[tuple[str, float, str]]:
    """Return what the points of a Sobol analysis take, and the kernel alone."""
    design = model_sweep(base, clients=2000, sessions=20, method="saltelli")
    elapsed = seconds(sweep.run_sweep, design, folder, threads=2)
    return [
        (f"{design.size:,} points x 2,000 dyads x 20 sessions", elapsed, "s"),
        ("of that, the kernel", kernel_seconds(design, 2), "s"),
    ]


def store(design: Sweep, folder: Path) -> list[tuple[str, float, str]]:
    """Return what a store of outputs that cost nothing takes."""
    elapsed = seconds(sweep.run_sweep, design, folder) + seconds(
        sweep.collect_sweep, design, folder
    )
    path, n = folder / "points.parquet", len(design.conditions[0].points)
    filters = [(design.axes[-1], ">", 0.9), ("output_3", ">", 1.0)]
    opening = seconds(pq.read_table, path, filters=filters)
    megabytes = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
    name = f"{n:,} points of 20 outputs"
    return [
        (f"{name}: hash, store, join", elapsed, "s"),
        (f"{name}: open and filter", opening, "s"),
        (f"{name}: on disk", megabytes, "MB"),
    ]
