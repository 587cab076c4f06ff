"""Which of twelve parameters decide what a trial finds? Sobol indices of the hybrid world.

The same at the command line: docs/how_to/sweeps.md.
Run: python experiments/what_matters/run.py [clients of a point] [size=tiny]
"""

import sys
from pathlib import Path

import pandas as pd

from dyadsim.cli.main import main as dyadsim

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

TINY = {"clients": 300, "base": 16}
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


def compute(clients: int = 2000, base: int = 1024, *, folder: Path) -> pd.DataFrame:
    """Return output, index, parameter, other, value, low, high, case; leave all in `folder`.

    It is one command: a sweep of base x 14 points, two replicates, and its indices.
    """
    words = [
        "sensitivity",
        f"name={folder.name}",
        "world=hybrid",
        "points=saltelli",
        f"points.n={base}",
        "points.replicates=2",
        "study.arms=[cbt,waitlist]",
        "study.sessions=20",
        "study.follow_up=[]",
        "outputs=[true_d,d_between,dropout,ruptures]",
        f"size.clients_per_point={clients}",
        f"results={folder.parent}",
        *(f"{name}=interval({low},{high})" for name, (low, high) in AXES.items()),
    ]
    code = dyadsim(words)
    assert code == 0, f"the command ended with exit code {code}"
    return pd.read_csv(folder / "sobol" / "indices.csv")


if __name__ == "__main__":
    run_experiment(__file__, compute, tiny=TINY)
