"""Outputs without a value are said, and never an infinity or a warning of NumPy."""

import json
from pathlib import Path

import pytest

from dyadsim.cli.main import main

FEW = (
    "study=feedback",
    "study.sessions=2",
    "study.follow_up=[1]",
    "size.clients_per_point=4",
    "measurement.missing_assessment=0.9",
)


def _refuse(name: str) -> None:
    raise AssertionError(f"{name} in JSON")


def test_a_sweep_with_four_clients_a_point(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["sweep", *FEW, "distress.treatment_gain=0,20", f"results={tmp_path}"]
    assert main([*words, "json=true"]) == 0
    rows = json.loads(capsys.readouterr().out, parse_constant=_refuse)["outputs"]
    empty = [row["output"] for row in rows if row["without_value"]]
    assert empty
    assert all(row["lowest"] is None for row in rows if row["without_value"] == 2)
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert ("no value in " in out, err) == (True, "")


def test_the_ends_of_a_range_are_computed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*FEW, "resonance.mirroring=0,0.4", "measurement.missing=0", f"results={tmp_path}"]
    assert main(["sweep", *words]) == 0
    assert "failed" not in capsys.readouterr().out
