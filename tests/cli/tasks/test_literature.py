"""`dyadsim literature`: its output, its dry run, and what it refuses."""

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

from dyadsim.cli.main import main
from dyadsim.cli.tasks.literature import FieldSettings
from dyadsim.evidence import literature


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["literature", "world=null", "task.repeats=3", "task.comparators=[waitlist]"]
    assert main([*words, f"results={tmp_path}"]) == 0
    out = capsys.readouterr().out
    assert "3 literatures of 12 trials" in out
    (folder,) = (tmp_path / "literature").iterdir()
    assert (folder / "figures" / "funnel.png").exists()
    assert len(pd.read_parquet(folder / "trials.parquet")) == 36
    assert main([*words, "dry_run=true"]) == 0
    assert "replicates           36" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("task.therapy=cbd", "Did you mean cbt"),
        ("task.comparators=[witlist]", "no therapy 'witlist'"),
        ("task.comparators=waitlist", "must be a list"),
        ("task.field.trials=1", "whole number from 2"),
        ("task.field.tirals=5", "Did you mean task.field.trials"),
        ("task.margin=0", r"in (0, 2]"),
        ("task.repeats=1", "from 3 to 10000"),
    ],
)
def test_bad_words(
    word: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["literature", word, f"results={tmp_path}"]) == 2
    assert sentence in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_settings_of_a_field_are_its_own_defaults() -> None:
    settings = dataclasses.asdict(FieldSettings())
    assert literature.Field(**settings) == literature.Field()
