"""How far does quality, measured without error, correlate with outcome, and for whom?

Run: python experiments/perfect_quality/run.py [clients]
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import dyadsim
from dyadsim import measures, simulate
from dyadsim.designs.rct import TRIAL_CASELOAD
from dyadsim.plots import style
from dyadsim.study import TRIAL, Study

SPREADS = (0.4, 0.8, 1.6)  # of therapist traits against routine care; .8 = a trial's therapists
FORM = measures.named("bdi2")
HEALTHY = (FORM.cut_off - FORM.intercept) / FORM.slope  # distress whose true score is the cut-off


def trial(spread: float, lift: float = 0.0) -> Study:
    """Return CBT for all, fixed dose, every therapist's competence lifted by `lift` SD."""
    sample = TRIAL._replace(therapist_selection=spread)
    study = dyadsim.cohort("cbt", 12, rule="fixed", follow_up=(), instrument="bdi2",
                           sample=sample, caseload=TRIAL_CASELOAD._replace(nested=False))  # fmt: skip
    arm = study.arms[0]._replace(training=(("competence", lift),) if lift else ())
    return study._replace(arms=(arm,))


def truth(study: Study, world: dyadsim.world, clients: int) -> tuple[np.ndarray, ...]:
    """Return delivered competence (mean over sessions), distress at intake and at the end."""
    known = dict(simulate.variables(dyadsim.run(study, world, clients, seed=1).truth))
    given = known["delivered_competence"][1:].astype(float)
    quality = np.nanmean(np.where(given > 0, given, np.nan), axis=0)
    return quality, known["distress"][0].astype(float), known["distress"][-1].astype(float)


def main(clients: int = 20000, folder: Path | None = None) -> pd.DataFrame:
    """Return world, spread, kind of client, share, r (quality, fall), error, effect of + 1 SD."""
    rows = []
    for name in ("medical", "hybrid"):
        world = dyadsim.world(name)
        for spread in SPREADS:
            quality, before, after = truth(trial(spread), world, clients)
            low, high = (truth(trial(spread, lift), world, clients)[2] for lift in (-2, 2))
            per_sd = (low - high) / 4 / before.std()  # what one SD of competence does to a client
            kinds = {"all": before > -9, "respond in any case": low < HEALTHY,
                     "respond in no case": high >= HEALTHY,
                     "hang on quality": (low >= HEALTHY) & (high < HEALTHY)}  # fmt: skip
            for kind, who in kinds.items():
                there = who & np.isfinite(quality)
                r = np.corrcoef(quality[there], (before - after)[there])[0, 1]
                rows.append((name, spread, kind, who.mean(), r, (1 - r**2) / there.sum() ** 0.5,
                             per_sd[who].mean(), per_sd[who].std() / who.sum() ** 0.5))  # fmt: skip
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
