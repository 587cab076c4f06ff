"""Words of the command line composed by Hydra into a typed configuration, each word checked first.

Hydra composes the choices and starts launchers. Every other word is compared with what it composed
and then put in: an unknown key is an error with the nearest name (Hydra would advise `+key`, which
then runs the default). How a word is read stands in `words`.
"""

import copy
import dataclasses
import functools
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from dyadsim.choices import conf_folder
from dyadsim.cli.own_choices import KINDS, OwnChoice, base_word, own_choice, placed
from dyadsim.cli.stated_file import StatedFile, read_stated, unsaid, with_places
from dyadsim.cli.words import GROUPS, leaves, parse_word
from dyadsim.errors import BadInput, nearest
from dyadsim.search_path import is_path


class Composed(NamedTuple):
    """A configuration: typed (`settings.Config`), and as plain values for the manifest.

    `said` are the settings that the command line or a file sets; `stated` is that file
    (`data.file`), if there is one; `own` are the choices of one's own.
    """

    config: Any
    plain: dict[str, Any]
    said: frozenset[str] = frozenset()
    stated: StatedFile | None = None
    notes: tuple[str, ...] = ()
    own: tuple[OwnChoice, ...] = ()


@contextmanager
def hydra_on_conf() -> Iterator[None]:
    """Start Hydra on the folder of choices."""
    from hydra import initialize_config_dir

    register()
    with initialize_config_dir(str(conf_folder().resolve()), version_base="1.3"):
        yield


@functools.cache
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
    added += _held_latents()
    store = ConfigStore.instance()
    store.store(name="settings", node=dataclasses.make_dataclass("Config", added, bases=(Config,)))
    shared = {owner: fields for owner, fields in parameters.items() if owner in known}
    store.store(name="parameters", node=shared)
    for task in all_tasks():
        store.store(group="task", name=task.name, node=task.settings(name=task.name))


def _held_latents() -> list[Any]:
    """Return the settings `do` with the latents of one's own mechanisms in `do.hold`, if any."""
    from dyadsim.cli.settings import Do, Hold
    from dyadsim.model.mechanism_file import own_mechanisms

    names = [name for own in own_mechanisms() for name in own.module.MECHANISM.latents]
    if not names:
        return []
    hold = dataclasses.make_dataclass(
        "Hold", [(name, float | None, None) for name in names], bases=(Hold,)
    )
    fields = [("hold", hold, dataclasses.field(default_factory=hold))]
    do = dataclasses.make_dataclass("Do", fields, bases=(Do,))
    return [("do", do, dataclasses.field(default_factory=do))]


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


def compose_job(overrides: list[str]) -> Composed:
    """Return the configuration of one job.

    Raises
    ------
    BadInput
        A key that is not in the configuration, or a value that does not fit.
    """
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    groups = tuple(word for word in overrides if word.split("=", 1)[0] in GROUPS)
    own = tuple(filter(None, map(_own_choice, groups)))
    others = {choice.choice.group: base_word(choice) for choice in own}
    try:
        fresh, keys = _composed_choices(
            tuple(others.get(word.split("=", 1)[0], word) for word in groups)
        )
        config = copy.deepcopy(fresh)
        for choice in own:
            _put_choice(config, choice, keys)
        for word in overrides:
            if word not in groups:
                _put_in(config, word, keys)
        said = {key for word in overrides for key in leaves(word)}
        stated = read_stated(config.data.file) if config.data.file is not None else None
        values, notes = unsaid(stated, said) if stated else ({}, [])
        with with_places(stated):
            for key, value in values.items():
                _put_value(config, key, literal(value))
            plain, typed = OmegaConf.to_container(config, resolve=True), OmegaConf.to_object(config)
    except (HydraException, OmegaConfBaseException) as error:
        raise BadInput(reason(error)) from None
    assert isinstance(plain, dict)
    names = {str(key): value for key, value in plain.items()}
    return Composed(typed, names, frozenset({*said, *values}), stated, tuple(notes), own)


def _own_choice(word: str) -> OwnChoice | None:
    """Return the choice of one's own that a word names, if it does."""
    group, _, name = word.partition("=")
    return None if group == "task" else own_choice(group, name.strip("'\""))


def _put_choice(config: Any, own: OwnChoice, keys: Sequence[str]) -> None:
    """Put the settings of a choice of one's own over those of dyadsim's.

    Raises
    ------
    BadInput
        There is no such setting, or a value that does not fit; file and line are said.
    """
    from omegaconf import OmegaConf

    if own.choice.group == "world":
        fields = {key.removeprefix("world."): value for key, value in own.values.items()}
        OmegaConf.update(config, "world", literal(fields), merge=False, force_add=True)
        return
    with placed([own]):
        for key, value in own.values.items():
            if key not in keys:
                near = [name for name in keys if name.startswith(f"{own.choice.group}.")]
                raise BadInput(f"there is no setting '{key}'.{nearest(key, near)}")
            _put_value(config, key, literal(value))


def hydra_configuration(overrides: Sequence[str], *, resolve: bool) -> tuple[str, dict[str, str]]:
    """Return Hydra's own part of the configuration as YAML, and the choice of every group.

    Parameters
    ----------
    overrides
        The words of a job.
    resolve
        Put in what stands for another setting, where it has a value before a run.
    """
    from hydra import compose
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    config = compose("config", return_hydra_config=True)
    chosen = {str(group): str(name) for group, name in config.hydra.runtime.choices.items()}
    chosen = {group: name for group, name in chosen.items() if group in GROUPS}
    for word in overrides:
        group, _, name = word.partition("=")
        if group in GROUPS:
            chosen[group] = name.strip("'\"")
    if resolve:
        for part in ("run", "sweep", "launcher", "sweeper"):
            with suppress(OmegaConfBaseException):  # a value that only a run has
                OmegaConf.resolve(config.hydra[part])
    return OmegaConf.to_yaml(OmegaConf.create({"hydra": config._get_node("hydra")})), chosen


def _put_value(config: Any, key: str, value: object) -> None:
    """Give a setting the value that a file says, in place of what stands there."""
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    try:
        _check_kind(config, key, value)
        OmegaConf.update(config, key, value, merge=True, force_add=False)
    except OmegaConfBaseException as error:
        raise BadInput(reason(error)) from None


def literal(value: Any) -> Any:
    r"""Return a value in which nothing stands for another setting: `${x}` is text.

    Examples
    --------
    >>> print(literal(["${b}"])[0])
    \${b}
    """
    if isinstance(value, dict):
        return {key: literal(part) for key, part in value.items()}
    if isinstance(value, list):
        return [literal(part) for part in value]
    if isinstance(value, str):
        return re.sub(r"(\\*)\$\{", lambda match: 2 * match[1] + r"\${", value)
    return value


@functools.lru_cache(256)
def _composed_choices(groups: tuple[str, ...]) -> tuple[Any, tuple[str, ...]]:
    """Return the configuration that the choices make, and all its keys."""
    from hydra import compose

    config = compose("config", list(groups))
    return config, tuple(_keys(config))


def _put_in(config: Any, word: str, keys: Sequence[str]) -> None:
    """Give a setting its value.

    Raises
    ------
    BadInput
        There is no such setting.
    """
    from omegaconf import OmegaConf

    override = parse_word(word)
    key, value = word.split("=", 1)[0], override.value()
    if key not in keys:
        # a.b is no slip for a, but for b
        end = key.rsplit(".", 1)[-1]
        near = [name for name in keys if ("." in name) >= ("." in key) or name == end]
        from dyadsim.model.mechanism_file import how_to_name

        hint = "" if end in keys else how_to_name(key, keys)
        unknown = f"there is no setting '{key}'.{nearest(key, near)}{hint}"
        raise BadInput(_of_other_choices(config, key) or unknown)
    _check_kind(config, key, value)
    OmegaConf.update(config, key, value, merge=True, force_add=False)


def _of_other_choices(config: Any, key: str) -> str:
    """Return which choices of its group have a setting; "" where none has."""
    from dyadsim.choices import read_yaml
    from dyadsim.search_path import package_names

    group, _, field = key.partition(".")
    if group not in KINDS:
        return ""
    files = {name: conf_folder() / group / f"{name}.yaml" for name in package_names(group)}
    names = [name for name, path in files.items() if field in (read_yaml(path, group) or {})]
    if not names:
        return ""
    *others, last = [f"{group}={name}" for name in names]
    said = f"{', '.join(others)} or {last}" if others else last
    return f"'{key}' is a setting of {said}, not of {group}={config[group][KINDS[group]]}."


def _check_kind(config: Any, key: str, value: object) -> None:
    """Refuse a value in place of a group of settings, and what is no flag where a flag is.

    OmegaConf takes 5 for true, and puts it in place of a group that has no type.
    """
    from omegaconf import BooleanNode, DictConfig, OmegaConf

    owner, _, field = key.rpartition(".")
    node = (OmegaConf.select(config, owner) if owner else config)._get_node(field)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(node, BooleanNode) and (number or isinstance(value, dict | list)):
        raise BadInput(f"{key} must be true or false, not '{value}'.")
    if isinstance(node, DictConfig) and not node._is_none() and not isinstance(value, dict):
        if value is None:
            raise BadInput(f"{key} needs a value; null is none.")
        raise BadInput(
            f"{key} has settings of its own: {key}.x=..., or pairs in quotes, "
            f"'{key}={{x:...,y:...}}'."
        )


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
    first = re.sub(r"^\w+ raised while resolving interpolation: ", "", text.splitlines()[0])
    return f"{prefix}{place[1]}: {first.rstrip('.')}." if place else f"{first.rstrip('.')}."


def settings_that_differ(jobs: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Return {setting: value} of every job, for the settings that differ between jobs."""
    import yaml

    words = [dict(word.split("=", 1) for word in job) for job in jobs]
    names = [name for name in words[0] if len({job[name] for job in words}) > 1]

    def value_of(name: str, text: str) -> Any:
        plain = text.strip("'")
        if name in GROUPS:  # a choice of one's own that was named by its path is called like it
            return Path(plain).stem if is_path(plain) else plain
        return yaml.safe_load(text)

    return [{name: value_of(name, job[name]) for name in names} for job in words]
