"""Words of the command line composed by Hydra into a typed configuration, each word checked first.

Hydra composes choices, reads the grammar of lists and intervals, and starts launchers. Before it
does, every word is compared with the fresh configuration: an unknown key is an error with the
nearest name (Hydra would advise `+key`, which then runs the default).
"""

import dataclasses
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from dyadsim.checks import known_name
from dyadsim.choices import conf_folder
from dyadsim.cli.task import task_names
from dyadsim.errors import BadInput, nearest

GROUPS = (
    "task",
    "world",
    "study",
    "population",
    "measure",
    "size",
    "points",
    "executor",
    "experiment",
)


class Words(NamedTuple):
    """What the words say: the overrides of every job, and the axes of a sweep (name: value)."""

    jobs: list[list[str]]
    axes: dict[str, dict[str, Any]]


class Composed(NamedTuple):
    """A configuration: typed (`settings.Config`), and as plain values for the manifest."""

    config: Any
    plain: dict[str, Any]


def choices(group: str) -> list[str]:
    """Return the names of a group: tasks, or the files of its folder in `conf/`."""
    if group == "task":
        return task_names()
    return sorted(path.stem for path in (conf_folder() / group).glob("*.yaml"))


@contextmanager
def hydra_on_conf() -> Iterator[None]:
    """Start Hydra on the folder of choices."""
    from hydra import initialize_config_dir

    register()
    with initialize_config_dir(str(conf_folder().resolve()), version_base="1.3"):
        yield


def register() -> None:
    """Give Hydra the typed settings: `Config` with the model's parameters, and every task's own."""
    from hydra.core.config_store import ConfigStore

    from dyadsim.cli.settings import Config
    from dyadsim.cli.task import all_tasks

    parameters = _parameters()
    known = {field.name for field in dataclasses.fields(Config)}
    added = [
        (owner, Any, dataclasses.field(default_factory=lambda fields=fields: dict(fields)))  # type: ignore[misc]
        for owner, fields in parameters.items()
        if owner not in known
    ]
    store = ConfigStore.instance()
    store.store(name="settings", node=dataclasses.make_dataclass("Config", added, bases=(Config,)))
    shared = {owner: fields for owner, fields in parameters.items() if owner in known}
    store.store(name="parameters", node=shared)
    for task in all_tasks():
        store.store(group="task", name=task.name, node=task.settings(name=task.name))


def _parameters() -> dict[str, dict[str, None]]:
    """Return {owner: {parameter: None}}: null means the world's own value."""
    from dyadsim.model.parameters import catalogue

    owners: dict[str, dict[str, None]] = {}
    for name in catalogue():
        owner, field = name.split(".")
        owners.setdefault(owner, {})[field] = None
    return owners


def _keys(config: Any, prefix: str = "") -> list[str]:
    """Return every key of a composed configuration, with dots."""
    keys = []
    for key in config:
        name = f"{prefix}{key}"
        keys.append(name)
        node = config._get_node(key)
        if hasattr(node, "items") and not node._is_none() and not node._is_missing():
            keys += _keys(node, f"{name}.")
    return keys


def read_words(words: Sequence[str], *, multirun: bool, samples: bool = False) -> Words:
    """Return the overrides of every job, after checking each key and choice.

    Parameters
    ----------
    words
        `name=value` each.
    multirun
        Lists of values make jobs.
    samples
        Lists of values make the points of a sweep; lists of parameters are its axes.

    Raises
    ------
    BadInput
        An unknown key or choice (with the nearest), '+', or a list without -m.
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    jobs: list[list[str]] = [[]]
    axes: dict[str, dict[str, Any]] = {}
    for word in words:
        if word[0] in "+~":
            raise BadInput(f"'{word}': '{word[0]}' adds or removes settings; there is none to add.")
        try:
            override = OverridesParser.create().parse_override(word)
        except HydraException as error:
            raise BadInput(f"'{word}' cannot be read: {str(error).splitlines()[0]}") from None
        values, key = [word.split("=", 1)[1]], override.key_or_group
        if override.is_sweep_override():
            axis = _axis(override, samples)
            if axis is not None:
                axes[key] = axis
                continue
            if not multirun and not samples:
                raise BadInput(f"'{word}' gives several values: that needs -m (multirun).")
            values = [str(value) for value in override.sweep_string_iterator()]
        if key in GROUPS:
            values = [_choice(key, value) for value in values]
        jobs = [[*job, f"{key}={value}"] for job in jobs for value in values]
    return Words(jobs, axes)


def _choice(group: str, value: str) -> str:
    """Return a known choice, quoted: world=null is a name."""
    return f"'{known_name(group, value.strip('\'"'), choices(group))}'"


def _axis(override: Any, samples: bool) -> dict[str, Any] | None:
    """Return a swept parameter's levels or interval; None where the key is no axis of a sweep."""
    from hydra.core.override_parser.types import IntervalSweep

    from dyadsim.sweeps.sampling import axis_parameter

    key, value = override.key_or_group, override.value()
    if isinstance(value, IntervalSweep):
        if not samples:
            raise BadInput(f"'{override.input_line}': an interval needs dyadsim sweep.")
        axis_parameter(key)
        return {"low": float(value.start), "high": float(value.end), "log": "log" in value.tags}
    if not samples:
        return None
    try:
        axis_parameter(key)
    except BadInput:
        return None
    levels = list(override.sweep_iterator())
    for level in levels:
        if isinstance(level, bool) or not isinstance(level, int | float):
            raise BadInput(f"{key}: '{level}' is not a number.")
    return {"levels": [float(f"{level:.12g}") for level in levels]}  # range() adds rounding errors


def compose_job(overrides: list[str]) -> Composed:
    """Return the configuration of one job.

    Raises
    ------
    BadInput
        A key that is not in the configuration, or a value that does not fit.
    """
    from hydra import compose
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    groups = [word for word in overrides if word.split("=", 1)[0] in GROUPS]
    try:
        keys = _keys(compose("config", groups))
        for word in overrides:
            key = word.split("=", 1)[0]
            if key not in keys and word not in groups:
                # a.b is no slip for a
                near = [name for name in keys if ("." in name) >= ("." in key)]
                raise BadInput(f"there is no setting '{key}'.{nearest(key, near)}")
        config = compose("config", overrides)
        plain = OmegaConf.to_container(config, resolve=True)
        typed = OmegaConf.to_object(config)
    except (HydraException, OmegaConfBaseException) as error:
        raise BadInput(reason(error)) from None
    assert isinstance(plain, dict)
    return Composed(typed, {str(key): value for key, value in plain.items()})


_KINDS = {"Integer": "a whole number", "Float": "a number", "Boolean": "true or false"}


def reason(error: Exception, prefix: str = "") -> str:
    """Return in plain words what Hydra or OmegaConf could not compose.

    Parameters
    ----------
    error
        Theirs.
    prefix
        What stands before the key they name.
    """
    text = "\n".join(map(str, filter(None, (error, error.__cause__, error.__context__))))
    unknown = re.search(r"is not in struct\s+full_key: (\S+)", text)
    unknown = unknown or re.search(r"Key '\S+' not in '\w+'\s+full_key: (\S+)", text)
    if unknown:
        return f"there is no setting '{prefix}{unknown[1]}'."
    kind = re.search(
        r"Value '(.*?)' (?:of type '\w+' could not be converted to|is not a valid) (\w+)", text
    )
    place = re.search(r"full_key: (\S+)", text)
    if kind and place and (kind[2].capitalize() in _KINDS or kind[2] == "bool"):
        rule = _KINDS.get(kind[2].capitalize(), "true or false")
        return f"{prefix}{place[1]} must be {rule}, not '{kind[1]}'."
    if place and "is not a ListConfig" in text:
        key = f"{prefix}{place[1]}"
        return f"{key} must be a list, in quotes and brackets: '{key}=[...]'."
    if place and "is not a subclass of" in text:
        return f"{prefix}{place[1]} has settings of its own: {prefix}{place[1]}.x=..."
    if place and "is not Optional" in text:
        return f"{prefix}{place[1]} needs a value; null is none."
    return f"{prefix}{place[1]}: {text.splitlines()[0]}" if place else str(error).splitlines()[0]


def settings_that_differ(jobs: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Return {setting: value} of every job, for the settings that differ between jobs."""
    import yaml

    words = [dict(word.split("=", 1) for word in job) for job in jobs]
    names = [name for name in words[0] if len({job[name] for job in words}) > 1]
    return [{name: yaml.safe_load(job[name]) for name in names} for job in words]
