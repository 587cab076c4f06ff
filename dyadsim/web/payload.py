"""What the page gets: its files, and lessons and their results as plain values."""

import functools
import importlib.metadata
import math
from collections.abc import Iterable, Mapping
from typing import Any

from dyadsim.lessons import lesson as lessons
from dyadsim.lessons.bet import LAST_SEED
from dyadsim.lessons.index import LESSONS
from dyadsim.lessons.lesson import Control, Lesson, Pick
from dyadsim.lessons.world_facts import world_facts
from dyadsim.model.worlds import find_world
from dyadsim.search_path import own_files
from dyadsim.translation import ENGLISH
from dyadsim.web.translated import in_language, said_page, said_result


def plain_values(value: Any) -> Any:
    """Return lists, dicts and numbers that JSON can hold; a number that is not finite is None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain_values(part) for key, part in value.items()}
    if hasattr(value, "_asdict"):
        return plain_values(value._asdict())
    if isinstance(value, list | tuple):
        return [plain_values(part) for part in value]
    return value


def shown_worlds() -> tuple[str, ...]:
    """Return the names of the worlds that a lesson can show: the four, then one's own."""
    return (*lessons.WORLDS, *sorted(own_files("world")))


def lesson_payload(lesson: Lesson) -> dict[str, Any]:
    """Return everything about a lesson except its results."""
    return {
        "name": lesson.name,
        "title": lesson.title,
        "question": lesson.question,
        "misconception": lesson.misconception,
        "models": lesson.models,
        "main": lesson.main_key,
        "bet": plain_values(lesson.bet),
        "controls": [_control_payload(control) for control in lesson.all_controls],
        "presets": plain_values(lesson.presets),
        "facts": {
            world: plain_values(world_facts(lesson.facts, world)) for world in lessons.WORLDS
        },
        "careful": list(lesson.careful),
        "start": lessons.start_values(lesson),
        "own": {world: lessons.world_values(lesson, world) for world in shown_worlds()},
        "fixed": {world: sorted(lessons.fixed_values(world)) for world in shown_worlds()},
    }


def _control_payload(control: Control) -> dict[str, Any]:
    """Return a control with its kind."""
    if isinstance(control, Pick):
        own = [name for name in shown_worlds() if name not in lessons.WORLDS]
        added = tuple(
            (name, f"{name}: your own, {find_world(name).base} with your claim")
            for name in own
            if control.key == lessons.WORLD
        )
        control = control._replace(options=(*control.options, *added))
        return {"kind": "pick", **control._asdict()}
    return {"kind": "dial", **control._asdict()}


def page_payload(
    lessons_shown: Iterable[Lesson] = LESSONS.values(), language: str = ENGLISH
) -> dict[str, Any]:
    """Return everything that the page needs before it shows a result.

    Parameters
    ----------
    lessons_shown
        The lessons, in the order of the page.
    language
        Of the texts.

    Returns
    -------
    dict
        The version of dyadsim, and the lessons without results.
    """
    page = {
        "version": importlib.metadata.version("dyadsim"),
        "lessons": [lesson_payload(lesson) for lesson in lessons_shown],
    }
    return in_language(said_page, page, language)


def result_payload(
    lesson: Lesson, wanted: Mapping[str, Any], language: str = ENGLISH
) -> dict[str, Any]:
    """Return what a lesson shows at settings.

    Parameters
    ----------
    lesson
        The lesson.
    wanted
        The settings; impossible ones are changed.
    language
        Of the texts.

    Returns
    -------
    dict
        The settings that were used, notes about changes, the command with the same numbers, and the
        fields of `LessonResult`.
    """
    values, result, notes = lessons.show_lesson(lesson, wanted)
    shown = {
        "settings": values,
        "notes": notes,
        "command": lessons.command_line(lesson, values),
        **plain_values(result),
    }
    return in_language(said_result, shown, language)


SEEDS_AT_ONCE = 10


def seeds_payload(lesson: Lesson, wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the numbers of a lesson at ten seeds, by which a bet is scored.

    Parameters
    ----------
    lesson
        The lesson.
    wanted
        The settings; the seed is the first of ten. Beyond LAST_SEED there is none.

    Returns
    -------
    list
        The numbers of `LessonResult` by name, a seed each.
    """
    values, _ = lessons.possible_settings(lesson, wanted)
    first = int(values[lessons.SEED])
    seeds = range(first, min(first + SEEDS_AT_ONCE, LAST_SEED + 1))
    return [_seed_numbers(lesson.name, (*values.items(), (lessons.SEED, seed))) for seed in seeds]


@functools.lru_cache(maxsize=2000)
def _seed_numbers(name: str, settings: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    """Return the numbers at settings: a class bets at the same ones."""
    numbers: dict[str, Any] = plain_values(
        lessons.show_lesson(LESSONS[name], dict(settings))[1].numbers
    )
    return {
        key: value for key, value in numbers.items() if not key.endswith((".se", ".low", ".high"))
    }
