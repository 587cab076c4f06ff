"""The language of figures: drawn in English, and every text replaced from one file a language.

`languages/de.po` has an entry a text (`dyadsim.translation`); a further language is one file more.
"""

import textwrap
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import Formatter

from dyadsim import translation
from dyadsim.translation import ENGLISH as ENGLISH
from dyadsim.translation import WORD, Catalogue

_FOLDER = Path(__file__).with_name("languages")
_LONGER = 1.15  # lines of a translation may be so much longer than those of the English text


def languages() -> tuple[str, ...]:
    """Return the languages that figures know: English, and a file each of the others.

    Examples
    --------
    >>> languages()
    ('en', 'de')
    """
    return translation.files_of(_FOLDER)


@cache
def catalogue(language: str) -> Catalogue:
    """Return the texts of a language.

    Parameters
    ----------
    language
        One of `languages`, not English.
    """
    return translation.read_catalogue(_FOLDER / f"{language}.po")


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
    return text if language == ENGLISH else translation.write_numbers(text, catalogue(language))


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
    known = catalogue(language)
    entry = translation.find_translation(text, known) if WORD.search(text) else None
    if entry is None:
        return write_numbers(text, language)
    other, longest = entry.text, max(map(len, text.splitlines()), default=0)
    if "\n" in text and "\n" not in other:
        other = textwrap.fill(other, max(int(_LONGER * longest), 12), break_long_words=False)
    return other


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
    return translation.without_translation(texts, catalogue(language))


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
