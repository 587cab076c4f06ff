"""What every task needs: a stamped results folder, whole or not at all, progress, JSON rows."""

import datetime
import errno
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import Progress, track

from dyadsim.cli.settings import Settings
from dyadsim.errors import Failed
from dyadsim.simulation import records

_TRIES = 100  # names for a folder, before it is given up


class NoFolder(Failed):
    """The results folder cannot be written; the message is for the user."""


def check_folder(results: Path) -> None:
    """Refuse a results folder that cannot be written.

    Raises
    ------
    NoFolder
        it, or the nearest folder above it, is no folder or not writable.
    """
    place = results.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise NoFolder(f"The results folder '{results}' cannot be made: '{place}' is a file.")
    if not os.access(place, os.W_OK | os.X_OK):
        raise NoFolder(f"The results folder '{results}' cannot be written: no permission.")


def each(what: str) -> Callable[[Iterable[Any]], Iterable[Any]]:
    """Return a wrapper that shows progress on a terminal's stderr and is quiet elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        return iter
    return lambda items: track(list(items), description=what, console=console, transient=True)


@contextmanager
def steps(what: str, total: int) -> Iterator[Callable[..., None]]:
    """Give a function to call after a step or n steps; shows progress on a terminal's stderr."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(what, total=total)
        yield lambda count=1: shown.advance(task, count)


def _plain(value: Any) -> Any:
    """Return numpy numbers as Python's, NaN as null."""
    if isinstance(value, float | np.floating):
        return None if np.isnan(value) else float(value)
    if isinstance(value, np.integer | np.bool_):
        return value.item()
    return value


def rows_of(table: Any) -> list[dict[str, Any]]:
    """Return a data frame as plain rows for JSON."""
    return [{key: _plain(value) for key, value in row.items()} for row in table.to_dict("records")]


def _folder(one: Settings) -> Path:
    """Return a new stamped folder's path, results/<experiment>/<date>_<time>."""
    stamp = datetime.datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    folder = one.results / one.experiment / stamp
    count = 2
    while folder.exists():
        folder = folder.with_name(f"{stamp}-{count}")
        count += 1
    return folder


def finish(
    one: Settings,
    began: float,
    summary: Any,
    fill: Callable[[Path, dict[str, Any]], None],
    inputs: Mapping[str, Path] | None = None,
) -> Path:
    """Write summary, manifest and what `fill` adds into a new folder; return its path.

    inputs: files that were read, by name; the manifest keeps their sha256.
    """
    manifest = records.manifest(one.config, time.perf_counter() - began, inputs)

    def everything(folder: Path) -> None:
        records.write_json(folder / "summary.json", summary)
        records.write_json(folder / "manifest.json", manifest)
        fill(folder, manifest)

    for _ in range(_TRIES):
        try:
            return records.write_folder(_folder(one), everything)
        except OSError as error:
            # Another job has taken the folder's name since: take the next one.
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                told = f"The results folder '{one.results}' cannot be written: {error}."
                raise NoFolder(told) from None
    raise NoFolder(f"No free name for a folder was found in '{one.results / one.experiment}'.")
