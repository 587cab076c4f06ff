"""The language of the teachers' page: written in English, translated from one file a language.

`languages/de.po` has an entry a text (`dyadsim.translation`). Texts of the pages, of the lessons
and of their results are translated before they are sent; the pages' scripts get the texts that
they put together themselves (`script_texts`). A further language is one file more.
"""

import functools
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dyadsim import translation
from dyadsim.checks import known_name
from dyadsim.translation import ENGLISH, Catalogue, Translation
from dyadsim.web import static_files

_FOLDER = Path(__file__).with_name("languages")
_TAG = re.compile(r"(<[^>]+>)")
_SAID = re.compile(r'\b((?:aria-label|alt|title|data-answer)=")([^"]+)"')
_TOLD = re.compile(r"""\btr\(\s*"((?:[^"\\]|\\.)+)\"""")  # of a script: tr("Your bet: {bet}", …)
_SENTENCE = re.compile(r"(?<=[.?!]) (?=[A-Z“0-9])|(?<=[.?!]”) (?=[A-Z“])")
_PLACE = "<!-- texts -->"


def languages() -> tuple[str, ...]:
    """Return the languages that the page knows: English, and a file each of the others.

    Examples
    --------
    >>> languages()
    ('en', 'de')
    """
    return translation.files_of(_FOLDER)


def known_language(name: object) -> str:
    """Return a language that was asked for in an address, English if there is none such."""
    return name if isinstance(name, str) and name in languages() else ENGLISH


def check_language(name: str) -> str:
    """Return a language.

    Raises
    ------
    BadInput
        There is none of that name.
    """
    return known_name("task.language", name, languages())


@functools.cache
def catalogue(language: str) -> Catalogue:
    """Return the texts of a language that is not English."""
    return translation.read_catalogue(_FOLDER / f"{language}.po")


def translate(text: str, language: str) -> str:
    """Return a text of the page in a language; what has no translation stays English.

    Parameters
    ----------
    text
        English.
    language
        One of `languages`.

    Examples
    --------
    >>> translate("Wait.", "en"), translate("of 100 clients", "de")
    ('Wait.', 'von 100 Klient:innen')
    """
    return text if language == ENGLISH else _found(text, language).text


@functools.lru_cache(maxsize=20_000)
def _found(text: str, language: str) -> Translation:
    """Return a text in another language, sentence by sentence unless it is known as a whole."""
    texts = catalogue(language)
    exact = texts.exact.get(translation.one_line(text))
    if exact is not None:
        return Translation(exact)
    parts = _SENTENCE.split(translation.one_line(text))
    entries = [translation.find_translation(part, texts) for part in parts]
    words = [
        other.text if other else translation.write_numbers(part, texts)
        for part, other in zip(parts, entries, strict=True)
    ]
    complete = all(
        (other is not None and other.complete) or not translation.WORD.search(part)
        for part, other in zip(parts, entries, strict=True)
    )
    if not complete:  # perhaps one entry holds several sentences and numbers
        together = translation.find_translation(text, texts)
        if together is not None and together.complete:
            return together
    return Translation(" ".join(words), complete)


def untranslated(texts: Iterable[str], language: str) -> list[str]:
    """Return the texts that have words and no translation.

    Examples
    --------
    >>> untranslated(["of 100 clients", "of 100 pandas"], "de")
    ['of 100 pandas']
    """
    return [text for text in dict.fromkeys(texts) if not _found(text, language).complete]


# --- the pages ------------------------------------------------------------------------------------


def page_texts(html: str) -> Iterator[str]:
    """Yield the texts of a page: those between tags, and those that are read aloud."""
    for part in _TAG.split(html):
        if part.startswith("<"):
            yield from (match[2] for match in _SAID.finditer(part))
        elif translation.WORD.search(part):
            yield translation.one_line(part)


def script_texts(language: str) -> dict[str, str]:
    """Return the texts that the scripts put together, as they write them, with translations."""
    return {text: translate(text, language) for text in told_by_scripts()}


@functools.cache
def told_by_scripts() -> tuple[str, ...]:
    """Return the texts in the scripts' calls of `tr`."""
    scripts = [name for name in static_files.STATIC_FILES if name.endswith(".js")]
    calls = (
        match[1] for name in scripts for match in _TOLD.finditer(static_files.read_static(name))
    )
    return tuple(dict.fromkeys(json.loads(f'"{text}"') for text in calls))


@functools.cache
def read_page(name: str, language: str) -> str:
    """Return a page in a language, with the texts that its scripts need.

    Parameters
    ----------
    name
        Such as 'index.html'.
    language
        One of `languages`.
    """
    html = static_files.read_static(name)
    assert _PLACE in html, name
    names = {ENGLISH: "English"}
    names |= {other: catalogue(other).name for other in languages()[1:]}
    about: dict[str, Any] = {"language": language, "languages": names}
    if language != ENGLISH:
        html = _translated_page(html, language)
        texts = catalogue(language)
        about |= {"texts": script_texts(language), "signs": [texts.decimal, texts.thousands]}
    data = json.dumps(about, ensure_ascii=False).replace("</", "<\\/")
    return html.replace(_PLACE, f'<script type="application/json" id="texts">{data}</script>')


def _translated_page(html: str, language: str) -> str:
    """Return a page with its texts translated."""
    parts = []
    for part in _TAG.split(html):
        if part.startswith("<"):
            said = _SAID.sub(lambda match: f'{match[1]}{translate(match[2], language)}"', part)
            parts.append(said.replace('lang="en"', f'lang="{language}"'))
        elif translation.WORD.search(part):
            left, right = part[: len(part) - len(part.lstrip())], part[len(part.rstrip()) :]
            parts.append(left + translate(part.strip(), language) + right)
        else:
            parts.append(part)
    return "".join(parts)
