"""How far intervals move between disjoint halves of a table."""

from types import SimpleNamespace

import numpy as np

from dyadsim.fitting.posterior import Posterior, infer_posterior, learn_summaries
from dyadsim.fitting.reference_table import ReferenceTable
from dyadsim.fitting.stability import learn_halves, table_stability


def _table(linear_problem, coordinates: np.ndarray, raw: np.ndarray) -> ReferenceTable:
    low, high = linear_problem.bounds
    problem = SimpleNamespace(names=("a", "b"), low=low, high=high)
    return ReferenceTable(problem, coordinates, raw, raw)  # type: ignore[arg-type]


def _posterior(table: ReferenceTable, linear_problem, real: np.ndarray) -> Posterior:
    learned = learn_summaries(table.raw, table.coordinates, used=linear_problem.used)
    return infer_posterior(
        learned.table,
        table.coordinates,
        target=learned(real[None])[0],
        bounds=linear_problem.bounds,
    )


def test_a_large_table_and_typical_data_give_stable_intervals(linear_problem) -> None:
    table = _table(linear_problem, *linear_problem.draws(6000))
    real = linear_problem.draws(1, seed=9)[1][0]
    posterior = _posterior(table, linear_problem, real)
    stability = table_stability(
        table, posterior, real=real, learned=learn_halves(table, linear_problem.used)
    )
    assert list(stability["parameter"]) == ["a", "b"]
    assert stability["stable"].all()
    assert (stability["moved"] < 0.4).all()


def test_halves_that_disagree_are_said_to_be_unstable(linear_problem) -> None:
    """In every second draw the first coordinate is turned round: the halves say opposite things."""
    coordinates, raw = linear_problem.draws(4000)
    coordinates[1::2, 0] *= -1
    table = _table(linear_problem, coordinates, raw)
    real = np.array([2.5, 1.2, 0.0, 0.0])
    right = _table(linear_problem, *linear_problem.draws(4000))
    posterior = _posterior(right, linear_problem, real)
    stability = table_stability(
        table, posterior, real=real, learned=learn_halves(table, linear_problem.used)
    )
    assert list(stability["stable"]) == [False, True]
    assert stability["moved"][0] > 1
