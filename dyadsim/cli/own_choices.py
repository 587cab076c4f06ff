"""Choices of one's own on the command line: which are there, and what a file of settings says.

A study, size ... of one's own says what is other than in dyadsim's choice of the same design (or
method, kind): it is put over that one. Such a file is read as plain values. Nothing in it is run
or looked up.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from dyadsim.checks import known_name
from dyadsim.choices import read_yaml, read_yaml_node
from dyadsim.errors import BadData, BadInput, nearest
from dyadsim.search_path import (
    GROUPS,
    Choice,
    check_own_names,
    find_choice,
    is_folder,
    is_path,
    key_lines,
    name_file,
    own_files,
    own_folders,
    package_names,
    yaml_files,
)

OPTION, SHORT = "--config-dir", "-cd"
KINDS = {"study": "design", "points": "method", "executor": "kind"}
"""Groups whose choices say by a field which choice of dyadsim's they are put over."""
BASES = {"population": "by_study", "measure": "by_study", "size": "standard", "experiment": "none"}
"""The choice of dyadsim's over which one's own is put in the other groups."""


class OwnChoice(NamedTuple):
    """A choice of one's own: its settings by their full names, and the lines of all its keys."""

    choice: Choice
    values: Mapping[str, Any]
    lines: Mapping[str, int]

    def place(self, key: str) -> str:
        """Return the file, and the line of a key where it has one."""
        line = self.lines.get(key)
        return f"{self.choice.path}, line {line}" if line else str(self.choice.path)


def config_dirs(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the folders of `--config-dir`, and the other words.

    Raises
    ------
    BadInput
        The option has no value.

    Examples
    --------
    >>> config_dirs(["facts", "--config-dir", "mine", "--config-dir=other"])
    (['mine', 'other'], ['facts'])
    """
    folders, rest, waiting = list[str](), list[str](), iter(words)
    for word in waiting:
        if word.partition("=")[0] in (OPTION, SHORT):
            folder = word.partition("=")[2] or ("" if "=" in word else next(waiting, ""))
            is_word = "=" in folder and not is_folder(Path(folder))
            if not folder or folder.startswith("-") or is_word:
                raise BadInput(f"{OPTION} needs a folder: {OPTION} mytheory/conf")
            folders.append(folder)
        else:
            rest.append(word)
    return folders, rest


def say_own_choices() -> None:
    """Say which folders of one's own are searched, and what in them cannot be found.

    Raises
    ------
    BadInput
        A file has the name of a world or a therapy of dyadsim.
    """
    check_own_names()
    for folder in own_folders():
        print(f"dyadsim: your own choices: {folder} ({_counted(folder)}).", file=sys.stderr)
        for part in sorted(path.name for path in folder.iterdir() if is_folder(path)):
            if part not in GROUPS and (near := nearest(part, GROUPS)):
                print(f"dyadsim: note: nobody reads {folder / part}.{near}", file=sys.stderr)
    for group in GROUPS:
        for name, places in _twice(group).items():
            first, *others = map(str, places)
            print(
                f"dyadsim: note: {group} {name} is {first}, not {', '.join(others)}.",
                file=sys.stderr,
            )


def _counted(folder: Path) -> str:
    """Return the names of the choices in a folder, by group."""
    names = {group: [path.stem for path in yaml_files(folder / group)] for group in GROUPS}
    parts = [f"{group} {', '.join(stems)}" for group, stems in names.items() if stems]
    return "; ".join(parts) or "empty"


def _twice(group: str) -> dict[str, list[Path]]:
    """Return the names that stand in several folders, and where; the first one counts."""
    places: dict[str, list[Path]] = {}
    for folder in own_folders():
        for path in yaml_files(folder / group):
            places.setdefault(path.stem, []).append(path)
    for name in package_names(group):
        if name in places:
            places[name].append(Path(f"dyadsim's {name}"))
    return {name: paths for name, paths in places.items() if len(paths) > 1}


def choice_name(group: str, name: object, where: str = "") -> str:
    """Return the name of a world, therapy ...; one that is a path is known by its name from now on.

    Raises
    ------
    BadInput
        There is none, or two files have the same name.
    """
    return name_file(find_choice(group, name, where=where))


def treatment_name(name: str) -> str:
    """Return the name of a treatment; one of dyadsim's, waitlist or an unknown name stays."""
    return choice_name("therapy", name) if is_path(name) else name


def own_choice(group: str, name: str) -> OwnChoice | None:
    """Return a choice of one's own; None where it is dyadsim's, as Hydra composes it.

    Raises
    ------
    BadInput
        There is none, or its file holds no settings.
    """
    from dyadsim.model.worlds import WORLDS

    choice = find_choice(group, name)
    if group == "world" and choice.name not in WORLDS:
        return _own_world(choice)
    if group == "experiment" and choice.name != "none":  # its settings have become words
        return OwnChoice(choice, {"experiment.name": choice.name}, {})
    if not choice.own:
        return None
    name_file(choice)
    values, lines = read_settings_file(choice.path, group)
    where = f"{group} {choice.name}"
    if "defaults" in values:
        raise BadInput(
            f"{choice.path}: 'defaults' is not needed: what {where} does not say is that of "
            f"{_base_in_words(group)}."
        )
    return OwnChoice(choice, {f"{group}.{key}": value for key, value in values.items()}, lines)


def _base_in_words(group: str) -> str:
    return f"its {KINDS[group]}" if group in KINDS else f"{group}={BASES[group]}"


def read_settings_file(path: Path, what: str) -> tuple[dict[str, Any], dict[str, int]]:
    """Return the values of a file, and the line of each key.

    Paths to YAML files in it are counted from its own folder.

    Raises
    ------
    BadInput
        It cannot be read, or holds no pairs.
    """
    values = read_yaml(path, what)
    if values is None:
        values = {}
    if not isinstance(values, Mapping):
        raise BadInput(f"{path} must hold pairs such as 'sessions: 12', one a line.")
    lines = key_lines(read_yaml_node(path, what))
    for key in values:
        if not isinstance(key, str):
            raise BadInput(f"{path}: '{key}' is no name of a setting; put it in quotes.")
        if key.startswith("_"):
            raise BadInput(
                f"{path}, line {lines.get(key, 1)}: '{key}': a choice holds names, numbers, lists "
                "and pairs, and nothing that is run."
            )
    return {key: _from_folder(path.parent, value) for key, value in values.items()}, lines


def _from_folder(folder: Path, value: Any) -> Any:
    """Return a value with the paths of YAML files counted from a folder."""
    if isinstance(value, Mapping):
        return {key: _from_folder(folder, part) for key, part in value.items()}
    if isinstance(value, list):
        return [_from_folder(folder, part) for part in value]
    if isinstance(value, str) and value.startswith(("./", "../")) and is_path(value):
        return str(folder / value)
    return value


def base_word(own: OwnChoice) -> str:
    """Return the word of dyadsim's choice over which one's own is put.

    Raises
    ------
    BadInput
        The file does not say which one, or there is none of that name.
    """
    group, field = own.choice.group, KINDS.get(own.choice.group)
    if group == "world":
        return f"world='{own.values['world.base']}'"
    if field is None:
        return f"{group}={BASES[group]}"
    names = package_names(group)
    if f"{group}.{field}" not in own.values:
        raise BadInput(f"{own.choice.path}: '{field}' is missing, one of {', '.join(names)}.")
    with placed([own]):
        name = known_name(field, own.values[f"{group}.{field}"], names)
    return f"{group}={name}"


def _own_world(choice: Choice) -> OwnChoice:
    """Return a world of one's own as the settings of the group `world`."""
    from dyadsim.model.worlds import WORLDS, find_world

    world = find_world(name_file(choice))
    claimed = WORLDS[world.base].fixed
    fixed = {name: value for name, value in world.fixed.items() if name not in claimed}
    values = {
        "world.base": world.base,
        "world.name": world.name,
        "world.claim": world.claim,
        "world.fixed": fixed,
        "world.parameters": dict(world.own),
    }
    return OwnChoice(choice, values, key_lines(read_yaml_node(choice.path, "world")))


@contextmanager
def placed(own: Sequence[OwnChoice]) -> Iterator[None]:
    """Add the file to a complaint about a setting that a choice of one's own says."""
    try:
        yield
    except (BadInput, BadData) as error:
        text = str(error)
        for choice in own:
            if str(choice.choice.path) in text:
                continue
            key = _complained(text, choice)
            if key is not None:
                raise type(error)(f"{text.rstrip('.')} ({choice.place(key)}).") from None
        raise


def _complained(text: str, own: OwnChoice) -> str | None:
    """Return the key of a choice that a message is about, "" for the choice as a whole."""
    group = own.choice.group
    for setting in sorted(own.values, key=len, reverse=True):
        if _is_named(setting, text) or any(
            f" '{name}'" in text for name in _names_in(own, setting)
        ):
            return setting.removeprefix(f"{group}.")
    if group in KINDS and re.match(rf"{group}\b", text):
        keys = [key for key in own.lines if _is_named(key, text)]
        return keys[0] if len(keys) == 1 else ""
    return None


def _names_in(own: OwnChoice, setting: str) -> list[str]:
    """Return the names that a setting holds."""
    value = own.values[setting]
    return [
        part for part in (value if isinstance(value, list) else [value]) if isinstance(part, str)
    ]


def _is_named(key: str, text: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(key)}(?!\w)", text) is not None


def own_lines() -> list[str]:
    """Return the lines of the help about choices of one's own."""
    names = {group: sorted(own_files(group)) for group in GROUPS}
    return [f"{group}: {', '.join(own)}" for group, own in names.items() if own]
