"""List what is in a results folder, newest first; nothing is changed."""

import dataclasses
import json
import shlex
from typing import TYPE_CHECKING

from dyadsim.checks import known_name, whole_number
from dyadsim.cli.task import NOT_IN_INFORMATION, NoEffect, Task, TaskSettings, setting, task_names

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings


@dataclasses.dataclass
class ResultsSettings(TaskSettings):
    """Settings of `results`."""

    of: str | None = setting(None, "a command: list only its results")
    most: int = setting(20, "results that are printed at most")


def check(settings: "Settings") -> None:
    """Refuse an unknown command."""
    whole_number("task.most", settings.task.most, 1, 10**6)
    if settings.task.of is not None:
        known_name("command", settings.task.of, task_names())


def run(settings: "Settings") -> None:
    """Print what is in the results folder."""
    from dyadsim.report import results_list as report
    from dyadsim.report.printed import say

    entries = report.list_results(settings.results, settings.task.of or "")
    if settings.json:
        print(json.dumps([report.listed_for_json(entry) for entry in entries]))
        return
    if not entries:
        which = f" of {settings.task.of}" if settings.task.of else ""
        say(f"No result{which} in '{settings.results}' (results=FOLDER looks elsewhere).")
        return
    report.print_results(entries, settings.task.most)
    ours = [entry for entry in entries if entry.state == report.WHOLE]
    if ours:
        print(f"Next: dyadsim show {shlex.quote(str(ours[0].path))}")


TASK = Task(
    name="results",
    section="about dyadsim",
    help="what is in the results folder, newest first (docs/how_to/results.md)",
    example="dyadsim results compare",
    settings=ResultsSettings,
    word="of",
    check=check,
    run=run,
    no_effect=NoEffect(
        *NOT_IN_INFORMATION, instead="results lists what is in a folder", parameters=True
    ),
)
