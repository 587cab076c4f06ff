"""What do people wait for? Each command in a process of its own, warm.

Run: python experiments/speed/waiting.py [folder=PATH] [first letters of the commands to run]

Seconds by the clock, and processor seconds of all threads and processes of a command together. The
clock counts only on free cores: the load before stands beside it. On two free cores a command takes
at least half of its processor time. What simulates is timed with one thread too. Rows of commands
that are not run stay as they are.
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

import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[2]
CLINIC = (
    f"data.path={ROOT}/docs/tutorial/clinic.csv data.instrument=phq9 "
    "data.columns={client:client,time:session,score:phq9}"
)
SWEEP = "sweep name=waiting distress.specificity=interval(0,1) points=sobol points.n=64"
POWER = "power waiting task.effect=0.5 task.clients=[100] task.therapists=[8]"


class Waited(NamedTuple):
    """A command, how often it is timed, what was wanted on two free cores, and what it took.

    `before` is from the issue that set the targets; `kind` says which seconds they are. `threads`:
    whether one thread is compared with all. `cache`: whether everything is compiled, or nothing.
    """

    command: str
    times: int
    wanted: float | None
    before: float | None
    kind: str
    threads: bool = False
    cache: bool = True


COMMANDS = (
    Waited("--help", 5, 0.15, None, ""),
    Waited("decomp", 5, 0.5, 2.4, "wall"),
    Waited("compare study=nonsense", 5, 0.5, 2.4, "wall"),
    Waited("compare sed=7", 5, 0.5, 2.4, "wall"),
    Waited("simulate size=tiny", 3, 5.0, None, ""),
    Waited("", 1, 20.0, None, "", threads=True),
    Waited("simulate size.clients=300000", 1, None, None, "", threads=True),
    Waited("compare", 1, 20.0, None, "", threads=True),
    Waited("decompose", 1, 8.0, 28.0, "processor", threads=True),
    Waited("facts", 1, 10.0, None, "", threads=True),
    Waited("literature", 1, None, None, "", threads=True),
    Waited(SWEEP, 3, None, None, "", threads=True),
    Waited(f"fit {CLINIC} budget=small", 1, 10.0, None, ""),  # a second one reads what is kept
    Waited(POWER, 1, 10.0, None, "", threads=True),
    Waited("simulate size=tiny seed=2", 1, 15.0, 40.4, "processor, same day", cache=False),
)


def seconds(words: list[str], folder: str, cache: str = "") -> tuple[float, float]:
    """Return a command's seconds by the clock, and its processor time, its processes included.

    `cache`: the folder of what is compiled; "" for the usual one.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment |= {"XDG_CACHE_HOME": cache} if cache else {}
    began, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "dyadsim", *words], cwd=folder, env=environment, capture_output=True
    )
    ended, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - start
    return clock, ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime


def time_command(item: Waited, words: list[str]) -> tuple[float, float]:
    """Return the medians of a command's seconds by the clock and of the processor."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as nothing:
        if item.cache and item.times > 1:
            seconds(words, folder)  # warm
        took = [seconds(words, folder, "" if item.cache else nothing) for _ in range(item.times)]
    clock, processor = (round(statistics.median(part), 3) for part in zip(*took, strict=True))
    return clock, processor


def table(chosen: list[Waited]) -> pd.DataFrame:
    """Return the median of every command, and with one thread what simulates."""
    rows = []
    for item in chosen:
        words, load = item.command.split(), os.getloadavg()[0]
        shown = " ".join(["dyadsim", *(word for word in words if not word.startswith("data."))])
        shown += "" if item.cache else " (nothing compiled)"
        clock, processor = time_command(item, words)
        alone = time_command(item, [*words, "threads=1"])[0] if item.threads else np.nan
        machine = f"{platform.processor() or platform.machine()}, load {load:.1f}"
        ratio = round(alone / clock, 2)
        about = (shown, item.wanted, item.before, item.kind)
        rows.append((*about, clock, processor, alone, ratio, machine))
        print(rows[-1], flush=True)
    named = ("command", "wanted", "before", "before_is", "clock_seconds", "processor_seconds")
    columns = [*named, "one_thread_seconds", "one_thread_to_all", "machine"]
    return pd.DataFrame(rows, columns=columns)


def main(words: list[str]) -> None:
    """Time the commands that the words name, all without; keep the table."""
    folders = [word.removeprefix("folder=") for word in words if word.startswith("folder=")]
    starts = tuple(word for word in words if not word.startswith("folder="))
    chosen = [item for item in COMMANDS if not starts or item.command.startswith(starts)]
    folder = Path(folders[-1]) if folders else ROOT / "results" / "speed"
    folder.mkdir(parents=True, exist_ok=True)
    path, timed = folder / "waiting.csv", table(chosen)
    if path.is_file():
        kept = pd.read_csv(path)
        timed = pd.concat([timed, kept[~kept["command"].isin(timed["command"])]])
    timed.to_csv(path, index=False)


if __name__ == "__main__":
    main(sys.argv[1:])
