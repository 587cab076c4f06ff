"""How much variance does technique explain, by how far doses differ?

Run: python experiments/dose_spread/run.py [clients of a repeat]
"""

import sys
from pathlib import Path

import pandas as pd

import dyadsim
from dyadsim.attribution.true_shares import ADJUSTED, Care, variance_shares
from dyadsim.plots import shares, style

POINTS = (0.0, 0.25, 0.5, 0.75, 1.0)


def main(clients: int = 20000, folder: Path | None = None) -> pd.DataFrame:
    """Return dose_spread, group, share (% of variance, severity taken out), se."""
    parts = []
    for point in POINTS if folder is not None else POINTS[::4]:
        care, world = Care(dose_spread=point), dyadsim.world("medical")
        found = variance_shares(care, world, clients, replicates=4)
        chosen = (found["accounting"] == "variance") & (found["denominator"] == ADJUSTED)
        parts.append(found[chosen][["group", "share", "se"]].assign(dose_spread=point))
    table = pd.concat(parts, ignore_index=True)[["dose_spread", "group", "share", "se"]]
    print(table.pivot(index="dose_spread", columns="group", values="share").round(2).to_string())
    if folder is not None:
        made = shares.figure(
            table,
            "dose_spread",
            "spread of doses: each treatment in doses 1 - spread and 1 + spread",
            "Medical world: technique explains as much variance as doses differ",
        )
        style.save(made, folder, "dose_spread", table)
    return table


if __name__ == "__main__":
    results = Path(__file__).parents[2] / "results" / "dose_spread"
    main(*map(int, sys.argv[1:2]), folder=results)
