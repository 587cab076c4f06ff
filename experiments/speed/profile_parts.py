"""What each part of the kernel costs.

One block runs in plain Python and every call of a compiled part is recorded; each part is then
repeated with the arguments of its last call.
"""

import re
from collections import Counter
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numba
import numpy as np
import pandas as pd
from setting import WORLD, trial
from timing import seconds

from dyadsim.kernel import sessions
from dyadsim.simulation import simulate

PARTS: dict[ModuleType, tuple[str, ...]] = {
    sessions: (
        "enter",
        "intake",
        "copy_rows",
        "fill_noise",
        "orders",
        "steady",
        "present",
        "occasions",
        "anybody",
        "measure",
        "add_sums",
    ),
    sessions.resonance: ("lanes",),
    sessions.responsiveness: ("lanes",),
    sessions.rupture: ("lanes",),
    sessions.alliance: ("bond_lanes", "agreement_lanes", "overall_lanes"),
    sessions.expectancy: ("credibility_lanes", "lanes"),
    sessions.readiness: ("lanes",),
    sessions.process_change: ("engagement_lanes", "lanes"),
    sessions.action: ("lanes",),
    sessions.regulation: ("lanes",),
    sessions.distress: ("load_lanes", "relief_lanes", "lanes"),
    sessions.ending: ("lanes",),
}
OUTER = ("encounter", "life", "endings", "keep", "run_blocks")  # run in plain Python
INNER = ("entry", "pace")  # give back parameters, which must stay float32
SESSIONS, TIMES = 12, 300


def repeated(part: Callable[..., Any]) -> Callable[[int, tuple[Any, ...]], None]:
    """Return a compiled loop around one part."""

    @numba.njit(error_model="numpy")
    def again(times, args):  # type: ignore[no-untyped-def]
        for _ in range(times):
            part(*args)

    return again  # type: ignore[no-any-return]


def narrow(values: Any) -> Any:
    """Return numbers in nested tuples as float32: from Python they come back as 64 bits."""
    if isinstance(values, tuple):
        parts = [narrow(value) for value in values]
        return type(values)(*parts) if hasattr(values, "_fields") else tuple(parts)
    return np.float32(values)


def record_calls() -> tuple[dict[str, tuple[Any, tuple[Any, ...]]], Counter[str]]:
    """Run one block of a trial in plain Python; return part -> (function, arguments), and calls."""
    last: dict[str, tuple[Any, tuple[Any, ...]]] = {}
    calls: Counter[str] = Counter()
    parts = [(owner, name, getattr(owner, name)) for owner in PARTS for name in PARTS[owner]]
    outer = {name: getattr(sessions, name) for name in OUTER}
    inner = {name: getattr(sessions, name) for name in INNER}

    def recording(label: str, part: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            calls[label] += 1
            last[label] = (part, args)
            return part(*args)

        return call

    try:
        for owner, name, part in parts:
            label = f"{owner.__name__.rsplit('.', 1)[-1]}.{name}"
            setattr(owner, name, recording(label, part))
        for name, part in outer.items():
            setattr(sessions, name, part.py_func)
        for name, part in inner.items():
            setattr(sessions, name, lambda *args, make=part: narrow(make(*args)))
        simulate.stream(trial(SESSIONS), WORLD, sessions.BLOCK, threads=1)
    finally:
        for owner, name, part in parts:
            setattr(owner, name, part)
        for name, part in (outer | inner).items():
            setattr(sessions, name, part)
    return last, calls


def vector_instructions(loop: Any) -> int:
    """Return how many float32 instructions of the machine code work on a full vector (x86)."""
    code = "".join(loop.inspect_asm().values())
    return len(re.findall(r"\tv\w+ps\t[^\n]*ymm", code))


def profile(count: int | None = None) -> pd.DataFrame:
    """Return part, calls, nanoseconds per dyad-session, vector instructions; dearest first.

    Calls are those of all sessions of a block; vector instructions are 0 on machines other than
    x86. count: how many parts are measured; None = all.
    """
    last, calls = record_calls()
    rows = []
    for label in list(last)[:count]:
        part, args = last[label]
        loop = repeated(part)
        elapsed = seconds(lambda run=loop, values=args: run(TIMES, values))
        cost = elapsed / TIMES / sessions.BLOCK * 1e9 * calls[label] / SESSIONS
        rows.append((label, calls[label], cost, vector_instructions(loop)))
    table = pd.DataFrame(rows, columns=["part", "calls", "nanoseconds", "vector_instructions"])
    return table.sort_values("nanoseconds", ascending=False)
