"""The settings `data...` in a YAML file such as fit.yaml: the same names, and any letters.

Nothing in the file is run or looked up: it is read as text, and what a setting is decides whether
that is a name or a number. So an arm may be called "No", "01" or "${x}".
"""

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dyadsim.choices import read_yaml_node
from dyadsim.cli.settings import Config, DataFile
from dyadsim.errors import BadData, BadInput, nearest

if TYPE_CHECKING:
    import yaml

KEYS = {field.name: field for field in dataclasses.fields(DataFile) if field.name != "file"}
ROLES = tuple(KEYS["columns"].default_factory())  # type: ignore[operator]
OTHER_NAMES = {"waves": "times"}
OF_NAMES = ("columns", "wide", "items", "missing", "where", "arms")  # what stands there is text
NOTHING = ("", "~", "null", "Null", "NULL")  # as YAML has it, without quotes
PLAIN_TAGS = tuple(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "value", "merge")
)
COMPLAINT = re.compile(r"(?:^|: )(data(?:\.\w+)+)(?=:|=| must| needs)")  # not: a setting to try


class StatedFile(NamedTuple):
    """What a file says: its path, setting -> value, and setting -> line."""

    path: str
    values: Mapping[str, Any]
    lines: Mapping[str, int]

    def place(self, setting: str) -> str:
        """Return the file and the line of a setting or of its group; "" where it is not there."""
        while setting and setting not in self.lines:
            setting = setting.rpartition(".")[0]
        return f"{self.path}, line {self.lines[setting]}" if setting else ""


def read_stated(path: str) -> StatedFile:
    """Return the settings of a file.

    Parameters
    ----------
    path
        A YAML file: the settings `data...` without `data.`, one a line. `waves` stands for `times`.

    Returns
    -------
    StatedFile
        The path of the data is counted from the file's own folder; arms whose therapy is not said
        (null) are left out.

    Raises
    ------
    BadInput
        It cannot be read, has an unknown key (the nearest one is offered), or a key twice.
    """
    node = read_yaml_node(path, "data.file")
    if not getattr(node, "value", None) or not _is(node, "mapping"):
        raise BadInput(f"{path} must hold pairs such as 'path: scores.csv', one a line.")
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    assert node is not None
    for written, part, line in _pairs(path, node):
        key = OTHER_NAMES.get(written, written)
        if key not in KEYS:
            raise BadInput(f"{path}, line {line}: {_unknown(written)}")
        if f"data.{key}" in lines:
            first = lines[f"data.{key}"]
            raise BadInput(f"{path}, line {line}: '{written}' is said before, in line {first}.")
        lines[f"data.{key}"] = line
        if key == "columns" and _is(part, "mapping"):
            for role, name, at in _pairs(path, part):
                _known_role(path, role, at)
                values[f"data.columns.{role}"] = _value(path, name, as_text=True)
                lines[f"data.columns.{role}"] = at
        else:
            values[f"data.{key}"] = _value(path, part, as_text=_is_of_names(key))
    return StatedFile(path, _completed(path, values), lines)


def _is_of_names(key: str) -> bool:
    """Return whether what stands in a setting is text, whatever it looks like."""
    return key in OF_NAMES or KEYS[key].type in (str, str | None)


def _completed(path: str, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values, the data's path from the file's folder, without what is not said yet."""
    data = values.get("data.path")
    if isinstance(data, str):
        values["data.path"] = str(Path(path).parent / Path(data).expanduser())
    arms = values.get("data.arms")
    if isinstance(arms, dict):
        values["data.arms"] = {arm: care for arm, care in arms.items() if care is not None} or None
    if values.get("data.instrument", "") is None:  # not said yet
        del values["data.instrument"]
    wide = values.get("data.wide")
    if wide == {"time": None}:  # {time} without quotes is a mapping in YAML
        values["data.wide"] = "{time}"
    return values


def _unknown(key: str) -> str:
    """Return what is wrong with a key."""
    if key == "data":
        return "'data' is left out in a file: its settings begin at the start of the line."
    if key == "moments":
        return "published numbers are no settings: dyadsim fit data.path=FILE reads them."
    if key.partition(".")[0] in {field.name for field in dataclasses.fields(Config)} - {"data"}:
        return f"'{key}' is no setting of the data: it is said on the command line, {key}=..."
    near = nearest(key, [*KEYS, *OTHER_NAMES]) or " A file that dyadsim describe writes has all."
    return f"there is no setting '{key}'.{near}"


def _known_role(path: str, role: str, line: int) -> None:
    """Refuse a role of columns that there is not."""
    if role not in ROLES:
        near = nearest(role, ROLES) or f" Known: {', '.join(ROLES)}."
        raise BadInput(f"{path}, line {line}: columns: there is no role '{role}'.{near}")


def _is(node: "yaml.Node | None", kind: str) -> bool:
    """Return whether a node is a scalar, sequence or mapping."""
    return getattr(node, "id", None) == kind


def _pairs(path: str, node: "yaml.Node") -> Iterator[tuple[str, "yaml.Node", int]]:
    """Yield key, value and line of each pair of a mapping."""
    known: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not _is(key, "scalar"):
            raise BadInput(f"{path}, line {line}: brackets stand for a name; put it in quotes.")
        if key.value in known:
            raise BadInput(
                f"{path}, line {line}: '{key.value}' is said before, in line {known[key.value]}."
            )
        known[key.value] = line
        name, between, number = str(key.value).rpartition(":")
        if between and key.style is None and getattr(value, "value", None) == "":
            yield name, _scalar_like(value, number), line  # {pre:0}, as on the command line
        else:
            yield str(key.value), value, line


def _scalar_like(node: "yaml.Node", text: str) -> "yaml.Node":
    """Return a plain scalar of a text at the place of another one."""
    import yaml

    return yaml.ScalarNode("tag:yaml.org,2002:str", text, node.start_mark, node.end_mark)


def _value(path: str, node: "yaml.Node", *, as_text: bool) -> Any:
    """Return the value of a node: plain text, numbers, lists and mappings of them."""
    line = node.start_mark.line + 1
    if node.tag not in PLAIN_TAGS:
        raise BadInput(
            f"{path}, line {line}: '{node.tag[:60]}': a file of settings holds names, numbers, "
            "lists and pairs, and nothing that is run."
        )
    if _is(node, "mapping"):
        pairs = _pairs(path, node)
        return {key: _value(path, part, as_text=as_text) for key, part, _ in pairs}
    if _is(node, "sequence"):
        return [_value(path, part, as_text=as_text) for part in node.value]
    text, quoted = str(node.value), getattr(node, "style", None) is not None
    if quoted:
        return text
    if text in NOTHING:
        return None
    return text if as_text else _plain(text)


def _plain(text: str) -> Any:
    """Return a flag or a number where a text is one.

    Examples
    --------
    >>> _plain("12"), _plain(".5"), _plain("true"), _plain("phq9")
    (12, 0.5, True, 'phq9')
    """
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def is_stated_file(path: str) -> bool:
    """Return whether a YAML file holds settings of data, and no published moments."""
    if not path.lower().endswith((".yaml", ".yml")):
        return False
    try:
        node = read_yaml_node(path, "data.path")
    except BadInput:
        return False
    pairs = node.value if _is(node, "mapping") else []  # type: ignore[union-attr]
    keys = {key.value for key, _ in pairs if isinstance(key.value, str)}  # a key may be a list
    return "moments" not in keys and not keys.isdisjoint({*KEYS, *OTHER_NAMES})


def unsaid(stated: StatedFile, said: Iterable[str]) -> tuple[dict[str, Any], list[str]]:
    """Return the settings that only the file says, and notes on those of the command line.

    Parameters
    ----------
    stated
        What the file says.
    said
        Names of the settings that the command line sets.
    """
    said, values, notes = set(said), {}, []
    for key, value in stated.values.items():
        if any(word == key or word.startswith(f"{key}.") for word in said):
            notes.append(f"'{key}' of the command line counts, not that of {stated.place(key)}.")
        else:
            values[key] = value
    return values, notes


@contextmanager
def with_places(stated: StatedFile | None) -> Iterator[None]:
    """Add the file and the line to a complaint about a setting that a file says."""
    try:
        yield
    except (BadInput, BadData) as error:
        text = str(error)
        complaint = COMPLAINT.search(text)
        place = stated.place(complaint[1]) if stated is not None and complaint else ""
        if place and place not in text:
            raise type(error)(f"{text.rstrip('.')} ({place}).") from None
        raise
