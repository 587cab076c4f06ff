"""How often does each design's usual analysis, as usually read, point to the right world?

Run: python experiments/designs_and_worlds/run.py [repeats]
"""

import sys
from pathlib import Path

import pandas as pd
from analyses import usual, verdict  # beside this file

import dyadsim
from dyadsim.analysis.estimate import from_count
from dyadsim.model.worlds import WORLDS
from dyadsim.plots import style


def main(repeats: int = 200, folder: Path | None = None) -> pd.DataFrame:
    """Return design, clients, shows, world, shares significant and right, interval of the first."""
    rows = []
    repeats = repeats if folder is not None else min(repeats, 3)  # a trial run is a trial run
    for name, one in usual().items():
        for world in WORLDS:
            found = verdict(one, dyadsim.world(world), repeats)
            right = found if world in one.shows else ~found
            share = from_count(int(found.sum()), repeats)
            rows.append(
                (
                    name,
                    one.clients,
                    " or ".join(one.shows),
                    world,
                    share.value,
                    right.mean(),
                    share.low,
                    share.high,
                )
            )
    names = ["design", "clients", "shows", "world", "significant", "right", "low", "high"]
    table = pd.DataFrame(rows, columns=names)
    wide = table.pivot_table("significant", "design", "world", sort=False)
    print(wide.assign(right=table.groupby("design")["right"].mean()).round(2).to_string())
    if folder is not None:
        from figure import draw  # beside this file

        style.save(draw(table), folder, "designs_and_worlds", table)
    return table


if __name__ == "__main__":
    results = Path(__file__).parents[2] / "results" / "designs_and_worlds"
    main(*map(int, sys.argv[1:2]), folder=results)
