"""Mechanisms use the rows that they declare, and the kernel hands them no others."""

import ast
import inspect
from types import ModuleType

import numpy as np
import pytest
from numba.core.errors import TypingError

from dyadsim.kernel import block
from dyadsim.kernel.step import MECHANISMS
from dyadsim.kernel.streaming_sums import SumRows
from dyadsim.kernel.treatment import OccasionRows, RuleRows
from dyadsim.model.mechanism import Use, is_written, marks
from dyadsim.model.mechanisms import rupture
from dyadsim.model.parameters import mechanisms
from dyadsim.model.questionnaires import SymptomRows
from dyadsim.model.variables import RECORDED
from dyadsim.numerics.jit import compiled

NAMES = [file.__name__.rsplit(".", 1)[1] for file in MECHANISMS]
OTHERS = (SumRows, OccasionRows, RuleRows, SymptomRows)


def _used(file: ModuleType) -> tuple[set[str], set[str]]:
    """The attributes of `rows` that a file reads or writes, and those whose elements it sets."""
    tree = ast.parse(inspect.getsource(file))
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "rows"
    }
    stored = {
        node.value.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Attribute)
    }
    return used, stored


def test_the_kernel_and_the_parameters_list_the_same_mechanisms_in_the_same_order() -> None:
    assert list(mechanisms()) == NAMES


@pytest.mark.parametrize("file", MECHANISMS, ids=NAMES)
def test_a_mechanism_uses_what_it_declares(file: ModuleType) -> None:
    used, stored = _used(file)
    declared = marks(file.MECHANISM.rows)
    assert used == set(declared)
    assert stored <= {name for name, mark in declared.items() if is_written(mark)}


@pytest.mark.parametrize("file", MECHANISMS, ids=NAMES)
def test_every_row_that_a_mechanism_declares_exists(file: ModuleType) -> None:
    views = block.find_rows(file.MECHANISM.rows)
    assert all(0 <= view.first < block.BLOCK_ROWS for view in views)


def test_no_two_draws_share_a_stream() -> None:
    streams = [draw.stream for draw in block.DRAWS]
    assert len(set(streams)) == len(streams)


def test_every_state_variable_is_written_by_a_mechanism_or_the_kernel() -> None:
    kinds = [*(item.rows for item in mechanisms().values()), *OTHERS]
    written = {name for kind in kinds for name, mark in marks(kind).items() if is_written(mark)}
    assert set(RECORDED) - written == {"first_score"}  # written once, at intake


def test_a_row_that_is_only_read_cannot_be_written() -> None:
    @compiled
    def write(b):  # type: ignore[no-untyped-def]
        block.rows_of(rupture.Rows, b, 3).bond[0] = np.float32(1)

    assert marks(rupture.Rows)["bond"] is Use.READ
    with pytest.raises(TypingError, match="readonly"):
        write(np.zeros((block.BLOCK_ROWS, 3), np.float32))


def test_rows_are_views_of_the_block() -> None:
    @compiled
    def count(b):  # type: ignore[no-untyped-def]
        rows = block.rows_of(rupture.Rows, b, 3)
        rows.strain[1] = np.float32(7)
        return rows.bond[2]

    b = np.zeros((block.BLOCK_ROWS, 3), np.float32)
    b[block.R.bond] = (1, 2, 3)
    assert count(b) == 3
    assert b[block.R.strain].tolist() == [0, 7, 0]
