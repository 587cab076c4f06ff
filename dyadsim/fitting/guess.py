"""A proposal of how a file is to be read, for a person to check."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

BESIDE_WAVE = re.compile(r"(?:[ ._-](?:s|t|w|m|week|session|month|wave|time))?\{time\}")
"""What stands beside the wave in the names of columns, after the name of the questionnaire."""


class Guess(NamedTuple):
    """A proposed value of a setting `data...`, and why."""

    value: Any
    why: str


type Guesses = dict[str, Guess]  # setting without "data." -> proposal


def value_of(said: Mapping[str, Any], guesses: Guesses, key: str) -> Any:
    """Return what is said or proposed of a setting; None where neither is.

    Parameters
    ----------
    said
        Setting without `data.` -> value.
    guesses
        Proposals.
    key
        The setting.

    Examples
    --------
    >>> value_of({}, {"unit": Guess("week", "by its name")}, "unit")
    'week'
    """
    return said[key] if key in said else guesses[key].value if key in guesses else None
