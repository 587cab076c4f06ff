"""A researcher's file: what is read from it, what is assumed, what is refused and how."""

from pathlib import Path

import pandas as pd
import pytest

from dyadsim.cli.main import main
from dyadsim.errors import BadData, BadInput
from dyadsim.fitting.client_data import read_client_data

COLUMNS = {"client": "id", "time": "when", "score": "phq"}
ROWS = [(f"c{k}", when, 15 - when) for k in range(12) for when in (0, 1, 2, 3)]


def write_table(path: Path, rows: list[tuple], header: str = "id,when,phq") -> str:
    text = "\n".join([header, *(",".join(map(str, row)) for row in rows)])
    path.write_text(text + "\n", encoding="utf-8")
    return str(path)


def test_a_plain_file(tmp_path: Path) -> None:
    data = read_client_data(write_table(tmp_path / "a.csv", ROWS), COLUMNS, instrument="phq9")
    assert (data.clients, len(data.score), data.arms) == (12, 48, ("care",))
    assert list(data.week[:4]) == [0, 1, 2, 3]
    assert list(data.score[:4]) == [15, 14, 13, 12]
    assert (data.therapist == -1).all()
    frame = pd.read_csv(tmp_path / "a.csv")
    frame.to_parquet(tmp_path / "a.parquet")
    again = read_client_data(str(tmp_path / "a.parquet"), COLUMNS, instrument="phq9")
    assert (again.score == data.score).all()


def test_days_repeats_blanks_and_reversed_scores(tmp_path: Path) -> None:
    rows = [
        (f"c{k}", day, score)
        for k in range(12)
        for day, score in ((5, 20), (12, 10), (13, 12), (27, ""), (33, 8))
    ]
    path = write_table(tmp_path / "a.csv", rows)
    data = read_client_data(path, COLUMNS, instrument="phq9", unit="day")
    assert list(data.week[:3]) == [0, 1, 4]  # counted from the file's first time
    assert list(data.score[:3]) == [20, 11, 8]  # two in one week: their mean
    assumed = " ".join(data.assumed)
    assert "nobody has a score at time 0, so time 5" in assumed
    assert "12 rows without a score were left out" in assumed
    assert "12 further scores of a client in the same week were averaged" in assumed
    upside_down = read_client_data(
        path, COLUMNS, instrument="phq9", unit="day", higher_is_better=True
    )
    assert list(upside_down.score[:3]) == [7, 16, 19]
    assert "high scores are good in the file" in upside_down.assumed[0]
    assert "the cut-off is 17 in the file's own scores" in upside_down.assumed[0]


def test_doubts_about_the_file_are_printed(tmp_path: Path) -> None:
    rows = [(f"c{k}", when, 15 - when, "t1") for k in range(12) for when in (0, 1)]
    path = write_table(tmp_path / "a.csv", rows, "id,when,phq,by")
    assumed = " ".join(read_client_data(path, COLUMNS, instrument="bdi2").assumed)
    doubt = "no score lies above 15, though bdi2 goes to 63: is it the right questionnaire?"
    assert doubt in assumed
    assert "columns that were not used: by" in assumed
    columns = {**COLUMNS, "therapist": "by"}
    assumed = " ".join(read_client_data(path, columns, instrument="phq9").assumed)
    assert "right questionnaire" not in assumed
    assert "not used" not in assumed


def test_arms_and_therapists(tmp_path: Path) -> None:
    rows = [(f"c{k}", when, 10, "AB"[k % 2], f"t{k // 6}") for k in range(12) for when in (0, 1)]
    path = write_table(tmp_path / "a.csv", rows, "id,when,phq,arm,by")
    columns = {**COLUMNS, "arm": "arm", "therapist": "by"}
    data = read_client_data(path, columns, instrument="phq9")
    assert data.arms == ("A", "B")
    assert list(data.arm) == [0, 1] * 6
    assert list(data.therapist) == [0] * 6 + [1] * 6


BAD = [
    ([("c1", "x", 3)], "row 2, column 'when': 'x' is not a number"),
    ([("c1", 0, 3), ("c1", 1, "high")], "row 3, column 'phq': 'high' is not a number"),
    ([("c1", 0, 28)], r"row 2, column 'phq': '28' must lie in \[0, 27\], the range of phq9"),
    ([("c1", 0, "high"), ("c1", 1, "low")], r"row 2.*'high' is not a number \(1 more like it\)"),
    ([("c1", -1, 3)], "row 2, column 'when': '-1' must be 0 or more"),
    ([("c1", "", 3)], "row 2, column 'when': is empty"),
    ([("", 0, 3)], "row 2, column 'id': is empty"),
    ([("c1", 0, 3)], "scores of 10 clients or more are needed, not 1"),
]


@pytest.mark.parametrize(("rows", "message"), BAD, ids=[message[:30] for _, message in BAD])
def test_bad_cells_are_named(tmp_path: Path, rows: list[tuple], message: str) -> None:
    with pytest.raises(BadData, match=message):
        read_client_data(write_table(tmp_path / "a.csv", rows), COLUMNS, instrument="phq9")


def test_other_bad_files(tmp_path: Path) -> None:
    path = write_table(tmp_path / "a.csv", ROWS)
    with pytest.raises(BadData, match=r"data.columns.score: .*'phq9'. Did you mean phq"):
        read_client_data(path, {**COLUMNS, "score": "phq9"}, instrument="phq9")
    (tmp_path / "none.txt").write_text("")
    with pytest.raises(BadData, match=r"none.txt' is empty"):
        read_client_data(str(tmp_path / "none.txt"), COLUMNS, instrument="phq9")
    with pytest.raises(BadData, match="there is no file"):
        read_client_data(str(tmp_path / "none.csv"), COLUMNS, instrument="phq9")
    (tmp_path / "b.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(BadData, match="cannot be read as a table"):
        read_client_data(str(tmp_path / "b.parquet"), COLUMNS, instrument="phq9")
    with pytest.raises(BadInput, match=r"data.unit must be one of session, week, day, month"):
        read_client_data(path, COLUMNS, instrument="phq9", unit="year")
    rows = [("c1", 0, 3, "A"), ("c1", 1, 3, "B")]
    twice = write_table(tmp_path / "c.csv", rows, "id,when,phq,arm")
    with pytest.raises(BadData, match="row 3, column 'arm': 'B' changes within a client, who had"):
        read_client_data(twice, {**COLUMNS, "arm": "arm"}, instrument="phq9")


LINES = [
    ([], 2, "fit needs your data: data.path=scores.csv"),
    (["data.path=none.csv", "data.instrument=phq9"], 4, "there is no file 'none.csv'"),
    (["data.path=a.csv"], 2, "data.instrument: which questionnaire"),
    (["data.path=a.csv", "data.instrument=phq"], 2, "Did you mean phq9"),
    (["data.path=a.csv", "data.instrument=phq9"], 4, "no column 'client'"),
    (["data.path=a.csv", "data.instrument=PHQ-9"], 2, "Did you mean phq9"),
    (
        ["data.path=a.csv", "data.instrument=phq9", "data.columns=client:id"],
        2,
        "data.columns has settings of its own: data.columns.x=..., or pairs in quotes",
    ),
    (["data.columns={id:id}"], 2, "there is no setting 'data.columns.id'"),
    (["data.columns.sore=phq"], 2, "there is no setting 'data.columns.sore'"),
]
NAMED = ["data.path=a.csv", "data.instrument=phq9", "data.columns={client:id,time:when,score:phq}"]
LINES += [
    ([*NAMED, "data.arms=[A:cbt]"], 2, "there is no arm 'A'. Known: care"),
    ([*NAMED, "data.arms=[A]"], 2, "'A' must be arm:therapy"),
    ([*NAMED, "data.arms={A:cbt}"], 2, "there is no arm 'A'. Known: care"),
    ([*NAMED, "task.free=[distress.rte]", "dry_run=true"], 2, "no parameter 'distress.rte'"),
    ([*NAMED, "data.therapy=cbd"], 2, "data.therapy: there is no therapy 'cbd'. Did you mean cbt?"),
    ([*NAMED, "data.rule=opn"], 2, "data.rule: there is no rule 'opn'. Did you mean open?"),
    ([*NAMED, "data.threshold=40"], 2, "data.threshold must be a score of phq9 in [0, 27]"),
    ([*NAMED, "data.sample=clinic"], 2, "data.sample must be one of routine, trial"),
    ([*NAMED, "task.free=[distress.rte]"], 2, "no parameter 'distress.rte'. Did you mean"),
    ([*NAMED, "task.free=distress.rate"], 2, "task.free must be a list"),
    ([*NAMED, "task.candidates=[hybrd]"], 2, "There is no world 'hybrd'. Did you mean hybrid?"),
    ([*NAMED, "task.rest=3"], 2, "task.rest must lie in [0, 1]"),
    ([*NAMED, "budget=smal"], 2, "no budget 'smal'. Did you mean small?"),
]


@pytest.mark.parametrize(
    ("words", "code", "message"), LINES, ids=[message[:40] for *_, message in LINES]
)
def test_bad_input_at_the_command_line(
    words: list[str],
    code: int,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    write_table(tmp_path / "a.csv", ROWS)
    assert main(["fit", *words]) == code
    err = capsys.readouterr().err
    assert message in err
    assert "Traceback" not in err
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
