"""What can go wrong, in three kinds, and the nearest known name for a slip of the keyboard."""

import difflib
import re
import unicodedata
from collections.abc import Iterable


class BadInput(ValueError):
    """Something a user gave cannot be used; the message is written for that user."""


class Failed(Exception):
    """A run cannot be done or go on, for no fault of its words; the message is for the user."""


class BadData(ValueError):
    """A data file cannot be used; the message names row, column, value and rule."""


LONGEST_SENTENCE = 390  # letters of a message: with its start, two lines of 200
_LONGEST_VALUE = 80  # of a value in quotation marks
_LONG_WORD = re.compile(rf"'([^'\s]{{30}})[^'\s]{{{_LONGEST_VALUE - 30},}}'")
_LONG_VALUE = re.compile(  # neither name=value nor a path, which is to be found again
    rf"'([^'\s=/]{{30}})[^'\s/]{{{_LONGEST_VALUE - 30},}}'"
)


def one_sentence(error: object) -> str:
    r"""Return a message on one line that a person can read: long values and lists are cut.

    Parameters
    ----------
    error
        A message or an exception.

    Examples
    --------
    >>> one_sentence("'" + 90 * "9" + "' is too large:\n  take a smaller one.")
    "'999999999999999999999999999999...' is too large: take a smaller one."
    """
    text = re.sub(r"\s*[\n\r\t]\s*", " ", str(error)).strip()
    text = "".join(letter if _can_be_shown(letter) else "?" for letter in text)
    text = _LONG_VALUE.sub(r"'\1...'", text)
    if len(text) > LONGEST_SENTENCE:
        text = _LONG_WORD.sub(r"'\1...'", text)
    if len(text) <= LONGEST_SENTENCE:
        return text
    return text[: LONGEST_SENTENCE - 3] + "..."


def _can_be_shown(letter: str) -> bool:
    """Return whether a terminal shows a letter; blanks of any width are parts of names."""
    return letter.isprintable() or unicodedata.category(letter) == "Zs"


def nearest(word: str, names: Iterable[str]) -> str:
    """Return ' Did you mean x?' for the nearest of `names`, or '' when none is near."""
    names = list(names)
    plain = {re.sub(r"\W", "", name).lower(): name for name in names}
    if (same := re.sub(r"\W", "", word).lower()) in plain and plain[same] != word:
        return f" Did you mean {plain[same]}?"
    if (end := word.rsplit(".", 1)[-1]) in names and end != word:
        return f" Did you mean {end}?"
    by_last = {name.rsplit(".", 1)[-1]: name for name in names}
    close = difflib.get_close_matches(word, names, 1, 0.6)
    if not close:
        last = difflib.get_close_matches(end, list(by_last), 1, 0.6)
        close = [by_last[name] for name in last]
    return f" Did you mean {close[0]}?" if close else ""
