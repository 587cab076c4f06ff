"""Facts in one world, and several worlds side by side."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dyadsim.evidence import fact as facts
from dyadsim.evidence.benchmark import FactResult
from dyadsim.report import facts as report

FIRST, SECOND, THIRD = facts.load_facts()[:3]
RESULTS = [
    FactResult(FIRST, 0.25, 0.01, True, ""),
    FactResult(SECOND, np.nan, np.nan, False, ""),
    FactResult(THIRD, np.nan, np.nan, False, "crossover"),
]


def test_plain_rows_have_null_where_nothing_is_known() -> None:
    row, undefined, needed = map(report.fact_row, RESULTS)
    assert (row["simulated"], row["se"], row["met"], row["needs"]) == (0.25, 0.01, True, None)
    assert (undefined["simulated"], undefined["se"], undefined["met"]) == (None, None, False)
    assert needed["needs"] == "crossover"


def test_facts_of_one_world(capsys: pytest.CaptureFixture[str]) -> None:
    report.print_facts(RESULTS, "null", calibrated=False)
    out = capsys.readouterr().out
    assert "in the null world (NOT calibrated" in out
    assert "0.250 ±0.010" in out
    assert "undefined" in out
    assert "needs study crossover" in out
    assert "1 of 1 simulated facts met; 2 could not be computed." in out


def test_worlds_side_by_side(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "fact": ["dropout", "dropout", "remission", "remission"],
            "world": ["hybrid", "null"] * 2,
            "simulated": [0.2, 0.9, np.nan, 0.1],
            "se": 0.01,
            "low": [0.1, 0.1, 0.2, 0.2],
            "high": [0.3, 0.3, np.nan, np.nan],
            "met": [True, False, False, False],
            "distance": [0.0, 7.0, np.nan, np.nan],
        }
    )
    totals = pd.DataFrame(
        {
            "world": ["hybrid", "null"],
            "met": [1, 0],
            "facts": 2,
            "free": [30, 20],
            "calibrated": True,
            "equal_means_ratio": [1.1, 1.3],
            "equal_means_se": 0.02,
        }
    )
    report.print_scoreboard(table, totals)
    out = capsys.readouterr().out
    assert "0.200 ±0.010 0.0 ✓" in out
    assert "undefined ✗" in out
    assert "above 0.2" in out
    assert "hybrid      meets 1 of 2 facts; 30 free parameters" in out
    assert "Met in none of these worlds: remission." in out
    report.write_scoreboard(tmp_path, table)
    assert {path.name for path in tmp_path.iterdir()} == {
        "scoreboard.csv",
        "scoreboard.png",
        "scoreboard.svg",
    }
