"""How often does a treatment without effect look effective if therapists are ignored?

Run: python experiments/ignored_therapists/run.py [trials of a cell] [size=tiny]
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from figure import draw  # beside this file

from dyadsim.analysis import growth_model
from dyadsim.analysis.estimate import from_count

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

TINY = {"trials": 3}
SUBJECTS = (5, 10, 20, 40)
SHARES = (0.0, 0.05, 0.1, 0.2)  # of therapists in the variance of slopes
CLUSTERS = 6
BASELINE_SHARE, VARIANCE_RATIO = 0.5, 0.4  # of clients at baseline; of slopes / residual
COLUMNS = ["share", "subjects", "therapist", "rate", "low", "high", "closed_form"]


def compute(trials: int = 2000) -> pd.DataFrame:
    """Return, for each share of therapists in the slopes and each caseload, false positives."""
    rows = []
    for share in SHARES:
        for subjects in SUBJECTS:
            model = growth_model.from_standardised(
                BASELINE_SHARE, 0.0, share, VARIANCE_RATIO, subjects=subjects, clusters=CLUSTERS
            )
            p = np.array(
                [
                    growth_model.p_values(growth_model.draw_trial(model, 1, replicate))
                    for replicate in range(trials)
                ]
            )
            closed_forms = (growth_model.false_positives(model), 0.05)
            for way, ps, closed in zip(("ignored", "respected"), p.T, closed_forms, strict=True):
                rate = from_count(int((ps < 0.05).sum()), trials)
                rows.append((share, subjects, way, rate.value, rate.low, rate.high, closed))
    return pd.DataFrame(rows, columns=COLUMNS)


if __name__ == "__main__":
    run_experiment(__file__, compute, draw, tiny=TINY)
