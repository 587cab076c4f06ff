"""Files as they come from other programs and other people: read, or refused with the way out."""

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from dyadsim.errors import BadData
from dyadsim.fitting.client_data import ClientData, read_client_data
from dyadsim.fitting.file_reader import read_table
from dyadsim.fitting.guessed_form import guess_form
from dyadsim.fitting.guessed_instrument import doubtful_name
from dyadsim.fitting.study_time import FileChoices
from dyadsim.fitting.table_choices import TableChoices

ROLES = {
    "client": "client",
    "arm": "arm",
    "therapist": "therapist",
    "time": "week",
    "score": "phq9",
}


@pytest.fixture
def table() -> pd.DataFrame:
    """12 clients of 3 therapists in 2 arms, 3 weeks each."""
    return pd.DataFrame(
        [
            (f"P{k:02d}", "ab"[k % 2], f"T{k % 3}", week, 8 + (k + week) % 7)
            for k in range(12)
            for week in range(3)
        ],
        columns=["client", "arm", "therapist", "week", "phq9"],
    )


def write(folder: Path, text: str | bytes, name: str = "scores.csv") -> str:
    place = folder / name
    place.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(place)


def read(path: str, choices: FileChoices | None = None) -> ClientData:
    return read_client_data(
        path, ROLES, instrument="phq9", unit="week", choices=choices or FileChoices()
    )


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        (json.dumps([{"client": "P1", "phq9": 3}]), "scores.json", "a file of JSON"),
        ("<html><table></table></html>", "scores.html", "a page of HTML"),
        ("\n <!DOCTYPE html><table></table>", "scores.xls", "a page of HTML"),
        ('<?xml version="1.0"?><Workbook/>', "scores.xls", "a page of HTML or XML"),
        (b"\xfd7zXZ\x00 packed", "scores.csv.xz", "a packed file"),
        ("client,week,phq9\n", "scores.csv", "names of columns and no rows"),
    ],
)
def test_what_is_no_table_is_called_by_its_kind(
    tmp_path: Path, text: str | bytes, name: str, words: str
) -> None:
    with pytest.raises(BadData, match=words):
        read_table(write(tmp_path, text, name))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="is a folder, not a file"):
        read_table(str(tmp_path))


def test_text_that_is_called_xls_is_read(tmp_path: Path, table: pd.DataFrame) -> None:
    path = write(tmp_path, table.to_csv(index=False, sep="\t"), "export.xls")
    assert read(path).clients == 12


def test_names_of_rows_are_columns(tmp_path: Path, table: pd.DataFrame) -> None:
    path = tmp_path / "scores.parquet"
    table.set_index(["client", "week"]).to_parquet(path)
    assert read(str(path)).clients == 12
    table.to_feather(tmp_path / "scores.feather")
    assert read(str(tmp_path / "scores.feather")).clients == 12


def test_who_has_two_arms_may_be_two_clients(tmp_path: Path, table: pd.DataFrame) -> None:
    table = table.assign(client=table["client"].str[1:].astype(int) // 3)
    table["phq9"] = table["phq9"].astype(str)
    with pytest.raises(BadData, match=r"therapist counts its clients anew: 'data.columns.client="):
        read(write(tmp_path, table.assign(arm=table["therapist"]).to_csv(index=False)))


def test_a_client_of_two_arms_is_refused_with_a_way_out(
    tmp_path: Path, table: pd.DataFrame
) -> None:
    table.loc[4, "arm"] = "c"
    with pytest.raises(BadData, match=r"row 6.*'c' changes.*data.columns.arm=null takes no arms"):
        read(write(tmp_path, table.to_csv(index=False)))


def test_rows_without_arm_or_therapist_are_counted(tmp_path: Path, table: pd.DataFrame) -> None:
    table.loc[[1, 2, 7], "arm"] = None
    table.loc[[5], "therapist"] = None
    data = read(write(tmp_path, table.to_csv(index=False)))
    assert "3 rows say no arm: that of the client's other rows counts there" in data.assumed
    assert any(text.startswith("1 rows say no therapist") for text in data.assumed)
    assert (data.therapist >= 0).all()


def test_copies_of_a_row_count_once_and_are_said(tmp_path: Path, table: pd.DataFrame) -> None:
    table.loc[0, "phq9"] = 20
    path = write(tmp_path, pd.concat([table, table[:1], table[:4]]).to_csv(index=False))
    data = read(path)
    assert any(text.startswith("5 rows are copies of another one") for text in data.assumed)
    assert not any("averaged" in text for text in data.assumed)
    assert len(data.score) == 36


@pytest.mark.parametrize("date", ["{d}-{w}-2024", "{d}. {g} 24", "{d} {w} 2024", "{d}/{w}/2024"])
def test_months_in_words_are_dates(tmp_path: Path, table: pd.DataFrame, date: str) -> None:
    english, german = ("Mar", "Apr", "May"), ("März", "April", "Mai")
    table["week"] = [
        date.format(d=1 + 7 * (week % 3), w=english[k % 3], g=german[k % 3])
        for k, week in zip(table["client"].str[1:].astype(int), table["week"], strict=True)
    ]
    data = read(
        write(tmp_path, table.to_csv(index=False)), FileChoices(form=TableChoices(dates="first"))
    )
    assert sorted(set(data.week)) == [0, 1, 2]


def test_times_before_0_need_the_time_of_the_intake(tmp_path: Path, table: pd.DataFrame) -> None:
    path = write(tmp_path, table.assign(week=table["week"] - 1).to_csv(index=False))
    with pytest.raises(BadData, match=r"row 2.*'-1' must be 0 or more.*data.baseline=T"):
        read(path)
    assert sorted(set(read(path, FileChoices(baseline=-1)).week)) == [0, 1, 2]


def test_a_row_of_headings_over_several_columns_is_a_title(
    tmp_path: Path, table: pd.DataFrame
) -> None:
    above = "PHQ-9 study,,,,\nClients,,,Outcome,\n"
    data = read(write(tmp_path, above + table.to_csv(index=False)))
    assert data.clients == 12
    assert any("2 rows above the names of the columns" in text for text in data.assumed)
    data = read(write(tmp_path, "Clients,,,Outcome,\n" + table.to_csv(index=False)))
    assert any("a row above the names of the columns" in text for text in data.assumed)


def test_cells_are_no_names_of_columns(tmp_path: Path, table: pd.DataFrame) -> None:
    path = write(tmp_path, table.to_csv(index=False, header=False))
    with pytest.raises(BadData, match="look like a client's cells: a first row must name"):
        read(path)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["1,5", "2,5", "3,5"], "data.decimal=comma"),
        (["12%", "8%", "9%"], "Take the sign % away"),
        (["12", "k.A.", "9"], "'k.A.' is not a number"),
    ],
)
def test_scores_that_are_no_numbers_are_proposed_for_the_reader_to_refuse(
    tmp_path: Path, table: pd.DataFrame, cells: Sequence[str], words: str
) -> None:
    path = write(tmp_path, table.assign(phq9=[*cells] * 12).to_csv(index=False))
    guesses = guess_form(read_table(path), {})
    assert guesses["columns.score"].value == "phq9"
    with pytest.raises(BadData, match=words):
        read(path)


def test_codes_of_missing_values_are_proposed(tmp_path: Path, table: pd.DataFrame) -> None:
    table.loc[[3, 9], "phq9"] = (99, -9)
    known = read_table(write(tmp_path, table.to_csv(index=False)))
    guesses = guess_form(known, {})
    assert guesses["missing"] == (["-9", "99"], "2 cells are far from all others")
    assert guesses["instrument"].value == "phq9"
    other = read_table(write(tmp_path, table.rename(columns={"phq9": "score"}).to_csv(index=False)))
    assert guess_form(other, {})["missing"].value == ["-9", "99"]
    assert "missing" not in guess_form(known, {"missing": []})


def test_a_number_with_a_label_may_be_a_code(tmp_path: Path, table: pd.DataFrame) -> None:
    table.loc[3, "phq9"] = 98
    known = read_table(write(tmp_path, table.to_csv(index=False)))
    assert "missing" not in guess_form(known, {})
    labelled = known._replace(labels={"phq9": {"98": "refused", "0": "none"}})
    assert guess_form(labelled, {})["missing"].value == ["98"]


def test_formulas_that_were_never_computed_are_refused(tmp_path: Path, table: pd.DataFrame) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in [list(table), *table.to_numpy().tolist()]:
        book.active.append([*row[:-1], row[-1] if row[-1] == "phq9" else f"=1+{row[-1]}"])
    book.save(tmp_path / "formulas.xlsx")
    with pytest.raises(BadData, match=r"sheet 'Sheet': column 'phq9' has formulas without values"):
        read_table(str(tmp_path / "formulas.xlsx"))


@pytest.mark.parametrize(
    ("form", "pattern"),
    [
        ("PHQ.9_score (Woche {})", "PHQ.9_score (Woche {time})"),
        ("{}", "{time}"),
        ("w{}phq9", "w{time}phq9"),
    ],
)
def test_waves_are_found_by_one_number_in_their_names(
    tmp_path: Path, table: pd.DataFrame, form: str, pattern: str
) -> None:
    wide = table.pivot(index=["client", "arm"], columns="week", values="phq9").reset_index()
    wide.columns = [name if isinstance(name, str) else form.format(name) for name in wide.columns]
    path = write(tmp_path, wide.to_csv(index=False))
    with pytest.raises(BadData, match="the table is wide: one row a client, and 3 columns"):
        read(path)
    assert guess_form(read_table(path), {})["wide"].value == pattern


def test_scales_of_which_high_is_good_are_proposed_so(tmp_path: Path, table: pd.DataFrame) -> None:
    for name, good in (("ORS", True), ("Wohlbefinden", True), ("worry score", False)):
        path = write(tmp_path, table.rename(columns={"phq9": name}).to_csv(index=False))
        guesses = guess_form(read_table(path), {"columns.score": name})
        assert ("higher_is_better" in guesses) == good


def test_a_slip_is_said_where_the_name_is_known(tmp_path: Path, table: pd.DataFrame) -> None:
    table.loc[3, "phq9"] = 34
    known = read_table(write(tmp_path, table.to_csv(index=False)))
    guesses = guess_form(known, {})
    assert {"instrument", "missing"}.isdisjoint(guesses)
    assert doubtful_name(known, {}, guesses) == (
        "the scores are called phq9, but 1 of 36 lie outside 0 to 27, such as 34"
    )


def items(table: pd.DataFrame, add: int = 0) -> pd.DataFrame:
    for k in range(1, 10):
        table[f"q{k}"] = [(place * k) % 4 + add for place in range(len(table))]
    return table.drop(columns="phq9")


def test_a_code_among_items_is_never_summed(tmp_path: Path, table: pd.DataFrame) -> None:
    coded = items(table)
    coded.loc[5, "q3"] = 9
    path, form = write(tmp_path, coded.to_csv(index=False)), TableChoices(items=("q1..q9",))
    with pytest.raises(BadData, match=r"row 7, column 'q3': '9' is far.*data.missing=\[9\]"):
        read(path, FileChoices(form=form))
    data = read(path, FileChoices(form=form._replace(missing=("9",))))
    assert any("in 1 rows up to 1 missing items" in text for text in data.assumed)


def test_items_that_are_never_0_are_asked_about(tmp_path: Path, table: pd.DataFrame) -> None:
    counted = items(table, add=1)
    counted[[f"q{k}" for k in range(1, 10)]] = counted[[f"q{k}" for k in range(1, 10)]].clip(1, 3)
    data = read(
        write(tmp_path, counted.to_csv(index=False)),
        FileChoices(form=TableChoices(items=("q1..q9",))),
    )
    assert any("none of which is ever below 1: are they counted from 0?" in t for t in data.assumed)
