"""Does the variance that technique explains tell how much it does, if doses differ less or more?

Run: python experiments/same_dose/run.py [clients] [size=tiny]
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from figure import draw  # beside this file

import dyadsim
from dyadsim.evidence.observed_study import observe_study
from dyadsim.simulation import simulate
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.study import Study

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

TINY = {"clients": 300}
DOSES = {
    "same dose for all": (1.0, 1.0),
    "0.75 or 1.25": (0.75, 1.25),
    "0.5 or 1.5": (0.5, 1.5),
    "0.25 or 1.75": (0.25, 1.75),
    "none or double": (0.0, 2.0),
}
WITHOUT = dyadsim.Intervention(hold={"process": 0.0})  # the ingredient changes no process
COLUMNS = ["doses", "percent_of_variance", "percent_error", "loss", "loss_error"]


def trial(doses: tuple[float, float]) -> Study:
    """Return a trial of CBT in two arms that differ in its doses alone."""
    cbt = dyadsim.therapy("cbt")
    arms = [
        cbt._replace(name=f"arm_{number}", dose=tuple(share * dose for dose in cbt.dose))
        for number, share in enumerate(doses)
    ]
    return rct(arms, follow_up=())


def compute(clients: int = 20_000) -> pd.DataFrame:
    """Return for each pair of doses: variance explained, with its error; what is lost without."""
    world, rows = dyadsim.world("medical"), []
    for label, doses in DOSES.items():
        pair = dyadsim.twins(trial(doses), world, clients, WITHOUT, seed=1)
        study = observe_study(pair.factual)
        gain = study.gain.reindex(study.outcome.index)
        r = pd.Series(study.outcome["arm"] == "arm_1").astype(float).corr(gain)
        r_error = 2 * abs(r) * (1 - r**2) / np.sqrt(gain.notna().sum())
        before = dict(simulate.variables(pair.factual.truth))["distress"][0].astype(float)
        loss = -pair.effect(12).astype(float) / before.std()
        error = loss.std() / np.sqrt(loss.size)
        rows.append((label, 100 * r**2, 100 * r_error, float(loss.mean()), float(error)))
    return pd.DataFrame(rows, columns=COLUMNS)


if __name__ == "__main__":
    run_experiment(__file__, compute, draw, tiny=TINY)
