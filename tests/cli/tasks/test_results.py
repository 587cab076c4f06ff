"""Results are listed and shown as they lie; damaged and foreign folders are a line each."""

import json
import shlex
import shutil
from pathlib import Path

import pandas as pd
import pytest
from printed_text import unfolded

import dyadsim
from dyadsim.cli.main import main
from dyadsim.errors import BadData, BadInput

STAMPS = ("2026-01-01_10-00-00", "2026-01-02_10-00-00")


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a results folder with two studies, of two dates."""
    place = tmp_path_factory.mktemp("made") / "results"
    for stamp, seed in zip(STAMPS, (1, 2), strict=True):
        words = ["simulate", "size.clients=40", "study=waitlist", f"seed={seed}"]
        assert main([*words, f"results={place}", "json=true"]) == 0
        newest = max((place / "simulate").iterdir(), key=lambda path: path.stat().st_mtime_ns)
        newest.rename(place / "simulate" / stamp)
    return place


@pytest.fixture
def results(stored: Path, tmp_path: Path) -> Path:
    """Return a copy with a damaged, a foreign and an empty folder beside the two."""
    place = tmp_path / "results"
    shutil.copytree(stored, place)
    damaged = place / "compare" / "2026-01-03_10-00-00"
    damaged.mkdir(parents=True)
    (damaged / "summary.json").write_text('{"task": "comp')
    listed = place / "compare" / "2026-01-04_10-00-00"
    listed.mkdir()
    (listed / "manifest.json").write_text("[1, 2]")
    (place / "mine").mkdir()
    (place / "mine" / "notes.txt").write_text("mine")
    (place / "empty").mkdir()
    (place / "simulate" / ".hidden").mkdir()
    return place


def state(place: Path) -> dict[str, int]:
    """Return every path of a folder with its time of change."""
    return {str(path): path.stat().st_mtime_ns for path in sorted(place.rglob("*"))}


def test_the_newest_comes_first_and_nothing_is_changed(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = state(results)
    assert main(["results", f"results={results}"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.index(STAMPS[1]) < out.index(STAMPS[0])
    assert "2026-01-02 10:00:00  simulate  hybrid  seed 2  40 clients" in out
    assert "Mean bdi2 score, intake to last: waitlist" in out
    assert "2026-01-03_10-00-00: damaged: summary.json." in unfolded(out)
    assert "2026-01-04_10-00-00: damaged: manifest.json." in unfolded(out)
    assert "mine: not a result of dyadsim." in unfolded(out)
    assert "empty" not in out
    assert "hidden" not in out
    assert state(results) == before


def test_a_filter_and_json(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["results", "simulate", f"results={results}", "json=true", "task.most=1"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["seed"] for row in rows] == [2, 1]
    assert {row["task"] for row in rows} == {"simulate"}
    assert main(["results", "simulat", f"results={results}"]) == 2
    assert "Did you mean simulate?" in capsys.readouterr().err
    assert main(["results", f"results={results}", "task.most=1"]) == 0
    assert "3 older ones are not shown: task.most=4" in capsys.readouterr().out


@pytest.mark.parametrize("there", [True, False], ids=["empty", "missing"])
def test_an_empty_folder_is_said(
    tmp_path: Path, there: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "new"
    if there:
        place.mkdir()
    assert main(["results", f"results={place}"]) == 0
    assert "No result in" in capsys.readouterr().out
    assert place.exists() == there
    assert main(["show", f"results={place}"]) == 2
    assert "there is no result in" in capsys.readouterr().err


def test_a_study_is_shown_as_it_was_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["simulate", "size.clients=40", "study=waitlist", f"results={tmp_path}"]
    assert main([*words, "do.hold.alliance=0.8"]) == 0
    printed = capsys.readouterr().out.partition("Tables:")[0]
    assert main(["show", f"results={tmp_path}"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(printed)
    assert "\nCommand: " in shown


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", [["simulate", "size.clients=40", "alliance.rate=0.3"], ["compare", "size=tiny"]]
)
def test_a_result_over_members_is_shown_as_it_was_printed(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "members=2", f"results={tmp_path}"]) == 0
    printed = capsys.readouterr().out.partition("Report:")[0]
    assert "over 2 members" in printed
    assert main(["show", f"results={tmp_path}"]) == 0
    assert capsys.readouterr().out.startswith(printed)
    assert main(["results", f"results={tmp_path}"]) == 0
    assert "Over 2 members of the ensemble: " in capsys.readouterr().out


def test_the_command_of_a_result_can_be_typed_again(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = results / "simulate" / STAMPS[1] / "manifest.json"
    manifest = json.loads(path.read_text())
    words = ["simulate", "do.hold.alliance=0.8", "study.arms=[cbt,waitlist]", "results=my results"]
    words += [f"population.{name}=interval(0,1)" for name in ("a_long_name", "another_long_name")]
    path.write_text(json.dumps(manifest | {"argv": ["__main__.py", *words]}))
    assert main(["show", str(path.parent)]) == 0
    out = capsys.readouterr().out
    (line,) = [line for line in out.splitlines() if line.startswith("Command: ")]
    assert shlex.split(line.removeprefix("Command: ")) == ["dyadsim", *words]


@pytest.mark.parametrize("name", ["a b", "it's", 'say "no"', "back\\", "${HOME}", "a,[b]", "null"])
def test_a_folder_of_any_name_is_shown(
    name: str, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = results / "simulate" / name
    (results / "simulate" / STAMPS[1]).rename(place)
    assert main(["show", str(place)]) == 0
    assert f"Tables: {place}\n" in capsys.readouterr().out
    assert main(["show", name, f"results={results}"]) == 0


@pytest.mark.parametrize(
    "text", ["", "simulate", STAMPS[1], f"simulate/{STAMPS[1]}", f"simulate/{STAMPS[1]}/figure.csv"]
)
def test_a_result_has_many_names(
    results: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = results / text if "figure" in text else text
    assert main(["show", *([str(path)] if text else []), f"results={results}"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "study: waitlist" in out.lower()
    assert "seed: 2" in out


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        ("simulate/2026-01-02_10-00-01", 2, f"simulate/{STAMPS[1]}?"),
        ("2026-01-01_10-00-01", 2, f"simulate/{STAMPS[0]}?"),
        ("simulat", 2, "no result 'simulat'. Did you mean simulate?"),
        ("of_mine", 2, "no result 'of_mine'. `dyadsim results`"),
        ("compare/2026-01-03_10-00-00", 4, "damaged"),
        ("/", 2, "there is no result '/'"),
        ("x" * 300, 2, "there is no result"),
        ("a b, [c]", 2, "there is no result 'a b, [c]'"),
    ],
)
def test_a_wrong_path_gets_one_sentence(
    results: Path, path: str, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", path, f"results={results}"]) == code
    err = capsys.readouterr().err
    assert words in err
    assert err.count("\n") == 1


def test_summaries_of_other_versions_are_shown_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "compare" / "2025-01-01_00-00-00"
    place.mkdir(parents=True)
    rows = [{"name": f"row {k}", "value": k / 3} for k in range(50)]
    summary = {"task": "compare", "world": "hybrid", "seed": 3, "rows": rows, "note": "[b]old[/b]"}
    (place / "summary.json").write_text(json.dumps(summary))
    assert main(["results", f"results={tmp_path}"]) == 0
    assert "compare  hybrid  seed 3" in capsys.readouterr().out
    assert main(["show", str(place)]) == 0
    out = capsys.readouterr().out
    assert "The first 40 of 50 rows" in out
    assert "note: [b]old[/b]" in out


def test_tables_are_read_with_their_types(stored: Path) -> None:
    result = dyadsim.read(stored / "simulate" / STAMPS[0])
    assert result.summary["task"] == "simulate"
    assert result.manifest["seeds"]["seed"] == 1
    assert str(result.tables["sessions"]["symptom_score"].dtype) == "float32"
    assert str(result.tables["clients"]["therapist"].dtype) == "Int64"
    assert result.clients is result.tables["clients"]
    assert pd.api.types.is_float_dtype(result.tables["figure"]["mean"])
    assert "Result of simulate" in repr(result)
    assert "DataFrame" in result._repr_html_()
    with pytest.raises(AttributeError, match="no table 'nothing'"):
        _ = result.nothing


def test_what_cannot_be_read_is_said(results: Path) -> None:
    with pytest.raises(BadInput, match="holds no result"):
        dyadsim.read(results / "mine")
    with pytest.raises(BadData, match="is damaged"):
        dyadsim.read(results / "compare" / "2026-01-03_10-00-00")
    place = results / "simulate" / STAMPS[0]
    (place / "clients.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(BadData, match=r"clients\.parquet' cannot be read"):
        dyadsim.read(place)


def test_csv_keeps_the_null_world(tmp_path: Path) -> None:
    (tmp_path / "worlds.csv").write_text("world,value,met\nnull,1.5,True\nhybrid,,False\n")
    table = dyadsim.read(tmp_path).tables["worlds"]
    assert table["world"].tolist() == ["null", "hybrid"]
    assert table["value"].isna().tolist() == [False, True]
    assert table["met"].dtype == bool
