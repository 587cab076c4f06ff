"""Every analysis of a long table, found here, does not care how the table is written down.

Times and scores as text, row numbers that repeat, an index with the name of a column, ids as
categories, rows of clients in another order: the same answer. Text that is no number, ids of two
kinds: refused.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from analysis.every_function import SESSIONS, Function, arguments, flat, functions_with

HELPERS = (  # they return rows of the table
    "clean_rows",
    "in_order",
    "observed_pairs",
    "scored_rows",
    "split_levels",
)
ANALYSES = [function for function in functions_with("sessions") if function.__name__ not in HELPERS]
NUMBERS = ["session", "week", "symptom_score", "alliance_score"]


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(**{name: frame[name].map(str) for name in NUMBERS})


def _clients_in_another_order(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.iloc[np.argsort(-frame["client"].to_numpy(), kind="stable")]


WAYS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "text": _as_text,
    "repeated index": lambda frame: frame.set_axis([0] * len(frame)),
    "index named client": lambda frame: frame.set_axis(pd.Index(frame["client"], name="client")),
    "categories": lambda frame: frame.astype({"client": "category"}),
    "another order": _clients_in_another_order,
}


def _answer(function: Function, sessions: pd.DataFrame) -> pd.DataFrame:
    return flat(function(**{**arguments(function), "sessions": sessions}))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("function", ANALYSES, ids=lambda function: function.__name__)
def test_the_same_answer_however_the_table_is_written(function: Function, way: str) -> None:
    expected, actual = _answer(function, SESSIONS), _answer(function, WAYS[way](SESSIONS))
    if way == "another order":
        expected, actual = (table.sort_index() for table in (expected, actual))
    pd.testing.assert_frame_equal(
        actual, expected, rtol=1e-9, check_dtype=False, check_index_type=False
    )


@pytest.mark.parametrize(
    "function",
    [function for function in ANALYSES if function.__name__ != "course"],  # has no client
    ids=lambda function: function.__name__,
)
def test_ids_of_two_kinds_are_refused(function: Function) -> None:
    mixed = SESSIONS["client"].astype(object).where(SESSIONS["session"] > 0, "1")
    with pytest.raises(ValueError, match="'client' mixes numbers and text"):
        _answer(function, SESSIONS.assign(client=mixed))


def _words(column: str) -> Any:
    return SESSIONS[column].astype(object).where(SESSIONS.index != 7, "don't know")


@pytest.mark.parametrize("function", ANALYSES, ids=lambda function: function.__name__)
def test_a_score_that_is_no_number_is_refused_with_its_row(function: Function) -> None:
    words = {name: _words(name) for name in ("symptom_score", "alliance_score")}
    with pytest.raises(ValueError, match=r"must be numeric: row 7 has \"don't know\""):
        _answer(function, SESSIONS.assign(**words))
