"""One lesson as one file: its numbers at a grid of its controls, no server, no network.

The page's own script draws it; where the page asks the server, the file looks a grid up. In it only
the choices and the first dials of a lesson move, each at a few places, with one luck.
"""

import itertools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dyadsim.lessons import lesson as lessons
from dyadsim.lessons.lesson import Dial, Lesson, Pick
from dyadsim.web import payload

STATIC = Path(__file__).with_name("static")
PLACES = 5  # of each dial that moves in the file
DIALS = 2  # that move in it, beside the choices
MOST = 250  # settings in one file


def grid(one: Lesson, given: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return what each moving control can take in the file: all choices, places of first dials."""
    start, _ = lessons.settings(one, given)
    picks = [control for control in one.controls if isinstance(control, Pick)]
    dials = [control for control in one.controls if isinstance(control, Dial)]
    found: dict[str, list[Any]] = {
        control.key: [value for value, _ in control.options] for control in picks
    }
    for dial in dials[: DIALS if len(picks) < 2 else 1]:
        ends = [dial.low + k * (dial.high - dial.low) / (PLACES - 1) for k in range(PLACES)]
        found[dial.key] = sorted({lessons.on_grid(dial, x) for x in ends} | {start[dial.key]})
    return found


def settings(one: Lesson, given: Mapping[str, Any]) -> Iterator[lessons.Values]:
    """Yield the settings of the file: what was given, the presets, the grid in every world."""
    start, _ = lessons.settings(one, given)
    yield start
    luck, places = {lessons.LUCK: start[lessons.LUCK]}, grid(one, given)
    for preset in one.presets.values():
        yield lessons.settings(one, {**preset, **luck})[0]
    picks = [control.key for control in one.controls if isinstance(control, Pick)]
    for chosen in itertools.product(*(places[name] for name in picks)):
        base, _ = lessons.settings(one, {**dict(zip(picks, chosen, strict=True)), **luck})
        yield base
        dials = [name for name in places if name not in picks]
        for values in itertools.product(*(places[name] for name in dials)):
            yield lessons.settings(one, {**base, **dict(zip(dials, values, strict=True))})[0]


def key(values: Mapping[str, Any]) -> str:
    """Return the name of settings in the file, as the page's script writes it."""
    parts = [
        f"{name}={value:g}" if isinstance(value, int | float) else f"{name}={value}"
        for name, value in sorted(values.items())
    ]
    return "&".join(parts)


def html(one: Lesson, given: Mapping[str, Any]) -> str:
    """Return the file."""
    known: dict[str, Any] = {}
    for values in settings(one, given):
        if key(values) not in known and len(known) < MOST:
            known[key(values)] = payload.shown(one, values)
    start, _ = lessons.settings(one, given)
    data = {"about": payload.every([one]), "known": known, "grid": grid(one, given), "start": start}
    return assembled(json.dumps(data, separators=(",", ":")))


def assembled(data: str) -> str:
    """Return index.html with styles, scripts and data inside."""
    from dyadsim.web.server import plotly_path

    text = (STATIC / "index.html").read_text(encoding="utf-8")
    style = (STATIC / "page.css").read_text(encoding="utf-8")
    scripts = "\n".join(
        _alone((STATIC / name).read_text(encoding="utf-8"))
        for name in ("draw.js", "lesson.js", "page.js")
    )
    plotly = plotly_path().read_text(encoding="utf-8").replace("</script", "<\\/script")
    safe = data.replace("</", "<\\/")
    for old, new in (
        ('<link rel="stylesheet" href="/static/page.css">', f"<style>{style}</style>"),
        ("<!-- plotly -->", f"<script>{plotly}</script>"),
        (
            '<script type="module" src="/static/page.js"></script>',
            f'<script type="application/json" id="kept">{safe}</script>'
            f'<script type="module">{scripts}</script>',
        ),
    ):
        assert old in text, f"index.html has changed: {old}"
        text = text.replace(old, new)
    return text


def _alone(script: str) -> str:
    """Return a module's text without its imports and exports, to stand beside the others."""
    lines = [line for line in script.splitlines() if not line.startswith("import ")]
    return "\n".join(line.removeprefix("export ") for line in lines)
