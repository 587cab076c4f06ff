"""What the tasks about sweeps print."""

from pathlib import Path
from typing import Any

import pytest

from dyadsim.report import sweep as report

SUMMARY: dict[str, Any] = {
    "folder": "results/bond",
    "rows": 2000,
    "finished": 2000,
    "failed": 1,
    "damaged": [],
    "foreign": ["old"],
    "reused": 0,
    "computed": 2000,
    "seconds": 1.5,
    "conditions": 2,
    "points": 1000,
    "replicates": 1,
    "outputs": [
        {
            "output": "gain.cbt",
            "without_value": 31,
            "lowest": 1.0,
            "median": 2.0,
            "highest": 3.0,
            "typical_error": 0.05,
            "meaning": "mean fall from the intake score",
        }
    ],
    "failures": [{"world": "hybrid", "point": 3, "alliance.rate": 0.25, "error": "no variance"}],
}


def test_what_came_out(capsys: pytest.CaptureFixture[str]) -> None:
    report.print_sweep(SUMMARY, Path("results/bond/points.parquet"), outputs_too=True)
    out = capsys.readouterr().out
    assert "2,000 rows (2 conditions x 1,000 points x 1 replicate): 2,000 computed here" in out
    assert "gain.cbt" in out
    assert "failed: world hybrid, point 3, alliance.rate 0.25: no variance" in out
    assert "1 of 2,000 rows failed" in out
    assert "no value in 30 of 2,000 rows: gain.cbt." in out
    assert "of other outputs were left alone: 1." in out


def test_missing_rows_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    report.print_sweep(SUMMARY | {"finished": 500}, None, outputs_too=True)
    out = capsys.readouterr().out
    assert "1,500 rows are still missing" in out


def test_a_summary_is_lines(capsys: pytest.CaptureFixture[str]) -> None:
    report.print_summary(
        {
            "dyad_sessions": 12000,
            "done": True,
            "missing": {"hybrid": 1000},
            "parts": ["a"],
            "s": 2.5,
        }
    )
    assert capsys.readouterr().out.splitlines() == [
        "  dyad sessions        12,000",
        "  done                 yes",
        "  missing: hybrid: 1,000",
        "  parts: a",
        "  s                    2.5",
    ]
