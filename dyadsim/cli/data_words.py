"""The words that read the same data in the same way: what a command suggests after a fit."""

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dyadsim.checks import setting_word
from dyadsim.cli.stated_file import read_stated

if TYPE_CHECKING:
    from dyadsim.cli.settings import DataFile, Settings

BESIDE = ("world", "instrument")  # settings beside `data...` that decide how data are read


def words_of_data(settings: "Settings") -> str:
    """Return the words of the data and of their design, as they can be typed.

    Parameters
    ----------
    settings
        Of a command that has read data. A file of settings is named, with what was said beside it.

    Returns
    -------
    str
        Such as "data.path=scores.csv data.instrument=phq9".
    """
    data = settings.data
    stated: Mapping[str, Any] = {} if data.file is None else read_stated(data.file).values
    beside = {name: value for name, value in _said(settings).items() if stated.get(name) != value}
    if "data.path" in stated:  # as the file's own folder counts it
        beside.pop("data.path", None)
    words = [] if data.file is None else [shlex.quote(str(data.file))]
    return " ".join([*words, *(_word(name, value) for name, value in beside.items())])


def _said(settings: "Settings") -> dict[str, Any]:
    """Return name -> value of what was said of the data: whole settings, and columns one by one."""
    said: dict[str, Any] = {}
    for name in sorted(settings.said):
        first, *rest = name.split(".")
        if name in BESIDE:
            said[name] = getattr(settings, name)
        elif first == "data" and rest and rest[0] != "file":
            said |= _of_data(settings.data, rest)
    order = ("data.path", *sorted(said.keys() - {"data.path"}))
    return {name: said[name] for name in order if name in said and said[name] is not None}


def _of_data(data: "DataFile", parts: list[str]) -> dict[str, Any]:
    """Return the settings of a name below `data`."""
    if parts[0] != "columns":
        return {f"data.{parts[0]}": getattr(data, parts[0])}
    roles = parts[1:2] or [*data.columns]
    return {f"data.columns.{role}": data.columns.get(role) for role in roles}


def _word(name: str, value: Any) -> str:
    """Return a setting as it is typed; pairs whose names cannot be keys become a list."""
    try:
        return setting_word(name, _plain(value))
    except ValueError:
        return setting_word(name, [f"{key}:{item}" for key, item in value.items()])


def _plain(value: Any) -> Any:
    """Return a value with numbers and yes or no as text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
