"""The tasks about sweeps: sweep, status, collect and sensitivity."""

import errno
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dyadsim.cli import asked
from dyadsim.cli.asked import Asked
from dyadsim.cli.results_folder import NoFolder, check_folder, steps
from dyadsim.cli.settings import Settings
from dyadsim.errors import BadInput
from dyadsim.report import sweep as present_sweep
from dyadsim.simulation import records
from dyadsim.simulation.simulate import default_threads
from dyadsim.sweeps import sweep
from dyadsim.sweeps.executors import Executor
from dyadsim.sweeps.sweep import Shard, Status

OK, POINTS_FAILED, INTERRUPTED = 0, 3, 130
MANIFEST = "manifest.json"
# Words that say how and where, not what: with no others, the design is the one that is stored.
_HOW = ("task", "name", "results", "json", "threads", "shard", "shards", "executor", "dry_run")


def _key(word: str) -> str:
    return word.split("=", 1)[0]


def _says_how(word: str) -> bool:
    return _key(word) in _HOW or _key(word).startswith(("task.", "executor."))


def remembered(words: Sequence[str]) -> list[str]:
    """Return the words with those of the stored sweep before them, where they name no design.

    So `dyadsim status name=bond` is about the sweep that `dyadsim sweep name=bond ...` began.

    Raises
    ------
    BadInput
        words of no design, and no sweep of that name.
    """
    if not all(map(_says_how, words)):
        return list(words)
    given = dict(word.split("=", 1) for word in words)
    folder = Path(given.get("results", "results")) / given.get("name", "sweep")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return [*map(str, manifest["words"]), *words]
    except FileNotFoundError:
        raise BadInput(
            f"there is no sweep in {folder}: begin one with parameters to sweep, such as "
            f"dyadsim sweep name={folder.name} 'distress.bond_effect=interval(0,1)' points=sobol."
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{folder / MANIFEST} cannot be read: {error}.") from None


def run(
    ones: Sequence[Settings],
    labels: Sequence[Mapping[str, Any]],
    axes: Mapping[str, Mapping[str, Any]],
    words: Sequence[str],
) -> int:
    """Do the task of the settings about the sweep that they and the axes describe.

    Returns the exit code: 3 where some points failed.
    """
    one, task = ones[0], str(ones[0].task["name"])
    found, shard = asked.sweep_of(ones, labels, axes), asked.shard_of(ones[0].config)
    executor = asked.executor_of(one.config)
    if task == "sensitivity":
        from dyadsim.cli.tasks import sensitivity

        sensitivity.check(one, found)
    if one.config["dry_run"]:
        return _said(one, present_sweep.cost(found, one.threads or default_threads()))
    folder = asked.folder_of(one)
    if task == "status":
        return _said(one, present_sweep.state(found, folder, shard.of))
    check_folder(one.results)
    if task == "collect":
        state = sweep.status(found.sweep, folder)
        return _finish(one, found, folder, state, must=True)
    _write_manifest(one, found, words, folder)
    state = _execute(one, found, folder, executor, shard)
    code = _finish(one, found, folder, state)
    if task == "sensitivity" and state.finished == state.rows:
        sensitivity.analyse(one, found, folder)
    return code


def _said(one: Settings, summary: Mapping[str, Any]) -> int:
    """Print a summary for people or machines."""
    if one.json:
        print(json.dumps(summary))
    else:
        present_sweep.say(summary)
    return OK


def _execute(one: Settings, found: Asked, folder: Path, executor: Executor, shard: Shard) -> Status:
    """Run this process's shard with progress on a terminal's stderr.

    Raises
    ------
    NoFolder
        the disk is full or the folder cannot be written; finished parts stay.
    KeyboardInterrupt
        after saying how much is kept.
    """
    threads = one.threads or default_threads()
    try:
        with steps("points", -(-found.sweep.size // shard.of)) as told:
            return sweep.run(found.sweep, folder, executor, shard, threads, told)
    except KeyboardInterrupt:
        state = sweep.status(found.sweep, folder)
        print(
            f"dyadsim: interrupted. {state.finished:,} of {state.rows:,} points are kept in "
            f"{folder}; the same command goes on from there.",
            file=sys.stderr,
        )
        raise SystemExit(INTERRUPTED) from None
    except OSError as error:
        full = " (disk full)" if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
        raise NoFolder(
            f"{folder} cannot be written{full}: {error.strerror or error}. What is finished is "
            "kept there; with room again, the same command goes on."
        ) from None


def _finish(one: Settings, found: Asked, folder: Path, state: Status, must: bool = False) -> int:
    """Collect what is complete; tell what there is and what to do next."""
    try:
        path = None
        if must or state.finished == state.rows:
            path = sweep.collect(found.sweep, folder)
    except OSError as error:
        raise NoFolder(f"{folder} cannot be written: {error.strerror or error}.") from None
    summary = present_sweep.summary(found, folder, state, path)
    if one.json and one.task["name"] != "sensitivity":
        print(json.dumps(summary))
    elif not one.json:
        present_sweep.print_sweep(found, summary, path, one.task["name"] != "sensitivity")
    return POINTS_FAILED if state.failed else OK


def _write_manifest(one: Settings, found: Asked, words: Sequence[str], folder: Path) -> None:
    """Leave what was asked, so that the sweep can be named instead of described."""
    inputs = {"points": Path(str(found.sampling.file))} if found.sampling.file else {}
    asked_words = [word for word in words if not _says_how(word)]
    about = records.manifest(one.config, 0.0, inputs) | {"words": asked_words}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(prefix=".manifest.", dir=folder)
        os.close(handle)
        records.write_json(Path(beside), about)
        os.chmod(beside, 0o666 & ~records.umask())
        os.replace(beside, folder / MANIFEST)
    except OSError as error:
        raise NoFolder(f"{folder} cannot be written: {error.strerror or error}.") from None
