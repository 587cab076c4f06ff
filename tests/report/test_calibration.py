"""What a calibration leaves and says."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dyadsim.report import calibration as report

TABLES = {
    "members": pd.DataFrame({"member": [0, 1], "distress.rate": [0.123457, 0.2]}),
    "course": pd.DataFrame({"step": [1], "clients": [100.0], "cost": [1.25]}),
    "spread": pd.DataFrame({"parameter": ["a", "b"], "spread": [0.4, 0.95]}),
    "facts": pd.DataFrame(
        {
            "fact": ["dropout", "g_waitlist"] * 2,
            "world": ["medical"] * 2 + ["hybrid"] * 2,
            "inside": [1.0, 0.05, 0.5, 0.6],
        }
    ),
    "inside": pd.DataFrame({"member": [0, 1], "medical": [1, 2], "hybrid": [2, 2]}),
}
ABOUT = {
    "command": "dyadsim calibrate budget=small seed=1",
    "facts": 2,
    "members": 2,
    "shared": 60,
    "own": {"medical": 10, "hybrid": 17},
    "inside": {"medical": 1, "hybrid": 2},
}


def test_files_and_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report.write_calibration(tmp_path, TABLES, ABOUT)
    names = {path.name for path in tmp_path.iterdir()}
    tables = {"members.csv", "course.csv", "spread.csv", "facts.csv", "inside.csv"}
    assert names == {*tables, "members.json"}
    assert (tmp_path / "members.csv").read_text().splitlines()[1] == "0,0.123457"
    assert json.loads((tmp_path / "members.json").read_text()) == ABOUT
    report.print_calibration(TABLES, ABOUT, tmp_path)
    out = capsys.readouterr().out
    assert "60 that all worlds share, 10 of medical, 17 of hybrid alone" in out
    assert "medical      1 in the best member; median of all 1.5" in out
    assert "missed by 9 members in 10: g_waitlist" in out
    assert "median 0.68; 1 of 2 parameters above 0.9" in out
    assert "copy members.csv and members.json" in out


def test_many_missed_facts_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    names = [f"fact_{number}" for number in range(15)]
    facts = pd.DataFrame({"fact": names, "world": "medical", "inside": np.zeros(15)})
    about = {**ABOUT, "inside": {"medical": 0}, "own": {"medical": 1}}
    report.print_calibration({**TABLES, "facts": facts}, about, tmp_path)
    out = capsys.readouterr().out
    assert "and 3 more" in out
    assert max(map(len, out.splitlines()[:-2])) <= 80
