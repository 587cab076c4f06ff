"""The one door: every kind of file, and the cases of researchers' files, through it."""

import gzip
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from dyadsim.errors import BadData
from dyadsim.fitting.client_data import ClientData, read_client_data
from dyadsim.fitting.client_table import Limits, give_roles
from dyadsim.fitting.file_reader import kind_of_file, read_long_table, read_table
from dyadsim.fitting.study_time import AS_IT_IS
from dyadsim.fitting.table_choices import AS_IT_LIES

FILES = Path(__file__).parent / "files"
COLUMNS = {"client": "client", "time": "session", "score": "score", "arm": "arm"}


def read(name: str, columns: dict, instrument: str = "phq9", unit: str = "session", **form):
    choices = AS_IT_IS._replace(form=AS_IT_LIES._replace(**form))
    return read_client_data(
        str(FILES / name), columns, instrument=instrument, unit=unit, choices=choices
    )


def test_items() -> None:
    """Nine items: the sums are those of pandas."""
    data = read("items.csv", COLUMNS, items=("phq1..phq9",))
    frame = pd.read_csv(FILES / "items.csv")
    right = frame.assign(sum=frame.filter(like="phq").sum(axis=1)).sort_values(
        ["client", "session"]
    )
    assert data.score.tolist() == right["sum"].tolist()
    assert "the score is the sum of 9 items (phq1 to phq9)" in data.assumed


def test_a_wide_trial() -> None:
    times = {"pre": 0.0, "2m": 8.0, "3m": 13.0, "5m": 22.0, "8m": 35.0}
    wide = {"score": "bdi_{time}"}
    data = read("wide_trial.csv", COLUMNS, "bdi2", "week", wide=wide, times=times)
    frame = pd.read_csv(FILES / "wide_trial.csv")
    assert data.clients == 60
    assert len(data.score) == frame.filter(like="bdi_").notna().sum().sum()
    for wave, week in times.items():
        assert data.score[data.week == week].mean() == pytest.approx(frame[f"bdi_{wave}"].mean())


@pytest.mark.parametrize("name", ["phq9.sav", "phq9.xlsx", "phq9.dta", "same_table.csv"])
def test_one_table_in_four_files(name: str) -> None:
    """In the SPSS file three scores are the user-missing 99; means by pandas."""
    if not name.endswith("csv"):
        pytest.importorskip({"v": "pyreadstat", "a": "pyreadstat", "x": "openpyxl"}[name[-1]])
    data = read(name, {"client": "ID", "time": "session", "score": "PHQ9"})
    frame = pd.read_csv(FILES / "same_table.csv")
    missing = 3 * (name == "phq9.sav")
    assert data.clients == 30
    assert len(data.score) == len(frame) - missing
    assert data.score.max() == frame["PHQ9"].max()
    assert ("user-missing values of PHQ9 are missing: 99 (3 times)" in data.assumed) == bool(
        missing
    )


def test_letters_of_other_languages() -> None:
    assert read("umlauts.csv", COLUMNS).arms == ("Übliche Behandlung", "Wartegruppe")


@pytest.mark.parametrize("rule", ["first", "most"])
def test_change_of_therapist(rule: str) -> None:
    """Whose client it is, by pandas."""
    columns = {**COLUMNS, "therapist": "therapist"}
    data: ClientData = read_client_data(
        str(FILES / "change_of_therapist.csv"),
        columns,
        instrument="phq9",
        choices=AS_IT_IS._replace(therapist=rule),
    )
    frame = pd.read_csv(FILES / "change_of_therapist.csv").sort_values("session", kind="stable")
    names = frame.groupby("client")["therapist"]
    right = names.first() if rule == "first" else names.agg(lambda who: who.value_counts().idxmax())
    shares = sorted(pd.Series(data.therapist).value_counts().tolist())
    assert shares == sorted(right.value_counts().tolist())


def test_therapists_in_one_arm_only() -> None:
    data = read(
        "waiting_list_ten_weeks.csv",
        {**COLUMNS, "time": "week", "therapist": "therapist"},
        unit="week",
    )
    waiting = data.arms.index("waiting")
    assert (data.therapist[data.arm == waiting] == -1).all()
    assert (data.therapist[data.arm != waiting] >= 0).all()


@pytest.mark.parametrize("missing", [("-9", "999"), ("-9.0", "999"), ("-9", "999", "krank")])
def test_codes_of_missing_values(missing: tuple[str, ...], tmp_path: Path) -> None:
    scores = [10, -9, 999, "krank" if "krank" in missing else 5, "#NULL!", "."]
    rows = [f"{k},{week},{score}" for k in (-9, 1) for week, score in enumerate(scores)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["client,session,score", *rows]))
    roles = {role: (name,) for role, name in COLUMNS.items() if role != "arm"}
    with pytest.raises(BadData, match=r"'(-9|krank)' (must|is not).*data.missing=\["):
        read_long_table(str(path), roles).numbers("score", Limits(0, 27, True, "phq9"))
    table = read_long_table(str(path), roles, choices=AS_IT_LIES._replace(missing=missing))
    numbers = table.numbers("score", Limits(0, 27, True))
    assert (numbers == numbers).sum() == 2 * (1 + ("krank" not in missing))
    assert table.codes("client").max() == 1  # the client -9 stays
    assert f"{missing[0]} (2 cells)" in table.assumed[0]
    assert "999 (2 cells)" in table.assumed[0]


def test_the_bytes_say_what_a_file_is_and_not_its_name(tmp_path: Path) -> None:
    for source, kind in {"phq9.sav": "spss", "phq9.dta": "stata", "phq9.xlsx": "excel"}.items():
        path = tmp_path / f"{kind}.csv"
        shutil.copy(FILES / source, path)
        assert kind_of_file(str(path)) == kind
        pytest.importorskip("openpyxl" if kind == "excel" else "pyreadstat")
        assert list(read_table(str(path)).cells) == ["ID", "session", "PHQ9"]


def test_kinds_that_are_not_read_say_how_to_get_one_that_is(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(gzip.compress(b"a,b\n1,2\n"))
    with zipfile.ZipFile(tmp_path / "b.csv", "w") as packed:
        packed.writestr("table.csv", "a,b\n1,2\n")
    (tmp_path / "c.ods").write_bytes(b"PK\x03\x04")
    (tmp_path / "d.sas7bdat").write_bytes(b"\0" * 40)
    (tmp_path / "e.csv").write_bytes(b"%PDF-1.7")
    for name, words in {
        "a.csv": "is a packed file; unpack it",
        "b.csv": "is a packed file; unpack it",
        "c.ods": "is a file of Calc; save it as xlsx or csv",
        "d.sas7bdat": "is a file of SAS; save the table as csv",
        "e.csv": "is a PDF, not a table",
    }.items():
        with pytest.raises(BadData, match=words):
            read_table(str(tmp_path / name))


def test_a_sheet_or_an_encoding_of_another_kind_of_file_is_not_ignored(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"data.sheet: '.*items.csv' is no file of Excel"):
        read_table(str(FILES / "items.csv"), AS_IT_LIES._replace(sheet=1))
    with pytest.raises(BadData, match=r"data.encoding: '.*phq9.sav' is no file of text"):
        read_table(str(FILES / "phq9.sav"), AS_IT_LIES._replace(encoding="cp1252"))


def test_a_footer_and_a_title_are_said_in_the_data(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [f"c{k};{week};10,5" for k in range(12) for week in (0, 1)]
    lines = ["Klinik Süd;;", "client;session;score", *rows, ";;", "Stand: 3.5.2024;;"]
    path.write_text("\n".join(lines), "utf-16")
    data = read_client_data(str(path), {**COLUMNS, "arm": "arm"}, instrument="phq9")
    assert (data.clients, len(data.score)) == (12, 24)
    said = " ".join(data.assumed)
    assert "a row above the names of the columns was left out ('Klinik Süd')" in said
    assert "1 rows below the table were left out (from row 28: 'Stand: 3.5.2024')" in said
    table = give_roles(read_table(str(path)), {"score": ("score",)})
    with pytest.raises(BadData, match=r"row 3, column 'score': '10.5' must"):
        table.numbers("score", Limits(0, 5))
