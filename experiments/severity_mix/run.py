"""How do shares move with how far clients differ in severity?

Run: python experiments/severity_mix/run.py [clients of a repeat]
"""

import sys
from pathlib import Path

import pandas as pd

import dyadsim
from dyadsim.attribution.true_shares import ADJUSTED, Care, variance_shares
from dyadsim.plots import shares, style

POINTS = (0.6, 0.8, 1.0, 1.2, 1.4)


def main(clients: int = 20000, folder: Path | None = None) -> pd.DataFrame:
    """Return severity_spread, group, share (% of variance, severity taken out), se."""
    parts = []
    for point in POINTS if folder is not None else POINTS[::4]:
        care, world = Care(), dyadsim.world("hybrid", {"population.distress_sd": point})
        found = variance_shares(care, world, clients, replicates=4)
        chosen = (found["accounting"] == "variance") & (found["denominator"] == ADJUSTED)
        parts.append(found[chosen][["group", "share", "se"]].assign(severity_spread=point))
    table = pd.concat(parts, ignore_index=True)[["severity_spread", "group", "share", "se"]]
    print(
        table.pivot(index="severity_spread", columns="group", values="share").round(2).to_string()
    )
    if folder is not None:
        made = shares.figure(
            table,
            "severity_spread",
            "SD of distress in the population (hybrid world)",
            "Hybrid world: who comes decides what explains the variance",
        )
        style.save(made, folder, "severity_mix", table)
    return table


if __name__ == "__main__":
    results = Path(__file__).parents[2] / "results" / "severity_mix"
    main(*map(int, sys.argv[1:2]), folder=results)
