"""What is timed: the same dyads on the device, with and without transfer, and on the CPU."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median

from launch import Device, launch, load, on_device
from numba import cuda
from study import on_cpu, prepare, trial

TRIES = 5
STEPS = 20
AT_ONCE = "device, kernel alone"


def seconds(call: Callable[[], object], tries: int = TRIES) -> float:
    """Return the median time of some calls, after one that warms up."""
    call()
    times = []
    for _ in range(tries):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return median(times)


def costs(device: Device, dyads: int, threads: int) -> Iterator[tuple[str, float]]:
    """Yield (what, seconds) for a trial of two therapies with 20 sessions; sums as the output.

    threads: how many the CPU may use at most.
    """
    began = time.perf_counter()
    job = prepare(trial(STEPS), "hybrid", dyads, keep=False)
    yield "CPU, allocation and therapists", time.perf_counter() - began
    loaded = load(device, job)

    def alone() -> None:
        launch(device, loaded)
        cuda.synchronize()

    yield AT_ONCE, seconds(alone)
    yield "device, with transfer", seconds(partial(on_device, device, job))
    few = 1 if dyads >= 3_000_000 else 3
    for count in sorted({1, threads}):
        yield f"CPU, {count} thread{'s' * (count > 1)}", seconds(partial(on_cpu, job, count), few)


def by_block(device: Device, dyads: int) -> Iterator[tuple[int, float]]:
    """Yield (threads of a block, seconds of the kernel alone)."""
    loaded = load(device, prepare(trial(STEPS), "hybrid", dyads, keep=False))

    def alone(count: int) -> None:
        launch(device._replace(threads=count), loaded)
        cuda.synchronize()

    for count in (64, 128, 256):
        yield count, seconds(partial(alone, count))
