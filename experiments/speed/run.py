"""How many times faster the kernel is than its comparators, all measured in one run.

Run: python experiments/speed/run.py [clients]
"""

import platform
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from dyadsim.plots import style


def machine() -> str:
    """Return a line about the machine."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.processor()}, {len(names) or '?'} cores"


def slope(table: pd.DataFrame) -> float:
    """Return the slope of log cost in log size: 1 = in proportion."""
    return float(np.polyfit(np.log(table["size"]), np.log(table["seconds"]), 1)[0])


def main(clients: int = 100_000, folder: Path | None = None) -> pd.DataFrame:
    """Return study, what, nanoseconds per dyad-session, times (as slow as dyadsim on 1 thread)."""
    import profile_parts  # beside this file
    import timing as t

    rows = [(name, *one) for name in t.s.STUDIES for one in t.comparators(name, clients)]
    table = pd.DataFrame(rows, columns=["study", "what", "nanoseconds"])
    ours = table.groupby("study")["nanoseconds"].transform("first")
    table["times"] = table["nanoseconds"] / ours
    table["million_dyad_sessions_per_second"] = 1e3 / table["nanoseconds"]
    parts = pd.DataFrame([*t.parts(clients), *t.ideas(clients)], columns=["what", "value"])
    profile = profile_parts.profile()
    growth = pd.DataFrame(t.growth(clients), columns=["along", "size", "seconds"])
    print(machine())
    for one in (table, profile, parts, growth):
        print(f"\n{one.round(3).to_string(index=False)}")
    for along, part in growth.groupby("along"):
        print(f"cost along {along}: log-log slope {slope(part):.2f}")
    if folder is not None:
        from figure import draw  # beside this file

        style.save(draw(table, growth, machine()), folder, "speed", table)
        parts.to_csv(folder / "parts.csv", index=False)
        profile.round(3).to_csv(folder / "profile.csv", index=False)
        growth.to_csv(folder / "growth.csv", index=False)
        (folder / "machine.txt").write_text(machine() + "\n")
    return table


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), folder=Path(__file__).parents[2] / "results" / "speed")
