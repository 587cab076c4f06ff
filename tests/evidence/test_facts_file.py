"""A facts file of the user's own: scored like the table, refused in one sentence."""

import json
from pathlib import Path

import pytest

import dyadsim
from dyadsim.cli.main import main
from dyadsim.errors import BadData, BadInput
from dyadsim.evidence.fact import Fact, load_facts
from dyadsim.evidence.facts_file import not_calibrated_on, read_facts_file
from dyadsim.evidence.studies_of_facts import SERVED

HEADER = ",".join(Fact._fields)
MINE = (
    "partial,mine,partial_process_outcome_r(alliance_score@3;symptom_score@3),naturalistic,"
    "0.2,0.1,0.3,band,,,me2026,made up"
)
RELAPSE = (
    "relapse,mine,share_of(relapsed@52_weeks_after),rct_medication,.3,.2,.4,band,,,me2026,made up"
)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return write(tmp_path, MINE, RELAPSE)


def write(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "mine.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_python_scores_a_file_and_facts(mine: Path) -> None:
    world = dyadsim.world("hybrid")
    results = dyadsim.evaluate(world, 600, replicates=2, facts=mine)
    assert [result.fact.id for result in results] == ["partial", "relapse"]
    again = dyadsim.evaluate(
        world, 600, replicates=2, facts=read_facts_file(mine), only=["relapse"]
    )
    assert [result.simulated for result in again] == [results[1].simulated]
    with pytest.raises(BadInput, match="no fact 'dropout'"):
        dyadsim.evaluate(world, 600, facts=str(mine), only=["dropout"])


def test_the_example_of_the_page_is_scored(tmp_path: Path, capsys, monkeypatch) -> None:
    page = Path(dyadsim.__file__).parents[1] / "docs" / "background" / "facts.md"
    text = page.read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    Path("mine.csv").write_text(text.split("```csv\n")[1].split("```")[0], encoding="utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith("$ dyadsim facts facts=")]
    assert main([*line.split()[2:], "size=tiny"]) == 0
    assert "relapse_after_therapy" in capsys.readouterr().out


def test_the_shipped_table_is_a_file_like_any_other() -> None:
    path = Path(dyadsim.__file__).parent / "evidence" / "facts.csv"
    assert read_facts_file(path) == load_facts()


def test_a_value_is_that_of_the_fact_in_the_table(tmp_path: Path) -> None:
    """The same statistic and design under a name of the user's own."""
    fact = next(fact for fact in load_facts() if fact.id == "g_waitlist")
    row = f"own,mine,{fact.statistic},{fact.design},.7,.6,.85,band,,,x,y"
    world = dyadsim.world("medical")
    (own,) = dyadsim.evaluate(world, 500, replicates=2, facts=write(tmp_path, row))
    (ours,) = dyadsim.evaluate(world, 500, replicates=2, only=["g_waitlist"])
    assert own.simulated == ours.simulated


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (MINE.replace("naturalistic", "naturalistc"), "column 'design': 'naturalistc'.*mean natur"),
        (MINE.replace("partial_p", "partal_p"), "column 'statistic'.*Did you mean partial_process"),
        (MINE.replace("alliance_score@3;", "alliance_score@30;"), "nobody has alliance_score at"),
        (MINE.replace("alliance_score@3;", "aliance_score@3;"), "needs 'aliance_score', which"),
        (MINE.replace("0.2,0.1", "0.2,0.25"), "column 'estimate': '0.2'; must lie between low"),
        (MINE.replace("band", "guess"), "column 'kind': 'guess'; must be one of ci, band"),
        (RELAPSE.replace("52_weeks", "30_weeks"), "only after 26, 52"),
        (MINE.replace("made up", "made, up"), "column 'evidence' or before.*needs 12 cells"),
        ("", "row 2, column 'id': missing; there must be a fact or more"),
    ],
)
def test_a_broken_row_is_named(tmp_path: Path, row: str, words: str) -> None:
    with pytest.raises(BadData, match=f"^mine.csv, row 2, .*{words}|^mine.csv, {words}"):
        read_facts_file(write(tmp_path, row))


def test_every_row_has_a_design_that_is_served() -> None:
    assert {fact.design for fact in load_facts()} <= set(SERVED)


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="there is no file"):
        read_facts_file(tmp_path / "nothing.csv")
    with pytest.raises(BadData, match="there is no file"):
        read_facts_file(tmp_path)
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\xff\xfe\x00")
    with pytest.raises(BadData, match="is no text"):
        read_facts_file(picture)
    picture.write_bytes(b"id\x00,family\r\n")
    with pytest.raises(BadData):
        read_facts_file(picture)
    large = tmp_path / "large.csv"
    large.write_text("id\n" + "x" * 1_000_001)
    with pytest.raises(BadData, match="larger than 1,000,000 bytes"):
        read_facts_file(large)


def test_the_command_scores_a_file(mine: Path, tmp_path: Path, capsys) -> None:
    words = [f"facts={mine}", "size=tiny", f"results={tmp_path}/new"]
    assert main(["facts", *words, "world=hybrid"]) == 0
    out = capsys.readouterr().out
    assert "share_of(relapsed@52_weeks_after)" in out
    assert "Of 2 simulated facts" in out
    assert "Of the 2 facts that took no part in the calibration:" in out
    assert not (tmp_path / "new").exists()
    assert main(["facts", *words, "task.worlds=[medical,contextual]", "json=true"]) == 0
    assert '"facts_file": "mine.csv"' in capsys.readouterr().out
    (folder,) = (tmp_path / "new" / "facts").iterdir()
    manifest = json.loads((folder / "manifest.json").read_text())
    assert list(manifest["inputs"]) == ["facts"]


@pytest.mark.parametrize("dry", [True, False])
def test_a_file_that_cannot_be_used_ends_the_command(tmp_path: Path, capsys, dry: bool) -> None:
    path = write(tmp_path, MINE.replace("band", "guess"))
    words = [f"facts={path}", f"results={tmp_path}/new", f"dry_run={str(dry).lower()}"]
    assert main(["facts", *words]) == 4
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert error.startswith("dyadsim: mine.csv, row 2, column 'kind': 'guess'; must be one of")
    assert not (tmp_path / "new").exists()
    assert main(["facts", f"facts={path}", f"task.facts={path}"]) == 2
    assert "one setting" in capsys.readouterr().err


def test_facts_that_a_calibration_saw_are_known() -> None:
    facts = load_facts()
    assert not_calibrated_on(facts, ["hybrid"]) == []
    renamed = facts[0]._replace(id="the_same_number")
    assert not_calibrated_on([renamed], ["hybrid", "null"]) == []
    other = renamed._replace(design="rct_active_arm")
    assert not_calibrated_on([other], ["hybrid"]) == ["the_same_number"]
