"""What is timed: every comparator on the same study, and how our cost grows."""

import time
from collections.abc import Callable, Iterator

import agents
import c_loop
import numpy as np
import scalar_loop
import setting as s
import vectorised

import dyadsim
from dyadsim.kernel import sessions as kernel
from dyadsim.kernel.block import BLOCK_ROWS
from dyadsim.model.mechanisms import alliance
from dyadsim.numerics import random_streams
from dyadsim.numerics.jit import compiled
from dyadsim.simulation import many_points, simulate

TRIES = 7


def seconds(
    call: Callable[[], object], tries: int = TRIES, before: Callable[[], object] = int
) -> float:
    """Return the median time of some calls, after one that warms up; `before` is not timed."""
    call()
    found = []
    for _ in range(tries):
        before()
        began = time.perf_counter()
        call()
        found.append(time.perf_counter() - began)
    return float(np.median(found))


def comparators(name: str, clients: int) -> Iterator[tuple[str, float]]:
    """Yield (what, nanoseconds per dyad-session) for one study, sums as the output of all."""
    one, few = s.setting(s.STUDIES[name], clients), s.setting(s.STUDIES[name], clients // 25 + 1)
    per = 1e9 / clients / one.sessions

    def mine(*how: object) -> float:
        return per * seconds(lambda: s.ours(one, *how), before=lambda: s.reset(one))

    yield "dyadsim, 1 thread", mine()
    yield "dyadsim, 1 thread, no sums", mine(1, False)
    yield "dyadsim, 2 threads", mine(2)
    if c_loop.compiler():
        library = c_loop.build(one)
        yield "scalar loop in C", seconds(lambda: c_loop.run(one, library)) * per
    yield "scalar loop in Numba", seconds(lambda: scalar_loop.run(one)) * per
    yield "NumPy, float32", seconds(lambda: vectorised.run(one), 3) * per
    yield "NumPy, float64", seconds(lambda: vectorised.run(s.doubled(one)), 3) * per
    yield "Mesa agents", seconds(lambda: agents.run(few), 1) * 1e9 / few.arm.size / one.sessions


def growth(base: int) -> Iterator[tuple[str, int, float]]:
    """Yield (along, how many, seconds) of whole streams, clients drawn included."""
    world = s.WORLD
    for clients in (base // 4, base, 4 * base, 16 * base):
        yield "dyads", clients, seconds(lambda n=clients: s.stream(12, n), 3)
    for sessions in (5, 10, 20, 40):
        yield "sessions", sessions, seconds(lambda n=sessions: s.stream(n, base), 3)
    trial = s.trial(12)
    for count in (base // 400 + 2, base // 100 + 4, base // 25 + 8):
        points = many_points.rows(world, {"distress.specificity": np.linspace(0, 1, count)})
        yield (
            "points",
            count,
            seconds(lambda p=points: many_points.run(trial, p, 200, threads=1), 3),
        )


def parts(base: int) -> Iterator[tuple[str, float]]:
    """Yield (what, value): draws, clients, moments, bytes."""
    words, out = random_streams.words(0, 496), np.empty(496, np.float32)
    little, start = words[:8], out[:8]
    many = seconds(
        lambda: [random_streams.fill_normal(out, words, 1, 0, k, 5) for k in range(2000)]
    )
    few = seconds(
        lambda: [random_streams.fill_normal(start, little, 1, 0, k, 5) for k in range(2000)]
    )
    yield "nanoseconds per normal draw", (many - few) / 2000 / 488 * 1e9
    run = [
        simulate.start(s.STUDIES["trial"], s.WORLD, base, moments=m, keep_truth=False)
        for m in (0, 60)
    ]
    closed, moments = (
        seconds(lambda r=one: simulate.advance(r._replace(step=0), threads=1), 3) for one in run
    )
    yield "60 simulated moments a session / closed form", moments / closed
    yield (
        "nanoseconds to draw a client",
        1e9
        / base
        * seconds(lambda: simulate.start(s.STUDIES["trial"], s.WORLD, base, keep_truth=False)),
    )
    yield "bytes of a dyad in a run", 4.0 * run[0].clients.table.shape[0] + 12
    yield (
        "bytes of a dyad in a block, that stays in cache",
        4.0 * BLOCK_ROWS,
    )


@compiled
def again(rows, q):
    for _ in range(2000):
        alliance.bond_lanes(rows, q)


def ideas(base: int) -> Iterator[tuple[str, float]]:
    """Yield (idea, times slower without it), each idea alone; see docs/kernel.md."""
    one = s.setting(s.STUDIES["trial"], base)

    def bare(block: int) -> float:
        return seconds(lambda: s.ours(one, 1, False, block), before=lambda: s.reset(one))

    yield "blocks that stay in cache", bare(base) / bare(kernel.BLOCK)
    yield "rows that are no power of two", bare(512) / bare(kernel.BLOCK)
    table = np.random.default_rng(1).random((len(alliance.Rows._fields), 496))
    rows = alliance.Rows(*table)
    narrow, q = alliance.Rows(*table.astype(np.float32)), one.p.alliance
    wide = type(q)(*map(float, q))

    yield (
        "32 bits (bond law)",
        seconds(lambda: again(rows, wide)) / seconds(lambda: again(narrow, q)),
    )
    words, out, dice = (
        random_streams.words(0, 496),
        np.empty(496, np.float32),
        np.random.default_rng(1),
    )
    ours = seconds(
        lambda: [random_streams.fill_normal(out, words, 1, 0, k, 5) for k in range(1000)]
    )
    theirs = seconds(
        lambda: [dice.standard_normal(496, dtype=np.float32, out=out) for _ in range(1000)]
    )
    yield "addressed polynomial normals (against NumPy's generator)", theirs / ours
    told = seconds(lambda: s.stream(12, base), 3)
    kept = seconds(lambda: dyadsim.run(s.trial(12), s.WORLD, base, threads=1), 3)
    yield "sums in the loop (against every latent kept)", kept / told
