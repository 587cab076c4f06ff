"""The tasks `teach` and `lesson`: the page with all lessons, and one lesson without a page."""

import csv
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dyadsim.cli.results_folder import check_folder, finish
from dyadsim.cli.settings import Settings, whole, yes
from dyadsim.errors import BadInput, Failed
from dyadsim.lessons import lesson as lessons
from dyadsim.lessons.index import named
from dyadsim.lessons.lesson import Lesson, Shown


def _given(one: Settings, lesson: Lesson) -> dict[str, Any]:
    """Return the settings of the lesson as the command line has them.

    Raises
    ------
    BadInput
        `task.set` is no mapping.
    """
    own = one.task["set"] or {}
    if not isinstance(own, Mapping):
        raise BadInput(
            f"task.set must be pairs in quotes, such as 'task.set={{clients:1000}}', not '{own}'."
        )
    return {lessons.WORLD: one.world, lessons.LUCK: one.seed, **one.held, **own}


def run_lesson(one: Settings) -> None:
    """Say what a lesson says at the given settings; impossible ones are refused."""
    began = time.perf_counter()
    check_folder(one.results)
    lesson = named(str(one.task["lesson"]))
    values, found, notes = lessons.show(lesson, _given(one, lesson))
    if notes:
        keys = ", ".join(control.key for control in lesson.every)
        raise BadInput(f"lesson {lesson.name}: {'; '.join(notes)}. Its settings: {keys}.")
    summary = {
        "task": "lesson",
        "lesson": lesson.name,
        "settings": values,
        "sentence": found.sentence,
        "bet": lesson.bet.question,
        "answer": lesson.bet.options[found.answer],
        "numbers": found.numbers,
    }
    folder = finish(one, began, summary, lambda place, _: _leave(place, found))
    if one.json:
        print(json.dumps(summary))
        return
    print(f"{lesson.title}\n{lesson.question}\n\n{found.sentence}\n")
    for name, value in found.numbers.items():
        if not name.endswith(".se"):
            error = found.numbers.get(f"{name}.se")
            print(f"  {name}: {value:.3g}" + (f" (error {error:.2g})" if error else ""))
    print("\nCareful:\n" + "\n".join(f"  - {text}" for text in lesson.careful))
    print(f"\nNumbers of the figures: {folder / 'figures.csv'}")


def _leave(place: Path, found: Shown) -> None:
    """Write the series of all figures, a row a point."""
    with (place / "figures.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["figure", "series", "x", "y", "low", "high"])
        for figure in found.figures:
            for one in figure.series:
                for k, x in enumerate(one.x):
                    cells = [
                        values[k] if len(values) > k else ""
                        for values in (one.y, one.low, one.high)
                    ]
                    writer.writerow([figure.name, one.name, x, *cells])


def run_teach(one: Settings) -> None:
    """Serve the page until interrupted, or write one lesson as a file."""
    try:
        from dyadsim.web import server, single_file
    except ImportError:
        raise Failed("teach needs pip install 'dyadsim[web]'.") from None
    keep = one.task["keep"]
    if keep is not None:
        lesson = named(str(keep))
        check_folder(one.results)
        text = single_file.html(
            lesson, {lessons.WORLD: one.world, lessons.LUCK: one.seed, **one.held}
        )
        Path(one.results).mkdir(parents=True, exist_ok=True)
        place = Path(one.results) / f"lesson_{lesson.name}.html"
        beside = place.with_suffix(".part")
        beside.write_text(text, encoding="utf-8")
        beside.replace(place)
        print(f"One file, no server, no network: {place} ({len(text) / 1e6:.1f} MB)")
        return
    port = whole("task.port", one.task["port"], 0, 65535)
    server.serve(str(one.task["host"]), port, yes("task.browser", one.task["browser"]))
