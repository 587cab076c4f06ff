"""A quantity of the model: its meaning, unit, range, prior and source, and the one range check.

A mechanism declares its quantities as a named tuple whose fields carry a `Quantity`:

    class Alliance(NamedTuple):
        bond_rate: Annotated[float, quantity("share of the gap closed", "1/session", 0, 1)] = 0.35

so that the default stands once, in code, beside the equation that uses it.
"""

import difflib
import math
import re
from collections.abc import Iterable
from typing import Any, NamedTuple, get_type_hints


class BadInput(ValueError):
    """Something a user gave cannot be used; the message is written for that user."""


class Failed(Exception):
    """A run cannot be done or go on, for no fault of its words; the message is for the user."""


class BadData(ValueError):
    """A data file cannot be used; the message names row, column, value and rule."""


class Quantity(NamedTuple):
    """What is known of a quantity besides its default: `low <= value <= high`, both included."""

    meaning: str
    unit: str
    low: float
    high: float
    source: str
    prior: str


class Declared(NamedTuple):
    """A quantity with its full name ('alliance.bond_rate') and default."""

    name: str
    default: float
    about: Quantity


def quantity(
    meaning: str,
    unit: str,
    low: float,
    high: float,
    *,
    source: str = "assumption",
    prior: str = "weak",
) -> Quantity:
    """Return the annotation of one quantity.

    Args:
        meaning: one plain clause.
        unit: its unit; "1" for a pure number.
        low, high: the range outside which the value is refused, both ends allowed.
        source: keys of `references.bib`, separated by ";"; "assumption" where there is none.
        prior: "weak" about the hand-set value (`prior`), or "uniform" over the range.
    """
    return Quantity(meaning, unit, float(low), float(high), source, prior)


def declared(owner: str, kind: type[NamedTuple]) -> dict[str, Declared]:
    """Return the quantities of a named-tuple class by field name, under the name of `owner`."""
    hints = get_type_hints(kind, include_extras=True)
    defaults: dict[str, Any] = kind._field_defaults
    return {
        field: Declared(f"{owner}.{field}", defaults[field], hint.__metadata__[0])
        for field, hint in hints.items()
    }


def nearest(word: str, names: Iterable[str]) -> str:
    """Return ' Did you mean x?' for the nearest of `names`, or '' when none is near."""
    names = list(names)
    plain = {re.sub(r"\W", "", name).lower(): name for name in names}
    if (same := re.sub(r"\W", "", word).lower()) in plain and plain[same] != word:
        return f" Did you mean {plain[same]}?"
    by_last = {name.rsplit(".", 1)[-1]: name for name in names}
    found = difflib.get_close_matches(word, names, 1, 0.6)
    if not found:
        last = difflib.get_close_matches(word.rsplit(".", 1)[-1], list(by_last), 1, 0.6)
        found = [by_last[name] for name in last]
    return f" Did you mean {found[0]}?" if found else ""


def checked(item: Declared, value: object) -> float:
    """Return `value` as a float inside the range of `item`.

    Raises:
        BadInput: not a finite number, or outside the range; names owner, rule, unit and value.
    """
    about = item.about
    unit = "" if about.unit == "1" else f" {about.unit}"
    rule = f"{item.name} ({about.meaning}) must lie in [{about.low:g}, {about.high:g}]{unit}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(f"{rule}; '{value}' is not a number.")
    if not math.isfinite(value) or not about.low <= value <= about.high:
        raise BadInput(f"{rule}; the value given is {value:g}.")
    return float(value)
