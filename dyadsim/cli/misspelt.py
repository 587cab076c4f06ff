"""Misspelt names of settings, refused before the model is loaded, which alone takes half a second.

The names of dotted settings are known only with the model's parameters (`compose`); those without a
dot are the fields of `Config`. What is nearer to a parameter's group than to any of them waits.
"""

import dataclasses
import difflib
import re
from collections.abc import Sequence

from dyadsim.cli.settings import Config
from dyadsim.errors import BadInput

ALIKE = 0.8  # of 1: seed and sed, not measure and measurement, whose parameters are a group
_PLAIN = re.compile(r"([^\W\d]\w*)=[^{]*")  # a mapping may be the parameters of a mechanism


def refuse_misspelt(words: Sequence[str]) -> None:
    """Refuse a setting without a dot that is none, where another has nearly that name.

    Parameters
    ----------
    words
        `name=value` each.

    Raises
    ------
    BadInput
        With the nearest name.

    Examples
    --------
    >>> refuse_misspelt(["sed=7"])
    Traceback (most recent call last):
        ...
    dyadsim.errors.BadInput: there is no setting 'sed'. Did you mean seed?
    """
    known = [field.name for field in dataclasses.fields(Config)]
    for word in words:
        plain = _PLAIN.fullmatch(word)
        if plain is None or plain[1] in known:
            continue
        for name in difflib.get_close_matches(plain[1], known, 1, ALIKE):
            raise BadInput(f"there is no setting '{plain[1]}'. Did you mean {name}?")


def without_option(word: str) -> str:
    """Return what to say of an option that does not exist, with the setting of nearly its name.

    Examples
    --------
    >>> without_option("--sed=3")
    "there is no option '--sed=3'. Settings have no dashes: write seed=3."
    >>> without_option("--json")
    "there is no option '--json'. Settings have no dashes: write json=true."
    >>> without_option("-x")
    "there is no option '-x'. Try dyadsim --help."
    """
    name, _, value = word.lstrip("-").partition("=")
    fields = {field.name: field for field in dataclasses.fields(Config)}
    near = difflib.get_close_matches(name.replace("-", "_"), fields, 1, ALIKE)
    if not near:
        return f"there is no option '{word}'. Try dyadsim --help."
    value = value or ("true" if fields[near[0]].type is bool else "VALUE")
    return f"there is no option '{word}'. Settings have no dashes: write {near[0]}={value}."
