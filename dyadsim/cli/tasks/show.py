"""Print a stored result again: its summary as tables, and how it was made; nothing is changed."""

import dataclasses
import difflib
import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from dyadsim.checks import setting_word
from dyadsim.cli.task import NOT_IN_INFORMATION, NoEffect, Task, TaskSettings, setting
from dyadsim.errors import BadInput

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings
    from dyadsim.report.results_list import Listed


@dataclasses.dataclass
class ShowSettings(TaskSettings):
    """Settings of `show`."""

    path: str = setting(
        "", "a result's folder or its end; a command: its newest result; none: the newest"
    )


def adapt(words: list[str]) -> list[str]:
    """Return the words with the path in quotes: it may hold blanks, commas and brackets."""
    start = "task.path="
    return [
        shlex.split(setting_word("task.path", word.removeprefix(start)))[0]
        if word.startswith(start) and word.removeprefix(start)[:1] not in ("'", '"', "")
        else word
        for word in words
    ]


def place_of(settings: "Settings") -> Path:
    """Return the folder of the result that is meant.

    Raises
    ------
    BadInput
        There is none of that path or name; the message offers the nearest.
    """
    from dyadsim.report.results_list import FOREIGN, WHOLE, list_results

    entries = [item for item in list_results(settings.results) if item.state != FOREIGN]
    text = settings.task.path.strip()
    newest_first = [
        item.path for item in entries if item.state == WHOLE and text in ("", item.task)
    ]
    if newest_first:
        return newest_first[0]
    if not text:
        raise BadInput(f"there is no result in '{settings.results}' to show.")
    if "\0" in text:
        raise BadInput("task.path must be the path of a folder.")
    path = Path(text)
    for place in (path, path.parent, settings.results / path):
        if _is_result(place):
            return place
    parts = path.parts
    ends = [entry.path for entry in entries if entry.path.parts[-len(parts) :] == parts]
    if len(ends) == 1:
        return ends[0]
    if ends:
        raise BadInput(f"'{text}' is the end of {len(ends)} results: give the whole path.")
    near = _nearest(path, entries)
    more = f" Did you mean {near}?" if near else ""
    raise BadInput(f"there is no result '{text}'.{more} `dyadsim results` lists them.")


def _nearest(path: Path, entries: "list[Listed]") -> Path | str:
    """Return the path whose end, or the command whose name, is most like this; "": none is."""
    count, names = len(path.parts), {entry.task: entry.task for entry in entries}
    ends = {str(Path(*entry.path.parts[-count:])): entry.path for entry in reversed(entries)}
    close = difflib.get_close_matches(str(path), [*names, *ends], 1, 0.6) if count else []
    return (names | ends)[close[0]] if close else ""


def _is_result(place: Path) -> bool:
    """Return whether a folder holds a summary or a manifest."""
    try:
        return any((place / name).is_file() for name in ("summary.json", "manifest.json"))
    except OSError:  # such as a name that is too long
        return False


def run(settings: "Settings") -> None:
    """Print a stored result."""
    from dyadsim.report import stored_result as report
    from dyadsim.simulation.stored_result import MANIFEST, SUMMARY, read_json

    place = place_of(settings)
    summary = read_json(place / SUMMARY)
    if settings.json:
        print(json.dumps(summary))
        return
    report.print_stored(place, summary, read_json(place / MANIFEST))


TASK = Task(
    name="show",
    section="about dyadsim",
    help="a stored result, printed again; without a path the newest one",
    example="dyadsim show results/compare/2026-01-31_12-00-00",
    settings=ShowSettings,
    word="path",
    adapt=adapt,
    run=run,
    no_effect=NoEffect(*NOT_IN_INFORMATION, instead="show prints what is stored", parameters=True),
)
