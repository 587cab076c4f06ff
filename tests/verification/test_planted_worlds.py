"""Ensembles of planted worlds: the truth lies where the members say. Slow: `make verify`.

Run as a script it writes the table that `make calibrate-check` prints.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest

from dyadsim.calibration.distances import process_map
from dyadsim.calibration.ensemble import calibrate_worlds
from dyadsim.calibration.gauss_newton import Stage
from dyadsim.calibration.joint_distances import Studies, simulate_points
from dyadsim.calibration.joint_space import space_of_worlds
from dyadsim.calibration.kept_steps import KeptSteps
from dyadsim.calibration.planted import coverage_of, planted_facts, ranks_of
from dyadsim.calibration.search import NEAR_PENALTY, SEARCH_PENALTY, Budget, Problem
from dyadsim.evidence.fact import load_facts

pytestmark = pytest.mark.verification

PLANTED = 2
BUDGET = Budget(
    (Stage(1000, 3, SEARCH_PENALTY), Stage(2500, 3, NEAR_PENALTY)), (2500, 3), 80, 2500, 500
)
TRUTH_CLIENTS, WORLD = 40_000, "hybrid"


def planted_table() -> pd.DataFrame:
    """Return planted, parameter and rank (share of members below the truth): a row a parameter."""
    space, rows = space_of_worlds([WORLD]), []
    with process_map(2) as parallel_map:
        for number in range(PLANTED):
            rng = np.random.default_rng([11, number])
            truth = space.draw(1, rng)[0]
            studies = Studies(load_facts(), TRUTH_CLIENTS, 77)
            values = simulate_points(space, truth[None], studies, [number], parallel_map)[0, 0]
            facts = planted_facts(load_facts(), values, rng)
            problem = Problem(space, facts, 1 + number, parallel_map)
            _, ensemble = calibrate_worlds(problem, BUDGET, KeptSteps())
            others = ensemble.points[1:]
            ranks = ranks_of(truth, others)
            spread = others.std(axis=0, ddof=1)
            inside = [coverage_of(truth[[k]], others[:, [k]]) for k in range(truth.size)]
            rows += zip([number] * truth.size, space.labels, ranks, inside, spread, strict=True)
    return pd.DataFrame(rows, columns=["planted", "parameter", "rank", "inside_90", "spread"])


def coverage_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return coverage of the 90 % intervals, spread and the test of the ranks, a row a world."""
    rows = [
        (
            name,
            len(part),
            part["inside_90"].mean(),
            part["spread"].median(),
            kstest(part["rank"], "uniform").pvalue,
        )
        for name, part in [*table.groupby("planted"), ("all", table)]
    ]
    return pd.DataFrame(
        rows, columns=["planted", "parameters", "coverage_90", "median_spread", "p_of_ranks"]
    )


@pytest.mark.xfail(reason="measured: .81 (.89 and .73), so intervals are too narrow", strict=False)
def test_intervals_of_an_ensemble_hold_the_planted_values() -> None:
    """Every parameter of two planted hybrid worlds: 90 % intervals hold 86 to 94 % of them."""
    table = coverage_table(planted_table()).set_index("planted")
    print(table.to_string())
    assert 0.86 <= table.loc["all", "coverage_90"] <= 0.94
    assert table.loc["all", "p_of_ranks"] > 0.01


if __name__ == "__main__":
    folder = Path(__file__).parents[2] / "results" / "planted_worlds"
    folder.mkdir(parents=True, exist_ok=True)
    coverage = coverage_table(planted_table())
    coverage.to_csv(folder / "coverage.csv", index=False, float_format="%.6g")
    print(coverage.to_string(index=False))
