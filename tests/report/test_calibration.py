"""What a calibration leaves and says."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from dyadsim.calibration.search import Calibration
from dyadsim.report import calibration as report

STARTS = pd.DataFrame({"start": [0, 1], "cost": [1.25, 0.5], "distress.rate": [0.3, 0.4]})
COURSE = pd.DataFrame({"start": [0], "cost": [1.25]})
RESULT = Calibration("medical", {"distress.rate": 0.123456789}, STARTS, COURSE)
FACTS = pd.DataFrame(
    {"fact": ["dropout", "g_waitlist", "remission_3m"], "verdict": ["met", "violated", "undecided"]}
)
ABOUT = {"command": "dyadsim calibrate world=medical"}


def test_a_world_file_repeats_itself() -> None:
    text = report.world_file(RESULT, ABOUT)
    assert "# Again: dyadsim calibrate world=medical\n" in text
    assert yaml.safe_load(text) == {
        "base": "medical",
        "parameters": {"distress.rate": 0.123457},
        "calibration": ABOUT,
    }


def test_files_and_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report.write_calibration(tmp_path, RESULT, about=ABOUT, facts=FACTS, posterior=STARTS)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"world.yaml", "starts.csv", "course.csv", "facts.csv", "posterior.csv"}
    report.print_calibration(RESULT, FACTS, tmp_path)
    out = capsys.readouterr().out
    assert "medical: of 3 facts 1 met, 1 violated, 1 undecided" in out
    assert "1 free parameters, 2 starts, cost 1.25, 0.50" in out
    assert "Violated: g_waitlist.\nUndecided: remission_3m." in out
