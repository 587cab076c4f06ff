"""One lesson as one file: its results at a grid of its controls, without server or network.

The page's own script draws it; where the page asks the server, the file looks up its grid. Only the
choices and the first dials of the lesson move in it, each to a few places, with one random seed.
"""

import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

from dyadsim.lessons import lesson as lessons
from dyadsim.lessons.lesson import Lesson, Values
from dyadsim.web import payload

PLACES = 5  # of each dial that moves in the file
DIALS = 2  # that move in it, besides the choices
MAX_SETTINGS = 250  # in one file


def file_grid(lesson: Lesson, wanted: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the values of each control that moves in the file.

    Parameters
    ----------
    lesson
        The lesson.
    wanted
        The settings that the file starts with; they are on the grid.

    Returns
    -------
    dict
        Key -> all options of a choice, or places of one of the first dials.
    """
    start, _ = lessons.possible_settings(lesson, wanted)
    grid: dict[str, list[Any]] = {
        pick.key: [value for value, _ in pick.options] for pick in lesson.picks
    }
    for dial in lesson.dials[: DIALS if len(lesson.picks) < 2 else 1]:
        ends = [dial.low + k * (dial.high - dial.low) / (PLACES - 1) for k in range(PLACES)]
        grid[dial.key] = sorted({lessons.on_grid(dial, x) for x in ends} | {start[dial.key]})
    return grid


def file_settings(lesson: Lesson, wanted: Mapping[str, Any]) -> Iterator[Values]:
    """Yield the settings in the file: the wanted ones, the presets, the grid in every world."""

    def possible(values: Mapping[str, Any]) -> Values:
        return lessons.possible_settings(lesson, values)[0]

    start, grid = possible(wanted), file_grid(lesson, wanted)
    yield start
    seed = {lessons.SEED: start[lessons.SEED]}
    for preset in lesson.presets.values():
        yield possible({**preset, **seed})
    picks = [pick.key for pick in lesson.picks]
    dials = [key for key in grid if key not in picks]
    for options in itertools.product(*(grid[key] for key in picks)):
        base = possible({**dict(zip(picks, options, strict=True)), **seed})
        yield base
        for places in itertools.product(*(grid[key] for key in dials)):
            yield possible({**base, **dict(zip(dials, places, strict=True))})


def settings_key(values: Mapping[str, Any]) -> str:
    """Return the key of settings in the file, as the page's script writes it."""
    parts = [
        f"{name}={value:g}" if isinstance(value, int | float) else f"{name}={value}"
        for name, value in sorted(values.items())
    ]
    return "&".join(parts)


def lesson_file(lesson: Lesson, wanted: Mapping[str, Any]) -> str:
    """Return a lesson as the text of one HTML file.

    Parameters
    ----------
    lesson
        The lesson.
    wanted
        The settings that the file starts with.

    Returns
    -------
    str
        The page with styles, scripts and results inside.
    """
    known: dict[str, Any] = {}
    for values in file_settings(lesson, wanted):
        if settings_key(values) not in known and len(known) < MAX_SETTINGS:
            known[settings_key(values)] = payload.result_payload(lesson, values)
    data = {
        "about": payload.page_payload([lesson]),
        "known": known,
        "grid": file_grid(lesson, wanted),
        "start": lessons.possible_settings(lesson, wanted)[0],
    }
    return assemble_page(json.dumps(data, separators=(",", ":")))


def assemble_page(data: str) -> str:
    """Return index.html with styles, scripts and data (JSON) inside."""
    scripts = "\n".join(
        _without_modules(payload.read_static(name))
        for name in ("draw.js", "bet.js", "lesson.js", "page.js")
    )
    plotly = payload.read_plotly().replace("</script", "<\\/script")
    safe = data.replace("</", "<\\/")
    replacements = {
        '<link rel="stylesheet" href="/static/page.css">': (
            f"<style>{payload.read_static('page.css')}</style>"
        ),
        "<!-- plotly -->": f"<script>{plotly}</script>",
        '<script type="module" src="/static/page.js"></script>': (
            f'<script type="application/json" id="kept">{safe}</script>'
            f'<script type="module">{scripts}</script>'
        ),
    }
    text = payload.read_static("index.html")
    for old, new in replacements.items():
        assert old in text, f"index.html has changed: {old}"
        text = text.replace(old, new)
    return text


def _without_modules(script: str) -> str:
    """Return a module's text without imports and exports, so that scripts can be joined."""
    lines = [line for line in script.splitlines() if not line.startswith("import ")]
    return "\n".join(line.removeprefix("export ") for line in lines)
