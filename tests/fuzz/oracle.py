"""The oracle: runs a case in this process and says which promise of its exit code is broken.

0: nothing on stderr but notes. 1, 2, 4: one short sentence, no word of Python. 2, 4 and a dry run:
nothing written. Never an exception, a warning, a hang, a half-written folder, or a setting that is
accepted, named and does nothing without a note.
"""

import contextlib
import io
import json
import os
import re
import signal
import traceback
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from fuzz.case import Case
from fuzz.effects import is_without_effect
from fuzz.environments import environment

from dyadsim.cli.main import DEFAULT, OLD_WORDS, main
from dyadsim.cli.task import find_task, task_names

CODES = (0, 1, 2, 3, 4, 130)
SECONDS = 20  # a case that takes longer hangs
LONGEST_LINE = 400
PYTHON_WORDS = re.compile(
    r"Traceback|Warning|\w+Error\b|NoneType|<class |object at 0x|<function|Exception|omegaconf"
)
KINDS = ("traceback", "hang", "half-written", "silent setting", "message", "written", "code")


class Fault(NamedTuple):
    """What is wrong with a case: one of `KINDS`, and what was seen."""

    case: Case
    kind: str
    words: str


class Hang(BaseException):
    """A case took longer than `SECONDS`."""


class Outcome(NamedTuple):
    """What a case left: exit code (None: an exception), output, messages, exception, files."""

    code: int | None
    out: str
    err: str
    trace: str
    written: frozenset[str]


@contextlib.contextmanager
def _alarm() -> Iterator[None]:
    def ring(*_: object) -> None:
        raise Hang

    kept = signal.signal(signal.SIGALRM, ring)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, kept)


def _files(*folders: Path) -> frozenset[str]:
    return frozenset(str(path) for folder in folders for path in folder.rglob("*"))


def run_case(case: Case, files: Path, place: Path) -> Outcome:
    """Run a case in the folder `place`; `files` holds the odd files."""
    words = [word.replace("{files}", str(files)) for word in case.words]
    out, err, trace, code = io.StringIO(), io.StringIO(), "", None
    before = _files(files, place)
    here = Path.cwd()
    os.chdir(place)
    try:
        with (
            _alarm(),
            warnings.catch_warnings(),
            contextlib.redirect_stderr(err),
            environment(case.environment, out),
        ):
            warnings.simplefilter("always")
            code = main(words)
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else None
    except Hang as error:
        trace = "hang\n" + "".join(traceback.format_exception(error)[-3:])
    except BaseException as error:
        trace = "".join(traceback.format_exception(error)[-2:])
    finally:
        os.chdir(here)
    return Outcome(code, out.getvalue(), err.getvalue(), trace, _files(files, place) - before)


def judge(case: Case, outcome: Outcome) -> list[Fault]:
    """Return the broken promises of a case."""
    broken: dict[str, str] = {}
    if outcome.trace:
        kind = "hang" if outcome.trace.startswith("hang") else "traceback"
        return [Fault(case, kind, outcome.trace)]
    if outcome.code not in CODES or (outcome.code == 1 and not _may_fail(case)):
        broken["code"] = f"exit {outcome.code}: {outcome.err}"
    lines = outcome.err.splitlines()
    said = [line for line in lines if not line.startswith(("dyadsim: note: ", "# "))]
    if any(len(line) > LONGEST_LINE for line in lines if not line.startswith("# ")):
        broken["message"] = f"too long: {outcome.err}"
    if PYTHON_WORDS.search("\n".join(said)):
        broken["message"] = f"words of Python: {outcome.err}"
    if outcome.code in (1, 2, 4) and not (len(said) == 1 and said[0].startswith("dyadsim: ")):
        broken["message"] = f"{len(said)} lines for exit {outcome.code}: {outcome.err}"
    if outcome.code == 0 and said:
        broken["message"] = f"exit 0, but said: {outcome.err}"
    if outcome.written and (outcome.code in (2, 4) or "dry_run=true" in case.words):
        broken["written"] = f"{sorted(outcome.written)[:3]}"
    if any(_is_unfinished(path) for path in outcome.written):
        broken["half-written"] = f"{sorted(outcome.written)[:3]}"
    if outcome.code == 0:
        silent = _silent_settings(case.words, outcome.err)
        if silent:
            broken["silent setting"] = ", ".join(silent)
        if "json=true" in case.words and not _is_json(case, outcome):
            broken["message"] = f"no JSON: {outcome.out[:200]}"
    return [Fault(case, kind, words) for kind, words in broken.items()]


def _is_unfinished(path: str) -> bool:
    name = Path(path).name
    return name.startswith(".") or name.endswith((".part", ".tmp"))


def _may_fail(case: Case) -> bool:
    """Return whether exit code 1 is right: a place that cannot be written, a missing scheduler."""
    places = ("results", "executor", "hydra", "experiment", "name=")
    return case.environment != "usual" or any(word.startswith(places) for word in case.words)


OF_GRIDS = ("name", "shard", "executor")


ONLY_SHOWN = {
    *("--help", "-h", "help", "--version"),
    *("--cfg", "-c", "--info", "-i", "--resolve", "--hydra-help", "--shell-completion", "-sc"),
}
"""Words with which nothing is run, also with a value (`--hydra-help=5`)."""


def _only_shown(words: Sequence[str]) -> bool:
    return any(word.split("=", 1)[0] in ONLY_SHOWN for word in words)


def _task(words: Sequence[str]) -> str:
    bare = [word for word in words if "=" not in word and not word.startswith("-")]
    named = [word.split("=", 1)[1].strip("'\"") for word in words if word.startswith("task=")]
    return bare[0] if bare else named[0] if named else DEFAULT


def _silent_settings(words: Sequence[str], err: str) -> list[str]:
    """Return settings that do nothing in the task and are not said to."""
    if _only_shown(words) or _task(words) not in task_names():
        return []
    if _task(words) == DEFAULT and any(word.startswith("experiment=") for word in words):
        return []  # the experiment's file names the task
    task = find_task(_task(words))
    keys = [OLD_WORDS.get(word.split("=", 1)[0], word.split("=", 1)[0]) for word in words]
    if task.run_many and {"-m", "--multirun"} & set(words):  # points of many jobs are kept
        words = [word for word in words if not word.startswith(OF_GRIDS)]
        keys = [key for key in keys if not key.startswith(OF_GRIDS)]
    return [
        key
        for key, word in zip(keys, words, strict=True)
        if "=" in word and is_without_effect(task, key) and f"'{key}' has no effect" not in err
    ]


def _is_json(case: Case, outcome: Outcome) -> bool:
    if case.environment != "usual" or "-m" in case.words or _only_shown(case.words):
        return True
    if _task(case.words) == "teach" and "dry_run=true" not in case.words:
        return True
    try:
        json.loads(outcome.out, parse_constant=_refuse)
    except ValueError:
        return False
    return True


def _refuse(name: str) -> None:
    raise ValueError(name)
