"""Several scores of one client at one time: copies are averaged, merged clients are refused."""

from pathlib import Path

import pytest

from dyadsim.errors import BadData
from dyadsim.fitting.client_data import ClientData, read_client_data

COLUMNS = {"client": "client", "time": "day", "score": "score"}


@pytest.fixture
def read(tmp_path: Path):
    """Return a function that reads rows of client, day, score and centre."""

    def read_rows(rows: list[tuple], **columns: object) -> ClientData:
        path = tmp_path / "a.csv"
        lines = [",".join(map(str, row)) for row in rows]
        path.write_text("\n".join(["client,day,score,centre", *lines]), encoding="utf-8")
        return read_client_data(str(path), {**COLUMNS, **columns}, instrument="phq9", unit="day")

    return read_rows


def test_a_few_copies_are_averaged_and_said(read) -> None:
    rows = [(k, day, 10, "x") for k in range(20) for day in (0, 7, 14)]
    data = read([*rows, (0, 0, 14, "x"), (1, 9, 10, "x")])
    assert list(data.score[:2]) == [12, 10]
    assert "2 further scores of a client in the same week were averaged" in " ".join(data.assumed)


def test_copies_of_rows_are_no_second_client(read) -> None:
    rows = [(k, day, 10 + k % 3, "x") for k in range(20) for day in (0, 7, 14, 21)]
    data = read([*rows, *rows[:4]])  # every row of the first client twice
    assert data.clients == 20
    assert "4 rows are copies of another one" in " ".join(data.assumed)


def test_two_centres_with_the_same_numbers_are_told_by_their_weeks(read) -> None:
    """On other days, so that no two scores are at one time."""
    rows = [
        (k, day + 2 * (centre == "y"), 10 + k, centre)
        for centre in "xy"
        for k in range(12)
        for day in (0, 7, 14, 21)
    ]
    with pytest.raises(BadData, match=r"48 of 96 scores share client and week.*If each centre"):
        read(rows)
    assert read(rows, client=("centre", "client")).clients == 24


def test_a_single_number_that_two_clients_share_is_refused(read) -> None:
    rows = [(k, day, 10, "x") for k in range(100) for day in (0, 7, 14, 21)]
    with pytest.raises(BadData, match=r"4 of 404 scores share client and time.*client 7 has 2"):
        read([*rows, *((7, day, 20, "y") for day in (0, 7, 14, 21))])
