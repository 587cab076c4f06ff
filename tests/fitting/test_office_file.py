"""Excel, SPSS and Stata files: the same table as text, with labels and missing codes."""

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dyadsim.errors import BadData
from dyadsim.fitting.client_data import read_client_data
from dyadsim.fitting.file_reader import read_long_table, read_table
from dyadsim.fitting.study_time import AS_IT_IS
from dyadsim.fitting.table_choices import AS_IT_LIES

openpyxl = pytest.importorskip("openpyxl", reason="the extra 'files' is not installed")
pyreadstat = pytest.importorskip("pyreadstat", reason="the extra 'files' is not installed")

ROLES = {"client": "id", "time": "session", "score": "phq9", "arm": "arm"}
FRAME = pd.DataFrame(
    [(k, session, 20 - session - k % 3, 1 + k % 2) for k in range(12) for session in range(3)],
    columns=["id", "session", "phq9", "arm"],
)
LABELS = {"arm": {1: "CBT", 2: "Warteliste"}, "session": {0: "intake"}}


def book(path: Path, *sheets: tuple[str, list[list]]) -> str:
    file = openpyxl.Workbook()
    file.remove(file.active)
    for name, rows in sheets:
        page = file.create_sheet(name)
        for row in rows:
            page.append(row)
    file.save(path)
    return str(path)


ROWS = [list(FRAME), *FRAME.values.tolist()]


def test_four_files_are_one_table(tmp_path: Path) -> None:
    """Labels of arms are honoured, and one of a session does not hide its number."""
    FRAME.assign(arm=FRAME["arm"].map(LABELS["arm"])).to_csv(tmp_path / "a.csv", index=False)
    book(
        tmp_path / "a.xlsx",
        ("Daten", [ROWS[0], *([*r[:3], LABELS["arm"][r[3]]] for r in ROWS[1:])]),
    )
    pyreadstat.write_sav(FRAME, str(tmp_path / "a.sav"), variable_value_labels=LABELS)
    pyreadstat.write_dta(FRAME, str(tmp_path / "a.dta"), variable_value_labels=LABELS)
    files = [
        read_client_data(str(tmp_path / f"a.{kind}"), ROLES, instrument="phq9")
        for kind in ("csv", "xlsx", "sav", "dta")
    ]
    assert files[0].arms == ("CBT", "Warteliste")
    for file in files[1:]:
        for mine, other in zip(files[0][:6], file[:6], strict=True):
            assert np.array_equal(mine, other, equal_nan=isinstance(mine, np.ndarray))


def test_user_missing_values_of_spss_are_missing_and_counted(tmp_path: Path) -> None:
    frame = FRAME.assign(phq9=FRAME["phq9"].where(FRAME["session"] != 2, 99).astype(float))
    frame.loc[0, "phq9"] = -7.0
    ranges = {"phq9": [99, {"lo": -9, "hi": -1}]}
    pyreadstat.write_sav(frame, str(tmp_path / "a.sav"), missing_ranges=ranges)
    data = read_client_data(str(tmp_path / "a.sav"), {**ROLES, "arm": "arm"}, instrument="phq9")
    assert len(data.score) == 23
    words = next(words for words in data.assumed if "user-missing" in words)
    assert "99 (12 times)" in words
    assert "-7 (1 times)" in words


def test_extended_missing_values_of_stata(tmp_path: Path) -> None:
    frame = FRAME.astype({"phq9": object})
    frame.loc[frame["session"] == 2, "phq9"] = "a"
    frame.loc[0, "phq9"] = None
    pyreadstat.write_dta(frame, str(tmp_path / "a.dta"), missing_user_values={"phq9": ["a"]})
    data = read_client_data(str(tmp_path / "a.dta"), ROLES, instrument="phq9")
    assert len(data.score) == 23
    assert "user-missing values of phq9 are missing: .a (12 times)" in data.assumed


def test_two_codes_of_one_label_stay_two_arms(tmp_path: Path) -> None:
    labels = {"arm": {1: "CBT", 2: "CBT"}}
    pyreadstat.write_sav(FRAME, str(tmp_path / "a.sav"), variable_value_labels=labels)
    data = read_client_data(str(tmp_path / "a.sav"), ROLES, instrument="phq9")
    assert data.arms == ("1", "2")


def test_labels_say_rows_and_waves(tmp_path: Path) -> None:
    labels = {**LABELS, "session": {0: "pre", 1: "post", 2: "fu"}}
    pyreadstat.write_sav(FRAME, str(tmp_path / "a.sav"), variable_value_labels=labels)
    for arm in ("CBT", "1"):
        choices = AS_IT_IS._replace(
            where={"arm": (arm,)},
            form=AS_IT_LIES._replace(times={"pre": 0, "post": 8, "fu": 26}),
        )
        with pytest.raises(BadData, match="scores of 10 clients or more are needed, not 6"):
            read_client_data(
                str(tmp_path / "a.sav"), ROLES, instrument="phq9", unit="week", choices=choices
            )
    choices = AS_IT_IS._replace(form=AS_IT_LIES._replace(times={"pre": 0, "post": 8, "fu": 26}))
    data = read_client_data(
        str(tmp_path / "a.sav"), ROLES, instrument="phq9", unit="week", choices=choices
    )
    assert sorted(set(data.week)) == [0, 8, 26]


def test_sheets(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx", ("Codebuch", [["name", "Bedeutung"]]), ("Daten", ROWS), ("x", [])
    )
    with pytest.raises(BadData, match=r"2 sheets with cells \(Codebuch, Daten, x\): which one\?"):
        read_table(path)
    for sheet in ("Daten", 2, "2"):
        table = read_table(path, AS_IT_LIES._replace(sheet=sheet))
        assert list(table.cells) == list(FRAME)
        assert table.assumed == ("the sheet 'Daten' was read, one of 3",)
    with pytest.raises(BadData, match=r"there is no sheet 'Date'. Did you mean Daten"):
        read_table(path, AS_IT_LIES._replace(sheet="Date"))
    with pytest.raises(BadData, match="the sheet 'x' is empty"):
        read_table(path, AS_IT_LIES._replace(sheet="x"))
    single = book(tmp_path / "b.xlsx", ("x", []), ("Daten", ROWS))
    assert list(read_table(single).cells) == list(FRAME)


def test_cells_of_excel(tmp_path: Path) -> None:
    rows = [
        ["id", "day", "x"],
        ["0012", date(2024, 3, 1), 1.5],
        [12.0, None, "2,5"],
        [None, None, None],
    ]
    path = book(tmp_path / "a.xlsx", ("Daten", [["Titel"], *rows, ["Stand: Mai 2024"]]))
    table = read_table(path)
    assert table.cells.values.tolist() == [["0012", "2024-03-01", "1.5"], ["12", "", "2,5"]]
    assert table.lines.tolist() == [3, 4]
    assert len(table.assumed) == 2


def test_merged_and_hidden_cells(tmp_path: Path) -> None:
    file = openpyxl.Workbook()
    page = file.active
    for row in [["therapist", "id"], ["T1", "a"], [None, "b"], [None, "c"], ["T2", "d"]]:
        page.append(row)
    page.merge_cells("A2:A4")
    page.row_dimensions[5].hidden = True
    file.save(tmp_path / "a.xlsx")
    table = read_table(str(tmp_path / "a.xlsx"))
    assert table.cells["therapist"].tolist() == ["T1", "T1", "T1", "T2"]
    assert table.assumed == (
        "merged cells: 2 further rows got the text of theirs",
        "1 hidden rows of the sheet were read, too",
    )


@pytest.mark.parametrize(("name", "package"), [("a.xlsx", "openpyxl"), ("a.sav", "pyreadstat")])
def test_without_the_extra(
    name: str, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(tmp_path / "a.xlsx", ("x", ROWS))
    pyreadstat.write_sav(FRAME, str(tmp_path / "a.sav"))
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(BadData, match=r"reading it needs: pip install 'dyadsim\[files\]'; or save"):
        read_table(str(tmp_path / name))


def test_wide_spss_files_keep_labels(tmp_path: Path) -> None:
    wide = FRAME.pivot(index=["id", "arm"], columns="session", values="phq9").reset_index()
    wide.columns = ["id", "arm", "phq_0", "phq_1", "phq_2"]
    pyreadstat.write_sav(
        wide, str(tmp_path / "a.sav"), variable_value_labels={"arm": LABELS["arm"]}
    )
    roles = {role: (name,) for role, name in ROLES.items()}
    table = read_long_table(
        str(tmp_path / "a.sav"), roles, choices=AS_IT_LIES._replace(wide={"score": "phq_{time}"})
    )
    assert set(table.text("arm")) == {"CBT", "Warteliste"}
    assert len(table.cells) == 36
