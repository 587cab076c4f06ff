"""How often does each design's usual analysis, as usually read, point to the right world?

Run: python experiments/designs_and_worlds/run.py [repeats] [size=tiny]
"""

import sys
from pathlib import Path

import pandas as pd
from analyses import significant, usual_designs  # beside this file
from figure import draw

import dyadsim
from dyadsim.analysis.estimate import from_count
from dyadsim.model.worlds import WORLDS

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

TINY = {"repeats": 3}
COLUMNS = ["design", "clients", "shows", "world", "significant", "right", "low", "high"]


def compute(repeats: int = 200) -> pd.DataFrame:
    """Return design, clients, shows, world, shares significant and right, interval of the first."""
    rows = []
    for name, design in usual_designs().items():
        for world in WORLDS:
            verdicts = significant(design, dyadsim.world(world), repeats)
            right = verdicts if world in design.shows else ~verdicts
            share = from_count(int(verdicts.sum()), repeats)
            shows = " or ".join(design.shows)
            shares = (share.value, right.mean(), share.low, share.high)
            rows.append((name, design.clients, shows, world, *shares))
    return pd.DataFrame(rows, columns=COLUMNS)


if __name__ == "__main__":
    run_experiment(__file__, compute, draw, tiny=TINY)
