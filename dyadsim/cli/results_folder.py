"""The results folder of a task: a new stamped one, written whole or not at all."""

import datetime
import errno
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

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
        It, or the nearest folder above it, is no folder or cannot be written.
    """
    place = results.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise NoFolder(f"The results folder '{results}' cannot be made: '{place}' is a file.")
    if not os.access(place, os.W_OK | os.X_OK):
        raise NoFolder(f"The results folder '{results}' cannot be written: no permission.")


def _new_folder(settings: Settings) -> Path:
    """Return the path of a new stamped folder, results/EXPERIMENT/DATE_TIME."""
    stamp = datetime.datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    folder = settings.results / settings.experiment / stamp
    count = 2
    while folder.exists():
        folder = folder.with_name(f"{stamp}-{count}")
        count += 1
    return folder


def write_results(
    settings: Settings,
    began: float,
    *,
    summary: Any,
    fill: Callable[[Path, dict[str, Any]], object],
    inputs: Mapping[str, Path] | None = None,
) -> Path:
    """Write summary, manifest and what `fill` adds into a new folder; return its path.

    Parameters
    ----------
    settings
        Of the task.
    began
        When it began, by `time.perf_counter`.
    summary
        Plain values for summary.json.
    fill
        Writes the rest into the folder; gets its path and the manifest.
    inputs
        Files that were read, by name; the manifest keeps their sha256.

    Raises
    ------
    NoFolder
        The place cannot be written.
    """
    manifest = records.manifest(settings.manifest, time.perf_counter() - began, inputs)

    def write(folder: Path) -> None:
        records.write_json(folder / "summary.json", summary)
        records.write_json(folder / "manifest.json", manifest)
        fill(folder, manifest)

    for _ in range(_TRIES):
        try:
            return records.write_folder(_new_folder(settings), write)
        except OSError as error:
            # Another job has taken the folder's name since: take the next one.
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise NoFolder(
                    f"The results folder '{settings.results}' cannot be written: {error}."
                ) from None
    raise NoFolder(
        f"No free name for a folder was found in '{settings.results / settings.experiment}'."
    )
