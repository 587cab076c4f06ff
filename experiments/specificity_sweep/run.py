"""How much is technique worth at each specificity, and which published facts hold there?

Run: python experiments/specificity_sweep/run.py [clients of a repeat] [size=tiny]
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from figure import draw  # beside this file

import dyadsim
from dyadsim.attribution import true_shares
from dyadsim.attribution.estimated_shares import estimate_shares
from dyadsim.evidence.observed_study import observe_study

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

TINY = {"clients": 300, "points": (0.0, 1.0)}
POINTS = (0.0, 0.25, 0.5, 0.75, 1.0)
REPEATS = 4
CARE = true_shares.Care(("cbt", "interpersonal", "supportive"))


def compute(clients: int = 10_000, points: tuple[float, ...] = POINTS) -> pd.DataFrame:
    """Return specificity, kind (share or fact), name, value, se, low, high, verdict."""
    parts = []
    for point in points:
        world = dyadsim.dial(dyadsim.world("hybrid"), point)
        both = [technique_shares(world, clients), facts(world, clients)]
        parts.append(pd.concat(both).assign(specificity=point))
    return pd.concat(parts, ignore_index=True)


def technique_shares(world: dyadsim.world, clients: int) -> pd.DataFrame:
    """Return technique's share of variance and of the effect, and what the arm explains."""
    variance = true_shares.variance_shares(
        CARE, world, replication=true_shares.Replication(clients, REPEATS)
    )
    worths = [
        true_shares.effect_worths(CARE, world, clients=min(clients, 4000), replicate=replicate)
        for replicate in range(REPEATS)
    ]
    both = pd.concat([variance, true_shares.effect_shares(np.stack(worths))])
    both = both[(both["group"] == "technique") & (both["denominator"] != true_shares.VARIANCE)]
    shares = both.rename(columns={"attribution": "name", "share": "value"})[["name", "value", "se"]]
    arm = arm_shares(world, clients)
    error = arm.std(ddof=1) / REPEATS**0.5
    shares.loc[len(shares) + 100] = ["estimator: arm", arm.mean(), error]
    return shares.assign(kind="share")


def arm_shares(world: dyadsim.world, clients: int) -> np.ndarray:
    """Return what the arm explains of the scores' variance in each repeat, %."""
    study = true_shares.attribution_study(CARE)
    runs = [dyadsim.run(study, world, clients, replicate=k) for k in range(REPEATS)]
    return np.array([estimate_shares(observe_study(run))["arm"] for run in runs])


def facts(world: dyadsim.world, clients: int) -> pd.DataFrame:
    """Return the published facts beside what this world makes of them."""
    rows = [
        (
            result.fact.id,
            result.simulated,
            result.standard_error,
            result.fact.low,
            result.fact.high,
            result.verdict,
        )
        for result in dyadsim.evaluate(world, clients, replicates=REPEATS)
    ]
    columns = ["name", "value", "se", "low", "high", "verdict"]
    return pd.DataFrame(rows, columns=columns).assign(kind="fact")


if __name__ == "__main__":
    run_experiment(__file__, compute, draw, tiny=TINY)
