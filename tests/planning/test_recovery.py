"""Planning: what more to measure would help."""

import json
from pathlib import Path

import pandas as pd
import pytest

from dyadsim.cli.main import main
from dyadsim.planning.recovery import measurement_variants


def test_planning_says_what_more_would_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = [
        "recover",
        "study=cohort",
        "study.sessions=6",
        "study.follow_up=[]",
        "threads=1",
        "size.clients=40",
        "task.draws=300",
        "task.held=50",
        "json=true",
    ]
    assert main(words) == 0
    table = pd.DataFrame(json.loads(capsys.readouterr().out)["parameters"])
    assert set(table["variant"]) == {variant.name for variant in measurement_variants(40)}
    contraction = table.groupby("variant")["contraction"].mean()
    assert contraction["3 x the clients"] > contraction["scores alone"]
