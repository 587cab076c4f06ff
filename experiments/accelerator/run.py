"""Is a graphics processor worth an extra of its own, and does it give the same dyads?

Run: python experiments/accelerator/run.py [dyads] [size=tiny]. Without a graphics processor it is
asked only for equality, on Numba's simulator.
"""

import json
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import launch  # beside this file
import pandas as pd
from figure import draw
from study import prepare, trial

from dyadsim.simulation.simulate import default_threads

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

TINY = {"dyads": 20, "steps": 2}
SIZES = (1, 10, 100, 1000)
VARIANTS: tuple[tuple[bool, dict[str, object]], ...] = (
    (False, {}),  # the first is the one that is timed by size
    (True, {}),
    (True, {"lto": True}),
    (False, {"max_registers": 128}),
)


def compute(dyads: int = 10_000, steps: int = 20) -> dict[str, pd.DataFrame | str]:
    """Return tables: equality with the CPU by study and world, cost by size, and the machine.

    dyads: of the equality, and of the smallest size that is timed; the largest is 1,000 times it.
    """
    if missing := launch.missing():
        print(f"Throughput needs {missing}; not measured here.")
        return {"equality": pd.DataFrame(simulated(min(dyads, 100), min(steps, 8)))}
    return measured(dyads, steps)


def simulated(dyads: int, steps: int) -> list[dict[str, object]]:
    """Return the rows of equality that Numba's simulator gives, in a process of its own."""
    script = Path(__file__).parent / "equality.py"
    words = [sys.executable, str(script), str(dyads), str(steps)]
    paths = os.pathsep.join(path for path in sys.path if path)
    surroundings = {**os.environ, launch.SIMULATED: "1", "PYTHONPATH": paths}
    done = subprocess.run(words, env=surroundings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{script.name} ended with {done.returncode}:\n{done.stderr}")
    rows: list[dict[str, object]] = json.loads(done.stdout)
    return rows


def measured(dyads: int, steps: int) -> dict[str, pd.DataFrame | str]:
    """Return all tables, on this machine's graphics processor."""
    import equality
    import timing

    small = prepare(trial(2), "hybrid", 300)
    same, variants, cost = [], [], []
    for contraction, options in VARIANTS:
        device, facts = launch.gpu(small, contraction, **options)
        for threads, spent in timing.by_block(device, 100 * dyads):
            variants.append({**facts, "threads": threads, "dyads": 100 * dyads, "seconds": spent})
        print(pd.DataFrame(variants[-3:]).to_string(), flush=True)
        if "max_registers" not in options:
            same += equality.compare_all(device, dyads, steps)
            print(pd.DataFrame(same[-8:]).to_string(), flush=True)
        if (contraction, options) == VARIANTS[0]:
            for size in (dyads * times for times in SIZES):
                cost += [(size, *row) for row in timing.costs(device, size, default_threads())]
            print(pd.DataFrame(cost).to_string(), flush=True)
    table = pd.DataFrame(cost, columns=["dyads", "what", "seconds"])
    return {
        "accelerator": with_rate(table, timing.STEPS),
        "equality": pd.DataFrame(same),
        "variants": with_rate(pd.DataFrame(variants), timing.STEPS),
        "machine": machine(device.name),
    }


def with_rate(table: pd.DataFrame, steps: int) -> pd.DataFrame:
    """Return a table of seconds with dyad-sessions a second, in millions."""
    rate = table["dyads"] * steps / table["seconds"] / 1e6
    return table.assign(million_dyad_sessions_per_second=rate)


def machine(name: str) -> str:
    """Return lines about device and CPU."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    cores = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    shown = "--query-gpu=name,driver_version"
    words = ["nvidia-smi", shown, "--format=csv,noheader"]
    card = subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
    packages = ", ".join(f"{item} {version(item)}" for item in ("numba", "numba-cuda", "numpy"))
    python = f"Python {platform.python_version()}, {packages}"
    return f"{card or name}\n{cores[0]}, {len(cores)} cores\n{python}"


if __name__ == "__main__":
    run_experiment(__file__, compute, draw, tiny=TINY)
