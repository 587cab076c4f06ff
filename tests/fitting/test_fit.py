"""A fit from file to report."""

import json
from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import binom

from dyadsim.cli.main import main
from dyadsim.report import fit_sentences

CLINIC = Path(__file__).parents[2] / "docs" / "tutorial" / "clinic.csv"
WORDS = [
    "fit",
    f"data.path={CLINIC}",
    "data.instrument=phq9",
    "data.therapy=routine_care",
    "threads=1",
    "data.columns={client:client,time:session,score:phq9,therapist:therapist}",
    "budget=small",
    "task.candidates=[hybrid,'null']",
]


def test_a_fit_from_file_to_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(WORDS) == 0
    out = capsys.readouterr().out
    assert "6 therapists as in the data" in out
    assert "not identified" in out
    assert "worlds: hybrid" in out
    (folder,) = Path("results/fit").iterdir()
    summary = json.loads((folder / "summary.json").read_text())
    assert sum(summary["worlds"]["probability"].values()) == pytest.approx(1)
    parameters = {row["parameter"]: row for row in summary["parameters"]}
    # What the tutorial's clinic was made with, inside the 90 % interval: all but rarely.
    for name, truth in {"distress.treatment_gain": 2.5, "ending.dropout_base": -1.0}.items():
        assert parameters[name]["low"] < truth < parameters[name]["high"]
    assert parameters["population.distress_sd"]["contraction"] > 0.5
    assert not parameters["distress.specificity"]["identified"]
    page = (folder / "report.html").read_text()
    assert page.count("data:image/png;base64") == 5
    assert "http" not in page.replace("http-equiv", "")
    draws = pd.read_parquet(folder / "posterior.parquet")
    assert set(draws) == set(parameters)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert len(manifest["inputs"]["data"]) == 64


def test_too_narrow_intervals_are_a_warning() -> None:
    low, high = fit_sentences.coverage_by_chance(300)
    assert binom.cdf(300 * low - 1, 300, 0.9) < 0.005 < binom.cdf(300 * low, 300, 0.9)
    assert (round(low, 2), round(high, 2)) == (0.85, 0.94)
    assert fit_sentences.coverage_by_chance(60)[0] < low
