"""How many times faster is the kernel than its comparators, all measured in one run?

Run: python experiments/speed/run.py [clients] [size=tiny]
"""

import os
import platform
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import profile_parts  # beside this file
import timing
from figure import draw
from setting import STUDIES

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

TINY = {"clients": 300, "parts": 0}


def compute(clients: int = 100_000, parts: int | None = None) -> dict[str, pd.DataFrame | str]:
    """Return tables of costs: by comparator, of parts of the kernel, of ideas, along sizes.

    speed: study, what, nanoseconds per dyad-session, times (as slow as dyadsim on 1 thread).
    parts: how many of the kernel's parts are profiled; None = all.
    """
    rows = [(name, *row) for name in STUDIES for row in timing.comparators(name, clients)]
    speed = pd.DataFrame(rows, columns=["study", "what", "nanoseconds"])
    ours = speed.groupby("study")["nanoseconds"].transform("first")
    speed["times"] = speed["nanoseconds"] / ours
    speed["million_dyad_sessions_per_second"] = 1e3 / speed["nanoseconds"]
    values = [*timing.parts(clients), *timing.ideas(clients)]
    growth = pd.DataFrame(timing.growth(clients), columns=["along", "size", "seconds"])
    for along, part in growth.groupby("along"):
        print(f"cost along {along}: log-log slope {slope(part):.2f}")
    return {
        "speed": speed,
        "parts": pd.DataFrame(values, columns=["what", "value"]),
        "profile": profile_parts.profile(parts).round(3),
        "growth": growth,
        "machine": machine(),
    }


def slope(table: pd.DataFrame) -> float:
    """Return the slope of log cost in log size: 1 = in proportion."""
    return float(np.polyfit(np.log(table["size"]), np.log(table["seconds"]), 1)[0])


def machine() -> str:
    """Return a line about the machine, and how many programs want it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    wanted = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{names[0] if names else platform.processor()}, {len(names) or '?'} cores{wanted}"


if __name__ == "__main__":
    run_experiment(__file__, compute, draw, tiny=TINY)
