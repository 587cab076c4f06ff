"""A file as a table of text: names stay names, and numbers are what they say."""

from pathlib import Path

import pandas as pd
import pytest

from dyadsim.errors import BadData
from dyadsim.fitting.client_data import read_client_data
from dyadsim.fitting.client_table import Limits, give_roles
from dyadsim.fitting.file_reader import read_table

COLUMNS = {"client": "client", "time": "week", "score": "score"}


def write(path: Path, text: str, encoding: str = "utf-8") -> str:
    path.write_text(text, encoding=encoding)
    return str(path)


def test_clients_with_leading_zeros_are_two(tmp_path: Path) -> None:
    rows = [f"{name},{week},10" for k in range(6) for name in (f"{k}", f"00{k}") for week in (0, 1)]
    path = write(tmp_path / "a.csv", "client,week,score\n" + "\n".join(rows))
    assert read_client_data(path, COLUMNS, instrument="phq9").clients == 12


@pytest.mark.parametrize("name", ["None", "null", "n/a"])
def test_names_that_software_takes_for_nothing_are_names(name: str, tmp_path: Path) -> None:
    rows = [f"{k},{week},10,{'A' if k % 2 else name}" for k in range(12) for week in (0, 1)]
    path = write(tmp_path / "a.csv", "client,week,score,arm\n" + "\n".join(rows))
    data = read_client_data(path, {**COLUMNS, "arm": "arm"}, instrument="phq9")
    assert data.arms == (name, "A")


@pytest.mark.parametrize("empty", ["", "NA", "NaN", ".", "null", "#N/A"])
def test_empty_scores(empty: str, tmp_path: Path) -> None:
    rows = [f"{k},{week},{empty if week == 1 else 10}" for k in range(12) for week in (0, 1, 2)]
    path = write(tmp_path / "a.csv", "client,week,score\n" + "\n".join(rows))
    data = read_client_data(path, COLUMNS, instrument="phq9")
    assert sorted(set(data.week)) == [0, 2]


def test_several_columns_make_one_name_and_never_run_into_each_other(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "a,b\nx,y z\nx y,z\nx,y z\n,z\n")
    table = give_roles(read_table(path), {"client": ("a", "b")})
    assert table.text("client").nunique() == 2
    with pytest.raises(BadData, match="row 5, column 'a and b': is empty"):
        table.codes("client")


def test_delimiters_commas_and_letters(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "Gruppe;Wert\nÜbung;1,5\nÜbung;2\n", "cp1252")
    table = give_roles(read_table(path), {"score": ("Wert",)})
    assert table.numbers("score", Limits(0, 9)).tolist() == [1.5, 2]
    assert table.cells["Gruppe"].tolist() == ["Übung", "Übung"]
    assert len(table.assumed) == 2
    path = write(tmp_path / "b.csv", 'x,y\n"1,5",2\n')  # between commas a comma may mean thousands
    table = give_roles(read_table(path), {"score": ("x",)})
    with pytest.raises(BadData, match="row 2, column 'x': '1,5' is not a number"):
        table.numbers("score", Limits(0, 9))
    path = write(tmp_path / "c.csv", "a b  c\n1 2 3\n")
    assert list(read_table(path).cells) == ["a", "b", "c"]


def test_numbers_of_parquet_are_names_as_they_are(tmp_path: Path) -> None:
    frame = pd.DataFrame({"client": range(12), "week": 0, "score": 10.0})
    frame = pd.concat([frame, frame.assign(week=1)])
    frame.to_parquet(tmp_path / "a.parquet")
    assert read_client_data(str(tmp_path / "a.parquet"), COLUMNS, instrument="phq9").clients == 12
