"""Titles above a table and notes below it are no clients; nothing goes without a word."""

import pytest

from dyadsim.errors import BadData
from dyadsim.fitting.cell_grid import FileCells, Grid, grid_cells

HEADER = ["id", "week", "score"]
ROWS = [[f"c{k}", str(k % 3), "10"] for k in range(6)]


def cells_of(*rows: list[str]) -> FileCells:
    return grid_cells("a.csv", Grid(list(rows), list(range(1, len(rows) + 1))), ",")


@pytest.mark.parametrize(
    "footer",
    [
        [["Quelle: Ambulanz, 2024", "", ""]],
        [["", "", ""], ["Total", "", "60"]],
        [["Mean", "", "10.0"], ["SD", "", "3.1"], ["n = 6", "", ""]],
        [["exported on 3 May 2024"]],
        [["Mittelwert:", "1", "10"]],
    ],
)
def test_rows_below_the_table(footer: list[list[str]]) -> None:
    table = cells_of(HEADER, *ROWS, *footer)
    assert table.cells["id"].tolist() == [row[0] for row in ROWS]
    notes = [row for row in footer if any(row)]
    first = 8 + len(footer) - len(notes)
    assert table.assumed == [
        f"{len(notes)} rows below the table were left out (from row {first}: '{notes[0][0]}')"
    ]


@pytest.mark.parametrize(
    "last",
    [
        ["c9", "", ""],  # a client without a score
        ["N12", "1", "5"],
        ["Total war", "1", "5"],  # pseudonyms
    ],
)
def test_clients_that_only_look_like_notes(last: list[str]) -> None:
    assert cells_of(HEADER, *ROWS, last).cells["id"].tolist()[-1] == last[0]


def test_clients_called_n_or_sum() -> None:
    rows = [["N", "0", "1"], ["Sum", "0", "2"], ["SD", "0", "3"]]
    assert len(cells_of(HEADER, *rows).cells) == 3


def test_titles_above_the_table() -> None:
    table = cells_of(["PHQ-9 of the clinic", "", ""], ["2024"], HEADER, *ROWS)
    assert list(table.cells) == HEADER
    assert table.lines.tolist() == [4, 5, 6, 7, 8, 9]
    (words,) = table.assumed
    assert words == "2 rows above the names of the columns were left out ('PHQ-9 of the clinic')"


def test_empty_rows_and_columns_at_the_edge() -> None:
    table = cells_of([*HEADER, "", ""], *([*row, "", ""] for row in ROWS), ["", "", "", "", ""])
    assert list(table.cells) == HEADER
    assert len(table.cells) == 6
    assert not table.assumed


def test_a_column_without_a_name_is_kept_and_one_of_two_names_is_said() -> None:
    table = cells_of(["", "week", "score", "score"], *([*row, "9"] for row in ROWS))
    assert list(table.cells) == ["column 1", "week", "score", "score.1"]
    assert table.assumed == ["two columns are called 'score' (row 1): this is 'score.1' here"]


def test_rows_that_are_longer_than_the_names() -> None:
    with pytest.raises(
        BadData, match="row 4, has more cells in a row than names in the first line"
    ):
        cells_of(HEADER, ROWS[0], ROWS[1], [*ROWS[2], "5"])
    assert len(cells_of(HEADER, ROWS[0], ["c1", "2"]).cells) == 2
    with pytest.raises(BadData, match="is empty"):
        cells_of(["", ""], [""])


def test_a_client_may_be_called_like_a_total() -> None:
    """By initials: SD, six times at the end of the table."""
    rows = [[name, str(week), "10"] for name in ("AB", "CD", "SD") for week in range(3)]
    assert cells_of(HEADER, *rows).cells["id"].tolist() == [row[0] for row in rows]
