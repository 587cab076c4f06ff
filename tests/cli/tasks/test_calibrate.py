"""What a calibration has found is written before anything that follows from it can fail."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from dyadsim.calibration import search
from dyadsim.calibration.prior import calibration_space
from dyadsim.cli.main import main
from dyadsim.cli.tasks import calibrate
from dyadsim.errors import BadInput

FACTS = pd.DataFrame({"fact": ["dropout", "g_waitlist"], "verdict": ["met", "violated"]})


@pytest.fixture(autouse=True)
def quick_search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that ends at once."""

    def calibrate_at_once(*arguments: Any, **keywords: Any) -> search.Calibration:
        starts = pd.DataFrame({"start": [0], "cost": [1.5], "distress.rate": [0.3]})
        return search.Calibration("null", {"distress.rate": 0.3}, starts, starts)

    monkeypatch.setattr(search, "calibrate_world", calibrate_at_once)
    monkeypatch.chdir(tmp_path)


def run() -> int:
    return main(["calibrate", "world=null", "budget=small", "threads=1"])


def left() -> dict[str, Path]:
    (folder,) = Path("results/calibrate").iterdir()
    assert not folder.name.startswith(".")
    return {path.name: path for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (BadInput("shares add up to more than 1"), 1, "could not be added: shares add up"),
        (np.linalg.LinAlgError("Singular matrix"), 1, "could not be added: Singular matrix"),
        (KeyboardInterrupt(), 130, "what the search has found is kept in results/calibrate/"),
    ],
)
def test_what_the_search_found_stays_when_what_follows_fails(
    error: BaseException,
    code: int,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*arguments: Any) -> None:
        raise error

    monkeypatch.setattr(calibrate, "_posterior", fail)
    assert run() == code
    err = capsys.readouterr().err
    assert message in err
    assert "is kept in results/calibrate/" in err
    assert "Traceback" not in err
    files = left()
    described = {"summary.json", "manifest.json", "ro-crate-metadata.json"}
    assert set(files) == {"world.yaml", "starts.csv", "course.csv", *described}
    assert yaml.safe_load(files["world.yaml"].read_text())["parameters"] == {"distress.rate": 0.3}
    summary = json.loads(files["summary.json"].read_text())
    assert summary["still_to_come"] == ["posterior", "facts"]
    assert "met" not in summary


def test_a_calibration_that_goes_well_is_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibrate, "_posterior", lambda *_: FACTS)
    monkeypatch.setattr(calibrate, "_facts", lambda *_: FACTS)
    assert run() == 0
    files = left()
    assert {"facts.csv", "posterior.csv", "world.yaml", "summary.json"} < set(files)
    summary = json.loads(files["summary.json"].read_text())
    assert (summary["met"], summary["violated"], summary["facts"]) == (1, 1, 2)
    assert "still_to_come" not in summary
    assert yaml.safe_load(files["world.yaml"].read_text())["calibration"]["met"] == 1


def test_a_start_at_values_that_exclude_each_other_loses_no_other_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    space = calibration_space("null")
    ends = iter([space.high, space.middle])  # all shares at their most leave nothing over
    with pytest.raises(BadInput):
        space.values(space.high)
    monkeypatch.setattr(search, "_run_start", lambda *_: (next(ends), []))
    budget = search.BUDGETS["small"]._replace(clients_of_choice=100)
    calibration = search.calibrate_world(space, budget)
    assert list(calibration.starts["start"]) == [0, 1]
    assert calibration.values == space.values(space.middle)
