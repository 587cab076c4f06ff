"""A researcher's file: what is read from it, what is assumed, what is refused and how."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dyadsim.cli.main import main
from dyadsim.errors import BadData, BadInput
from dyadsim.fitting import client_data, free_parameters, target
from dyadsim.fitting.data_design import Observed, observed

COLUMNS = {"client": "id", "time": "when", "score": "phq"}
ROWS = [(f"c{k}", when, 15 - when) for k in range(12) for when in (0, 1, 2, 3)]


def written(path: Path, rows: list[tuple], header: str = "id,when,phq") -> str:
    text = "\n".join([header, *(",".join(map(str, row)) for row in rows)])
    path.write_text(text + "\n", encoding="utf-8")
    return str(path)


def test_a_plain_file(tmp_path: Path) -> None:
    found = client_data.read(written(tmp_path / "a.csv", ROWS), COLUMNS, "phq9")
    assert (found.clients, len(found.score), found.arms) == (12, 48, ("care",))
    assert list(found.week[:4]) == [0, 1, 2, 3]
    assert list(found.score[:4]) == [15, 14, 13, 12]
    assert (found.therapist == -1).all()
    frame = pd.read_csv(tmp_path / "a.csv")
    frame.to_parquet(tmp_path / "a.parquet")
    again = client_data.read(str(tmp_path / "a.parquet"), COLUMNS, "phq9")
    assert (again.score == found.score).all()


def test_days_repeats_blanks_and_reversed_scores(tmp_path: Path) -> None:
    rows = [
        (f"c{k}", day, score)
        for k in range(12)
        for day, score in ((5, 20), (12, 10), (13, 12), (27, ""), (33, 8))
    ]
    path = written(tmp_path / "a.csv", rows)
    found = client_data.read(path, COLUMNS, "phq9", "day")
    assert list(found.week[:3]) == [0, 1, 4]  # counted from the client's first score
    assert list(found.score[:3]) == [20, 11, 8]  # two in one week: their mean
    told = " ".join(found.assumed)
    assert "12 rows without a score were left out" in told
    assert "12 further scores of a client in the same week were averaged" in told
    assert list(client_data.read(path, COLUMNS, "phq9", "day", True).score[:3]) == [7, 16, 19]


def test_doubts_about_the_file_are_said(tmp_path: Path) -> None:
    rows = [(f"c{k}", when, 15 - when, "t1") for k in range(12) for when in (0, 1)]
    path = written(tmp_path / "a.csv", rows, "id,when,phq,by")
    told = " ".join(client_data.read(path, COLUMNS, "bdi2").assumed)
    assert "no score lies above 15, though bdi2 goes to 63: is it the right questionnaire?" in told
    assert "columns that were not used: by" in told
    told = " ".join(client_data.read(path, {**COLUMNS, "therapist": "by"}, "phq9").assumed)
    assert "right questionnaire" not in told
    assert "not used" not in told


def test_arms_and_therapists(tmp_path: Path) -> None:
    rows = [(f"c{k}", when, 10, "AB"[k % 2], f"t{k // 6}") for k in range(12) for when in (0, 1)]
    path = written(tmp_path / "a.csv", rows, "id,when,phq,arm,by")
    found = client_data.read(path, {**COLUMNS, "arm": "arm", "therapist": "by"}, "phq9")
    assert found.arms == ("A", "B")
    assert list(found.arm) == [0, 1] * 6
    assert list(found.therapist) == [0] * 6 + [1] * 6
    seen = observed(found, {"A": "cbt", "B": "waitlist"})
    assert list(seen.allocation.therapist) == [0, -1, 0, -1, 0, -1, 1, -1, 1, -1, 1, -1]
    with pytest.raises(BadInput, match=r"which therapy did 'B' get\? Write 'data.arms=\[A:cbt,B:"):
        observed(found, {"A": "cbt"})


BAD = [
    ([("c1", "x", 3)], "row 2, column 'when': 'x' is not a number"),
    ([("c1", 0, 3), ("c1", 1, "high")], "row 3, column 'phq': 'high' is not a number"),
    ([("c1", 0, 28)], r"row 2, column 'phq': '28' must lie in \[0, 27\], the range of phq9"),
    ([("c1", 0, "high"), ("c1", 1, "low")], r"row 2.*'high' is not a number \(1 more like it\)"),
    ([("c1", -1, 3)], "row 2, column 'when': '-1' must be 0 or more"),
    ([("c1", "", 3)], "row 2, column 'when': is empty"),
    ([("", 0, 3)], "row 2, column 'id': is empty"),
    ([("c1", 0, 3)], "only 1 clients have a score; it takes 10"),
]


@pytest.mark.parametrize(("rows", "message"), BAD, ids=[one[1][:30] for one in BAD])
def test_bad_cells_are_named(tmp_path: Path, rows: list[tuple], message: str) -> None:
    with pytest.raises(BadData, match=message):
        client_data.read(written(tmp_path / "a.csv", rows), COLUMNS, "phq9")


def test_other_bad_files(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", ROWS)
    with pytest.raises(BadData, match=r"data.columns.score: .*'phq9'. Did you mean 'phq'"):
        client_data.read(path, {**COLUMNS, "score": "phq9"}, "phq9")
    (tmp_path / "none.txt").write_text("")
    with pytest.raises(BadData, match=r"none.txt' is empty"):
        client_data.read(str(tmp_path / "none.txt"), COLUMNS, "phq9")
    with pytest.raises(BadData, match="there is no file"):
        client_data.read(str(tmp_path / "none.csv"), COLUMNS, "phq9")
    (tmp_path / "b.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(BadData, match="cannot be read as a table"):
        client_data.read(str(tmp_path / "b.parquet"), COLUMNS, "phq9")
    with pytest.raises(BadInput, match=r"data.unit must be one of session, week, day"):
        client_data.read(path, COLUMNS, "phq9", "month")
    rows = [("c1", 0, 3, "A"), ("c1", 1, 3, "B")]
    twice = written(tmp_path / "c.csv", rows, "id,when,phq,arm")
    with pytest.raises(BadData, match="row 3, column 'arm': 'B' changes within a client, who had"):
        client_data.read(twice, {**COLUMNS, "arm": "arm"}, "phq9")


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
        "data.columns must be pairs in quotes",
    ),
    (["data.columns={id:id}"], 2, "there is no setting 'data.columns.id'"),
    (["data.columns.sore=phq"], 2, "there is no setting 'data.columns.sore'"),
]
NAMED = ["data.path=a.csv", "data.instrument=phq9", "data.columns={client:id,time:when,score:phq}"]
LINES += [
    ([*NAMED, "data.arms=[A:cbt]"], 2, "the data have no arm 'A'"),
    ([*NAMED, "data.arms=[A]"], 2, "'A' must be arm:therapy"),
    ([*NAMED, "data.arms={A:cbt}"], 2, "the data have no arm 'A'"),
    ([*NAMED, "task.free=[distress.rte]", "dry_run=true"], 2, "no parameter 'distress.rte'"),
    ([*NAMED, "data.therapy=cbd"], 2, "data.therapy: there is no therapy 'cbd'. Did you mean cbt?"),
    ([*NAMED, "data.rule=opn"], 2, "data.rule: there is no 'opn'. Did you mean open?"),
    ([*NAMED, "data.threshold=40"], 2, "data.threshold must be a score of phq9 in [0, 27]"),
    ([*NAMED, "data.sample=clinic"], 2, "data.sample must be one of routine, trial"),
    ([*NAMED, "task.free=[distress.rte]"], 2, "no parameter 'distress.rte'. Did you mean"),
    ([*NAMED, "task.free=distress.rate"], 2, "task.free must be a list"),
    ([*NAMED, "task.candidates=[hybrd]"], 2, "There is no world 'hybrd'. Did you mean hybrid?"),
    ([*NAMED, "task.rest=3"], 2, "task.rest must lie in [0, 1]"),
    ([*NAMED, "budget=smal"], 2, "there is no budget 'smal'. Did you mean small?"),
]


@pytest.mark.parametrize(("words", "code", "message"), LINES, ids=[one[2][:40] for one in LINES])
def test_bad_input_at_the_command_line(
    words: list[str],
    code: int,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "a.csv", ROWS)
    assert main(["fit", *words]) == code
    err = capsys.readouterr().err
    assert message in err
    assert "Traceback" not in err
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def simulated(seen: Observed, luck: int) -> np.ndarray:
    one = free_parameters.problem("hybrid")
    parameters = free_parameters.parameters(one, np.zeros(one.free), luck, 1)
    return target.data_like(seen, parameters, luck, 1)[0]


def test_the_observed_design_is_simulated(tmp_path: Path) -> None:
    """Sessions: scores end with care, gaps before are the data's. Waves: what is missing is so."""
    rows = [
        (f"c{k}", when, 12)
        for k in range(40)
        for when in range(16)
        if ((when + k) % 3 and when <= 4 + k % 12) or when == 0
    ]
    found = client_data.read(written(tmp_path / "a.csv", rows), COLUMNS, "phq9")
    seen = observed(found, {"care": "routine_care"})
    assert not seen.waves
    assert seen.scores.shape == (16, 40)
    scores, again = simulated(seen, 3), simulated(seen, 3)
    assert np.array_equal(scores, again, equal_nan=True)
    there, known = ~np.isnan(scores), ~np.isnan(seen.scores)
    last = np.where(known, np.arange(16)[:, None], 0).max(axis=0)
    before = np.arange(16)[:, None] < last
    assert not (there & before & ~known).any()
    ends = np.where(there, np.arange(16)[:, None], 0).max(axis=0)
    assert (ends < last).any()  # some leave earlier than the data's clients, some later
    assert (ends > last).any()
    rows = [
        (f"c{k}", when, 12)
        for k in range(40)
        for when in (0, 8, 26)
        if not (k % 4 == 0 and when == 8)
    ]
    waves = observed(
        client_data.read(written(tmp_path / "b.csv", rows), COLUMNS, "phq9", "week"),
        {"care": "cbt"},
        8,
    )
    assert waves.waves
    scores = simulated(waves, 3)
    assert np.array_equal(np.isnan(scores), np.isnan(waves.scores))
    assert (~np.isnan(scores)).sum() == len(rows)


def test_a_threshold_says_who_comes(tmp_path: Path) -> None:
    rows = [(f"c{k}", when, 12) for k in range(200) for when in (0, 1)]
    found = client_data.read(written(tmp_path / "a.csv", rows), COLUMNS, "phq9")
    intake = []
    for threshold in (4.0, 14.0):
        seen = observed(found, {"care": "cbt"}, threshold=threshold)
        scores = simulated(seen, 1)
        intake.append(np.nanmean(scores[0]))
    assert intake[1] - intake[0] > 3
    assert "scores from about 14" in " ".join(seen.assumed)
