"""Whether data are typical of the simulated ones, and what misses its predictions."""

import numpy as np
import pytest

from dyadsim.fitting.coverage import prediction_table, typicality
from dyadsim.fitting.reference_table import ReferenceTable


def test_data_outside_the_cloud_are_noticed(linear_problem) -> None:
    coordinates, raw = linear_problem.draws(2000)
    table = ReferenceTable(None, coordinates, raw, raw)  # type: ignore[arg-type]
    odd = raw[0] + np.array([0.0, 0.0, 8.0, 0.0])
    assert typicality(table, raw[0], used=linear_problem.used) > 0.01
    assert typicality(table, odd, used=linear_problem.used) < 0.01


def test_a_missed_prediction_has_a_small_tail(linear_problem) -> None:
    _, raw = linear_problem.draws(2000)
    predictions = prediction_table(raw, np.array([0.0, 0.0, 20.0, 0.0]), names=tuple("abcd"))
    assert list(predictions["tail"] < 0.01) == [False, False, True, False]


@pytest.mark.parametrize("draws", [1, 20])
def test_nothing_kept_out_makes_a_table_without_rows(draws: int) -> None:
    table = prediction_table(np.empty((draws, 0)), np.empty(0), names=())
    assert list(table) == ["statistic", "data", "low", "middle", "high", "tail"]
    assert not len(table)
    assert all(table[name].dtype == float for name in list(table)[1:])


def test_a_statistic_that_is_often_missing_keeps_its_tail() -> None:
    predictions = np.array([[1.0], [2.0], [3.0], [np.nan], [np.nan], [np.nan]])
    table = prediction_table(predictions, np.array([2.0]), names=("x",))
    assert table["tail"].tolist() == [1.0]
