"""Would a neural posterior learn more than the table, from the same simulations? (BayesFlow on JAX)

Run: pip install bayesflow jax; python experiments/neural_gain/run.py
"""

import importlib.util
import sys
from pathlib import Path

import pandas as pd
from rivals import by_network, by_table, told

from dyadsim.calibration.search import processes
from dyadsim.fitting import client_data, reference_table
from dyadsim.fitting.data_design import observed
from dyadsim.fitting.free_parameters import problem
from dyadsim.fitting.target import Scores, scores_of

ROOT = Path(__file__).parents[2]
COLUMNS = {
    "client": "client",
    "time": "session",
    "score": "phq9",
    "therapist": "therapist",
    "alliance": "alliance",
}
HELD = 300  # data sets on which both are tried


def seen() -> Scores:
    """Return the tutorial's clinic."""
    path = str(ROOT / "docs" / "tutorial" / "clinic.csv")
    return scores_of(
        observed(client_data.read(path, COLUMNS, "phq9"), {"care": "routine_care"}), True
    )


def main(draws: int = 5000, folder: Path | None = None) -> pd.DataFrame:
    """Return way, parameter, contraction, covered (90 %), r with the truth, seconds."""
    if importlib.util.find_spec("bayesflow") is None:
        print("This needs pip install bayesflow jax.")
        return pd.DataFrame()
    evidence, one = seen(), problem("hybrid")
    with processes(2) as spread:
        made = reference_table.table(one, evidence, 2 * draws + HELD, 1, spread)
    used = reference_table.usable([made], evidence.real()[0])
    twice, held = reference_table.split(made, 2 * draws)
    kept, _ = reference_table.split(twice, draws)
    parts = [told(by_table, kept, held, used), told(by_network, kept, held, used)]
    parts.append(told(by_table, twice, held, used).assign(way="by_table, twice the draws"))
    table = pd.concat(parts, ignore_index=True)
    print(table.round(2).to_string(index=False))
    print(
        table.groupby("way", sort=False)[["contraction", "covered", "r", "seconds"]].mean().round(3)
    )
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        table.to_csv(folder / "gain.csv", index=False)
    return table


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), folder=ROOT / "results" / "neural_gain")
