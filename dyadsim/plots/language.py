"""The language of figures: drawn in English, and every text replaced from one file a language.

`languages/de.po` has an entry a text, in the format of GNU gettext, which translators' programs
open (Poedit, Weblate). Words in braces stand for what differs from figure to figure: the entry
"{world} world" serves every world, and what stands for {world} has an entry of its own. A further
language is one file more; its head says how numbers are written.
"""

import ast
import re
import textwrap
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import Formatter

ENGLISH = "en"
_FOLDER = Path(__file__).with_name("languages")
_NUMBER = re.compile(r"(?<![\w.,])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.\d+)(?!\w|\.\w)")
_A_NUMBER = r"[-−+]?[\d.,]+ ?%?"
_PERCENT = re.compile(r"(?<=\d)%")
_BRACES = re.compile(r"\{(\w+)\}")
_WORD = re.compile(r"[^\W\d_]{2,}")
_NAME = re.compile(r"[\w.]+")
_SETTING = re.compile(r"\w\.\w|[<>=]")  # alliance.rate = 0.4, gain > 5
_LONGER = 1.15  # lines of a translation may be so much longer than those of the English text
_DEEPEST = 4  # texts in texts: a world's label in a title


class Catalogue(NamedTuple):
    """A language: texts without braces, texts with braces, and the signs of its numbers."""

    exact: dict[str, str]
    patterns: tuple[tuple[re.Pattern[str], str], ...]
    decimal: str
    thousands: str
    percent: str


def languages() -> tuple[str, ...]:
    """Return the languages that figures know: English, and a file each of the others.

    Examples
    --------
    >>> languages()
    ('en', 'de')
    """
    return (ENGLISH, *sorted(file.stem for file in _FOLDER.glob("*.po")))


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


def _plain(text: str) -> str:
    """Return a text on one line: figures break lines where it is narrow."""
    return " ".join(text.split())


def _matches(name: str) -> str:
    """Return what a word in braces stands for: a number, one word, or anything."""
    if len(name) == 1:
        return _A_NUMBER
    return r"[^\s]+" if name == "world" else ".+?"


def _pattern(english: str) -> re.Pattern[str]:
    """Return what matches a text whose words in braces stand for anything."""
    parts = _BRACES.split(_plain(english))
    literal = [re.escape(part) for part in parts[::2]]
    names = [f"(?P<{name}>{_matches(name)})" for name in parts[1::2]]
    return re.compile("".join(a + b for a, b in zip(literal, [*names, ""], strict=True)))


@cache
def catalogue(language: str) -> Catalogue:
    """Return the texts of a language.

    Parameters
    ----------
    language
        One of `languages`, not English.
    """
    entries = dict(read_entries((_FOLDER / f"{language}.po").read_text(encoding="utf-8")))
    head = dict(line.split(": ", 1) for line in entries.pop("").splitlines())
    entries = {english: other for english, other in entries.items() if other}
    braced = [english for english in entries if _BRACES.search(english)]
    braced.sort(key=lambda english: -len(_BRACES.sub("", english)))  # the closest first
    return Catalogue(
        {_plain(english): other for english, other in entries.items() if english not in braced},
        tuple((_pattern(english), entries[english]) for english in braced),
        head["X-Decimal-Sign"],
        head["X-Thousands-Sign"],
        head["X-Percent-Sign"],
    )


def write_numbers(text: str, language: str) -> str:
    """Return a text with its numbers as a language writes them; names with dots stay.

    Parameters
    ----------
    text
        With numbers such as 1,234.5.
    language
        One of `languages`.

    Examples
    --------
    >>> write_numbers("alliance.rate = 0.4 of 1,234 (95%, .81)", "de")
    'alliance.rate = 0,4 of 1.234 (95 %, ,81)'
    """
    if language == ENGLISH:
        return text
    signs = catalogue(language)
    swap = {".": signs.decimal, ",": signs.thousands}
    written = _NUMBER.sub(
        lambda number: "".join(swap.get(letter, letter) for letter in number[0]), text
    )
    return _PERCENT.sub(signs.percent, written)


def translate(text: str, language: str) -> str:
    """Return a text of a figure in a language; what has no translation stays English.

    Parameters
    ----------
    text
        As the figure has it; line breaks do not matter.
    language
        One of `languages`.

    Examples
    --------
    >>> translate("weeks since intake", "de")
    'Wochen seit Therapiebeginn'
    >>> translate("hybrid world", "de"), translate("Frau Beispiel", "de")
    ('hybride Welt', 'Frau Beispiel')
    """
    if language == ENGLISH:
        return text
    translation = _found(text, language) if _WORD.search(text) else None
    if translation is None:
        return write_numbers(text, language)
    other, longest = translation.text, max(map(len, text.splitlines()), default=0)
    if "\n" in text and "\n" not in other:
        other = textwrap.fill(other, max(int(_LONGER * longest), 12), break_long_words=False)
    return other


class _Translation(NamedTuple):
    """A translated text, and whether all that stands in it is translated too."""

    text: str
    complete: bool = True


def _found(text: str, language: str, depth: int = _DEEPEST) -> _Translation | None:
    """Return a text's translation, None where there is none."""
    texts, plain = catalogue(language), _plain(text)
    if not _WORD.search(plain):
        return _Translation(write_numbers(plain, language))
    typed = plain.replace("_", " ")  # names as they are typed
    exact = texts.exact.get(plain, texts.exact.get(typed))
    if exact is not None:
        return _Translation(exact)
    partly = None
    for pattern, other in texts.patterns if depth else ():
        match = pattern.fullmatch(plain) or pattern.fullmatch(typed)
        filled = _filled(match, other, language, depth) if match else None
        if filled and filled.complete:
            return filled
        partly = partly or filled
    return _of_parts(text, language, depth) or partly


def _filled(match: re.Match[str], other: str, language: str, depth: int) -> _Translation | None:
    """Return an entry with what stands for its braces; None where it says nothing of its own."""
    inside = {name: _found(value, language, depth - 1) for name, value in match.groupdict().items()}
    if not _WORD.search(_BRACES.sub("", other)) and (
        not any(inside.values())
        or any(part is None and " " in match[name] for name, part in inside.items())
    ):
        return None
    complete = all(
        (part.complete if part else " " not in match[name] or bool(_SETTING.search(match[name])))
        for name, part in inside.items()
    )
    words = {
        name: part.text if part else write_numbers(match[name], language)
        for name, part in inside.items()
    }
    return _Translation(other.format(**words), complete)


def _of_parts(text: str, language: str, depth: int) -> _Translation | None:
    """Return a text of several lines, or parted by semicolons, with its parts translated."""
    for mark in ("\n", "; "):
        parts = text.split(mark)
        if len(parts) > 1:
            others = [_found(part, language, depth) for part in parts]
            if any(others):
                words = [
                    other.text if other else write_numbers(part, language)
                    for part, other in zip(parts, others, strict=True)
                ]
                complete = all(other is not None and other.complete for other in others)
                return _Translation(mark.join(words), complete)
    return None


def untranslated(texts: Iterable[str], language: str) -> list[str]:
    """Return the texts that have words and no translation.

    Parameters
    ----------
    texts
        English.
    language
        One of `languages`, not English.

    Examples
    --------
    >>> untranslated(["weeks since intake", "0.5", "wekks since intake"], "de")
    ['wekks since intake']
    """
    return [text for text in dict.fromkeys(texts) if _has_gap(text, language)]


def _has_gap(text: str, language: str) -> bool:
    """Return whether a text, or words that stand in it, have no translation."""
    other = _found(text, language)
    return other is None or not other.complete


class _Translated(Formatter):
    """The labels of an axis's ticks, translated."""

    def __init__(self, inner: Formatter, language: str, kept: frozenset[str]) -> None:
        self.inner, self.language, self.kept = inner, language, kept

    def set_axis(self, axis: Axis | None) -> None:  # type: ignore[override]
        self.inner.set_axis(axis)

    def set_locs(self, locs: list[float]) -> None:
        self.inner.set_locs(locs)

    def __call__(self, x: float, pos: int | None = None) -> str:
        return _unless_kept(self.inner(x, pos), self.language, self.kept)

    def format_ticks(self, values: list[float]) -> list[str]:
        return [
            _unless_kept(text, self.language, self.kept) for text in self.inner.format_ticks(values)
        ]

    def get_offset(self) -> str:
        return write_numbers(self.inner.get_offset(), self.language)


def _unless_kept(text: str, language: str, kept: frozenset[str]) -> str:
    return text if text in kept else translate(text, language)


def keep_names(figure: Figure, names: Iterable[str]) -> None:
    """Say which names of a figure are a user's own and are never translated.

    Parameters
    ----------
    figure
        The figure.
    names
        Such as arms in a file.
    """
    figure.dyadsim_kept = frozenset(map(str, names))  # type: ignore[attr-defined]


def translate_figure(figure: Figure, language: str) -> None:
    """Translate every text of a figure in place.

    Parameters
    ----------
    figure
        A finished figure in English.
    language
        One of `languages`.
    """
    if language == ENGLISH:
        return
    kept: frozenset[str] = getattr(figure, "dyadsim_kept", frozenset())
    ticks = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            ticks |= {id(text) for text in axis.get_ticklabels(which="both")}
            inner = axis.get_major_formatter()
            if not isinstance(inner, _Translated):
                axis.set_major_formatter(_Translated(inner, language, kept))
    for text in figure.findobj(Text):
        if isinstance(text, Text) and id(text) not in ticks:
            text.set_text(_unless_kept(text.get_text(), language, kept))
