"""What do people wait for, in processor time? Each command in a process of its own, warm.

Run: python experiments/speed/waiting.py [folder=PATH] [first letters of the commands to run]

Seconds of all threads and processes of a command together, because they can be measured on a
machine that others use: on two free cores a command takes at least half of that time, and at most
all of it.
"""

import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
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


def processor_seconds(words: list[str], folder: str) -> float:
    """Return the processor time of a command, its processes included."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    began = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "dyadsim", *words], cwd=folder, env=environment, capture_output=True
    )
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime


def table(chosen: list[Waited]) -> pd.DataFrame:
    """Return the median of every command."""
    rows = []
    for item in chosen:
        words = item.command.split()
        with tempfile.TemporaryDirectory() as folder:
            if item.times > 1:
                processor_seconds(words, folder)  # warm
            took = [processor_seconds(words, folder) for _ in range(item.times)]
        shown = " ".join(["dyadsim", *(word for word in words if not word.startswith("data."))])
        row = (shown, item.wanted, item.before, item.kind, round(statistics.median(took), 3))
        rows.append(
            (*row, f"{platform.processor() or platform.machine()}, load {os.getloadavg()[0]:.0f}")
        )
        print(rows[-1], flush=True)
    columns = ["command", "wanted", "before", "before_is", "processor_seconds", "machine"]
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
