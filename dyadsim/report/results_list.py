"""What is in a results folder, newest first: results, damaged ones, and what is none of ours.

Nothing is changed, and nothing but summary.json and manifest.json is opened.
"""

import datetime
import re
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from dyadsim.errors import BadData
from dyadsim.report.answers import answer_line, size_words, world_words
from dyadsim.report.printed import line_width, say
from dyadsim.simulation.stored_result import MANIFEST, SUMMARY, read_json

WHOLE, DAMAGED, FOREIGN = "result", "damaged", "foreign"
_DEEPEST = 3  # folders within folders that are looked at
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)_(\d\d)-(\d\d)-(\d\d)")


class Listed(NamedTuple):
    """One folder: its path and state, and of a result what it says.

    Attributes
    ----------
    path
        Of the folder.
    state
        `WHOLE`, `DAMAGED` or `FOREIGN`.
    when
        Date and time as text, from the folder's name or its last change; "" where unknown.
    task, world, seed, size, study
        As far as the summary says; only a study of the user's own is named.
    answer
        Its answer in one line, or what is wrong with it.
    """

    path: Path
    state: str
    when: str = ""
    task: str = ""
    world: str = ""
    seed: int | None = None
    size: str = ""
    answer: str = ""
    study: str = ""


def list_results(results: Path, task: str = "") -> list[Listed]:
    """Return the results in a folder, newest first, then the folders that are no result.

    Parameters
    ----------
    results
        The folder that `results=` says.
    task
        Only results of this command; "" for all.

    Returns
    -------
    list of Listed
        Empty where there is no such folder.
    """
    entries = list(_visit(results, 0, False))
    if task:
        entries = [entry for entry in entries if entry.task == task]
    ours = [entry for entry in entries if entry.state != FOREIGN]
    ours.sort(key=lambda entry: (entry.when, str(entry.path)), reverse=True)
    return [*ours, *(entry for entry in entries if entry.state == FOREIGN)]


def _visit(folder: Path, depth: int, within: bool) -> Iterator[Listed]:
    """Yield the results in a folder; `within`: it lies in a result."""
    try:
        inside = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
        folders = [path for path in inside if path.is_dir() and not path.is_symlink()]
    except OSError as error:
        if depth:
            yield Listed(folder, DAMAGED, answer=f"cannot be read: {error.strerror or error}")
        return
    names = {path.name for path in inside}
    is_result = bool(names & {SUMMARY, MANIFEST})
    if is_result:
        yield _listed(folder)
    deeper: list[Listed] = []
    if depth < _DEEPEST:
        for path in folders:
            deeper += _visit(path, depth + 1, within or is_result)
    yield from deeper
    files = len(inside) > len(folders)
    if files and depth and not (is_result or within or deeper):
        yield Listed(folder, FOREIGN, answer="not a result of dyadsim")


def _listed(folder: Path) -> Listed:
    """Return what a result says of itself."""
    try:
        summary, manifest = read_json(folder / SUMMARY), read_json(folder / MANIFEST)
    except BadData as error:
        return Listed(folder, DAMAGED, _when(folder), answer=f"damaged: {Path(_name(error)).name}")
    if grid_of := _inner(manifest, "grid_of"):
        answer = f"points kept for {grid_of}: dyadsim status name={folder.name}"
        return Listed(folder, FOREIGN, _when(folder), answer=answer)
    task = summary.get("task") or _inner(manifest, "config", "task", "name")
    seed = summary.get("seed", _inner(manifest, "seeds", "seed"))
    entry = Listed(
        folder,
        WHOLE if isinstance(summary.get("task"), str) else DAMAGED,
        _when(folder),
        task if isinstance(task, str) else "",
        world_words(summary),
        seed if isinstance(seed, int) else None,
        size_words(summary),
        answer_line(summary),
        str(summary["study"]) if {"study", "design"} <= set(summary) else "",
    )
    if entry.state == WHOLE:
        return entry
    if entry.task in ("sweep", "sensitivity") and (folder / "parts").is_dir():
        return entry._replace(
            state=WHOLE, answer=f"not finished: dyadsim status name={folder.name}"
        )
    what = "summary.json names no task" if summary else "summary.json is missing or empty"
    return entry._replace(answer=f"damaged: {what}")


def _name(error: BadData) -> str:
    return str(error).split("'")[1]


def _inner(values: Any, *names: str) -> Any:
    """Return a value within mappings, None where there is none."""
    for name in names:
        values = values.get(name) if isinstance(values, dict) else None
    return values


def _when(folder: Path) -> str:
    """Return when a result was made: by the folder's name, else by its last change."""
    stamp = _STAMP.match(folder.name)
    if stamp:
        return "{} {}:{}:{}".format(*stamp.groups())
    changed = [path.stat().st_mtime for path in _present(folder)]
    if not changed:
        return ""
    return datetime.datetime.fromtimestamp(max(changed)).strftime("%Y-%m-%d %H:%M:%S")


def _present(folder: Path) -> list[Path]:
    return [path for path in (folder / SUMMARY, folder / MANIFEST) if path.is_file()]


def listed_for_json(entry: Listed) -> dict[str, Any]:
    """Return an entry as plain values."""
    return {**entry._asdict(), "path": str(entry.path)}


def print_results(entries: Iterable[Listed], most: int) -> None:
    """Print each result in three lines: what it is, what it says, where it lies.

    Parameters
    ----------
    entries
        From `list_results`.
    most
        How many results at most; what is left out is counted.
    """
    entries = list(entries)
    ours = [entry for entry in entries if entry.state != FOREIGN]
    for entry in ours[:most]:
        if entry.state == DAMAGED:
            say(f"{entry.path}: {entry.answer}.", "    ")
            continue
        seed = "" if entry.seed is None else f"seed {entry.seed}"
        study = entry.study and f"study {entry.study}"
        facts = (entry.when, entry.task, entry.world, study, seed, entry.size)
        say("  ".join(filter(None, facts)), "    ")
        if entry.answer:
            print("    " + textwrap.shorten(entry.answer, line_width() - 4, placeholder=" ..."))
        print(f"    {entry.path}")
    if len(ours) > most:
        say(f"{len(ours) - most} older ones are not shown: task.most={len(ours)} shows all.")
    for entry in entries[len(ours) :]:
        say(f"{entry.path}: {entry.answer}.", "    ")
