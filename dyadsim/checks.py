"""The only wording of common errors: an unknown name, a number out of range, a flag, a list."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dyadsim.errors import BadInput, nearest


def known_name(kind: str, name: object, names: Iterable[str], *, where: str = "") -> str:
    """Return `name` if it is one of `names`.

    Parameters
    ----------
    kind
        What the names are names of, such as "world" or "therapy".
    name
        The name to look up.
    names
        All names that exist.
    where
        What the message starts with, such as "study rct" or "do".

    Returns
    -------
    str
        The name.

    Raises
    ------
    BadInput
        It is none of them; the message offers the nearest one and lists all.

    Examples
    --------
    >>> known_name("world", "nul", ["null", "hybrid"])
    Traceback (most recent call last):
        ...
    dyadsim.errors.BadInput: There is no world 'nul'. Did you mean null? Known: null, hybrid.
    """
    known = list(names)
    if isinstance(name, str) and name in known:
        return name
    start = f"{where}: there" if where else "There"
    raise BadInput(
        f"{start} is no {kind} '{name}'.{nearest(str(name), known)} Known: {', '.join(known)}."
    )


def is_number(value: object) -> bool:
    """Return whether a value is a number and no flag."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def number(name: str, value: object, low: float, high: float, *, open_low: bool = False) -> float:
    """Return a number in [low, high], or in (low, high] with `open_low`.

    Raises
    ------
    BadInput
        No number, or outside; the message names the rule and the value.
    """
    if is_number(value):
        plain = float(value)  # type: ignore[arg-type]
        if low <= plain <= high and not (open_low and plain == low):
            return plain
    bracket = "(" if open_low else "["
    shown = f"{value:g}" if is_number(value) else value
    raise BadInput(f"{name} must be a number in {bracket}{low:g}, {high:g}], not '{shown}'.")


def whole_number(name: str, value: object, low: int, high: int) -> int:
    """Return a whole number from low to high.

    Raises
    ------
    BadInput
        No whole number, or outside; the message names the rule and the value.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadInput(f"{name} must be a whole number from {low} to {high}, not '{value}'.")
    return value


def flag(name: str, value: object) -> bool:
    """Return true or false.

    Raises
    ------
    BadInput
        Neither.
    """
    if not isinstance(value, bool):
        raise BadInput(f"{name} must be true or false, not '{value}'.")
    return value


def names_list(name: str, value: object, *, empty: bool = False) -> tuple[str, ...]:
    """Return a list of names as a tuple; `null`, which YAML reads as nothing, is a name.

    Raises
    ------
    BadInput
        No list, or an empty one unless `empty` allows it.
    """
    if value is None and empty:
        return ()
    if isinstance(value, str | Mapping) or not isinstance(value, Sequence) or not (value or empty):
        raise BadInput(f"{name} must be a list of names, not '{value}'.")
    return tuple("null" if item is None else str(item) for item in value)


def fields_known(
    kind: str, fields: Mapping[str, Any], names: Iterable[str], *, where: str = ""
) -> None:
    """Refuse a mapping with a field that does not exist.

    Raises
    ------
    BadInput
        The first unknown field, with the nearest known one.
    """
    for field in fields:
        known_name(kind, field, names, where=where)
