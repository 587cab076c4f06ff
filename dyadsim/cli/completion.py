"""What the tab key offers: tasks, settings, choices and files, for bash, zsh and fish.

A shell calls `dyadsim -sc query=SHELL` with the line so far in `COMP_LINE`, as with Hydra's own
completion, and gets the words that may stand in the place of the last one. The scripts that do so
are in `completion_scripts`.
"""

import dataclasses
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from dyadsim.cli.multirun import LAUNCHERS
from dyadsim.cli.own_choices import config_dirs
from dyadsim.cli.settings import BUDGETS, FORMATS, Config
from dyadsim.cli.task import find_task, task_names
from dyadsim.cli.words import GROUPS, choices
from dyadsim.errors import BadInput
from dyadsim.search_path import choice_names, find_choice, searching

OPTIONS = {  # an option, and what may follow it
    "-m": (),
    "--multirun": (),
    "--cfg": ("job", "hydra", "all"),
    "--info": ("all", "searchpath", "defaults", "plugins", "config"),
    "--resolve": (),
    "--config-dir": (),
    "--hydra-help": (),
    "--shell-completion": ("install=bash", "install=zsh", "install=fish"),
    "--help": (),
    "--version": (),
}
VALUES = {
    "budget": BUDGETS,
    "figure.format": FORMATS,
    "hydra/launcher": tuple(LAUNCHERS),
    "hydra/sweeper": ("basic", "optuna"),
}
LISTS = {"worlds": "world", "task.worlds": "world", "study.arms": "therapy"}
"""Settings that hold names of a group in brackets."""
FILES = ("file", "path", "card", "results", "folder")
"""The last part of settings that name a file or a folder."""


def complete_line(line: str) -> list[str]:
    """Return the words that may stand in the place of the last word of a line, sorted.

    Parameters
    ----------
    line
        As it was typed, up to the cursor.

    Examples
    --------
    >>> complete_line("dyadsim simulate world=co")
    ['world=contextual']
    """
    *before, last = line.split() if not line[-1:].isspace() else [*line.split(), ""]
    if last[:1] in ("'", '"'):
        return []  # what is quoted is left to the shell
    try:
        folders, before = config_dirs(before[1:])
    except BadInput:
        return _paths(last, folders_only=True)  # after --config-dir
    with searching(folders):
        try:
            offered = _offered(before, last)
        except (BadInput, OSError):  # a broken file of one's own is for the command to complain of
            offered = []
    return sorted({word for word in offered if word.startswith(last)})


def _offered(before: Sequence[str], last: str) -> Iterable[str]:
    """Return candidates for the last word."""
    if before and OPTIONS.get(before[-1]):
        return OPTIONS[before[-1]]
    if last.startswith("-"):
        return OPTIONS
    if "=" in last:
        return _values(*last.split("=", 1))
    bare = [word for word in before if "=" not in word and not word.startswith("-")]
    task = bare[0] if bare and bare[0] in task_names() else ""
    tasks = [] if task else task_names()
    groups = [f"{group}=" for group in GROUPS if group != "task"]
    return [*tasks, *groups, *_to_next_dot(_settings(before, task or "answer"), last)]


def _values(key: str, value: str) -> list[str]:
    """Return the words key=..., for each value that the key may have."""
    if key in LISTS and value.startswith("["):
        start, names = value[: _piece(value)], choice_names(LISTS[key])
        return [f"{key}={start}{name}" for name in names]
    if key in GROUPS:
        start = value[: value.rfind(",") + 1]
        names = choices(key)
        if "/" in value or value.startswith("."):
            names = [path for path in _paths(value[len(start) :]) if _may_be_choice(path)]
        return [f"{key}={start}{name}" for name in names]
    if key in VALUES:
        return [f"{key}={name}" for name in VALUES[key]]
    if key.rsplit(".", 1)[-1] in FILES:
        return [f"{key}={path}" for path in _paths(value)]
    flags = [field.name for field in dataclasses.fields(Config) if isinstance(field.default, bool)]
    return [f"{key}=true", f"{key}=false"] if key in flags else []


def _piece(value: str) -> int:
    """Return where the last name of a list begins."""
    return max(value.rfind("["), value.rfind(",")) + 1


def _may_be_choice(path: str) -> bool:
    return path.endswith(("/", ".yaml", ".yml"))


def _paths(start: str, *, folders_only: bool = False) -> list[str]:
    """Return files and folders whose path begins so; folders end with a stroke."""
    folder, name = os.path.split(start)
    paths = []
    try:
        for path in Path(folder or ".").iterdir():
            if path.name.startswith(name) and (name or not path.name.startswith(".")):
                is_folder = path.is_dir()
                if is_folder or not folders_only:
                    paths.append(f"{os.path.join(folder, path.name)}{'/' * is_folder}")
    except OSError:
        return []
    return sorted(paths)


def _to_next_dot(names: Iterable[str], start: str) -> list[str]:
    """Return names as far as the next dot after `start`, others with an equals sign.

    Examples
    --------
    >>> _to_next_dot(["seed", "alliance.rate"], ""), _to_next_dot(["alliance.rate"], "alliance.")
    (['seed=', 'alliance.'], ['alliance.rate='])
    """
    offered = []
    for name in names:
        if name.startswith(start):
            dot = name.find(".", len(start))
            offered.append(f"{name}=" if dot < 0 else name[: dot + 1])
    return offered


def _settings(before: Sequence[str], task: str) -> list[str]:
    """Return the names of all settings."""
    from dyadsim.model.parameters import catalogue

    names = []
    for field in dataclasses.fields(Config):
        part = field.default_factory
        if field.name not in (*GROUPS, "size") and dataclasses.is_dataclass(part):
            names += [f"{field.name}.{inner.name}" for inner in dataclasses.fields(part)]
        elif field.name not in GROUPS:
            names.append(field.name)
    names += [f"task.{field.name}" for field in dataclasses.fields(find_task(task).settings)]
    for group in ("study", "points", "executor", "size"):
        names += [f"{group}.{key}" for key in _keys_of_choice(group, before)]
    names = [name for name in names if name not in ("task.name", "job", "task")]
    return [*names, "specificity", *catalogue(), *(key for key in VALUES if "/" in key)]


def _keys_of_choice(group: str, before: Sequence[str]) -> list[str]:
    """Return the settings of the choice of a group that the words name, else of the default one."""
    from dyadsim.choices import read_yaml

    words = dict(word.split("=", 1) for word in before if "=" in word)
    default = {"study": "rct", "points": "grid", "executor": "threads", "size": "standard"}[group]
    name = words.get(group, default).split(",")[0]
    values = read_yaml(find_choice(group, name).path, group)
    keys = list(values) if isinstance(values, dict) else []
    return [key for key in keys if key not in ("design", "method", "kind", "defaults")]
