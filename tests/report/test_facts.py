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
    FactResult(FIRST, 0.28, 0.002, "met", repeats=8, clients=4000),
    FactResult(FIRST, 0.26, 0.01, "undecided", repeats=60, clients=4000),
    FactResult(SECOND, np.nan, np.nan, "undecided", repeats=8, clients=4000),
    FactResult(THIRD, np.nan, np.nan, "undecided", needs="crossover"),
]


def test_plain_rows_have_null_where_nothing_is_known() -> None:
    row, _, undefined, needed = map(report.fact_row, RESULTS)
    assert (row["simulated"], row["se"], row["met"], row["needs"]) == (0.28, 0.002, True, None)
    assert (row["verdict"], row["repeats"]) == ("met", 8)
    assert (undefined["simulated"], undefined["se"], undefined["met"]) == (None, None, False)
    assert needed["needs"] == "crossover"


def test_facts_of_one_world(capsys: pytest.CaptureFixture[str]) -> None:
    report.print_facts(RESULTS, "null world (changed: a.b = 1)", seed=7)
    out = " ".join(capsys.readouterr().out.split())
    assert "in the null world (changed: a.b = 1)" in out
    assert "0.2800 ± 0.0020" in out
    assert "undefined" in out
    assert "needs study crossover" in out
    counts = "Of 2 simulated facts 1 met, 0 violated, 1 undecided; 2 could not be computed."
    assert counts in out
    assert f"Undecided even after 60 repeats of 4,000 clients: {FIRST.id}." in out
    assert "clients: 4,000 in each repeat; repeats: 8 to 60; seed: 7" in out


def test_what_a_given_size_leaves_undecided_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    report.print_facts(RESULTS, "null world", seed=7, until_decided=False)
    out = " ".join(capsys.readouterr().out.split())
    assert f"Undecided at this size: {FIRST.id}. Without size=..." in out


def test_worlds_side_by_side(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "fact": ["dropout", "dropout", "remission", "remission", *["deterioration"] * 2],
            "world": ["hybrid", "null"] * 3,
            "simulated": [0.2, 0.9, np.nan, 0.2, 0.0, 0.0],
            "se": [0.01, 0.01, np.nan, 0.01, 0.001, 0.001],
            "repeats": [8, 8, 8, 60, 8, 8],
            "low": [0.1, 0.1, 0.2, 0.2, 0.04, 0.04],
            "high": [0.3, 0.3, np.nan, np.nan, 0.09, 0.09],
            "verdict": ["met", "violated", "undecided", "undecided", *["violated"] * 2],
            "distance": [0.0, 7.0, np.nan, np.nan, 2.6, 2.6],
        }
    )
    totals = pd.DataFrame(
        {
            "world": ["hybrid", "null"],
            "met": [1, 0],
            "violated": [1, 2],
            "undecided": 1,
            "facts": 3,
            "free": [30, 20],
            "state": ["calibrated", "changed: a.b = 1 (not 2)"],
            "equal_means_ratio": [1.1, 1.3],
            "equal_means_se": 0.02,
        }
    )
    report.print_scoreboard(table, totals, clients=4000, seed=7)
    out = capsys.readouterr().out
    assert "0.200 ± 0.010 0.0 ✓" in out
    assert "0.900 ± 0.010 7.0 ✗" in out
    assert "undefined ?" in out
    assert "above 0.2" in out
    assert "hybrid      of 3 facts 1 met, 1 violated, 1 undecided; 30 free parameters" in out
    assert "null        of 3 facts 0 met, 2 violated, 1 undecided; 20 free parameters in its" in out
    assert "; changed: a.b = 1 (not 2); " in out
    assert "Violated in all of these worlds: deterioration." in out
    assert "remission (hybrid), remission (null)" in out
    assert "repeats: 8 to 60; seed: 7" in out
    report.write_scoreboard(tmp_path, table, "changed: a.b = 1")
    assert {path.name for path in tmp_path.iterdir()} == {
        "scoreboard.csv",
        "scoreboard.png",
        "scoreboard.svg",
    }
