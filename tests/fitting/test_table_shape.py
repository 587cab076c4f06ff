"""Wide tables, items and columns of questionnaires, and tables that only look like them."""

from pathlib import Path

import pytest

from dyadsim.errors import BadData
from dyadsim.fitting.client_data import ClientData, read_client_data

COLUMNS = {"client": "client", "time": "week", "score": "score"}


@pytest.fixture
def read(tmp_path: Path):
    """Return a function that reads twelve clients with two scores and further columns."""

    def read_rows(*more: tuple[str, str, str], **columns: str) -> ClientData:
        header = ["client", "week", "score", *(name for name, *_ in more)]
        rows = [
            [f"c{k}", week, 10, *(values[week] for _, *values in more)]
            for k in range(12)
            for week in (0, 1)
        ]
        path = tmp_path / "a.csv"
        path.write_text(
            "\n".join(",".join(map(str, row)) for row in [header, *rows]), encoding="utf-8"
        )
        return read_client_data(str(path), {**COLUMNS, **columns}, instrument="phq9")

    return read_rows


ITEMS = [("q1", "1", "2"), ("q2", "1", "2"), ("q3", "1", "2")]


def test_items_beside_a_total_are_left_alone(read) -> None:
    assert read(*ITEMS).clients == 12


def test_an_item_is_no_score(read) -> None:
    with pytest.raises(BadData, match=r"'q2' is one of 3 numbered columns \(q1, q2, q3\)"):
        read(*ITEMS, score="q2")


def test_a_slip_of_the_name_of_a_total_is_no_missing_total(read) -> None:
    with pytest.raises(BadData, match=r"no column 'scoer'\. Did you mean score"):
        read(*ITEMS, score="scoer")


@pytest.mark.parametrize(
    "column",
    [
        ("outcome", "improved", "same"),  # not of questionnaires
        ("phase", "pre", "post"),
        ("instrument", "PHQ9", "PHQ9"),  # of a single one
    ],
)
def test_columns_that_name_no_questionnaires(column: tuple[str, str, str], read) -> None:
    assert read(column).clients == 12


@pytest.mark.parametrize(
    "column",
    [
        ("instrument", "A", "B"),
        ("Fragebogen", "A", "B"),
        ("form", "PHQ-9", "GAD-7"),
        ("variable", "bdi_ii", "core om"),
    ],
)
def test_questionnaires_in_turn_are_never_one_course(column: tuple[str, str, str], read) -> None:
    """No two scores are at one time, and still they are of two questionnaires."""
    with pytest.raises(BadData, match=f"column '{column[0]}' says which questionnaire"):
        read(column)
