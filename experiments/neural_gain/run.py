"""Would a neural posterior learn more than the table, from the same simulations? (BayesFlow on JAX)

Run: pip install bayesflow jax; python experiments/neural_gain/run.py [draws] [size=tiny]
"""

import importlib.util
import sys
from pathlib import Path

import pandas as pd
from rivals import by_network, by_table, judge  # beside this file

from dyadsim.calibration.distances import process_map
from dyadsim.fitting import client_data, reference_table
from dyadsim.fitting.data_design import observed_design
from dyadsim.fitting.free_parameters import fitting_problem
from dyadsim.fitting.target import ScoreEvidence, score_evidence

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

TINY = {"draws": 300}
CLINIC = Path(__file__).parents[2] / "docs" / "tutorial" / "clinic.csv"
COLUMNS = {
    "client": "client",
    "time": "session",
    "score": "phq9",
    "therapist": "therapist",
    "alliance": "alliance",
}
TRIED = 300  # data sets on which both are tried


def tutorial_clinic() -> ScoreEvidence:
    """Return the tutorial's clinic."""
    data = client_data.read_client_data(str(CLINIC), COLUMNS, instrument="phq9")
    return score_evidence(observed_design(data, {"care": "routine_care"}), True)


def compute(draws: int = 5000) -> pd.DataFrame:
    """Return way, parameter, contraction, covered (90 %), r with the truth, seconds."""
    if importlib.util.find_spec("bayesflow") is None:
        print("This needs pip install bayesflow jax.")
        return pd.DataFrame()
    evidence, problem = tutorial_clinic(), fitting_problem("hybrid")
    with process_map(2) as parallel:
        table = reference_table.prior_table(
            problem, evidence, draws=2 * draws + TRIED, seed=1, parallel_map=parallel
        )
    used = reference_table.usable_summaries([table], evidence.real()[0])
    twice, tried = reference_table.split_table(table, 2 * draws)
    first, _ = reference_table.split_table(twice, draws)
    parts = [
        judge(by_table, first, tried, used),
        judge(by_network, first, tried, used),
        judge(by_table, twice, tried, used).assign(way="by_table, twice the draws"),
    ]
    return pd.concat(parts, ignore_index=True)


if __name__ == "__main__":
    run_experiment(__file__, compute, tiny=TINY)
