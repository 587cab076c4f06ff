"""The task decompose: JSON keys, denominators, the page and bad input."""

import json
from pathlib import Path

import pandas as pd
import pytest

from dyadsim.cli.main import main

TINY = ["decompose", "size=tiny", "size.clients=300", "task.sessions=5"]


def _run(folder: Path, *words: str) -> int:
    keys = {word.split("=")[0] for word in words}
    kept = [word for word in TINY if word.split("=")[0] not in keys]
    return main([*kept, f"results={folder}", *words])


def test_json_has_the_keys_that_the_docs_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(tmp_path, "world=hybrid", "json=true") == 0
    summary = json.loads(capsys.readouterr().out)
    keys = ("world", "calibrated", "changed", "clients", "repeats", "seed")
    assert [summary[key] for key in keys] == ["hybrid", True, {}, 300, 2, 1]
    rows = summary["attribution"]
    assert all(set(row) == {"attribution", "group", "share", "se", "denominator"} for row in rows)
    assert sum(row["share"] for row in rows if row["attribution"] == "gain") == pytest.approx(100)
    assert [row["se"] for row in rows if row["attribution"] == "claimed pie"] == [None] * 4


def test_page_and_table_are_left_and_the_null_world_has_no_effect_to_share(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(tmp_path, "world=null") == 0
    out = capsys.readouterr().out
    assert "no effect to share" in out
    assert "Careful" in out
    (page,) = tmp_path.glob("decompose/*/report.html")
    text = page.read_text()
    assert "never put them into one sum" in " ".join(text.split())
    assert "http" not in text.replace("data:image", "")
    table = pd.read_csv(page.parent / "attribution.csv")
    assert set(table.columns) == {"attribution", "group", "share", "se", "denominator"}
    assert (page.parent / "figures" / "percentages.png").stat().st_size > 20000


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("task.dose_spread=2", "task.dose_spread must be a number in [0, 1], not '2'"),
        ("task.treatments=[cbtt]", "Did you mean cbt"),
        ("task.treatments=cbt", "must be a list"),
        ("size.clients=20", "size.clients must be 100 or more to decompose, not 20"),
        ("task.sessions=2", "task.sessions must be a whole number from 4 to 200, not '2'"),
        ("task.treatments=[self_help]", "self_help has no therapist"),
    ],
)
def test_bad_input(
    words: str, message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert _run(tmp_path, words) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_multirun_is_one_table_over_the_grid_with_the_facts_of_each_point(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("-m", "specificity=0,1", "process_change.gating=0,1", "task.dose_spread=0,0.5")
    assert _run(tmp_path, *words, "world=hybrid") == 0
    assert "facts met" in capsys.readouterr().out
    (page,) = tmp_path.glob("decompose/*")
    dials = ["specificity", "process_change.gating", "task.dose_spread"]
    shares = pd.read_csv(page / "attribution.csv")
    assert list(shares.columns[:3]) == dials
    assert len(shares.groupby(dials)) == 8
    alone = tmp_path / "alone"
    settings = ("specificity=1", "process_change.gating=0", "task.dose_spread=0.5", "world=hybrid")
    assert _run(alone, *settings) == 0
    (file,) = alone.glob("decompose/*/attribution.csv")
    same = shares[(shares[dials] == [1, 0, 0.5]).all(axis=1)]["share"].reset_index(drop=True)
    pd.testing.assert_series_equal(same, pd.read_csv(file)["share"])
    facts = pd.read_csv(page / "facts.csv")
    doses = facts.pivot(index=[*dials[:2], "fact"], columns=dials[2], values="simulated")
    assert doses[0.0].equals(doses[0.5])  # no fact's design depends on the care accounted for
    levels = facts[facts["fact"] == "added_component"].groupby("specificity")["simulated"].mean()
    assert levels[1.0] > levels[0.0]
    assert (page / "grid.png").stat().st_size > 20000


@pytest.mark.slow
def test_one_dial_and_names_make_a_table_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(tmp_path, "-m", "world=medical,null", "json=true") == 0
    summary = json.loads(capsys.readouterr().out)
    assert [point["world"] for point in summary["points"]] == ["medical", "null"]
    assert {row["verdict"] for row in summary["facts"]} <= {"met", "violated", "undecided"}
    rows = summary["attribution"]
    assert {row["world"] for row in rows} == {"medical", "null"}


def test_points_of_a_grid_share_their_random_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(tmp_path, "-m", "seed=1,2") == 2
    assert "common random numbers" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
