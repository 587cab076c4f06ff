"""One lesson as one file: its results at a grid of its controls, without server or network.

The page's own script draws it; where the page asks the server, the file looks up its grid. Every
slider moves in it from place to place, one at a time, with one random seed; the first two also
together, where there is room.
"""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dyadsim.lessons import lesson as lessons
from dyadsim.lessons.lesson import WORLD, Dial, Lesson, Values
from dyadsim.translation import ENGLISH
from dyadsim.web import payload, static_files
from dyadsim.web.language import read_page

PLACES = 5  # of each dial in the file
STEPPED = 16  # places of a dial in steps of one: so many it keeps them all (sessions)
MAX_SETTINGS = 300  # in one file
ROOM = 150  # settings beyond which two dials do not move together


_SERVERS = (  # scripts that need the server
    '<script type="module" src="/static/class.js"></script>\n'
    '<script type="module" src="/static/export.js"></script>\n'
)


class Stopped(Exception):
    """The file is not wanted any more."""


def file_grid(lesson: Lesson, wanted: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the values of each control in the file.

    Parameters
    ----------
    lesson
        The lesson.
    wanted
        The settings that the file starts with; they are on the grid.

    Returns
    -------
    dict
        Key -> all options of a choice, or the places of a dial.
    """
    start, _ = lessons.possible_settings(lesson, wanted)
    grid: dict[str, list[Any]] = {
        pick.key: [value for value, _ in pick.options] for pick in lesson.picks
    }
    for dial in lesson.dials:
        own = {lessons.world_values(lesson, world)[dial.key] for world in grid[WORLD]}
        grid[dial.key] = sorted({*_places(dial), *own, start[dial.key]})
    return grid


def _places(dial: Dial) -> list[float]:
    """Return the places of a dial, from end to end."""
    steps = round((dial.high - dial.low) / dial.step) + 1
    count = steps if dial.step == 1 and steps <= STEPPED else PLACES
    ends = [dial.low + k * (dial.high - dial.low) / (count - 1) for k in range(count)]
    return [lessons.on_grid(dial, x) for x in ends]


def file_settings(lesson: Lesson, wanted: Mapping[str, Any]) -> list[Values]:
    """Return the settings in the file, at most `MAX_SETTINGS`, each once.

    In this order: the wanted ones, the presets, every combination of choices, every dial from the
    wanted settings, every dial in every world and then in every combination, pairs of dials.
    """
    known: dict[str, Values] = {}
    for values in _single_moves(lesson, wanted):
        if len(known) < MAX_SETTINGS:
            known.setdefault(settings_key(values), values)
    for values in _pairs(lesson, wanted):
        if len(known) >= ROOM:
            break
        known.setdefault(settings_key(values), values)
    return list(known.values())


def _possible(lesson: Lesson, values: Mapping[str, Any]) -> Values:
    return lessons.possible_settings(lesson, values)[0]


def _bases(lesson: Lesson, wanted: Mapping[str, Any]) -> list[Values]:
    """Return the usual settings at every combination of choices; worlds come first."""
    start = _possible(lesson, wanted)
    options = [[name for name, _ in pick.options] for pick in lesson.picks]
    bases = [
        _possible(
            lesson,
            {
                **dict(zip((pick.key for pick in lesson.picks), chosen, strict=True)),
                lessons.SEED: start[lessons.SEED],
            },
        )
        for chosen in itertools.product(*options)
    ]
    others = [pick.key for pick in lesson.picks if pick.key != WORLD]
    return sorted(bases, key=lambda base: any(base[key] != start[key] for key in others))


def _single_moves(lesson: Lesson, wanted: Mapping[str, Any]) -> Iterator[Values]:
    """Yield settings in which at most one dial is moved."""
    start, bases = _possible(lesson, wanted), _bases(lesson, wanted)
    yield start
    for preset in lesson.presets.values():
        yield _possible(lesson, {**preset, lessons.SEED: start[lessons.SEED]})
    yield from bases
    for base in (start, *bases):
        for dial in lesson.dials:
            for place in {*_places(dial), start[dial.key]}:
                yield _possible(lesson, {**base, dial.key: place})


def _pairs(lesson: Lesson, wanted: Mapping[str, Any]) -> Iterator[Values]:
    """Yield settings in which the first two dials are moved."""
    first = lesson.dials[:2]
    for base in _bases(lesson, wanted):
        for places in itertools.product(*map(_places, first)):
            moved = dict(zip((dial.key for dial in first), places, strict=True))
            yield _possible(lesson, {**base, **moved})


def settings_key(values: Mapping[str, Any]) -> str:
    """Return the key of settings in the file, as the page's script writes it."""
    parts = [
        f"{name}={value:g}" if isinstance(value, int | float) else f"{name}={value}"
        for name, value in sorted(values.items())
    ]
    return "&".join(parts)


def lesson_file(
    lesson: Lesson,
    wanted: Mapping[str, Any],
    progress: Callable[[int, int], bool] = lambda done, total: True,
    language: str = ENGLISH,
) -> str:
    """Return a lesson as the text of one HTML file.

    Parameters
    ----------
    lesson
        The lesson.
    wanted
        The settings that the file starts with.
    progress
        Called with the number of settings that are computed and their total; returns whether to go
        on.
    language
        Of the texts.

    Returns
    -------
    str
        The page with styles, scripts and results inside.

    Raises
    ------
    Stopped
        `progress` said so.
    """
    known: dict[str, Any] = {}
    settings = file_settings(lesson, wanted)
    for done, values in enumerate(settings):
        if not progress(done, len(settings)):
            raise Stopped
        known[settings_key(values)] = payload.result_payload(lesson, values, language)
    progress(len(settings), len(settings))
    data = {
        "about": payload.page_payload([lesson], language),
        "known": known,
        "grid": file_grid(lesson, wanted),
        "start": lessons.possible_settings(lesson, wanted)[0],
    }
    return assemble_page(json.dumps(data, separators=(",", ":")), language)


def assemble_page(data: str, language: str = ENGLISH) -> str:
    """Return index.html in a language, with styles, scripts and data (JSON) inside."""
    scripts = "\n".join(
        _without_modules(static_files.read_static(name))
        for name in (
            "words.js",
            "legend.js",
            "draw.js",
            "people.js",
            "bet.js",
            "lesson.js",
            "page.js",
        )
    )
    plotly = static_files.read_plotly().replace("</script", "<\\/script")
    safe = data.replace("</", "<\\/")
    replacements = {
        '<link rel="stylesheet" href="/static/page.css">': (
            f"<style>{static_files.read_static('page.css')}</style>"
        ),
        "<!-- plotly -->": f"<script>{plotly}</script>",
        '<script type="module" src="/static/page.js"></script>': (
            f'<script type="application/json" id="kept">{safe}</script>'
            f'<script type="module">{scripts}</script>'
        ),
    }
    text = read_page("index.html", language).replace(_SERVERS, "")
    for old, new in replacements.items():
        assert old in text, f"index.html has changed: {old}"
        text = text.replace(old, new)
    return text


def _without_modules(script: str) -> str:
    """Return a module's text without imports and exports, so that scripts can be joined."""
    lines = [line for line in script.splitlines() if not line.startswith("import ")]
    return "\n".join(line.removeprefix("export ") for line in lines)
