"""What is timed: every comparator on the same study, and how our cost grows."""

import time
from collections.abc import Callable, Iterator

import agents
import c_blocked
import c_loop
import numpy as np
import scalar_loop
import setting as studies
import vectorised
from setting import STUDIES, WORLD, setting_at_intake

import dyadsim
from dyadsim.kernel import sessions as kernel
from dyadsim.kernel.block import BLOCK_ROWS
from dyadsim.model.mechanisms import alliance
from dyadsim.numerics import random_streams
from dyadsim.numerics.jit import compiled
from dyadsim.simulation import many_points, simulate

TRIES = 7
LANES = kernel.BLOCK
C_BLOCKS = (112, 496, LANES)  # of the blocked design in C: 49, 216 and 439 KB of rows
CALLS = 2000  # of the short loops below


def seconds(
    call: Callable[[], object],
    tries: int = TRIES,
    before: Callable[[], object] = int,
    clock: Callable[[], float] = time.process_time,
) -> float:
    """Return the median time of some calls, after one that warms up; `before` is not timed.

    Processor time by default, in which waiting for other programs does not count; of several
    threads only the clock on the wall shows what they bring.
    """
    call()
    times = []
    for _ in range(tries):
        before()
        began = clock()
        call()
        times.append(clock() - began)
    return float(np.median(times))


def comparators(name: str, clients: int) -> Iterator[tuple[str, float]]:
    """Yield (what, nanoseconds per dyad-session) for one study, sums as the output of all."""
    setting = setting_at_intake(STUDIES[name], clients)
    few = setting_at_intake(STUDIES[name], clients // 25 + 1)
    per = 1e9 / clients / setting.sessions

    def reset() -> None:
        studies.reset(setting)

    def kernel_seconds(*how: object) -> float:
        return seconds(lambda: studies.ours(setting, *how), before=reset)

    def walled(threads: int) -> float:
        call = lambda: studies.ours(setting, threads)  # noqa: E731
        return seconds(call, before=reset, clock=time.perf_counter)

    def blocked_seconds(block: int) -> float:
        library = c_blocked.build(setting, block)
        return seconds(lambda: c_blocked.run(setting, library), before=reset)

    on_one_thread = kernel_seconds() * per
    yield "dyadsim, 1 thread", on_one_thread
    yield "dyadsim, 1 thread, no sums", kernel_seconds(1, False) * per
    yield "dyadsim, 2 threads", on_one_thread * walled(2) / walled(1)
    if c_loop.compiler():
        yield "blocked design in C", min(map(blocked_seconds, C_BLOCKS)) * per
        reset()
        library = c_loop.build(setting)
        yield "scalar loop in C", seconds(lambda: c_loop.run(setting, library)) * per
    yield "scalar loop in Numba", seconds(lambda: scalar_loop.run(setting)) * per
    yield "NumPy, float32", seconds(lambda: vectorised.run(setting), 3) * per
    yield "NumPy, float64", seconds(lambda: vectorised.run(studies.doubled(setting)), 3) * per
    per_few = 1e9 / few.arm.size / few.sessions
    yield "Mesa agents", seconds(lambda: agents.run(few), 1) * per_few


def growth(base: int) -> Iterator[tuple[str, int, float]]:
    """Yield (along, how many, seconds) of runs in streaming mode, clients drawn included."""
    for clients in (base // 4, base, 4 * base, 16 * base):
        yield "dyads", clients, seconds(lambda n=clients: studies.stream(12, n), 3)
    for sessions in (5, 10, 20, 40):
        yield "sessions", sessions, seconds(lambda n=sessions: studies.stream(n, base), 3)
    trial = studies.trial(12)
    for count in (base // 400 + 2, base // 100 + 4, base // 25 + 8):
        points = many_points.parameter_points(
            WORLD, {"distress.specificity": np.linspace(0, 1, count)}
        )
        run_points = lambda rows=points: many_points.stream_points(trial, rows, 200, threads=1)  # noqa: E731
        yield "points", count, seconds(run_points, 3)


def normal_draws(lanes: int, calls: int = CALLS) -> float:
    """Return the seconds of many calls that each draw a row of normals."""
    words, out = random_streams.words(0, LANES)[:lanes], np.empty(lanes, np.float32)
    return seconds(
        lambda: [random_streams.fill_normal(out, words, 1, 0, k, 5) for k in range(calls)]
    )


def from_intake(run: simulate.Run) -> float:
    """Return the seconds of a run, from intake each time: who has left would have no sessions."""
    intake = run.clients.table.copy()

    def reset() -> None:
        run.clients.table[:] = intake

    return seconds(lambda: simulate.advance(run, threads=1), 3, reset)


def parts(base: int) -> Iterator[tuple[str, float]]:
    """Yield (what, value): draws, clients, simulated beats, bytes."""
    more = normal_draws(LANES) - normal_draws(8)
    yield "nanoseconds per normal draw", more / CALLS / (LANES - 8) * 1e9
    trial = STUDIES["trial"]
    closed, simulated = (
        simulate.start(trial, WORLD, base, beats=count, keep_truth=False) for count in (0, 60)
    )
    rows = closed.clients.table.shape[0]
    yield "60 simulated beats a session / closed form", from_intake(simulated) / from_intake(closed)
    drawing = seconds(lambda: simulate.start(trial, WORLD, base, keep_truth=False))
    yield "nanoseconds to draw a client", drawing / base * 1e9
    yield "bytes of a dyad in a run", 4.0 * rows + 12
    yield "bytes of a dyad in a block, that stays in cache", 4.0 * BLOCK_ROWS


@compiled
def bond_again(rows, q):
    for _ in range(CALLS):
        alliance.bond_lanes(rows, q)


def unmoved(clients: int) -> float:
    """Return how many times slower routine care is where nobody is moved, in C."""
    setting = setting_at_intake(STUDIES["routine"], clients)
    times = []
    for more in (("-DMANY=1000000000",), ()):
        library = c_blocked.build(setting, more=more)
        call = lambda library=library: c_blocked.run(setting, library)  # noqa: E731
        times.append(seconds(call, before=lambda: studies.reset(setting)))
    return times[0] / times[1]


def ideas(base: int) -> Iterator[tuple[str, float]]:
    """Yield (idea, times slower without it), each idea alone; see docs/background/kernel.md."""
    setting = setting_at_intake(STUDIES["trial"], base)

    def bare(block: int) -> float:
        return seconds(
            lambda: studies.ours(setting, 1, False, block), before=lambda: studies.reset(setting)
        )

    yield "blocks that stay in cache", bare(base) / bare(kernel.BLOCK)
    if c_loop.compiler():
        yield "those in a session in front (routine care, in C)", unmoved(base)
    table, q = (
        np.random.default_rng(1).random((len(alliance.Rows._fields), LANES)),
        setting.p.alliance,
    )
    rows, narrow = alliance.Rows(*table), alliance.Rows(*table.astype(np.float32))
    wide_q = type(q)(*map(float, q))
    wide_seconds = seconds(lambda: bond_again(rows, wide_q))
    yield "32 bits (bond law)", wide_seconds / seconds(lambda: bond_again(narrow, q))
    out, rng = np.empty(LANES, np.float32), np.random.default_rng(1)
    numpys = seconds(
        lambda: [rng.standard_normal(LANES, dtype=np.float32, out=out) for _ in range(CALLS)]
    )
    addressed = numpys / normal_draws(LANES)
    yield "addressed polynomial normals (against NumPy's generator)", addressed
    streaming = seconds(lambda: studies.stream(12, base), 3)
    keeping = seconds(lambda: dyadsim.run(studies.trial(12), WORLD, base, threads=1), 3)
    yield "sums in the loop (against every latent kept)", keeping / streaming
