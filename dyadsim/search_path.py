"""Where a choice of a name lies: the user's own before dyadsim's, and a path wherever a name does.

A name is searched in `./conf`, in the folders of `--config-dir` and of `DYADSIM_CONF`, and last in
the package's `conf/`. Worlds and therapies of dyadsim keep their names, because published facts are
simulated by them. What is one's own is decided here and nowhere else (`find_choice`).
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dyadsim.choices import conf_folder, is_file, read_yaml_node
from dyadsim.errors import BadInput, nearest

if TYPE_CHECKING:
    import yaml

GROUPS = (
    "world",
    "therapy",
    "study",
    "case",
    "experiment",
    "population",
    "measure",
    "size",
    "points",
    "executor",
)
"""The folders of choices, as they are called in `conf/` and in a folder of one's own."""
KEPT_NAMES = {"world": (), "therapy": ("waitlist", "untreated")}
"""Groups whose names stay dyadsim's, as facts are simulated by them; and further kept names."""
ENDINGS = (".yaml", ".yml")
CONF = "DYADSIM_CONF"  # environment: folders of one's own, as PATH has them
NAMED = "DYADSIM_NAMED_FILES"  # environment: files named on the command line, for its processes
HERE = "conf"  # the folder of one's own in the current one
_NAME = re.compile(r"[^\W\d][\w-]*")
_NO_NAMES = ("true", "false", "nan", "inf")  # read as something else


class Choice(NamedTuple):
    """A file of choices: its group, its name, where it lies, and whether it is the user's own."""

    group: str
    name: str
    path: Path
    own: bool


def own_folders() -> tuple[Path, ...]:
    """Return the folders of one's own choices, in the order in which they are searched.

    A `./conf` that holds no folder of choices, or is dyadsim's own, is none.

    Raises
    ------
    BadInput
        A folder of `DYADSIM_CONF` or `--config-dir` is not there, or holds no choices.
    """
    stated = [Path(part) for part in os.environ.get(CONF, "").split(os.pathsep) if part]
    for folder in stated:
        _check_stated(folder)
    folders = [Path(HERE)] if _holds_choices(Path(HERE)) and not _is_ours(Path(HERE)) else []
    places: dict[Path, Path] = {}
    for folder in (*folders, *stated):
        places.setdefault(folder.resolve(), folder)
    return tuple(places.values())


def _holds_choices(folder: Path) -> bool:
    """Return whether a folder has a folder of some group."""
    try:
        return any((folder / group).is_dir() for group in GROUPS)
    except (OSError, ValueError):
        return False


def _is_ours(folder: Path) -> bool:
    """Return whether a folder is the package's, or that of a checkout of dyadsim."""
    return folder.resolve() == conf_folder().resolve() or is_file(folder / "world" / "members.csv")


def _check_stated(folder: Path) -> None:
    """Refuse a folder that cannot be searched."""
    if not _holds_choices(folder):
        there = is_folder(folder)
        why = "holds none of the folders world, therapy, study ..." if there else "is not there"
        raise BadInput(f"The folder of choices '{folder}' {why} (--config-dir, {CONF}).")
    if _is_ours(folder):
        raise BadInput(f"'{folder}' is dyadsim's own folder of choices: name one of yours.")


def is_folder(path: Path) -> bool:
    """Return whether there is a folder of that name."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


@contextmanager
def searching(folders: Sequence[str]) -> Iterator[None]:
    """Search further folders of one's own within this context, before those of `DYADSIM_CONF`.

    Processes that are started within it search the same ones, and know the same named files.
    """
    kept = {key: os.environ.get(key) for key in (CONF, NAMED)}
    parts = [*(str(Path(folder).expanduser()) for folder in folders), kept[CONF] or ""]
    try:
        if folders:
            os.environ[CONF] = os.pathsep.join(filter(None, parts))
        yield
    finally:
        for key, value in kept.items():
            os.environ.pop(key, None)
            if value is not None:
                os.environ[key] = value


def named_files() -> dict[str, Path]:
    """Return the files that were named on the command line: GROUP/NAME -> path."""
    lines = os.environ.get(NAMED, "").splitlines()
    return {key: Path(path) for key, _, path in (line.partition("=") for line in lines)}


def name_file(choice: Choice) -> str:
    """Return the name of a choice; one that was named by its path is found by its name from now on.

    Raises
    ------
    BadInput
        Another file of the same name was named before.
    """
    files, key = named_files(), f"{choice.group}/{choice.name}"
    known = files.get(key) or own_files(choice.group).get(choice.name)
    if choice.own and (known is None or known.resolve() != choice.path.resolve()):
        if key in files:
            raise BadInput(
                f"two files are called {choice.name}: {files[key]} and {choice.path}; rename one."
            )
        files[key] = choice.path
        os.environ[NAMED] = "\n".join(f"{name}={place}" for name, place in files.items())
    return choice.name


def is_path(name: object) -> bool:
    """Return whether a name of a choice is the path of a file.

    Examples
    --------
    >>> is_path("./nocebo.yaml"), is_path("mine.yml"), is_path("cbt")
    (True, True, False)
    """
    text = str(name)
    return text.lower().endswith(ENDINGS) or "/" in text or os.sep in text


def package_names(group: str) -> list[str]:
    """Return the names of the package's choices of a group, sorted."""
    return sorted(path.stem for path in (conf_folder() / group).glob("*.yaml"))


def yaml_files(folder: Path) -> list[Path]:
    """Return the YAML files of a folder, sorted."""
    files = folder.iterdir() if is_folder(folder) else ()
    return sorted(path for path in files if path.suffix.lower() in ENDINGS)


def kept_names(group: str) -> list[str]:
    """Return the names of a group that no file of one's own may have."""
    return [*package_names(group), *KEPT_NAMES[group]] if group in KEPT_NAMES else []


def check_own_names() -> None:
    """Refuse files of one's own that have the name of a world or a therapy of dyadsim.

    Raises
    ------
    BadInput
        The message names the file.
    """
    for group in KEPT_NAMES:
        for name, path in own_files(group).items():
            if name in kept_names(group):
                raise BadInput(f"{path}: {name} is dyadsim's; give your {group} another name.")


def own_files(group: str) -> dict[str, Path]:
    """Return one's own files of a group by name; the first folder that has a name counts."""
    files: dict[str, Path] = {}
    for folder in own_folders():
        for path in yaml_files(folder / group):
            if _NAME.fullmatch(path.stem):
                files.setdefault(path.stem, path)
    named = [(key.partition("/"), path) for key, path in named_files().items()]
    return files | {parts[2]: path for parts, path in named if parts[0] == group}


def choice_names(group: str) -> list[str]:
    """Return the names of all choices of a group: the package's, sorted, then one's own."""
    names = package_names(group)
    return [*names, *(name for name in own_files(group) if name not in names)]


def find_choice(group: str, name: object, *, where: str = "") -> Choice:
    """Return the file of a choice.

    Parameters
    ----------
    group
        One of `GROUPS`.
    name
        A name, or the path of a YAML file (counted from the current folder).
    where
        What messages start with.

    Returns
    -------
    Choice
        One's own file before the package's; but worlds and therapies of the package keep their
        names.

    Raises
    ------
    BadInput
        There is none; the message offers the nearest name.
    """
    ours = package_names(group)
    if group in KEPT_NAMES and name in ours:
        return Choice(group, str(name), conf_folder() / group / f"{name}.yaml", own=False)
    if is_path(name):
        return _choice_of_path(group, str(name), where)
    files = own_files(group)
    if isinstance(name, str) and name in files:
        return Choice(group, name, files[name], own=True)
    if isinstance(name, str) and name in ours:
        return Choice(group, name, conf_folder() / group / f"{name}.yaml", own=False)
    known = [*ours, *(own for own in files if own not in ours)]
    start = f"{where}: there" if where else "There"
    raise BadInput(
        f"{start} is no {group} '{name}'.{nearest(str(name), known)} Known: {', '.join(known)}."
    )


def _choice_of_path(group: str, name: str, where: str) -> Choice:
    """Return the choice of a path."""
    start = f"{where}: {group}" if where else group
    path = Path(name).expanduser()
    if not is_file(path):
        near = nearest(path.stem, choice_names(group))
        for ending in ENDINGS:
            if is_file(Path(f"{path}{ending}")):
                near = f" Did you mean {name}{ending}?"
        raise BadInput(f"{start} '{name}' cannot be read: there is no such file.{near}")
    if path.suffix.lower() not in ENDINGS:
        raise BadInput(f"{start} '{name}' is no YAML file: its name must end with .yaml.")
    stem = path.stem
    if not _NAME.fullmatch(stem) or stem.lower() in _NO_NAMES:
        raise BadInput(
            f"{start} '{name}': the file's name is that of your {group}; it must be letters, "
            "digits, '_' and '-', such as my_own.yaml."
        )
    if stem in kept_names(group):
        raise BadInput(f"{start} '{name}': {stem} is dyadsim's; give your file another name.")
    return Choice(group, stem, path, own=True)


@contextmanager
def said_in(path: str | Path, what: str) -> Iterator[None]:
    """Add file and line to a complaint about what a choice of one's own says.

    Parameters
    ----------
    path
        Of the file.
    what
        What messages about reading it start with.
    """
    try:
        yield
    except BadInput as error:
        text = str(error)
        if str(path) in text:
            raise
        lines = key_lines(read_yaml_node(path, what))
        named = [(f"'{key}'" in text, line) for key, line in lines.items() if _names(text, key)]
        line = max(named, default=(False, 0))[1]  # a key in quotes, else the innermost one
        place = f"{path}, line {line}" if line else str(path)
        raise type(error)(f"{place}: {text}") from None


def _names(text: str, key: str) -> bool:
    """Return whether a message names a key."""
    return re.search(rf"(?<![\w.]){re.escape(key)}(?!\w)", text) is not None


def key_lines(node: "yaml.Node | None", prefix: str = "") -> dict[str, int]:
    """Return the line of every key of a mapping, those within it after a dot and alone."""
    lines: dict[str, int] = {}
    if getattr(node, "id", None) == "mapping":
        for key, value in node.value:  # type: ignore[union-attr]
            word = str(getattr(key, "value", ""))
            lines[f"{prefix}{word}"] = key.start_mark.line + 1
            within = key_lines(value, f"{prefix}{word}.")
            lines = {word: key.start_mark.line + 1} | within | lines
    return lines


def choices_for_manifest() -> dict[str, Any]:
    """Return the choices of one's own that can be found: folders and files with their sha256."""
    import hashlib

    def digest(path: Path) -> str:
        return hashlib.sha256(path.read_bytes()).hexdigest()

    folders = [
        {
            "folder": str(folder),
            "files": {
                f"{path.parent.name}/{path.name}": digest(path)
                for group in GROUPS
                for path in yaml_files(folder / group)
            },
        }
        for folder in own_folders()
    ]
    files = {key: digest(path) for key, path in named_files().items() if is_file(path)}
    return {key: value for key, value in (("folders", folders), ("files", files)) if value}
