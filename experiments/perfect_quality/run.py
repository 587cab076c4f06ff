"""How far does quality, measured without error, correlate with outcome, and for whom?

Run: python experiments/perfect_quality/run.py [clients] [size=tiny]
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from figure import draw  # beside this file
from quality import HEALTHY, simulate_truth, trial

import dyadsim

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

TINY = {"clients": 300}
SPREADS = (0.4, 0.8, 1.6)  # of therapist traits against routine care; .8 = a trial's therapists
LIFT = 2  # SD by which the same therapists' competence is raised and lowered


def compute(clients: int = 20_000) -> pd.DataFrame:
    """Return world, spread, kind of client, share, r (quality, fall), error, effect of + 1 SD."""
    parts = [
        by_kind(dyadsim.world(name), spread, clients).assign(world=name, spread=spread)
        for name in ("medical", "hybrid")
        for spread in SPREADS
    ]
    table = pd.concat(parts, ignore_index=True)
    return table[["world", "spread", *table.columns[:-2]]]


def by_kind(world: dyadsim.world, spread: float, clients: int) -> pd.DataFrame:
    """Return a row a kind of client: by whether they respond to a poor and to a good therapist."""
    truth = simulate_truth(trial(spread), world, clients)
    good = simulate_truth(trial(spread, LIFT), world, clients).distress_after
    poor = simulate_truth(trial(spread, -LIFT), world, clients).distress_after
    effect = (poor - good) / (2 * LIFT) / truth.distress_before.std()  # of one SD of competence
    kinds = {
        "all": np.full(clients, True),
        "respond in any case": poor < HEALTHY,
        "respond in no case": good >= HEALTHY,
        "hang on quality": (poor >= HEALTHY) & (good < HEALTHY),
    }
    fall = truth.distress_before - truth.distress_after
    rows = []
    for kind, members in kinds.items():
        treated = members & np.isfinite(truth.quality)
        r = np.corrcoef(truth.quality[treated], fall[treated])[0, 1]
        r_error = (1 - r**2) / treated.sum() ** 0.5
        mean, error = effect[members].mean(), effect[members].std() / members.sum() ** 0.5
        rows.append((kind, members.mean(), r, r_error, mean, error))
    columns = ["clients", "share", "r", "r_error", "effect", "effect_error"]
    return pd.DataFrame(rows, columns=columns)


if __name__ == "__main__":
    run_experiment(__file__, compute, draw, tiny=TINY)
