"""One lesson without the page: the same numbers (docs/how_to/teaching.md)."""

import csv
import dataclasses
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dyadsim.checks import shown_number
from dyadsim.cli.task import NoEffect, Task, TaskSettings, setting
from dyadsim.errors import BadInput

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings
    from dyadsim.lessons.lesson import LessonResult

NOT_IN_LESSONS = (
    "do",
    "study",
    "population",
    "measure",
    "size",
    "beats",
    "replicate",
    "threads",
    "specificity",
    "budget",
    "data",
)


@dataclasses.dataclass
class LessonSettings(TaskSettings):
    """Settings of `lesson`; world, seed and parameters are set as usual."""

    lesson: str = setting("alliance", "its name")
    set: Any = setting(None, "the lesson's own settings, such as {clients:1000,session:3}")


def lesson_settings(settings: "Settings") -> dict[str, Any]:
    """Return world, seed and parameters in a lesson's own words."""
    from dyadsim.lessons import lesson as lessons

    return {lessons.WORLD: settings.world, lessons.SEED: settings.seed, **settings.fixed}


def run(settings: "Settings") -> None:
    """Print what a lesson says at the given settings; impossible ones are refused."""
    from dyadsim.cli.results_folder import check_folder, write_results
    from dyadsim.lessons import lesson as lessons
    from dyadsim.lessons.index import find_lesson
    from dyadsim.lessons.statements import listed
    from dyadsim.report.printed import say
    from dyadsim.simulation.changed_worlds import world_for_json, world_label

    began = time.perf_counter()
    check_folder(settings.results)
    own = settings.task.set or {}
    if not isinstance(own, Mapping):
        raise BadInput(
            f"task.set must be pairs in quotes, such as 'task.set={{clients:1000}}', not '{own}'."
        )
    lesson = find_lesson(settings.task.lesson)
    values, result, notes = lessons.show_lesson(lesson, {**lesson_settings(settings), **own})
    if notes:
        keys = ", ".join(control.key for control in lesson.all_controls)
        raise BadInput(f"lesson {lesson.name}: {'; '.join(notes)}. Its settings: {keys}.")
    world, parameters = values[lessons.WORLD], lessons.lesson_parameters(lesson, values)
    summary = {
        "task": "lesson",
        "lesson": lesson.name,
        **world_for_json(world, parameters),
        "settings": values,
        "sentence": result.sentence,
        "bet": lesson.bet.question,
        "answer": listed([lesson.bet.options[option] for option in result.answers]),
        "numbers": result.numbers,
    }
    folder = write_results(
        settings, began, summary=summary, fill=lambda place, _: _write_series(place, result)
    )
    if settings.json:
        print(json.dumps(summary))
        return
    say(f"{lesson.title}\n{lesson.question}\n\n{result.sentence}\n")
    for name, value in result.numbers.items():
        if not name.endswith((".se", ".low", ".high")):
            say(f"  {name}: {shown_number(value)}{_error(result.numbers, name)}")
    say("\nCareful:\n" + "\n".join(f"  - {text}" for text in lesson.careful), indent="    ")
    say(f"\nWorld: {world_label(world, parameters)}")
    say("Settings: " + "; ".join(f"{name}: {value}" for name, value in values.items()))
    print(f"Numbers of the figures: {folder / 'figures.csv'}")


def _error(numbers: dict[str, float], name: str) -> str:
    """Return a number's standard error and 95 % interval, if it has them."""
    if f"{name}.se" not in numbers:
        return ""
    error = shown_number(numbers[f"{name}.se"], 2)
    low, high = (shown_number(numbers[f"{name}.{part}"]) for part in ("low", "high"))
    return f" (standard error {error}, 95 % interval {low} to {high})"


def _write_series(place: Path, result: "LessonResult") -> None:
    """Write the series of all figures, a row a point."""
    with (place / "figures.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["figure", "series", "x", "y", "low", "high"])
        for figure in result.figures:
            for series in figure.series:
                columns = (series.y, series.low, series.high)
                for k, x in enumerate(series.x):
                    cells = [column[k] if len(column) > k else "" for column in columns]
                    writer.writerow([figure.name, series.name, x, *cells])


TASK = Task(
    name="lesson",
    section="teaching",
    help="one lesson without the page",
    example="dyadsim lesson alliance world=null",
    settings=LessonSettings,
    word="lesson",
    run=run,
    no_effect=NoEffect(
        *NOT_IN_LESSONS,
        instead="a lesson has its own settings: world, seed, its parameters, and task.set",
    ),
)
