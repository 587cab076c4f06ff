"""Named tuples that compiled code makes from their class alone."""

from typing import NamedTuple

import numpy as np
import pytest
from numba.core.errors import TypingError

from dyadsim.model.parameters import Parameters, as_float32, flat
from dyadsim.numerics.jit import compiled
from dyadsim.numerics.named_tuples import RowView, filled, row_views


class Pair(NamedTuple):
    first: np.float32
    second: np.float32


class Nested(NamedTuple):
    pair: Pair
    last: np.float32


def test_filled_takes_the_numbers_in_the_order_of_the_fields() -> None:
    @compiled
    def fill(row):  # type: ignore[no-untyped-def]
        return filled(Nested, row)

    assert fill(np.array([1, 2, 3], np.float32)) == Nested(Pair(1, 2), 3)


def test_a_parameter_point_is_filled_in_the_order_of_the_catalogue() -> None:
    @compiled
    def fill(row):  # type: ignore[no-untyped-def]
        return filled(Parameters, row)

    parameters = Parameters()
    point = np.array(list(flat(parameters).values()), np.float32)
    assert fill(point) == as_float32(parameters)


def test_filled_refuses_what_is_no_class_or_no_row() -> None:
    @compiled
    def fill(table):  # type: ignore[no-untyped-def]
        return filled(Pair, table)

    with pytest.raises(TypingError, match="contiguous row"):
        fill(np.zeros((2, 2), np.float32))


def test_rows_of_a_table_are_viewed_by_name() -> None:
    places = [RowView(2, 0, writable=True), RowView(0, 2, writable=False)]
    rows = row_views(lambda _: places)

    @compiled
    def move(table):  # type: ignore[no-untyped-def]
        pair = rows(Pair, table, 3)
        pair.first[0] = pair.second[1, 2]
        return pair.first.shape, pair.second.shape

    table = np.arange(12, dtype=np.float32).reshape(3, 4)
    assert move(table) == ((3,), (2, 4))
    assert table[2, 0] == 6
