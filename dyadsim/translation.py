"""Translation of texts from one file a language, for figures and for the teachers' page.

A file such as `de.po` has an entry a text, in the format of GNU gettext, which translators'
programs open (Poedit, Weblate). Words in braces stand for what differs from text to text: the entry
"{world} world" serves every world, and what stands for {world} has an entry of its own. The head
says how numbers are written.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

ENGLISH = "en"
WORD = re.compile(r"[^\W\d_]{2,}")
_NUMBER = re.compile(r"(?<![\w.,])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.\d+)(?!\w|\.\w)")
_A_NUMBER = r"[-−+]?[\d.,]+ ?%?"
_PERCENT = re.compile(r"(?<=\d)%")
_BRACES = re.compile(r"\{(\w+)\}")
_SETTING = re.compile(r"\w\.\w|[<>=]")  # alliance.rate = 0.4, gain > 5
_DEEPEST = 4  # texts in texts: a world's label in a title


class Catalogue(NamedTuple):
    """A language.

    Attributes
    ----------
    exact, patterns
        Translations of texts as they stand, and of those that a text with braces matches.
    decimal, thousands, percent
        Signs of its numbers.
    name
        How it calls itself.
    """

    exact: dict[str, str]
    patterns: tuple[tuple[re.Pattern[str], str], ...]
    decimal: str
    thousands: str
    percent: str
    name: str


class Translation(NamedTuple):
    """A translated text, and whether all that stands in it is translated too."""

    text: str
    complete: bool = True


def files_of(folder: Path) -> tuple[str, ...]:
    """Return the languages of a folder: English, and a file each of the others."""
    return (ENGLISH, *sorted(file.stem for file in folder.glob("*.po")))


def read_entries(text: str) -> Iterator[tuple[str, str]]:
    r"""Yield English and translated texts of a .po file, the head (English "") among them.

    Parameters
    ----------
    text
        Of the file.

    Examples
    --------
    >>> list(read_entries('# a comment\nmsgid "share "\n"(%)"\nmsgstr "Anteil (%)"\n'))
    [('share (%)', 'Anteil (%)')]
    """
    parts: dict[str, str] = {}
    field = ""
    for line in map(str.strip, [*text.splitlines(), 'msgid ""']):
        word, _, rest = line.partition(" ")
        if word in ("msgid", "msgstr"):
            if word == "msgid" and "msgstr" in parts:
                yield parts["msgid"], parts["msgstr"]
                parts = {}
            field = word
            parts[field] = ast.literal_eval(rest)
        elif line.startswith('"'):
            parts[field] += ast.literal_eval(line)


def one_line(text: str) -> str:
    """Return a text on one line: figures and pages break lines where it is narrow."""
    return " ".join(text.split())


def _matches(name: str) -> str:
    """Return what a word in braces stands for: a number, one word, or anything."""
    if len(name) == 1:
        return _A_NUMBER
    return r"[^\s]+" if name == "world" else ".+?"


def _pattern(english: str) -> re.Pattern[str]:
    """Return what matches a text whose words in braces stand for anything."""
    parts = _BRACES.split(one_line(english))
    literal = [re.escape(part) for part in parts[::2]]
    names = [f"(?P<{name}>{_matches(name)})" for name in parts[1::2]]
    return re.compile("".join(a + b for a, b in zip(literal, [*names, ""], strict=True)))


def read_catalogue(file: Path) -> Catalogue:
    """Return the texts of a language.

    Parameters
    ----------
    file
        Such as `de.po`.
    """
    entries = dict(read_entries(file.read_text(encoding="utf-8")))
    head = dict(line.split(": ", 1) for line in entries.pop("").splitlines())
    entries = {english: other for english, other in entries.items() if other}
    braced = [english for english in entries if _BRACES.search(english)]
    braced.sort(key=lambda english: -len(_BRACES.sub("", english)))  # the closest first
    return Catalogue(
        {one_line(english): other for english, other in entries.items()},
        tuple((_pattern(english), entries[english]) for english in braced),
        head["X-Decimal-Sign"],
        head["X-Thousands-Sign"],
        head["X-Percent-Sign"],
        head.get("X-Name", file.stem),
    )


def write_numbers(text: str, catalogue: Catalogue) -> str:
    """Return a text with its numbers as a language writes them; names with dots stay.

    Parameters
    ----------
    text
        With numbers such as 1,234.5.
    catalogue
        The language.
    """
    swap = {".": catalogue.decimal, ",": catalogue.thousands}
    written = _NUMBER.sub(
        lambda number: "".join(swap.get(letter, letter) for letter in number[0]), text
    )
    return _PERCENT.sub(catalogue.percent, written)


def find_translation(text: str, catalogue: Catalogue, depth: int = _DEEPEST) -> Translation | None:
    """Return a text's translation, None where there is none.

    Parameters
    ----------
    text
        English.
    catalogue
        The language.
    depth
        How many texts may stand in one another.
    """
    plain = one_line(text)
    if not WORD.search(plain):
        return Translation(write_numbers(plain, catalogue))
    typed = plain.replace("_", " ")  # names as they are typed
    exact = catalogue.exact.get(plain, catalogue.exact.get(typed))
    if exact is not None:
        return Translation(exact)
    partly = None
    for pattern, other in catalogue.patterns if depth else ():
        match = pattern.fullmatch(plain) or pattern.fullmatch(typed)
        filled = _filled(match, other, catalogue, depth) if match else None
        if filled and filled.complete:
            return filled
        partly = partly or filled
    return _of_parts(text, catalogue, depth) or partly


def _filled(
    match: re.Match[str], other: str, catalogue: Catalogue, depth: int
) -> Translation | None:
    """Return an entry with what stands for its braces; None where it says nothing of its own."""
    inside = {
        name: find_translation(value, catalogue, depth - 1)
        for name, value in match.groupdict().items()
    }
    if not WORD.search(_BRACES.sub("", other)) and (
        not any(inside.values())
        or any(part is None and " " in match[name] for name, part in inside.items())
    ):
        return None
    complete = all(
        (part.complete if part else " " not in match[name] or bool(_SETTING.search(match[name])))
        for name, part in inside.items()
    )
    words = {
        name: part.text if part else write_numbers(match[name], catalogue)
        for name, part in inside.items()
    }
    return Translation(other.format(**words), complete)


def _of_parts(text: str, catalogue: Catalogue, depth: int) -> Translation | None:
    """Return a text of several lines, or parted by semicolons, with its parts translated."""
    for mark in ("\n", "; "):
        parts = text.split(mark)
        if len(parts) > 1:
            others = [find_translation(part, catalogue, depth) for part in parts]
            if any(others):
                words = [
                    other.text if other else write_numbers(part, catalogue)
                    for part, other in zip(parts, others, strict=True)
                ]
                complete = all(other is not None and other.complete for other in others)
                return Translation(mark.join(words), complete)
    return None


def without_translation(texts: Iterable[str], catalogue: Catalogue) -> list[str]:
    """Return the texts that have words and no translation, or words in them that have none.

    Parameters
    ----------
    texts
        English.
    catalogue
        The language.
    """
    entries = {text: find_translation(text, catalogue) for text in dict.fromkeys(texts)}
    return [text for text, other in entries.items() if other is None or not other.complete]
