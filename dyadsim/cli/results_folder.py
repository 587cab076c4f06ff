"""The results folder of a task: a new stamped one, written whole or not at all."""

import datetime
import errno
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from dyadsim.cli.settings import Settings
from dyadsim.errors import BadInput, Failed
from dyadsim.report.ro_crate import write_crate
from dyadsim.simulation import records
from dyadsim.simulation.unfinished import tidy_unfinished, unfinished_prefix, write_file

_TRIES = 100  # names for a folder, before it is given up
_LONGEST = 150  # bytes of a name; file systems take 255, and unfinished folders add to it
_UNFINISHED = ("*/.*", "*/*/.*")  # where killed processes leave what they were writing


class NoFolder(Failed):
    """The results folder cannot be written; the message is for the user."""


def folder_name(key: str, name: str) -> str:
    """Return a name that a folder inside the results folder can have.

    Parameters
    ----------
    key
        The setting that gives the name.
    name
        Its value.

    Raises
    ------
    BadInput
        A path, a name that some system cannot write, or one that is too long.
    """
    if not re.fullmatch(r"\w[\w.-]*", name):
        raise BadInput(f"{key} must be letters, digits, '_', '-' and '.', not '{name[:60]}'.")
    if len(name.encode()) > _LONGEST:
        raise BadInput(f"{key} must have up to {_LONGEST} letters, not {len(name)}.")
    return name


def results_path(text: str) -> Path:
    """Return the path of the results folder.

    Raises
    ------
    BadInput
        The text is empty or holds a zero byte, so it is no path.
    """
    if not text.strip() or "\0" in text:
        raise BadInput("results must be the path of a folder, such as results=results.")
    return Path(text)


def check_folder(results: Path) -> None:
    """Refuse a results folder that cannot be written; remove what killed processes left in it.

    Raises
    ------
    NoFolder
        It, or the nearest folder above it, is no folder, cannot be written or cannot be found.
    """
    try:
        place = results.absolute()
        while not place.exists() and place != place.parent:
            place = place.parent
    except OSError as error:  # the current folder is gone, or a name is too long
        raise NoFolder(
            f"The results folder '{str(results)[:60]}' cannot be made: {error.strerror or error}."
        ) from None
    if not place.is_dir():
        raise NoFolder(f"The results folder '{results}' cannot be made: '{place}' is a file.")
    if not os.access(place, os.W_OK | os.X_OK):
        raise NoFolder(f"The results folder '{results}' cannot be written: no permission.")
    tidy_unfinished(path for places in _UNFINISHED for path in results.glob(places))


def _new_folder(settings: Settings) -> Path:
    """Return the path of a new stamped folder, results/EXPERIMENT/DATE_TIME."""
    stamp = datetime.datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    folder = settings.results / settings.experiment / stamp
    count = 2
    while folder.exists():
        folder = folder.with_name(f"{stamp}-{count}")
        count += 1
    return folder


@contextmanager
def scratch_folder(settings: Settings) -> Iterator[Path]:
    """Give an empty folder beside the results folder to come; it is removed at the end.

    For tables too large for memory: they are written there while a task computes, and moved into
    the results folder when that is filled.

    Raises
    ------
    NoFolder
        The place cannot be written.
    """
    place = settings.results / settings.experiment
    new_folders = [folder for folder in (place, settings.results) if not folder.exists()]
    try:
        place.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=unfinished_prefix("tables"), dir=place))
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
            for folder in new_folders:  # empty, where nothing came of it
                with suppress(OSError):
                    folder.rmdir()
    except OSError as error:
        raise _not_written(settings.results, error) from None


def _not_written(results: Path, error: OSError) -> NoFolder:
    return NoFolder(f"The results folder '{results}' cannot be written: {_reason(error)}.")


def _reason(error: OSError) -> str:
    """Return why something cannot be written, without the system's number of the error."""
    last = re.split(r"\[[Ee]rrno \d+\] ", str(error.strerror or error))[-1]
    return last.rstrip(".")


def write_result_file(results: Path, name: str, text: str) -> Path:
    """Write one file into the results folder, whole or not at all; return its path.

    Raises
    ------
    NoFolder
        It cannot be written; the message names it, and nothing half-written is left.
    """
    place = results / name
    try:
        results.mkdir(parents=True, exist_ok=True)
        return write_file(place, lambda path: path.write_text(text, encoding="utf-8"))
    except OSError as error:
        raise NoFolder(f"{place} cannot be written: {_reason(error)}.") from None


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
        write_crate(folder, manifest, settings.task.name)

    for _ in range(_TRIES):
        try:
            return records.write_folder(_new_folder(settings), write)
        except OSError as error:
            # Another job has taken the folder's name since: take the next one.
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise _not_written(settings.results, error) from None
    raise NoFolder(
        f"No free name for a folder was found in '{settings.results / settings.experiment}'."
    )


def complete_results(
    settings: Settings,
    began: float,
    folder: Path,
    *,
    summary: Any,
    fill: Callable[[Path], object],
) -> None:
    """Add what `fill` writes to a results folder that is there, and renew summary and manifest.

    Parameters
    ----------
    settings
        Of the task.
    began
        When it began, by `time.perf_counter`.
    folder
        What `write_results` returned.
    summary
        Plain values for summary.json.
    fill
        Writes the rest into the folder, each file whole.

    Raises
    ------
    NoFolder
        The place cannot be written; what was there stays.
    """
    manifest = records.manifest(settings.manifest, time.perf_counter() - began)
    try:
        fill(folder)
        for name, values in (("manifest", manifest), ("summary", summary)):
            write_file(folder / f"{name}.json", partial(records.write_json, value=values))
        write_crate(folder, manifest, settings.task.name)
    except OSError as error:
        raise _not_written(settings.results, error) from None
