"""The only wording of common errors: an unknown name, a number out of range, a flag, a list.

And of a number in a sentence, and of a setting that a user can type.
"""

import math
import re
import shlex
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


_PLAIN = re.compile(r"[A-Za-z_][\w./%+-]*(:[A-Za-z_][\w-]*)?", re.ASCII)
_KEY = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_NO_TEXT = ("true", "false", "null", "nan", "inf")  # read as a flag, nothing or a number
_LONGEST_WORD = 240  # letters of a suggestion, so that the sentence around it is not cut


def setting_word(name: str, value: object) -> str:
    """Return a setting as a user types it: any name in it is read as it is written.

    Parameters
    ----------
    name
        Of the setting.
    value
        A text, or a list or mapping of such.

    Returns
    -------
    str
        In quotes for the shell where it needs them.

    Raises
    ------
    ValueError
        A key of a mapping that cannot be written: give a list instead.

    Examples
    --------
    >>> print(setting_word("data.arms", ["A:cbt", "Übliche Behandlung:usual_care"]))
    'data.arms=[A:cbt,"Übliche Behandlung:usual_care"]'
    >>> print(setting_word("data.columns.score", "phq"))
    data.columns.score=phq
    """
    return shlex.quote(f"{name}={_setting_text(value)}")


def short_enough(word: str) -> bool:
    """Return whether a suggestion fits into a sentence that is not cut."""
    return len(word) <= _LONGEST_WORD


def is_plain_key(name: str) -> bool:
    """Return whether a name can be the key of a mapping on the command line."""
    return bool(_KEY.fullmatch(name))


def _setting_text(value: object) -> str:
    """Return a value in the grammar of settings, in double quotes where it needs them."""
    if isinstance(value, Mapping):
        for key in value:
            if not is_plain_key(str(key)):
                raise ValueError(f"'{key}' cannot be a key on the command line")
        return f"{{{','.join(f'{key}:{_setting_text(part)}' for key, part in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_setting_text, value))}]"
    text = str(value)
    if _PLAIN.fullmatch(text) and text.lower() not in _NO_TEXT:
        return text
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """Return text for double quotes: backslashes before a quotation mark or the end are doubled.

    `${` is marked, for else it would stand for another setting.
    """
    text = re.sub(r"(\\*)\$\{", lambda match: 2 * match[1] + r"\${", text)

    def mark(match: re.Match[str]) -> str:
        return 2 * match[1] + ('\\"' if match[2] else "")

    return re.sub(r'(\\*)("|$)', mark, text)


def is_number(value: object) -> bool:
    """Return whether a value is a number and no flag."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def shown_number(value: float, digits: int = 3) -> str:
    """Return a number for people: a whole one whole, else so many digits, no power of ten.

    Parameters
    ----------
    value
        Any number.
    digits
        Significant digits of one that is not whole; digits before the point are never cut.

    Returns
    -------
    str
        Only what is nearer to 0 than .0001 is written as a power of ten.

    Examples
    --------
    >>> shown_number(2850.0), shown_number(2850.4), shown_number(0.12345), shown_number(1.50)
    ('2850', '2850', '0.123', '1.5')
    """
    if not math.isfinite(value) or 0 < abs(value) < 1e-4:
        return f"{value:.{digits}g}"
    if float(value).is_integer():
        return f"{value + 0.0:.0f}"
    decimals = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if decimals else text


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
    shown = shown_number(value, 6) if is_number(value) else value  # type: ignore[arg-type]
    ends = f"{bracket}{shown_number(low)}, {shown_number(high)}]"
    raise BadInput(f"{name} must be a number in {ends}, not '{shown}'.")


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
