"""Shares of technique against specificity, and the published facts that hold at each.

Run: python experiments/specificity_sweep/run.py [clients of a repeat]
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import dyadsim
from dyadsim.attribution import true_shares as a
from dyadsim.attribution.estimated_shares import estimates
from dyadsim.evidence.benchmark import see
from dyadsim.plots import style

POINTS, REPEATS = (0.0, 0.25, 0.5, 0.75, 1.0), 4
CARE = a.Care(("cbt", "interpersonal", "supportive"))


def shares(world: dyadsim.world, clients: int) -> pd.DataFrame:
    """Return technique's share of variance and of the effect, and what the arm explains."""
    variance = a.variance_shares(CARE, world, clients, REPEATS)
    worths = [a.effect_worths(CARE, world, min(clients, 4000), k) for k in range(REPEATS)]
    seen = [see(dyadsim.run(a.study(CARE), world, clients, replicate=k)) for k in range(REPEATS)]
    arm = np.array([estimates(one)["arm"] for one in seen])
    both = pd.concat([variance, a.effect_shares(np.stack(worths))])
    both = both[(both["group"] == "technique") & (both["denominator"] != a.VARIANCE)]
    found = both.rename(columns={"accounting": "name", "share": "value"})[["name", "value", "se"]]
    found.loc[len(found) + 100] = ["estimator: arm", arm.mean(), arm.std(ddof=1) / REPEATS**0.5]
    return found.assign(kind="share")


def main(clients: int = 10000, folder: Path | None = None) -> pd.DataFrame:
    """Return specificity, kind (share or fact), name, value, se, low, high, met."""
    parts = []
    for point in POINTS if folder is not None else POINTS[::4]:
        world = dyadsim.dial(dyadsim.world("hybrid"), point)
        facts = pd.DataFrame(
            [
                (
                    one.fact.id,
                    one.simulated,
                    one.standard_error,
                    one.fact.low,
                    one.fact.high,
                    one.met,
                )
                for one in dyadsim.evaluate(world, clients, REPEATS)
            ],
            columns=["name", "value", "se", "low", "high", "met"],
        ).assign(kind="fact")
        both = pd.concat([shares(world, clients), facts])
        parts.append(both.assign(specificity=point))
    table = pd.concat(parts, ignore_index=True)
    told = table.query("kind == 'share'")
    print(told.pivot(index="specificity", columns="name", values="value").round(2).to_string())
    print(table[table["kind"] == "fact"].groupby("specificity")["met"].sum())
    if folder is not None:
        from figure import draw  # beside this file

        style.save(draw(table), folder, "specificity_sweep", table)
    return table


if __name__ == "__main__":
    results = Path(__file__).parents[2] / "results" / "specificity_sweep"
    main(*map(int, sys.argv[1:2]), folder=results)
