"""Items are summed with a rule for missing ones. Right sums by hand."""

import numpy as np
import pytest

from dyadsim.errors import BadData, BadInput
from dyadsim.fitting.client_table import Limits, give_roles, suspected_codes
from dyadsim.fitting.file_reader import read_table
from dyadsim.fitting.item_sums import item_names, sum_items

ITEMS = tuple(f"q{k}" for k in range(1, 6))
ROWS = ["a,1,2,3,0,1", "b,1,,3,0,0", "c,,,3,0,1", "d,,,,,", "e,0,0,0,0,0"]


@pytest.fixture
def table(tmp_path):
    """Return five rows of five items."""
    path = tmp_path / "a.csv"
    path.write_text("\n".join([f"id,{','.join(ITEMS)}", *ROWS]))
    return read_table(str(path))


@pytest.mark.parametrize(
    ("share", "right", "words"),
    [
        (0.2, [7, 5, np.nan, np.nan, 0], "in 1 rows up to 1 missing items got the mean of"),
        (0.0, [7, np.nan, np.nan, np.nan, 0], "5 items (q1 to q5); 3 rows with more missing items"),
        (0.4, [7, 5, 20 / 3, np.nan, 0], "in 2 rows up to 2 missing items"),
        (1.0, [7, 5, 20 / 3, np.nan, 0], "; 1 rows with more missing items have no score"),
    ],
)
def test_a_missing_item_gets_the_mean_of_the_others(table, share, right, words) -> None:
    summed, roles = sum_items(table, {}, ITEMS, share)
    scores = give_roles(summed, roles).numbers("score", Limits(0, 15, True))
    np.testing.assert_allclose(scores, right)
    assert words in summed.assumed[0]


def test_ranges() -> None:
    assert item_names(["phq1..phq9"])[8] == "phq9"
    assert item_names(["q_08..q_10"]) == ("q_08", "q_09", "q_10")
    for wrong in ("phq9..phq1", "phq1..gad9", "q1..q9000"):
        with pytest.raises(BadInput, match="is no range such as"):
            item_names([wrong])
    with pytest.raises(BadInput, match="'q2' is named twice"):
        item_names(["q1..q3", "q2"])


def test_items_that_cannot_be_summed(table, tmp_path) -> None:
    with pytest.raises(BadData, match=r"there is no column 'qq5'. Did you mean q5"):
        sum_items(table, {}, ("q4", "qq5"), 0.2)
    path = tmp_path / "b.csv"
    path.write_text("id,q1,q2,q3\na,1,2,3\nb,1,often,3\n")
    with pytest.raises(BadData, match="row 3, column 'q2': 'often' is not a number"):
        sum_items(read_table(str(path)), {}, ("q1", "q2", "q3"), 0.2)


def test_a_nine_among_answers_of_1_to_5_is_a_code() -> None:
    assert suspected_codes(np.array([1.0, 2, 3, 4, 5, 9])) == [9.0]
    assert suspected_codes(np.array([0.0, 1, 2, 3, 4, 8])) == [8.0]
    assert suspected_codes(np.array([1.0, 2, 3, 4, 5, 6, 7, 9])) == []
