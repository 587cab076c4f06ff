"""What every long table is checked for before it is analysed."""

import pandas as pd
import pytest

from dyadsim.analysis.long_table import clean_rows, client_ids, scored_rows, without_follow_up
from dyadsim.errors import BadData

FRAME = pd.DataFrame(
    {
        "client": ["b", "b", "a", "a"],
        "session": ["12", "9", "0", "3"],
        "symptom_score": [3.0, 4.0, 5.0, None],
        "occasion": ["session", "session", "intake", "follow_up"],
    },
    index=[5, 5, 6, 6],
)


def test_times_sort_as_numbers_and_rows_are_numbered_anew() -> None:
    rows = scored_rows(FRAME, "client", "symptom_score", "session", "occasion")
    assert rows["session"].tolist() == [0, 9, 12]
    assert rows["client"].tolist() == ["a", "b", "b"]
    assert rows.index.tolist() == [0, 1, 2]
    assert len(without_follow_up(FRAME, "occasion")) == 3
    assert clean_rows(FRAME, "client", "session")["occasion"].tolist() == FRAME["occasion"].tolist()


def test_a_score_needs_a_time() -> None:
    with pytest.raises(BadData, match=r"'session' is missing in 1 rows .* first for client b"):
        scored_rows(
            FRAME.assign(session=["12", None, "0", None]),
            "client",
            "symptom_score",
            "session",
            "occasion",
        )


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([1, "1"], r"mixes numbers and text: 1 in row 0, '1' in row 1"),
        (["7", 8], r"mixes numbers and text: 8 in row 1, '7' in row 0"),
        (["a1", "a1 "], r"differ only by spaces: 'a1' and 'a1 '"),
        (["a", None], r"'id' is missing in 1 rows, first in row 1"),
    ],
)
def test_ids_that_may_split_or_merge_clients(ids: list[object], message: str) -> None:
    with pytest.raises(BadData, match=message):
        client_ids(pd.Series(ids, dtype=object), "id")


def test_ids_of_one_kind_pass() -> None:
    for ids in ([1, 1.0, 2], ["a", "b c", "b"], pd.Series(["x", "y"], dtype="category")):
        assert client_ids(pd.Series(ids), "id").tolist() == list(ids)
