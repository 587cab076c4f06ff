"""Technique causes the change, and how much variance it explains depends on who gets how much.

Run: python experiments/same_dose/run.py [clients]
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import dyadsim
from dyadsim.evidence import benchmark
from dyadsim.plots import style
from dyadsim.simulation import simulate
from dyadsim.studies.designs.rct import rct

SPREADS = {
    "same dose for all": (1.0, 1.0),
    "0.75 or 1.25": (0.75, 1.25),
    "0.5 or 1.5": (0.5, 1.5),
    "0.25 or 1.75": (0.25, 1.75),
    "none or double": (0.0, 2.0),
}
WITHOUT = dyadsim.Intervention(hold={"process": 0.0})  # the ingredient changes no process


def trial(doses: tuple[float, float]) -> dyadsim.rct:
    """Return a trial of CBT in two arms that differ in its doses alone."""
    cbt = dyadsim.therapy("cbt")
    arms = [
        cbt._replace(name=f"arm_{number}", dose=tuple(share * one for one in cbt.dose))
        for number, share in enumerate(doses)
    ]
    return rct(arms, follow_up=())


def main(clients: int = 20000, folder: Path | None = None) -> pd.DataFrame:
    """Return for each spread of doses: variance explained, with its error; what is lost without."""
    world, rows = dyadsim.world("medical"), []
    for label, doses in SPREADS.items():
        pair = dyadsim.twins(trial(doses), world, clients, WITHOUT, seed=1)
        seen = benchmark.see(pair.factual)
        gain = seen.gain.reindex(seen.outcome.index)
        r = pd.Series(seen.outcome["arm"] == "arm_1").astype(float).corr(gain)
        error = 2 * abs(r) * (1 - r**2) / np.sqrt(gain.notna().sum())
        start = dict(simulate.variables(pair.factual.truth))["distress"][0].astype(float).std()
        loss = -pair.effect(12).astype(float) / start
        spread = loss.std() / np.sqrt(loss.size)
        rows.append((label, 100 * r**2, 100 * error, float(loss.mean()), float(spread)))
    names = ["doses", "percent_of_variance", "percent_error", "loss", "loss_error"]
    table = pd.DataFrame(rows, columns=names)
    print(table.round(3).to_string(index=False))
    if folder is not None:
        from figure import draw  # beside this file

        style.save(draw(table), folder, "same_dose", table)
    return table


if __name__ == "__main__":
    results = Path(__file__).parents[2] / "results" / "same_dose"
    main(*map(int, sys.argv[1:2]), folder=results)
