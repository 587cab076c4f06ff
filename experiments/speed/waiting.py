"""What do people wait for? Each command in a process of its own, warm.

Run: python experiments/speed/waiting.py [folder=PATH] [first letters of the commands to run]

Seconds by the clock, and processor seconds of all threads and processes of a command together. The
clock counts only on free cores: the load before stands beside it. On two free cores a command takes
at least half of its processor time.
"""

import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import pandas as pd

ROOT = Path(__file__).parents[2]
CLINIC = (
    f"data.path={ROOT}/docs/tutorial/clinic.csv data.instrument=phq9 "
    "data.columns={client:client,time:session,score:phq9}"
)


class Waited(NamedTuple):
    """A command, how often it is timed, what was wanted on two free cores, and what it took.

    `before` is from the issue that set the targets; `kind` says which seconds they are.
    """

    command: str
    times: int
    wanted: float
    before: float | None
    kind: str


COMMANDS = (
    Waited("--help", 5, 0.15, None, ""),
    Waited("decomp", 5, 0.5, 2.4, "wall"),
    Waited("compare study=nonsense", 5, 0.5, 2.4, "wall"),
    Waited("compare sed=7", 5, 0.5, 2.4, "wall"),
    Waited("simulate size=tiny", 3, 5.0, None, ""),
    Waited("", 1, 20.0, None, ""),
    Waited("compare", 1, 20.0, None, ""),
    Waited("decompose", 1, 8.0, 28.0, "processor"),
    Waited("facts", 1, 10.0, None, ""),
    Waited(f"fit {CLINIC} budget=small", 1, 10.0, None, ""),
    Waited(
        "power waiting task.effect=0.5 task.clients=[100] task.therapists=[8]", 1, 10.0, None, ""
    ),
)


def seconds(words: list[str], folder: str) -> tuple[float, float]:
    """Return a command's seconds by the clock, and its processor time, its processes included."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    began, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "dyadsim", *words], cwd=folder, env=environment, capture_output=True
    )
    ended, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - start
    return clock, ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime


def table(chosen: list[Waited]) -> pd.DataFrame:
    """Return the median of every command."""
    rows = []
    for item in chosen:
        words, load = item.command.split(), os.getloadavg()[0]
        with tempfile.TemporaryDirectory() as folder:
            if item.times > 1:
                seconds(words, folder)  # warm
            took = [seconds(words, folder) for _ in range(item.times)]
        shown = " ".join(["dyadsim", *(word for word in words if not word.startswith("data."))])
        middle = [round(statistics.median(part), 3) for part in zip(*took, strict=True)]
        machine = f"{platform.processor() or platform.machine()}, load {load:.1f}"
        rows.append((shown, item.wanted, item.before, item.kind, *middle, machine))
        print(rows[-1], flush=True)
    named = ("command", "wanted", "before", "before_is")
    columns = [*named, "clock_seconds", "processor_seconds", "machine"]
    return pd.DataFrame(rows, columns=columns)


def main(words: list[str]) -> None:
    """Time the commands that the words name, all without; keep the table."""
    folders = [word.removeprefix("folder=") for word in words if word.startswith("folder=")]
    starts = tuple(word for word in words if not word.startswith("folder="))
    chosen = [item for item in COMMANDS if not starts or item.command.startswith(starts)]
    folder = Path(folders[-1]) if folders else ROOT / "results" / "speed"
    folder.mkdir(parents=True, exist_ok=True)
    table(chosen).to_csv(folder / "waiting.csv", index=False)


if __name__ == "__main__":
    main(sys.argv[1:])
