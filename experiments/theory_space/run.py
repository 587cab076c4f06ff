"""Where in theory space the published facts are met: 4,096 hybrid worlds, and the box PRIM finds.

Run: python experiments/theory_space/run.py [clients of each fact's study]
"""

import sys
import tempfile
from pathlib import Path

import pandas as pd

from dyadsim.cli.main import main as dyadsim

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
BEST = 0.9  # the tenth of the worlds that meets most facts is looked for


def words(task: str, points: int, clients: int, results: Path) -> list[str]:
    """Return the command of a task about the same sweep."""
    return [
        task,
        "name=theory_space",
        "world=hybrid",
        "points=sobol",
        f"points.n={points}",
        "outputs=[facts]",
        f"size.clients_per_point={clients}",
        f"results={results}",
        *(f"{name}=interval({low},{high})" for name, (low, high) in AXES.items()),
    ]


def main(clients: int = 2000, folder: Path | None = None) -> pd.DataFrame:
    """Return the limits of the box: parameter, low, high, quasi_p."""
    points = 4096 if folder is not None else 64
    with tempfile.TemporaryDirectory() as place:
        results = folder.parent if folder is not None else Path(place)
        assert dyadsim(words("sweep", points, clients, results)) == 0
        table = pd.read_parquet(results / "theory_space" / "points.parquet")
        least = int(table["facts_met"].quantile(BEST if folder else 0.6))
        print(f"facts met: {table['facts_met'].describe().round(1).to_dict()}")
        target = f"task.target='facts_met>={least}'"
        command = words("sensitivity", points, clients, results)
        assert dyadsim([*command, "task.method=prim", target]) == 0
        assert dyadsim([*command, "task.method=pawn"]) == 0
        left = results / "theory_space"
        if folder is not None:
            table[[*AXES, "facts_met"]].round(4).to_csv(folder / "points.csv", index=False)
        return pd.read_csv(left / "prim" / "limits.csv")


if __name__ == "__main__":
    results = Path(__file__).parents[2] / "results" / "theory_space"
    main(*map(int, sys.argv[1:2]), folder=results)
