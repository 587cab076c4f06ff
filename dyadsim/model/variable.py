"""A variable of the model: its shape, unit and meaning, declared once, like a parameter.

Variables are declared as the fields of a named tuple:

    class State(NamedTuple):
        bond: Annotated[Array, variable("", "0-1", "felt bond")]

Rows of tables, the dictionary of the records and the views of a block follow from that line.
"""

import math
import re
from functools import cache
from typing import Any, NamedTuple, get_type_hints

import numpy as np

PROCESSES = ("cognitive", "behavioural", "emotional", "interpersonal")

# Units that say by themselves from where to where; any other unit has no ends.
_ENDS = re.compile(r"(\d+)[-/](\d+)")
_NAMED_ENDS = {"share": (0.0, 1.0), "r": (-1.0, 1.0)}

type Array = np.ndarray[Any, np.dtype[np.float32]]
type IntArray = np.ndarray[Any, np.dtype[np.int32]]
type WordArray = np.ndarray[Any, np.dtype[np.uint32]]


class Variable(NamedTuple):
    """What is known of a variable.

    Attributes
    ----------
    shape
        How many rows it takes: "" is one, "4" one for each process. (Therapists also have
        "therapy" and "step", one row for each.)
    unit
        Its unit, such as "distress", "z" or "0-1".
    meaning
        One plain clause.
    low, high
        The ends of its range, both included: whatever the parameters, no value lies beyond.
    afresh
        Whether it is set anew at every step: 0 where no session takes place.
    """

    shape: str
    unit: str
    meaning: str
    low: float
    high: float
    afresh: bool

    @property
    def rows(self) -> int:
        """The number of rows that the variable takes."""
        return int(self.shape or 1)


def variable(
    shape: str,
    unit: str,
    meaning: str,
    *,
    low: float | None = None,
    high: float | None = None,
    afresh: bool = False,
) -> Variable:
    """Return the annotation of one variable; the arguments are those of `Variable`.

    Where `low` or `high` is left out, the unit says it: "0-1" and "0/1" end at 0 and 1, "0-2" at 0
    and 2, "share" at 0 and 1, "r" at -1 and 1; other units have no end there.

    Examples
    --------
    >>> variable("", "0-2", "an alert").high
    2.0
    >>> variable("", "dose", "dose delivered", low=0.0)[3:5]
    (0.0, inf)
    """
    least, most = ends_of_unit(unit)
    return Variable(
        shape, unit, meaning, least if low is None else low, most if high is None else high, afresh
    )


def ends_of_unit(unit: str) -> tuple[float, float]:
    """Return the ends of the range that a unit such as "0-1" names; infinite where it names none.

    Examples
    --------
    >>> ends_of_unit("0/1"), ends_of_unit("z")
    ((0.0, 1.0), (-inf, inf))
    """
    ends = _ENDS.fullmatch(unit)
    if ends:
        return float(ends[1]), float(ends[2])
    return _NAMED_ENDS.get(unit, (-math.inf, math.inf))


@cache
def declared_variables(kind: type) -> dict[str, Variable]:
    """Return the variables that the fields of a named tuple declare.

    Parameters
    ----------
    kind
        A named tuple; fields without a `variable` annotation are passed over.

    Returns
    -------
    dict
        Field name to `Variable`, in the order of the fields.
    """
    hints = get_type_hints(kind, include_extras=True)
    return {
        name: item
        for name, hint in hints.items()
        for item in getattr(hint, "__metadata__", ())
        if isinstance(item, Variable)
    }


def number_rows(variables: dict[str, Variable], first: int = 0) -> dict[str, slice]:
    """Return the rows of a table that each variable takes, from row `first` on."""
    rows = {}
    for name, item in variables.items():
        rows[name] = slice(first, first + item.rows)
        first += item.rows
    return rows
