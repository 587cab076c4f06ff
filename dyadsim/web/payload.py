"""Lessons as plain values for the page: what a lesson is, and what it shows at some settings."""

import importlib.metadata
import math
from collections.abc import Iterable, Mapping
from typing import Any

from dyadsim.lessons import lesson as lessons
from dyadsim.lessons.index import LESSONS
from dyadsim.lessons.lesson import Dial, Lesson, Pick

STATIC_FILES = {
    "page.css": "text/css",
    "page.js": "text/javascript",
    "draw.js": "text/javascript",
    "lesson.js": "text/javascript",
}


def plain(value: Any) -> Any:
    """Return lists, dicts and numbers that JSON can hold: what is no number is null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def about(one: Lesson) -> dict[str, Any]:
    """Return all of a lesson but its numbers."""
    return {
        "name": one.name,
        "title": one.title,
        "question": one.question,
        "misconception": one.misconception,
        "bet": one.bet._asdict(),
        "controls": [_control(control) for control in one.every],
        "presets": plain(one.presets),
        "careful": list(one.careful),
        "start": lessons.start(one),
        "own": {world: lessons.own(one, world) for world in lessons.WORLDS},
        "fixed": {world: sorted(lessons.fixed(world)) for world in lessons.WORLDS},
    }


def _control(one: Dial | Pick) -> dict[str, Any]:
    if isinstance(one, Pick):
        return {"kind": "pick", **one._asdict()}
    return {"kind": "dial", **one._asdict()}


def every(lessons_shown: Iterable[Lesson] = LESSONS.values()) -> dict[str, Any]:
    """Return everything the page needs before it shows a number."""
    return {
        "version": importlib.metadata.version("dyadsim"),
        "lessons": [about(one) for one in lessons_shown],
    }


def shown(one: Lesson, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a lesson shows at settings, which are first made possible (`notes`)."""
    values, found, notes = lessons.show(one, given)
    return {
        "settings": values,
        "notes": notes,
        "command": lessons.words(one, values),
        **plain(found),
    }
