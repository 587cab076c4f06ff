"""Every text that the teaching pages can say, for the tests of their languages."""

from collections.abc import Iterable, Iterator
from typing import Any

from dyadsim.lessons import lesson as lessons
from dyadsim.lessons.index import LESSONS
from dyadsim.lessons.lesson import Lesson
from dyadsim.web import export_routes, language, payload, static_files, translated

PAGES = ("index.html", "handout.html", "phone.html", "presenter.html", "screen.html")
REFUSALS = (
    "Please reload the page.",
    "Too fast: wait a second.",
    "This question is closed.",
    "There is no such answer.",
    "There is no such lesson.",
    "This is no request of this page.",
    "The class is full.",
    "3 devices bet from this network address already. If phones share one, the lecturer can begin "
    "with task.per_address=500.",
    export_routes.BUSY,
)


def static_texts() -> Iterator[str]:
    """The texts of pages and scripts, and what phones are refused with."""
    for name in PAGES:
        yield from language.page_texts(static_files.read_static(name))
    yield from language.told_by_scripts()
    yield from REFUSALS


def said(make: Any, value: dict[str, Any]) -> list[str]:
    """The texts that one of the functions of `translated` says."""
    texts: list[str] = []

    def note(text: str) -> str:
        texts.append(text)
        return text

    make(value, note)
    return texts


def lesson_texts() -> Iterator[str]:
    """The texts of all lessons, without results."""
    for lesson in LESSONS.values():
        yield from said(translated.said_lesson, payload.lesson_payload(lesson))


def result_texts(lesson: Lesson, settings: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The texts of a lesson's results."""
    for wanted in settings:
        yield from said(translated.said_result, payload.result_payload(lesson, wanted))


def note_texts() -> Iterator[str]:
    """Notes about settings that are not possible."""
    lesson = LESSONS["alliance"]
    wanted = {"clients": "1e3x", "session": 99, "world": "flat", "odd": 1}
    yield from lessons.possible_settings(lesson, wanted)[1]
    yield from lessons.possible_settings(lesson, {"world": "null", "distress.bond_effect": 1})[1]
