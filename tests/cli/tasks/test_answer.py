"""`dyadsim` without words: the main answer on a screen, on a page, in files."""

import json
from pathlib import Path

import pandas as pd
import pytest
from printed_text import unfolded

from dyadsim.cli.main import main

SMALL = ["members=2", "size.clients=500", "threads=1"]


def _run(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main([*words, *SMALL, f"results={folder}"]) == 0
    return capsys.readouterr().out


def test_no_word_is_the_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = _run(tmp_path, capsys)
    assert out.startswith("How much can specific ingredients produce")
    assert max(map(len, out.splitlines()[:-2])) <= 80  # paths are never broken
    text = unfolded(out)
    for denominator in ("variance of distress after therapy", "mean effect against no treatment"):
        assert denominator in text
    for claim in ("technique: 1 %", "alliance: 7.73 %", "technique: 15 %", "specific: 17.1 %"):
        assert claim in text
    assert "members: 2 of 120" in text
    assert "contextual 52, hybrid 54, medical 56" in text


@pytest.mark.slow
def test_the_answer_leaves_page_tables_and_figure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _run(tmp_path, capsys, "answer", "task.worlds=[contextual,medical]")
    (folder,) = (tmp_path / "answer").iterdir()
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert 'href="#why"' in page
    assert "http" not in page.replace("http://www.w3.org", "")
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert len(summary["answer"]) == 3
    assert [world["world"] for world in summary["worlds"]] == ["contextual", "medical"]
    members = pd.read_csv(folder / "members.csv")
    technique = members[(members["attribution"] == "effect") & (members["estimate"] == "technique")]
    shares = technique.groupby("world")["value"].mean()
    assert shares["contextual world"] == 0
    assert shares["medical world"] > 50
    figure = pd.read_csv(folder / "figures" / "answer.csv")
    assert set(figure["specificity"]) == {0.0, 1.0}


@pytest.mark.slow
def test_processes_give_the_numbers_of_threads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = json.loads(_run(tmp_path, capsys, "json=true", "task.worlds=[hybrid]"))
    monkeypatch.setattr("dyadsim.cli.over_members.WORTH_PROCESSES", 0.0)
    words = ["members=2", "size.clients=500", "threads=2", "json=true", "task.worlds=[hybrid]"]
    assert main([*words, f"results={tmp_path}"]) == 0
    assert json.loads(capsys.readouterr().out)["estimates"] == alone["estimates"]


@pytest.mark.slow
def test_a_changed_world_is_never_called_calibrated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = unfolded(_run(tmp_path, capsys, "alliance.rate=0.4", "task.worlds=[hybrid]"))
    assert "NOT as calibrated" in out
    assert "they are not calibrated" in out
    assert "hybrid 54" not in out


@pytest.mark.slow
def test_the_answer_is_what_decompose_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One definition per name: the same sizes give the same numbers."""
    from dyadsim.attribution.estimated_shares import decompose_outcome
    from dyadsim.attribution.true_shares import Replication
    from dyadsim.model.worlds import member_parameters

    summary = json.loads(_run(tmp_path, capsys, "json=true", "task.worlds=[hybrid]"))
    size = Replication(200, 4, 1, 1, lives=100, twins=100)
    table = decompose_outcome(member_parameters("hybrid", 0), replication=size)
    theirs = {
        (row.attribution, row.group, row.denominator): row.share for row in table.itertuples()
    }
    ours = [row for row in summary["estimates"] if row["attribution"] != "setting"]
    assert len(ours) > 20
    for row in ours:
        key = row["attribution"], row["estimate"], row["denominator"]
        assert row["best"] == pytest.approx(theirs[key], nan_ok=True)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("size.clients=100", "size.clients must"),
        ("task.worlds=[hybird]", "hybrid"),
        ("members=1", "members"),
        ("task.sessions=2", "task.sessions"),
    ],
)
def test_what_cannot_answer_is_refused(
    word: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["answer", word, f"results={tmp_path}"]) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
