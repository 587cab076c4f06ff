"""How do time and memory grow with dyads, sessions, points, members, threads and shards?

Run: python experiments/growth/run.py [dyads] [size=tiny]
"""

import sys
from pathlib import Path

import memory  # beside this file
import pandas as pd
import processor

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

TINY = {"dyads": 400, "streamed": 1000, "repeats": 1}


def compute(
    dyads: int = 100_000, streamed: int = 10_000_000, repeats: int = 5
) -> dict[str, pd.DataFrame]:
    """Return processor time along six sizes, the slope of each, and peaks of memory.

    dyads: of the middle run; streamed: of the largest run of which only sums are kept; a tenth of
    it leaves all tables. repeats: of each time, of which the shortest counts.
    """
    growth = pd.DataFrame(
        processor.growth(dyads, repeats), columns=["along", "size", "processor_seconds"]
    )
    columns = ["what", "dyads", "dyad_sessions", "peak_megabytes", "disk_megabytes"]
    peaks = pd.DataFrame(memory.peaks(streamed), columns=columns)
    per = 1e6 / peaks["dyad_sessions"]
    peaks["disk_bytes_per_dyad_session"] = peaks["disk_megabytes"] * per
    return {
        "growth": growth.round({"processor_seconds": 4}),
        "slopes": processor.slopes(growth),
        "memory": peaks.round(1),
    }


if __name__ == "__main__":
    run_experiment(__file__, compute, tiny=TINY)
