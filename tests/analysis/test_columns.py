from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from dyadsim.analysis.columns import (
    as_marks,
    as_numbers,
    has_column,
    numeric_column,
    observed_scores,
    paired_scores,
    require_columns,
    require_variance,
)
from dyadsim.errors import BadData

FRAME = pd.DataFrame({"client": [1], "symptom_score": [3.0]})


def test_nearest_name_is_offered():
    with pytest.raises(ValueError, match=r"no column 'symptoms'\. Did you mean symptom_score\?"):
        require_columns(FRAME, "client", "symptoms")


def test_nearest_name_ignores_case():
    with pytest.raises(ValueError, match="Did you mean client"):
        require_columns(FRAME, "CLIENT")


def test_no_advice_when_nothing_is_near():
    with pytest.raises(ValueError, match=r"no column 'zzz'\. Known: client, symptom_score"):
        require_columns(FRAME, "zzz")


def test_optional_column_may_be_absent_only_under_its_default_name():
    assert not has_column(FRAME, "week", "week")
    with pytest.raises(ValueError, match="no column 'wek'"):
        has_column(FRAME, "wek", "week")


def test_numbers_reads_missing_of_every_kind():
    values = pd.Series([1, None, 3], dtype="Int64")
    np.testing.assert_equal(as_numbers(values), [1.0, np.nan, 3.0])
    np.testing.assert_equal(as_numbers([1, None]), [1.0, np.nan])


def test_impossible_numbers():
    with pytest.raises(ValueError, match="'bdi' has an infinite value"):
        as_numbers([1.0, np.inf], "bdi")
    with pytest.raises(ValueError, match="'bdi' must be numeric"):
        as_numbers(["low", "high"], "bdi")
    with pytest.raises(ValueError, match="'bdi' needs at least 3 clients, it has 2"):
        observed_scores([1.0, np.nan, 2.0], "bdi")


def test_series_are_paired_by_index_and_arrays_by_position():
    first = pd.Series([1.0, 2.0, 3.0, 4.0], index=list("abcd"))
    second = pd.Series([40.0, 30.0, 20.0, np.nan], index=list("dcba"))
    assert paired_scores(first, second)["second"].to_dict() == {"b": 20, "c": 30, "d": 40}
    by_position = paired_scores(first, second.to_numpy())
    assert by_position["second"].to_dict() == {"a": 40, "b": 30, "c": 20}


def test_impossible_pairs():
    with pytest.raises(ValueError, match="equal lengths, these are 3 and 4"):
        paired_scores([1, 2, 3], [1, 2, 3, 4])
    with pytest.raises(ValueError, match="at least 3 clients need both scores, 2 have them"):
        paired_scores([1, 2, 3], [1, np.nan, 3])
    twice = pd.Series([1.0, 2.0, 3.0], index=[1, 1, 2])
    with pytest.raises(ValueError, match="a client appears twice"):
        paired_scores(twice, twice)


def test_numbers_written_as_text_are_numbers():
    for text in (pd.Series(["9", " 12 ", "-1.5", ".5", "1e1", None]), ["9", 12, Decimal("-1.5")]):
        assert as_numbers(text)[:3].tolist() == [9, 12, -1.5]
    assert as_numbers(pd.Series(["9", "12"], dtype="category")).tolist() == [9, 12]
    assert as_numbers(pd.Series([b"x"] * 0, dtype=object)).size == 0


@pytest.mark.parametrize("word", ["", "NA", "nan", "inf", "9,5", "1_000", "week 3", "٣", b"9", 2j])
def test_a_word_is_no_number_and_its_row_is_named(word):
    values = pd.Series([1.0, word, "2"], index=["a", "b", "c"], dtype=object)
    with pytest.raises(BadData, match=r"'bdi' must be numeric: row b has .*\(1 such rows\)"):
        as_numbers(values, "bdi")


def test_dates_are_no_numbers():
    dates = pd.Series(pd.to_datetime(["2024-01-01", "2024-02-01"]))
    for values in (dates, dates - dates[0], dates.dt.to_period("M")):
        with pytest.raises(BadData, match=r"'week' must be numeric, it holds dates or durations"):
            as_numbers(values, "week")


def test_whole_numbers_stay_whole():
    assert numeric_column(pd.Series([1, 2]), "session").dtype.kind == "i"
    assert numeric_column(pd.Series([1, None], dtype="Int64"), "session").isna().tolist()[1]


def test_marks():
    np.testing.assert_equal(as_marks(pd.Series([True, None, False]), "left"), [1, np.nan, 0])
    with pytest.raises(BadData, match="'left' must be true or false"):
        as_marks(pd.Series([1, 2]), "left")


def test_two_columns_of_one_name_and_series_without_a_common_client():
    twice = pd.DataFrame([[1, 2.0, 3.0]], columns=["client", "bdi", "bdi"])
    with pytest.raises(ValueError, match="There are 2 columns 'bdi'"):
        require_columns(twice, "bdi")
    numbers, text = pd.Series([1.0, 2, 3], [1, 2, 3]), pd.Series([1.0, 2, 3], ["1", "2", "3"])
    with pytest.raises(BadData, match=r"no client in common.*\(1 \.\.\. and '1' \.\.\.\)"):
        paired_scores(numbers, text)


def test_no_value_has_no_variance():
    with pytest.raises(ValueError, match="'total' has no variance: there is no value"):
        require_variance(np.array([]), "total")
