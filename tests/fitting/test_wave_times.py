"""Words for waves and dates become times. Right days by Python's calendar."""

from datetime import date
from pathlib import Path

import pytest

from dyadsim.errors import BadData
from dyadsim.fitting.client_data import ClientData, read_client_data
from dyadsim.fitting.client_table import Limits
from dyadsim.fitting.file_reader import read_long_table
from dyadsim.fitting.study_time import AS_IT_IS
from dyadsim.fitting.table_choices import AS_IT_LIES

ROLES = {"client": ("id",), "time": ("when",), "score": ("phq",)}


@pytest.fixture
def days(tmp_path: Path):
    """Return a function that reads rows (client, date, score, day of the start) as times."""

    def read(rows: list[tuple], since: str = "first", day_first: bool | None = None) -> list[float]:
        path = tmp_path / "a.csv"
        lines = [",".join(map(str, row)) for row in rows]
        path.write_text("\n".join(["id,when,phq,start"[: -6 * (len(rows[0]) < 4) or None], *lines]))
        form = AS_IT_LIES._replace(dates=since, day_first=day_first)
        table = read_long_table(str(path), ROLES, choices=form)
        read.assumed = " ".join(table.assumed)
        return table.numbers("time", Limits(0, 1e6)).tolist()

    return read


APART = (date(2024, 3, 4) - date(2024, 2, 26)).days  # over the 29th of February


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("%Y-%m-%d", ""),
        ("%Y-%m-%d 10:30:00", ""),
        ("%Y-%m-%dT10:30", ""),
        ("%d.%m.%Y", "in the dates of when the day comes first (26.02.2024)"),
        ("%d/%m/%Y", "in the dates of when the day comes first (26/02/2024)"),
        ("%m/%d/%Y", "in the dates of when the month comes first (02/26/2024)"),
        ("%d.%m.%y", "the day comes first (26.02.24)"),
    ],
)
def test_forms_of_dates(form: str, words: str, days) -> None:
    rows = [
        (c, day.strftime(form), 9) for c in "ab" for day in (date(2024, 2, 26), date(2024, 3, 4))
    ]
    assert days(rows) == [0, APART, 0, APART]
    assert words in days.assumed or not words
    assert "since each client's first score" in days.assumed


def test_numbers_of_days_as_in_excel(days) -> None:
    assert days([("a", 45348, 9), ("a", 45355, 8)]) == [0, 7]
    assert "the numbers in when are days" in days.assumed


def test_day_or_month_is_asked_for(days) -> None:
    rows = [("a", "3/4/2024", 9), ("a", "4/5/2024", 9)]
    with pytest.raises(
        BadData, match=r"dates such as 3/4/2024: which number is the day.*day_first"
    ):
        days(rows)
    assert days(rows, day_first=True)[1] == (date(2024, 5, 4) - date(2024, 4, 3)).days
    assert days(rows, day_first=False)[1] == (date(2024, 4, 5) - date(2024, 3, 4)).days
    with pytest.raises(
        BadData, match=r"the day first and with the month first \(31/1/2024, 1/31/2"
    ):
        days([("a", "31/1/2024", 9), ("a", "1/31/2024", 9)])


def test_each_client_begins_with_the_first_score(days) -> None:
    rows = [("a", "2024-01-01", ""), ("a", "2024-01-08", 9), ("a", "2024-01-22", 8)]
    assert days([*rows, ("b", "2023-05-05", 9)]) == [0, 0, 14, 0]


def test_weeks_since_randomisation(days) -> None:
    rows = [
        ("a", "2024-01-01", 9, "2024-01-03"),
        ("a", "2024-01-10", 9, ""),
        ("b", "2024-02-05", 9, "2024-02-01"),
    ]
    assert days(rows, "start") == [0, 7, 4]
    assert "since start" in days.assumed
    assert "1 scores up to 28 days before are the intake's" in days.assumed
    with pytest.raises(BadData, match="row 5, column 'when': '2023-11-01' is 92 days before start"):
        days([*rows, ("b", "2023-11-01", 9, "2024-02-01")], "start")
    with pytest.raises(BadData, match="row 5, column 'start': '2024-02-09' differs from another"):
        days([*rows, ("b", "2024-02-05", 9, "2024-02-09")], "start")
    with pytest.raises(BadData, match="row 5, column 'start': is empty, and so it is in all rows"):
        days([*rows, ("c", "2024-02-05", 9, "")], "start")
    with pytest.raises(
        BadData, match=r"data.dates: there is no column 'strat'. Did you mean start"
    ):
        days(rows, "strat")


def test_dates_as_sessions_in_order(days) -> None:
    rows = [
        ("a", "2024-01-22", 8),
        ("a", "2024-01-08", 9),
        ("a", "2024-01-29", ""),
        ("b", "2024-05-01", 1),
    ]
    assert days(rows, "sessions")[:2] == [1, 0]
    assert "counted as sessions 0, 1, 2" in days.assumed


@pytest.mark.parametrize("wrong", ["soon", "2024-02-30", "31.4.2024", ""])
def test_what_is_no_date(wrong: str, days) -> None:
    rule = f"'{wrong}' is no date such as 2024-03-31" if wrong else " is empty"
    with pytest.raises(BadData, match=f"row 3, column 'when':.*{rule}"):
        days([("a", "2024-01-01", 9), ("b", wrong, 9)], day_first=True)


@pytest.fixture
def waves(tmp_path: Path):
    """Return a function that reads twelve clients with words for waves."""

    def read(words: list[str], times: dict[str, float] | None, unit: str = "week") -> ClientData:
        path = tmp_path / "w.csv"
        lines = [f"c{k},{word},9" for k in range(12) for word in words]
        path.write_text("\n".join(["id,when,phq", *lines]))
        choices = AS_IT_IS._replace(form=AS_IT_LIES._replace(times=times or {}))
        return read_client_data(str(path), ROLES, instrument="phq9", unit=unit, choices=choices)

    return read


def test_words_for_waves(waves) -> None:
    data = waves(["pre", "post", "fu"], {"pre": 0, "post": 12, "fu": 26})
    assert sorted(set(data.week)) == [0, 12, 26]
    assert "words for waves (rows): pre = 0 (12), post = 12 (12), fu = 26 (12)" in data.assumed
    assert sorted(set(waves(["0", "4", "fu"], {"fu": 26}).week)) == [0, 4, 26]  # numbers stay


def test_months(waves) -> None:
    data = waves(["0", "3", "6", "12"], None, "month")
    assert sorted(set(data.week)) == [0, 13, 26, 52]
    assert "time is counted in months, rounded to weeks" in data.assumed


def test_words_without_a_time_are_refused_with_the_setting(waves) -> None:
    with pytest.raises(BadData, match=r"'pre' is not a number.*'data.times=\{pre:0,...\}'"):
        waves(["pre", "post"], None)
    with pytest.raises(BadData, match=r"'fu' has no time in data.times \(11 more .*such as fu:26"):
        waves(["pre", "post", "fu"], {"pre": 0, "post": 12})
    with pytest.raises(BadData, match=r"column 'when' has no 'psot'. Did you mean post"):
        waves(["pre", "post"], {"pre": 0, "psot": 12})


def test_dates_without_marks_are_dates(days) -> None:
    """20240301 is no number of days: March and April would be 70 days further apart."""
    rows = [("a", "20240226", 20), ("a", "20240304", 10), ("b", "20231231", 9)]
    assert days(rows) == [0, APART, 0]


def test_dates_without_marks_are_no_weeks(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,when,phq\na,20240226,20\na,20240304,10\n")
    with pytest.raises(BadData, match=r"is a date, no number; of dates, data\.dates=first"):
        read_long_table(str(path), ROLES)
