"""A named experiment: a file of settings, read as the words of a command line.

task: sweep
world: hope
study.arms: [cbt, waitlist]
distress.bond_effect: interval(0, 1)      # as on the command line
task: {design: usual_care}                # or nested; the task is then in defaults, as Hydra has it

What the command line says counts before what the file says.
"""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dyadsim.checks import is_plain_key, setting_word
from dyadsim.cli.own_choices import OwnChoice, read_settings_file
from dyadsim.errors import BadInput
from dyadsim.search_path import find_choice

WORD, NONE = "experiment", "none"
NESTED = ("do.hold", "task.field", "data.columns")  # settings within settings, two levels down
_AS_TYPED = re.compile(  # what stands for several values
    r"(interval|range|choice|tag)\(.*\)|[\w.+-]+(, ?[\w.+-]+)+"
)
_OVERRIDE = re.compile(r"override /?(\w+)")


def with_experiment(words: Sequence[str], *, bare: str) -> tuple[OwnChoice | None, list[str]]:
    """Return the experiment that words name, and the words with what its file says.

    Parameters
    ----------
    words
        Of the command line.
    bare
        The task that the command line names by a bare word; "" for none.

    Returns
    -------
    OwnChoice or None, list of str
        None: no experiment is named.

    Raises
    ------
    BadInput
        There is none of that name, or its file cannot be used.
    """
    named = [word for word in words if word.startswith(f"{WORD}=")]
    name = named[0].partition("=")[2].strip("'\"") if len(named) == 1 else NONE
    if name == NONE:
        return None, list(words)
    if "," in name:
        raise BadInput(f"'{named[0]}': a command runs one experiment.")
    choice = find_choice(WORD, name)
    values, lines = read_settings_file(choice.path, WORD)
    settings = _settings(str(choice.path), values, lines)
    task = settings.get("task", bare)
    if bare and task != bare and any(key.startswith("task.") for key in settings):
        raise BadInput(f"experiment {choice.name} is one of dyadsim {task}, not of {bare}.")
    said = [word.partition("=")[0] for word in words if "=" in word]
    said += ["task"] if bare else []
    unsaid = {
        key: value for key, value in settings.items() if not any(_says(word, key) for word in said)
    }
    added = [_word(str(choice.path), key, value) for key, value in unsaid.items()]
    return OwnChoice(choice, unsaid, lines), [*words, *added]


def _says(said: str, key: str) -> bool:
    """Return whether a word of the command line sets what a setting of the file sets."""
    if "." not in said or "." not in key:
        return key == said  # study=rct is another setting than study.arms
    return key == said or key.startswith(f"{said}.") or said.startswith(f"{key}.")


def _settings(path: str, values: Mapping[str, Any], lines: Mapping[str, int]) -> dict[str, Any]:
    """Return the settings of a file by their full names."""
    settings = dict(_choices_of_defaults(path, values.get("defaults"), lines))
    for key, value in values.items():
        if key != "defaults":
            settings.update(_flat(key, value))
    return settings


def _choices_of_defaults(
    path: str, defaults: object, lines: Mapping[str, int]
) -> Iterator[tuple[str, Any]]:
    """Yield the choices of a list of defaults as Hydra has it: - override /task: power."""
    for entry in defaults if isinstance(defaults, list) else []:
        key, value = next(iter(entry.items())) if isinstance(entry, Mapping) else (str(entry), None)
        override = _OVERRIDE.fullmatch(str(key))
        if override:
            yield override[1], value
        elif key != "_self_":
            raise BadInput(
                f"{path}, line {lines.get('defaults', 1)}: defaults: '{key}': an experiment "
                "chooses with 'override /study: rct', or by a line 'study: rct'."
            )


def _flat(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield a setting, or those within it."""
    nested = "." not in key or key in NESTED
    if isinstance(value, Mapping) and nested:
        for name, part in value.items():
            yield from _flat(f"{key}.{name}", part)
    else:
        yield key, value


def _word(path: str, key: str, value: Any) -> str:
    """Return a setting as a word of the command line."""
    if isinstance(value, str) and _AS_TYPED.fullmatch(value):
        return f"{key}={value}"
    try:
        return f"{key}={_text(value)}"
    except ValueError as error:
        raise BadInput(f"{path}: {key}: {error}.") from None


def _text(value: object) -> str:
    """Return a value in the grammar of the command line.

    Examples
    --------
    >>> print(_text({"clients": [20, 40], "name": "x y", "none": None, "flag": True}))
    {clients:[20,40],name:"x y",none:null,flag:true}
    """
    if isinstance(value, Mapping):
        for key in value:
            if not is_plain_key(str(key)):
                raise ValueError(f"'{key}' cannot be a name here")
        return f"{{{','.join(f'{key}:{_text(part)}' for key, part in value.items())}}}"
    if isinstance(value, list):
        return f"[{','.join(map(_text, value))}]"
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    return shlex.split(setting_word("x", str(value)))[0].removeprefix("x=")
