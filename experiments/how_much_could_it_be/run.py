"""How much of the variance of outcome can technique explain where no further fact forbids it?

Run: python experiments/how_much_could_it_be/run.py [worlds] [size=tiny]
"""

import shutil
import sys
from pathlib import Path

import pandas as pd

from dyadsim.cli.main import main as dyadsim

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

TINY = {"points": 2, "members": 2, "clients": 200}
KEPT = ("at_most.csv", "confirmed.csv", "figures/region.csv", "figures/region.png", "summary.json")


def compute(
    points: int = 128, members: int = 20, clients: int = 1000, *, folder: Path
) -> pd.DataFrame:
    """Return the highest shares in the region; leave the tables and the figure in `folder`.

    points: worlds beside the members; clients: of a repeat of the first run.
    """
    place = folder / "run"  # the same command goes on there if it was stopped
    words = [f"task.points={points}", f"members={members}", f"size.clients={clients}"]
    small = ["size.clients_per_replicate=200", "size.replicates=2"] if clients < 1000 else []
    figure = ["figure.format=png", "figure.dpi=60"]
    assert dyadsim(["region", *words, *small, *figure, f"results={place}"]) == 0
    newest = max((place / "region").iterdir())
    for name in KEPT:
        shutil.copy(newest / name, folder / Path(name).name)
    shutil.rmtree(place)
    return pd.read_csv(folder / "at_most.csv")


if __name__ == "__main__":
    run_experiment(__file__, compute, tiny=TINY)
