"""Time of a file as weeks of the study: nobody's wave is moved unless it is asked for."""

import time
from pathlib import Path

import pandas as pd
import pytest

from dyadsim.errors import BadData
from dyadsim.fitting.client_data import ClientData, read_client_data
from dyadsim.fitting.study_time import AS_IT_IS

COLUMNS = {"client": "client", "time": "week", "score": "score"}
WAVES = [(k, week) for k in range(12) for week in (0, 8, 26) if not (k < 4 and week == 0)]


@pytest.fixture
def read(tmp_path: Path):
    """Return a function that reads rows of client and time with choices."""

    def read_rows(rows: list[tuple], unit: str = "week", **choices: object) -> ClientData:
        path = tmp_path / "a.csv"
        lines = [f"{client},{time},10" for client, time in rows]
        path.write_text("\n".join(["client,week,score", *lines]), encoding="utf-8")
        return read_client_data(
            str(path), COLUMNS, instrument="phq9", unit=unit, choices=AS_IT_IS._replace(**choices)
        )

    return read_rows


def test_a_client_without_a_baseline_keeps_the_weeks(read) -> None:
    data = read(WAVES)
    assert list(data.week[:2]) == [8, 26]
    assert sorted(set(data.week)) == [0, 8, 26]
    assert "4 of 12 clients have no score at intake: it stays missing" in " ".join(data.assumed)


def test_weeks_are_counted_anew_only_when_asked_for(read) -> None:
    data = read(WAVES, rebase=True)
    assert sorted(set(data.week)) == [0, 8, 18, 26]
    assert "each client's first score is the intake" in " ".join(data.assumed)


def test_a_file_that_begins_at_one_begins_with_the_intake(read) -> None:
    rows = [(k, session) for k in range(12) for session in (1, 2, 3)]
    data = read(rows)
    assert sorted(set(data.week)) == [0, 1, 2]
    assert "time 1, the first in the file, is everybody's intake" in " ".join(data.assumed)
    assert sorted(set(read(rows, baseline=0.0).week)) == [1, 2, 3]


def test_times_of_clients_own_calendars_are_refused(read) -> None:
    days = [(k, 30 * k + day) for k in range(12) for day in (0, 7, 14)]
    with pytest.raises(
        BadData, match=r"11 of 12 clients have no score at time 0.*data.rebase=true"
    ):
        read(days, "day")
    assert sorted(set(read(days, "day", rebase=True).week)) == [0, 1, 2]


def test_a_baseline_is_the_first_of_all(read) -> None:
    with pytest.raises(BadData, match=r"data.baseline=8: 8 scores lie before it"):
        read(WAVES, baseline=8.0)


def test_two_sessions_a_week(read) -> None:
    data = read([(k, session) for k in range(12) for session in range(5)], "session", per_week=2.0)
    assert sorted(set(data.week)) == [0, 0.5, 1, 1.5, 2]
    assert "sessions, 2 a week" in " ".join(data.assumed)


def test_one_cell_cannot_make_a_study_of_a_million_years(read) -> None:
    rows = [(k, week) for k in range(12) for week in (0, 1, 2)]
    began = time.perf_counter()
    with pytest.raises(
        BadData,
        match=r"row 6, column 'week': '1700000000' would be week 1\.7e\+09; a study lasts 5000 "
        r"weeks at most\. Is data\.unit right\?",
    ):
        read([*rows[:4], (1, 1_700_000_000), *rows[5:]])
    assert time.perf_counter() - began < 5
    with pytest.raises(BadData, match=r"\(2 more like it\)"):
        read([*rows, (1, 6000), (2, 6000), (3, 5001)])
    assert read([*rows, *((k, 4999) for k in range(12))]).week.max() == 4999
    days = [(k, day) for k in range(12) for day in (0, 7, 5103)]
    assert read(days, unit="day").week.max() == 729


@pytest.mark.parametrize(
    ("times", "cell"),
    [
        (pd.date_range("2024-01-01", periods=3, freq="7D"), "2024-01-01 00:00:00"),
        (pd.date_range("2024-01-01", periods=3, freq="7D").date, "2024-01-01"),
        (pd.to_timedelta([0, 7, 14], unit="D"), "0 days 00:00:00"),
    ],
)
def test_dates_in_parquet_are_no_nanoseconds(tmp_path: Path, times, cell: str) -> None:
    path = tmp_path / "dates.parquet"
    rows = pd.DataFrame(
        {
            "client": [k for k in range(12) for _ in times],
            "week": [time for _ in range(12) for time in times],
            "score": 10,
        }
    )
    rows.to_parquet(path)
    with pytest.raises(
        BadData, match=rf"row 2, column 'week': '{cell}' is not a number .*since the intake"
    ):
        read_client_data(str(path), COLUMNS, instrument="phq9", unit="week")
