"""How often does a treatment without effect look effective if therapists are ignored?

Run: python experiments/ignored_therapists/run.py [trials]
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from dyadsim.analysis import growth_model
from dyadsim.analysis.estimate import from_count
from dyadsim.plots import style

SUBJECTS, SHARES, CLUSTERS = (5, 10, 20, 40), (0.0, 0.05, 0.1, 0.2), 6


def main(total: int = 32000, folder: Path | None = None) -> pd.DataFrame:
    """Return, for each share of therapists in the slopes and each caseload, false positives."""
    rows, trials = [], total // (len(SHARES) * len(SUBJECTS))
    for share in SHARES:
        for subjects in SUBJECTS:
            one = growth_model.from_standardised(
                0.5, 0.0, share, 0.4, subjects=subjects, clusters=CLUSTERS
            )  # share: of the variance of slopes; 0.4: that variance / residual variance
            p = np.array(
                [
                    growth_model.p_values(growth_model.draw(one, 1, number))
                    for number in range(trials)
                ]
            )
            for way, found in zip(("ignored", "respected"), p.T, strict=True):
                rate = from_count(int((found < 0.05).sum()), trials)
                closed = growth_model.false_positives(one) if way == "ignored" else 0.05
                rows.append((share, subjects, way, rate.value, rate.low, rate.high, closed))
    names = ["share", "subjects", "therapist", "rate", "low", "high", "closed_form"]
    table = pd.DataFrame(rows, columns=names)
    print(table.round(3).to_string(index=False))
    if folder is not None:
        from figure import draw  # beside this file

        style.save(draw(table), folder, "ignored_therapists", table)
    return table


if __name__ == "__main__":
    results = Path(__file__).parents[2] / "results" / "ignored_therapists"
    main(*map(int, sys.argv[1:2]), folder=results)
