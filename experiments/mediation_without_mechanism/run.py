"""How much of a trial's effect does process change "carry" where it does all, part or nothing?

Run: python experiments/mediation_without_mechanism/run.py [clients] [size=tiny]
"""

import sys
from pathlib import Path

import pandas as pd
from figure import draw  # beside this file

import dyadsim
from dyadsim.analysis.mediation import mediated_effect, with_mediator
from dyadsim.model.worlds import WORLDS

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

TINY = {"clients": 300}
MEASURED_AT = {"waitlist": None, "supportive": 6}  # session of the mediator; None = post-test
COLUMNS = ["world", "comparator", "part", "value", "low", "high"]


def compute(clients: int = 4000) -> pd.DataFrame:
    """Return world, comparator, part (carried, direct, total; BDI-II points), value, low, high."""
    rows = []
    for world in WORLDS:
        for comparator, session in MEASURED_AT.items():
            trial = dyadsim.rct(("cbt", comparator), follow_up=())
            records = dyadsim.observed(dyadsim.run(trial, dyadsim.world(world), clients, seed=1))
            table = with_mediator(records.sessions, "process_change_score", "cbt", session)
            effect = mediated_effect(table)
            for part in ("carried", "direct", "total"):
                estimate = getattr(effect, part)
                values = (-estimate.value, -estimate.high, -estimate.low)  # better = above 0
                rows.append((world, comparator, part, *values))
    return pd.DataFrame(rows, columns=COLUMNS)


if __name__ == "__main__":
    run_experiment(__file__, compute, draw, tiny=TINY)
