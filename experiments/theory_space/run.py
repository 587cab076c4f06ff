"""Where in theory space are the published facts met? 4,096 hybrid worlds, and the box PRIM finds.

Run: python experiments/theory_space/run.py [clients of each fact's study] [size=tiny]
"""

import sys
from pathlib import Path

import pandas as pd

from dyadsim.cli.main import main as dyadsim

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

TINY = {"clients": 100, "points": 64, "best": 60, "methods": ("prim",)}
AXES = {
    "distress.specificity": (0, 1),
    "distress.treatment_gain": (0, 4),
    "distress.expectancy_effect": (0, 2),
    "distress.bond_effect": (0, 2),
    "process_change.gating": (0, 2),
    "alliance.reverse": (0, 3),
    "measurement.style": (0, 0.6),
    "population.therapist_spread": (0, 2),
}


def command(task: str, points: int, clients: int, folder: Path) -> list[str]:
    """Return the command of a task about the same sweep, which lies in `folder`."""
    return [
        task,
        f"name={folder.name}",
        "world=hybrid",
        "points=sobol",
        f"points.n={points}",
        "outputs=[facts]",
        f"size.clients_per_point={clients}",
        f"results={folder.parent}",
        *(f"{name}=interval({low},{high})" for name, (low, high) in AXES.items()),
    ]


def compute(
    clients: int = 2000,
    points: int = 4096,
    best: int = 90,
    methods: tuple[str, ...] = ("prim", "pawn"),
    *,
    folder: Path,
) -> pd.DataFrame:
    """Return the parameters of each world and the facts it meets; leave the sweep in `folder`.

    best: the percentile of facts met above which worlds are looked for. methods: of the sensitivity
    analysis; the box is in prim/limits.csv.
    """
    assert dyadsim(command("sweep", points, clients, folder)) == 0
    table = pd.read_parquet(folder / "points.parquet")[[*AXES, "facts_met"]]
    table.round(4).to_csv(folder / "points.csv", index=False)
    least = int(table["facts_met"].quantile(best / 100))
    for method in methods:
        words = command("sensitivity", points, clients, folder)
        target = [f"task.target='facts_met>={least}'"] if method == "prim" else []
        assert dyadsim([*words, f"task.method={method}", *target]) == 0
    return table


if __name__ == "__main__":
    run_experiment(__file__, compute, tiny=TINY)
