"""A block of clients: one table `(row, lane)` of their variables, scratch rows and random draws.

A lane is a client of the block. The variables stand first, in the order of `variables`; then the
scratch rows, which mechanisms hand to one another during a step and nobody keeps; then the draws
of a step, one row for each draw that a mechanism or the questionnaire declares.
"""

from collections import namedtuple
from typing import Annotated, Any, NamedTuple

import numpy as np

from dyadsim.model.mechanism import Draw, is_written, marks
from dyadsim.model.parameters import mechanisms
from dyadsim.model.questionnaires import SymptomRows
from dyadsim.model.variable import Array, declared_variables, number_rows, variable
from dyadsim.model.variables import ROW_COUNT, ROWS, VARIABLES
from dyadsim.numerics.jit import compiled_within
from dyadsim.numerics.named_tuples import RowView, row_views
from dyadsim.numerics.random_streams import fill_normal, fill_uniform


class Scratch(NamedTuple):
    """What is known of a client during a step only."""

    in_session: Annotated[Array, variable("", "0/1", "a session takes place")]
    taking: Annotated[Array, variable("", "0/1", "medication is taken")]
    plan_done: Annotated[Array, variable("", "0/1", "the last step that the arm plans")]
    relief: Annotated[Array, variable("", "distress", "what all pathways take off the set point")]
    at_once: Annotated[Array, variable("", "distress", "relief that takes effect at once")]
    learning_pace: Annotated[Array, variable("", "1", "what a session teaches, 1 = usual")]
    alliance: Annotated[Array, variable("", "0-1", "the mean of bond, goal and task")]
    trust: Annotated[Array, variable("", "log2", "alliance x readiness x expectancy")]
    may_agree: Annotated[Array, variable("", "0/1", "the rule allows an agreed end")]
    last_session: Annotated[Array, variable("", "step", "the last one planned, 0 = open")]
    continued: Annotated[Array, variable("", "0/1", "medication goes on after an agreed end")]
    mastery: Annotated[Array, variable("4", "0-2", "what a dose does in these hands, by process")]
    beats: Annotated[Array, variable("6", "arousal", "work space of the simulated beats")]


def _draws() -> list[Draw]:
    """Return the draws of a step, normals before uniforms, each kind in model order."""
    rows = [*(item.rows for item in mechanisms().values()), SymptomRows]
    draws = [mark for kind in rows for mark in marks(kind).values() if isinstance(mark, Draw)]
    return sorted(draws, key=lambda draw: draw.uniform)


DRAWS = _draws()
_SCRATCH = number_rows(declared_variables(Scratch), ROW_COUNT)
FIRST_DRAW = max(rows.stop for rows in _SCRATCH.values())
BLOCK_ROWS = FIRST_DRAW + len(DRAWS)
_NAMED = ROWS | _SCRATCH
_At = namedtuple("_At", list(_NAMED))  # type: ignore[misc]
R: Any = _At(**{name: rows.start for name, rows in _NAMED.items()})
"""The first row of every variable and scratch row, as attributes."""
AFRESH = tuple(
    row
    for name, item in VARIABLES.items()
    if item.afresh
    for row in range(ROWS[name].start, ROWS[name].stop)
)
_PASSING = ("relief", "at_once", "learning_pace", "alliance", "trust", "beats")  # of the scratch
LASTING = tuple(
    row
    for name, rows in _NAMED.items()
    if name not in _PASSING and not (name in VARIABLES and VARIABLES[name].afresh)
    for row in range(rows.start, rows.stop)
)
"""The rows that a step reads before it writes them, once the occasion is known."""


def find_rows(kind: type) -> list[RowView]:
    """Return the rows of a block that the fields of a named tuple stand for."""
    return [_find_row(name, mark) for name, mark in marks(kind).items()]


def _find_row(name: str, mark: Any) -> RowView:
    """Return the rows of one field: those of its draw, or those of its name."""
    if isinstance(mark, Draw):
        return RowView(FIRST_DRAW + DRAWS.index(mark), 0, writable=False)
    rows = _NAMED[name]
    count = rows.stop - rows.start
    return RowView(rows.start, count if count > 1 else 0, is_written(mark))


rows_of = row_views(find_rows)
"""In compiled code: `rows_of(Rows, block, lanes)`, the rows that a named tuple names."""

_STREAMS = tuple(int(draw.stream) for draw in DRAWS)
_NEED = tuple(int(draw.need) for draw in DRAWS)
_UNIFORM = tuple(draw.uniform for draw in DRAWS)


@compiled_within
def draw_step(b, word, reach, seed, replicate, step):
    """Draw the random numbers of a step; `reach`: up to which lane, for each `mechanism.Need`."""
    for k in range(len(_STREAMS)):
        row = b[FIRST_DRAW + k, : reach[_NEED[k]]]
        if row.shape[0] > 0:
            if _UNIFORM[k]:
                fill_uniform(row, word, seed, replicate, step, _STREAMS[k])
            else:
                fill_normal(row, word, seed, replicate, step, _STREAMS[k])


@compiled_within
def end_session_rows(b, first, last):
    """Set the variables of a session to 0 in lanes `first` to `last` - 1, which have none."""
    for row in AFRESH:
        b[row, first:last].fill(np.float32(0.0))
