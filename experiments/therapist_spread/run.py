"""How much variance do therapists explain, by how far they differ?

Run: python experiments/therapist_spread/run.py [clients of a repeat]
"""

import sys
from pathlib import Path

import pandas as pd

import dyadsim
from dyadsim.attribution.true_shares import ADJUSTED, Care, variance_shares
from dyadsim.plots import shares, style
from dyadsim.studies.study import ROUTINE

POINTS = (0.0, 0.5, 1.0, 1.5, 2.0)


def main(clients: int = 20000, folder: Path | None = None) -> pd.DataFrame:
    """Return therapist_spread, group, share (% of variance, severity taken out), se."""
    parts = []
    for point in POINTS if folder is not None else POINTS[::4]:
        care, world = (
            Care(sample=ROUTINE._replace(therapist_selection=point)),
            dyadsim.world("hybrid"),
        )
        found = variance_shares(care, world, clients, replicates=4)
        chosen = (found["accounting"] == "variance") & (found["denominator"] == ADJUSTED)
        parts.append(found[chosen][["group", "share", "se"]].assign(therapist_spread=point))
    table = pd.concat(parts, ignore_index=True)[["therapist_spread", "group", "share", "se"]]
    print(
        table.pivot(index="therapist_spread", columns="group", values="share").round(2).to_string()
    )
    if folder is not None:
        made = shares.figure(
            table,
            "therapist_spread",
            "spread of therapists' traits (routine care = 1)",
            "Hybrid world: the more therapists differ, the more they explain",
        )
        style.save(made, folder, "therapist_spread", table)
    return table


if __name__ == "__main__":
    results = Path(__file__).parents[2] / "results" / "therapist_spread"
    main(*map(int, sys.argv[1:2]), folder=results)
