"""How do shares of the variance of outcome move with how far doses, clients or therapists differ?

Run: python experiments/spread_sweep/run.py [clients of a repeat] [size=tiny]
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from matplotlib.figure import Figure

import dyadsim
from dyadsim.attribution.true_shares import ADJUSTED, Care, Replication, variance_shares
from dyadsim.plots import shares
from dyadsim.studies.study import ROUTINE

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

TINY = {"clients": 300, "step": 4}


class Spread(NamedTuple):
    """A spread that is turned: its column and label, its points, and what the figure says."""

    column: str
    points: tuple[float, ...]
    setting: Callable[[float], tuple[Care, dyadsim.world]]
    label: str
    title: str


def doses(spread: float) -> tuple[Care, dyadsim.world]:
    """Return the medical world, each treatment in doses 1 - spread and 1 + spread."""
    return Care(dose_spread=spread), dyadsim.world("medical")


def severity(spread: float) -> tuple[Care, dyadsim.world]:
    """Return the hybrid world with a standard deviation of distress in the population."""
    return Care(), dyadsim.world("hybrid", {"population.distress_sd": spread})


def therapists(spread: float) -> tuple[Care, dyadsim.world]:
    """Return the hybrid world with a spread of all therapist traits."""
    sample = ROUTINE._replace(therapist_selection=spread)
    return Care(sample=sample), dyadsim.world("hybrid")


SPREADS = {
    "dose_spread": Spread(
        "dose_spread",
        (0.0, 0.25, 0.5, 0.75, 1.0),
        doses,
        "spread of doses: each treatment in doses 1 - spread and 1 + spread",
        "Medical world: technique explains as much variance as doses differ",
    ),
    "severity_mix": Spread(
        "severity_spread",
        (0.6, 0.8, 1.0, 1.2, 1.4),
        severity,
        "SD of distress in the population (hybrid world)",
        "Hybrid world: who comes decides what explains the variance",
    ),
    "therapist_spread": Spread(
        "therapist_spread",
        (0.0, 0.5, 1.0, 1.5, 2.0),
        therapists,
        "spread of therapists' traits (routine care = 1)",
        "Hybrid world: the more therapists differ, the more they explain",
    ),
}


def compute(clients: int = 20_000, step: int = 1) -> dict[str, pd.DataFrame]:
    """Return for every spread: the spread, group, share (% of variance, severity out), se.

    `step`: 1 takes all five points of a spread, 4 the first and the last.
    """
    return {name: shares_by_spread(SPREADS[name], clients, step) for name in SPREADS}


def shares_by_spread(spread: Spread, clients: int, step: int) -> pd.DataFrame:
    """Return the shares at each point of one spread."""
    parts = []
    for point in spread.points[::step]:
        care, world = spread.setting(point)
        table = variance_shares(care, world, replication=Replication(clients, replicates=4))
        chosen = (table["attribution"] == "variance") & (table["denominator"] == ADJUSTED)
        parts.append(table[chosen][["group", "share", "se"]].assign(**{spread.column: point}))
    return pd.concat(parts, ignore_index=True)[[spread.column, "group", "share", "se"]]


def draw(tables: dict[str, pd.DataFrame]) -> dict[str, Figure]:
    """Return a figure for every spread."""
    return {
        name: shares.figure(tables[name], spread.column, label=spread.label, title=spread.title)
        for name, spread in SPREADS.items()
    }


if __name__ == "__main__":
    run_experiment(__file__, compute, draw, tiny=TINY)
