"""Names that differ by capitals or blanks are asked about, and never become one in silence."""

from pathlib import Path

import pandas as pd
import pytest

from dyadsim.errors import BadData
from dyadsim.fitting.client_data import ClientData, read_client_data
from dyadsim.fitting.study_time import AS_IT_IS
from dyadsim.fitting.table_choices import AS_IT_LIES

COLUMNS = {"client": "id", "time": "week", "score": "score", "arm": "arm", "therapist": "who"}
ROWS = [
    (f"C{k:02}", week, 9 + k % 5, ("CBT", "TAU")[k % 2], f"T {k % 3}")
    for k in range(12)
    for week in (0, 1, 2)
]


def read(path: Path, alike: str = "refuse") -> ClientData:
    choices = AS_IT_IS._replace(form=AS_IT_LIES._replace(alike=alike))
    return read_client_data(str(path), COLUMNS, instrument="phq9", unit="week", choices=choices)


def written(folder: Path, column: str, rows: list[int], change) -> Path:
    """Write the table with some cells of a column changed."""
    frame = pd.DataFrame(ROWS, columns=["id", "week", "score", "arm", "who"])
    for row in rows:
        frame.loc[row, column] = change(frame.loc[row, column])
    frame.to_csv(folder / "a.csv", index=False)
    return folder / "a.csv"


@pytest.mark.parametrize(
    ("column", "change", "shown"),
    [
        ("id", str.lower, r"row 3, column 'id': 'c00' and 'C00' \(row 2\)"),
        ("arm", str.lower, r"row 3, column 'arm': 'cbt' and 'CBT' \(row 2\)"),
        ("who", lambda name: name.replace(" ", ""), r"column 'who': 'T0' and 'T 0'"),
        ("who", lambda name: name.replace(" ", "  "), r"column 'who': 'T  0' and 'T 0'"),
    ],
)
def test_they_are_refused_with_both_ways_out(column, change, shown, tmp_path: Path) -> None:
    path = written(tmp_path, column, [1], change)
    with pytest.raises(BadData, match=shown + r".*differ only by capitals or blanks: data.alike="):
        read(path)
    same = read(path, "same")
    assert (same.clients, same.arms, same.therapist.max()) == (12, ("CBT", "TAU"), 2)
    assert any("are the same (data.alike): '" in text for text in same.assumed)


def test_apart_they_stay_two(tmp_path: Path) -> None:
    path = written(tmp_path, "id", [0, 1, 2], str.lower)
    frame = pd.read_csv(path)
    more = frame.head(3).assign(id="C00")
    pd.concat([frame, more]).to_csv(path, index=False)
    data = read(path, "apart")
    assert data.clients == 13
    assert any("kept apart (data.alike): 'c00' and 'C00'" in text for text in data.assumed)
    with pytest.raises(BadData, match=r"data\.alike=same"):
        read(path)


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_blanks_around_names_are_said_with_counts(kind: str, tmp_path: Path) -> None:
    path = written(tmp_path, "id", [1, 2], lambda name: f" {name} ")
    if kind != "csv":
        pytest.importorskip("openpyxl")
        frame = pd.read_csv(path)
        path = tmp_path / f"a.{kind}"
        frame.to_parquet(path) if kind == "parquet" else frame.to_excel(path, index=False)
    data = read(path)
    assert data.clients == 12
    words = "blanks around 2 cells of id were left out: the same names stand without them, too"
    assert words in data.assumed


def test_blanks_everywhere_are_not_worth_a_word(tmp_path: Path) -> None:
    path = written(tmp_path, "id", list(range(36)), lambda name: f"{name}  ")
    assert not any("blanks" in text for text in read(path).assumed)
