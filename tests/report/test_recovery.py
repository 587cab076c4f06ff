"""What planning prints and leaves."""

from pathlib import Path

import pandas as pd
import pytest

from dyadsim.report import recovery as report

TABLE = pd.DataFrame(
    {
        "variant": ["scores alone"] * 2 + ["all three"] * 2,
        "parameter": ["distress.rate", "alliance.rate"] * 2,
        "contraction": [0.2, 0.4, 0.6, 0.8],
    }
)


def test_a_column_a_way_to_measure(capsys: pytest.CaptureFixture[str]) -> None:
    report.print_recovery(TABLE, "cohort", 200, "hybrid world")
    out = " ".join(capsys.readouterr().out.split())
    assert "Contraction in study cohort, 200 clients, hybrid world" in out
    assert "scores alone 0.30, all three 0.70" in out


def test_figure_and_table(tmp_path: Path) -> None:
    report.write_recovery(tmp_path, TABLE)
    assert {path.name for path in tmp_path.iterdir()} == {"figure.csv", "figure.png", "figure.svg"}
