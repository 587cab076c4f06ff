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

from dyadsim.kernel import sessions, step
from dyadsim.kernel.block import find_rows, rows_of
from dyadsim.simulation import simulate

PARTS: dict[ModuleType, tuple[str, ...]] = {
    sessions: (
        "enter",
        "measure_intake",
        "copy_rows",
        "draw_step",
        "orders",
        "steady",
        "present",
        "occasions",
        "find_front",
        "carry_out",
        "measure",
        "add_sums",
    ),
    step.resonance: ("lanes",),
    step.responsiveness: ("formulation_lanes", "dose_lanes"),
    step.rupture: ("lanes",),
    step.alliance: ("bond_lanes", "agreement_lanes", "overall_lanes"),
    step.expectancy: ("credibility_lanes", "lanes"),
    step.readiness: ("lanes",),
    step.process_change: ("engagement_lanes", "lanes"),
    step.action: ("lanes",),
    step.regulation: ("lanes",),
    step.distress: ("load_lanes", "relief_lanes", "lanes"),
    step.ending: ("lanes",),
}
OUTER = ("meet", "live", "keep", "run_blocks")  # run in plain Python
SMALL = ("handed_out", "copy_lanes", "whole_lines")  # called by these, and not measured
OWN = ("own_session", "own_relief", "own_after")  # empty without mechanisms of one's own
SESSIONS, TIMES = 12, 300


def repeated(part: Callable[..., Any]) -> Callable[[int, tuple[Any, ...]], None]:
    """Return a compiled loop around one part."""

    @numba.njit(error_model="numpy")
    def again(times, args):  # type: ignore[no-untyped-def]
        for _ in range(times):
            part(*args)

    return again  # type: ignore[no-any-return]


def from_python(part: Any) -> Callable[..., Any]:
    """Return a part as Python can call it: most parts can only be called by compiled code."""
    if "no_cpython_wrapper" not in part.targetoptions:
        return part  # type: ignore[no-any-return]
    return numba.njit(error_model="numpy")(part.py_func)  # type: ignore[no-any-return]


def views(kind: Any, table: np.ndarray, lanes: int) -> Any:
    """Return what `rows_of` returns in compiled code."""
    return kind(
        *(
            table[place.first : place.first + place.rows]
            if place.rows
            else table[place.first, :lanes]
            for place in find_rows(kind)
        )
    )


def record_calls() -> tuple[dict[str, tuple[Any, tuple[Any, ...]]], Counter[str]]:
    """Run one block of a trial in plain Python; return part -> (function, arguments), and calls."""
    last: dict[str, tuple[Any, tuple[Any, ...]]] = {}
    calls: Counter[str] = Counter()
    parts = [(owner, name, getattr(owner, name)) for owner in PARTS for name in PARTS[owner]]
    outer = {name: getattr(sessions, name) for name in OUTER}
    small = [(name, getattr(sessions, name)) for name in SMALL]
    own = [(name, getattr(step, name)) for name in OWN]

    def recording(label: str, part: Callable[..., Any]) -> Callable[..., Any]:
        callable_part = from_python(part)

        def call(*args: Any) -> Any:
            calls[label] += 1
            last[label] = (part, args)
            return callable_part(*args)

        return call

    try:
        for owner, name, part in parts:
            label = f"{owner.__name__.rsplit('.', 1)[-1]}.{name}"
            setattr(owner, name, recording(label, part))
        for name, part in outer.items():
            setattr(sessions, name, part.py_func)
        for name, part in small:
            setattr(sessions, name, part.py_func)
        for name, part in own:
            setattr(step, name, part.py_func)
        sessions.rows_of = step.rows_of = views
        simulate.stream(trial(SESSIONS), WORLD, sessions.BLOCK, threads=1)
    finally:
        for owner, name, part in parts:
            setattr(owner, name, part)
        for name, part in (*outer.items(), *small):
            setattr(sessions, name, part)
        for name, part in own:
            setattr(step, name, part)
        sessions.rows_of = step.rows_of = rows_of
    return last, calls


def vector_instructions(loop: Any) -> int:
    """Return how many float32 instructions of the machine code work on a full vector (x86)."""
    code = "".join(loop.inspect_asm().values())
    return len(re.findall(r"\tv\w+ps\t[^\n]*[yz]mm", code))


def profile(count: int | None = None) -> pd.DataFrame:
    """Return part, calls, nanoseconds per dyad-session, vector instructions; dearest first.

    Calls are those of all sessions of a block; vector instructions are 0 on machines other than
    x86. count: how many parts are measured; None = all.
    """
    last, calls = record_calls() if count != 0 else ({}, Counter[str]())
    rows = []
    for label in list(last)[:count]:
        part, args = last[label]
        loop = repeated(part)
        elapsed = seconds(lambda run=loop, values=args: run(TIMES, values))
        cost = elapsed / TIMES / sessions.BLOCK * 1e9 * calls[label] / SESSIONS
        rows.append((label, calls[label], cost, vector_instructions(loop)))
    table = pd.DataFrame(rows, columns=["part", "calls", "nanoseconds", "vector_instructions"])
    return table.sort_values("nanoseconds", ascending=False)
