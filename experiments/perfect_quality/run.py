"""How far does quality, measured without error, correlate with outcome, and for whom?

Run: python experiments/perfect_quality/run.py [clients]
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from quality import HEALTHY, trial, truth  # beside this file

import dyadsim
from dyadsim.plots import style

SPREADS = (0.4, 0.8, 1.6)  # of therapist traits against routine care; .8 = a trial's therapists


def main(clients: int = 20000, folder: Path | None = None) -> pd.DataFrame:
    """Return world, spread, kind of client, share, r (quality, fall), error, effect of + 1 SD."""
    rows = []
    for name in ("medical", "hybrid"):
        world = dyadsim.world(name)
        for spread in SPREADS:
            quality, before, after = truth(trial(spread), world, clients)
            low, high = (truth(trial(spread, lift), world, clients)[2] for lift in (-2, 2))
            per_sd = (low - high) / 4 / before.std()  # what one SD of competence does to a client
            kinds = {
                "all": before > -9,
                "respond in any case": low < HEALTHY,
                "respond in no case": high >= HEALTHY,
                "hang on quality": (low >= HEALTHY) & (high < HEALTHY),
            }
            for kind, who in kinds.items():
                there = who & np.isfinite(quality)
                r = np.corrcoef(quality[there], (before - after)[there])[0, 1]
                rows.append(
                    (
                        name,
                        spread,
                        kind,
                        who.mean(),
                        r,
                        (1 - r**2) / there.sum() ** 0.5,
                        per_sd[who].mean(),
                        per_sd[who].std() / who.sum() ** 0.5,
                    )
                )
    names = ["world", "spread", "clients", "share", "r", "r_error", "effect", "effect_error"]
    table = pd.DataFrame(rows, columns=names)
    print(table.round(3).to_string(index=False))
    if folder is not None:
        from figure import draw  # beside this file

        style.save(draw(table), folder, "perfect_quality", table)
    return table


if __name__ == "__main__":
    results = Path(__file__).parents[2] / "results" / "perfect_quality"
    main(*map(int, sys.argv[1:2]), folder=results)
