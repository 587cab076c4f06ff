"""What a cross-validation leaves and says."""

from pathlib import Path

import pandas as pd
import pytest

from dyadsim.calibration.crossvalidation import prediction_table
from dyadsim.report import crossvalidation as report

SHARES = {"hybrid": 0.8, "medical": 0.4, "prior": 0.5, "null": 0.1}
SCORES = pd.DataFrame(
    [
        {
            "fact": f"fact_{number}",
            "family": "ending" if number < 6 else "client",
            "inside": float(number < 10 * share),
            "distance": 2 - share,
            "log_score": -share,
            "world": world,
        }
        for world, share in SHARES.items()
        for number in range(10)
    ]
)


def test_files_and_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = prediction_table(SCORES)
    report.write_crossvalidation(tmp_path, SCORES, table)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"scores.csv", "prediction.csv", "prediction.png", "prediction.svg"}
    assert "null world" in (tmp_path / "scores.csv").read_text()
    report.print_crossvalidation(table, SCORES, tmp_path)
    out = capsys.readouterr().out
    assert ["all", "10", "0.80", "0.40", "0.50", "0.10"] in [
        [cell.strip() for cell in line.strip("│").split("│")] for line in out.splitlines()
    ]
    # 3 of 10 facts differ: mean .3, SD sqrt(.3 x .7 x 10 / 9), over sqrt(10)
    assert "hybrid holds 80% of the facts that it was not shown: +30 ± 15 points against" in out
    assert "not shown: -10 ± 10 points against draws of the prior, +30 ± 15 points against" in out
    assert "prior 50%" in out
