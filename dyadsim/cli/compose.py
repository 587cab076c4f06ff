"""Words of the command line composed by Hydra into plain values, each checked before anything runs.

Hydra is used for composing choices, for the grammar of lists and intervals, and for launchers. A
pre-flight compares every word with the fresh configuration: an unknown key is an error with the
nearest name (Hydra would advise `+key`, which then runs the default).
"""

import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

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
SWEEPS = ("sweep", "sensitivity", "status", "collect")  # tasks in which lists make a design


class Asked(NamedTuple):
    """What the words say: the overrides of every job, and the axes of a sweep (name: value)."""

    jobs: list[list[str]]
    axes: dict[str, dict[str, Any]]


def choices(group: str) -> list[str]:
    """Return the names of a config group."""
    from dyadsim.choices import conf_folder

    return sorted(path.stem for path in (conf_folder() / group).glob("*.yaml"))


@contextmanager
def opened() -> Iterator[None]:
    """Open Hydra on the configuration folder, with every parameter as a key of its own."""
    from hydra import initialize_config_dir

    from dyadsim.choices import conf_folder

    _remember_parameters()
    with initialize_config_dir(str(conf_folder().resolve()), version_base="1.3"):
        yield


def _remember_parameters() -> None:
    """Give Hydra the parameters as a group of settings without values."""
    from hydra.core.config_store import ConfigStore

    ConfigStore.instance().store(name="parameters", node=_schema())


def _schema() -> dict[str, dict[str, None]]:
    """Return {owner: {parameter: None}}: null means the world's own value."""
    from dyadsim.model.parameters import catalogue

    owners: dict[str, dict[str, None]] = {}
    for name in catalogue():
        owner, field = name.split(".")
        owners.setdefault(owner, {})[field] = None
    return owners


def _keys(config: Any, prefix: str = "") -> list[str]:
    """Return every key of a composed configuration, with dots."""
    found = []
    for key, value in config.items():
        name = f"{prefix}{key}"
        found.append(name)
        if hasattr(value, "items"):
            found += _keys(value, f"{name}.")
    return found


def preflight(words: Sequence[str], multirun: bool, design: bool = False) -> Asked:
    """Return the overrides of every job, after checking each key and choice.

    multirun: lists of values make jobs. design: they make a design; those of parameters its axes.

    Raises
    ------
    BadInput
        an unknown key or choice (with the nearest), '+', or a list without -m.
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    from dyadsim.errors import BadInput

    asked = Asked([[]], {})
    for word in words:
        if word[0] in "+~":
            raise BadInput(f"'{word}': '{word[0]}' adds or removes settings; there is none to add.")
        try:
            parsed = OverridesParser.create().parse_override(word)
        except HydraException as error:
            raise BadInput(f"'{word}' cannot be read: {str(error).splitlines()[0]}") from None
        values, key = [word.split("=", 1)[1]], parsed.key_or_group
        if parsed.is_sweep_override():
            axis = _axis(parsed, design)
            if axis is not None:
                asked.axes[key] = axis
                continue
            if not multirun and not design:
                raise BadInput(f"'{word}' gives several values: that needs -m (multirun).")
            values = [str(value) for value in parsed.sweep_string_iterator()]
        if key in GROUPS:
            values = [_choice(key, value) for value in values]
        asked = asked._replace(
            jobs=[[*job, f"{key}={value}"] for job in asked.jobs for value in values]
        )
    return asked


def _choice(group: str, value: str) -> str:
    """Return a known choice, quoted: world=null is a name."""
    from dyadsim.errors import BadInput, nearest

    plain, known = value.strip("'\""), choices(group)
    if plain not in known:
        raise BadInput(
            f"there is no {group} '{plain}'.{nearest(plain, known)} Choices: {', '.join(known)}."
        )
    return f"'{plain}'"


def _axis(parsed: Any, design: bool) -> dict[str, Any] | None:
    """Return a swept parameter's levels or interval; None where the key is no axis of a design."""
    from hydra.core.override_parser.types import IntervalSweep

    from dyadsim.errors import BadInput
    from dyadsim.sweeps.sampling import declared

    key, value = parsed.key_or_group, parsed.value()
    if isinstance(value, IntervalSweep):
        if not design:
            raise BadInput(f"'{parsed.input_line}': an interval makes a design: dyadsim sweep.")
        declared(key)
        return {"low": float(value.start), "high": float(value.end), "log": "log" in value.tags}
    if not design:
        return None
    try:
        declared(key)
    except BadInput:
        return None
    levels = list(parsed.sweep_iterator())
    for level in levels:
        if isinstance(level, bool) or not isinstance(level, int | float):
            raise BadInput(f"{key}: '{level}' is not a number.")
    return {"levels": [float(f"{level:.12g}") for level in levels]}  # range() adds rounding errors


def compose(overrides: list[str]) -> dict[str, Any]:
    """Return the configuration of one job as plain values.

    Raises
    ------
    BadInput
        a key that is not in the configuration, or a value that does not fit.
    """
    from hydra import compose
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    from dyadsim.errors import BadInput, nearest

    groups = [word for word in overrides if word.split("=", 1)[0] in GROUPS]
    try:
        keys = _keys(compose("config", groups))
        for word in overrides:
            key = word.split("=", 1)[0]
            if key not in keys and word not in groups:
                near = [one for one in keys if ("." in one) >= ("." in key)]  # a.b is no slip for a
                raise BadInput(f"there is no setting '{key}'.{nearest(key, near)}")
        config = compose("config", overrides)
        plain = OmegaConf.to_container(config, resolve=True)
    except (HydraException, OmegaConfBaseException) as error:
        raise BadInput(_reason(error)) from None
    assert isinstance(plain, dict)
    return {str(key): value for key, value in plain.items()}


def _reason(error: Exception) -> str:
    """Return what Hydra could not compose; an unknown key inside braces as any other."""
    cause = str(error.__cause__ or error.__context__ or "")
    unknown = re.search(r"is not in struct\s+full_key: (\S+)", cause)
    if unknown:
        return f"there is no setting '{unknown[1]}'."
    return str(error).splitlines()[0]


def swept(jobs: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Return {setting: value} of every job, for the settings that differ between jobs."""
    import yaml

    given = [dict(word.split("=", 1) for word in job) for job in jobs]
    names = [name for name in given[0] if len({one[name] for one in given}) > 1]
    return [{name: yaml.safe_load(one[name]) for name in names} for one in given]


LAUNCHERS = {  # Hydra launcher: the plugin that brings it
    "basic": "hydra",
    "joblib": "hydra_plugins.hydra_joblib_launcher",
    "submitit_local": "hydra_plugins.hydra_submitit_launcher",
    "submitit_slurm": "hydra_plugins.hydra_submitit_launcher",
}


def _check_launcher(words: Sequence[str]) -> None:
    """Refuse a launcher that is not there.

    Raises
    ------
    BadInput
        an unknown launcher. Failed: one that is not installed.
    """
    import importlib.util

    from dyadsim.errors import BadInput, Failed, nearest

    chosen = [word.split("=", 1)[1] for word in words if word.startswith("hydra/launcher=")]
    for name in chosen:
        if name not in LAUNCHERS:
            raise BadInput(
                f"there is no hydra/launcher '{name}'.{nearest(name, LAUNCHERS)} "
                f"Launchers: {', '.join(LAUNCHERS)}."
            )
        if importlib.util.find_spec(LAUNCHERS[name]) is None:
            raise Failed(f"hydra/launcher={name} needs pip install 'dyadsim[scale]'.")


def launch(
    command: Callable[[list[str]], int],
    jobs: Sequence[Sequence[str]],
    launcher: Sequence[str],
    results: str,
) -> int:
    """Run `command` with the words of every job through a Hydra launcher; return the worst code.

    launcher: the words that choose and set it, such as hydra/launcher=joblib. Logs of the jobs are
    left in `results`/multirun, which the jobs must see too.
    """
    import hydra

    from dyadsim.choices import conf_folder

    _check_launcher(launcher)
    place = Path(results).absolute() / "multirun"
    place.mkdir(parents=True, exist_ok=True)
    codes = Path(tempfile.mkdtemp(prefix=".codes.", dir=place))

    def job(config: Any) -> None:
        from hydra.core.global_hydra import GlobalHydra
        from hydra.core.singleton import Singleton

        outer = Singleton.get_state()  # this job composes with a Hydra of its own
        GlobalHydra.instance().clear()
        code = command(list(jobs[config.job]))
        Singleton.set_state(outer)
        (codes / str(config.job)).write_text(str(code), encoding="utf-8")

    numbers = ",".join(map(str, range(len(jobs))))
    words = [*launcher, f"job={numbers}", f"hydra.sweep.dir='{place}'"]
    kept, sys.argv = sys.argv, [sys.argv[0], "--multirun", *words]
    folder = str(conf_folder().resolve())
    try:
        _remember_parameters()
        hydra.main(version_base="1.3", config_path=folder, config_name="config")(job)()
        told = [int(path.read_text(encoding="utf-8")) for path in codes.iterdir()]
        return max(told) if len(told) == len(jobs) else 1
    except SystemExit as error:
        return int(error.code or 0)
    finally:
        sys.argv = kept
        shutil.rmtree(codes, ignore_errors=True)
