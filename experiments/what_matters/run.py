"""Sobol indices of what a trial finds, over twelve parameters of the calibrated hybrid world.

The same at the command line: docs/sweeps.md. Run: python experiments/what_matters/run.py
"""

import sys
import tempfile
from pathlib import Path

import pandas as pd

from dyadsim.cli.main import main as dyadsim

AXES = {
    "population.therapist_spread": (0.5, 2),
    "population.expectancy_mean": (0.4, 0.9),
    "population.weight_spread": (0.5, 2.5),
    "alliance.rate": (0.2, 1),
    "alliance.empathy": (0, 1),
    "alliance.reverse": (0, 3),
    "process_change.gating": (0, 2),
    "process_change.learning_rate": (0.1, 1),
    "distress.specificity": (0, 1),
    "distress.treatment_gain": (0, 3.5),
    "distress.expectancy_effect": (0, 1),
    "distress.bond_effect": (0, 1),
}


def words(base: int, clients: int, results: Path) -> list[str]:
    """Return the command: one sweep of base x 14 points, two replicates, and its indices."""
    return [
        "sensitivity",
        "name=what_matters",
        "world=hybrid",
        "points=saltelli",
        f"points.n={base}",
        "points.replicates=2",
        "study.arms=[cbt,waitlist]",
        "study.sessions=20",
        "study.follow_up=[]",
        "outputs=[true_d,d_between,dropout,ruptures]",
        f"size.clients_per_point={clients}",
        f"results={results}",
        *(f"{name}=interval({low},{high})" for name, (low, high) in AXES.items()),
    ]


def main(clients: int = 2000, folder: Path | None = None) -> pd.DataFrame:
    """Return output, index, parameter, other, value, low, high, case."""
    with tempfile.TemporaryDirectory() as place:
        results = folder.parent if folder is not None else Path(place)
        code = dyadsim(words(1024 if folder else 16, clients, results))
        assert code == 0, f"the command ended with exit code {code}"
        return pd.read_csv(results / "what_matters" / "sobol" / "indices.csv")


if __name__ == "__main__":
    results = Path(__file__).parents[2] / "results" / "what_matters"
    main(*map(int, sys.argv[1:2]), folder=results)
