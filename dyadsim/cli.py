"""The command line, and Hydra's only home: check, compose, turn into plain values, call.

Hydra is used for composing choices and for multirun. Before it runs, a pre-flight compares every
word with the fresh configuration: an unknown key is an error with the nearest name (Hydra would
advise `+key`, which then runs the default), and nothing is written before all of it is checked.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

OK, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
_GROUPS = ("task", "world", "study", "population", "measure", "size", "experiment")
HELP = """dyadsim: an open simulator of psychotherapy, the known truth beside what a researcher sees

usage: dyadsim [task] [name=value ...]        dyadsim alone runs the main comparison

tasks
  compare   four worlds, the same clients and luck, beside the published numbers (default)
  simulate  one study in one world: clients, therapists, sessions and truth tables
  facts     every published fact in all worlds; in one:  dyadsim facts world=hybrid
  calibrate a world's best chance against the facts:  dyadsim calibrate world=hybrid budget=small
  literature  many small trials: what is published, pooled, certified, called equivalent
  decompose  how much of the outcome is due to what: five accountings with their denominators
  params    the model's quantities:  dyadsim params  |  dyadsim params alliance
  doctor    check the installation

choices     (one file each in conf/)
{choices}
settings
  seed=1 replicate=0      address of the luck: same seed, same numbers
  size.clients=20000      clients of each study       size=tiny|small|standard|large
  specificity=0.5         share of the treatment path that needs the match, at equal mean effect
  moments=60              simulate the moments within sessions (0 = closed form)
  threads=2               0 = every processor; changes nothing but the time
  do.hold.alliance=0.8    what is done to everybody, beside the same clients left alone:
                          do.start do.hold.x do.remove do.arm do.therapist do.file ...
  alliance.rate=0.4       any quantity of the model (dyadsim params)
  results=results         where output folders go     json=true   print the summary as JSON
  dry_run=true            what it would cost          -m name=a,b run each (Hydra multirun)
  --cfg                   print the composed configuration

exit codes  0 ok · 1 run failed · 2 bad input · 130 interrupted
"""


def _choices(group: str) -> list[str]:
    """Return the names of a config group."""
    from dyadsim.therapies import conf_folder

    return sorted(path.stem for path in (conf_folder() / group).glob("*.yaml"))


def _help() -> str:
    """Return the help text with the choices that exist."""
    lines = [f"  {group + '=':12}{' | '.join(_choices(group))}" for group in _GROUPS[1:]]
    return HELP.format(choices="\n".join(lines) + "\n")


def _tokens(words: Sequence[str]) -> list[str]:
    """Return the words with the first bare one as task=..., a search word as task.word=..."""
    from dyadsim.quantity import BadInput, nearest

    found = list(words)
    bare = [word for word in found if "=" not in word and not word.startswith("-")]
    if bare:
        known = _choices("task")
        if bare[0] not in known:
            raise BadInput(
                f"there is no task '{bare[0]}'.{nearest(bare[0], known)} Tasks: {', '.join(known)}."
            )
        place = found.index(bare[0])
        found[place] = f"task={bare[0]}"
        if bare[0] == "params" and len(bare) == 2:
            found[found.index(bare[1])] = f"task.word={bare[1]}"
    for word in found:
        if "=" not in word and not word.startswith("-"):
            raise BadInput(f"'{word}' is no setting: settings are written name=value.")
    one_world = any(word.split("=", 1)[0] in ("world", "task.worlds") for word in found)
    if "task=facts" in found and not one_world:
        found.append("task.worlds=[medical,contextual,hybrid,'null']")
    return found


@contextmanager
def _hydra() -> Iterator[None]:
    """Open Hydra on the configuration folder, with every quantity as a key of its own."""
    from hydra import initialize_config_dir
    from hydra.core.config_store import ConfigStore

    from dyadsim.therapies import conf_folder

    ConfigStore.instance().store(name="quantities", node=_schema())
    with initialize_config_dir(str(conf_folder().resolve()), version_base="1.3"):
        yield


def _schema() -> dict[str, dict[str, None]]:
    """Return {owner: {quantity: None}}: null means the world's own value."""
    from dyadsim.parameters import catalogue

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


def _preflight(words: Sequence[str], sweep: bool) -> list[list[str]]:
    """Return the overrides of every job, after checking each key and choice.

    Raises:
        BadInput: an unknown key or choice (with the nearest), '+', or a list without -m.
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    from dyadsim.quantity import BadInput, nearest

    jobs: list[list[str]] = [[]]
    for word in words:
        if word[0] in "+~":
            raise BadInput(f"'{word}': '{word[0]}' adds or removes settings; there is none to add.")
        try:
            parsed = OverridesParser.create().parse_override(word)
        except HydraException as error:
            raise BadInput(f"'{word}' cannot be read: {str(error).splitlines()[0]}") from None
        values = [word.split("=", 1)[1]]
        if parsed.is_sweep_override():
            if not sweep:
                raise BadInput(f"'{word}' gives several values: that needs -m (multirun).")
            values = [str(value) for value in parsed.sweep_string_iterator()]
        key = parsed.key_or_group
        if key in _GROUPS:
            known = _choices(key)
            for value in values:
                plain = value.strip("'\"")
                if plain not in known:
                    raise BadInput(
                        f"there is no {key} '{plain}'.{nearest(plain, known)} "
                        f"Choices: {', '.join(known)}."
                    )
            values = [
                f"'{value.strip(chr(39) + chr(34))}'" for value in values
            ]  # world=null is a name
        jobs = [[*job, f"{key}={value}"] for job in jobs for value in values]
    return jobs


def _compose(overrides: list[str]) -> dict[str, Any]:
    """Return the configuration of one job as plain values.

    Raises:
        BadInput: a key that is not in the configuration, or a value that does not fit.
    """
    from hydra import compose
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    from dyadsim.quantity import BadInput, nearest

    groups = [word for word in overrides if word.split("=", 1)[0] in _GROUPS]
    try:
        keys = _keys(compose("config", groups))
        for word in overrides:
            key = word.split("=", 1)[0]
            if key not in keys and word not in groups:
                raise BadInput(f"there is no setting '{key}'.{nearest(key, keys)}")
        config = compose("config", overrides)
        plain = OmegaConf.to_container(config, resolve=True)
    except (HydraException, OmegaConfBaseException) as error:
        raise BadInput(str(error).splitlines()[0]) from None
    assert isinstance(plain, dict)
    return {str(key): value for key, value in plain.items()}


def _swept(jobs: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Return {setting: value} of every job, for the settings that differ between jobs."""
    import yaml

    given = [dict(word.split("=", 1) for word in job) for job in jobs]
    names = [name for name in given[0] if len({one[name] for one in given}) > 1]
    return [{name: yaml.safe_load(one[name]) for name in names} for one in given]


def _run(words: Sequence[str]) -> int:
    """Check everything, then run every job; return the exit code."""
    from dyadsim import settings, task_decompose, tasks
    from dyadsim.dry_run import dry_run
    from dyadsim.unused import unused

    sweep = any(word in ("-m", "--multirun") for word in words)
    shown = "--cfg" in words
    rest = [word for word in words if word not in ("-m", "--multirun", "--cfg")]
    with _hydra():
        jobs = _preflight(_tokens(rest), sweep)
        configs = [_compose(job) for job in jobs]
    for note in dict.fromkeys(note for job in jobs for note in unused(job)):
        print(f"dyadsim: note: {note}", file=sys.stderr)
    if shown:
        import yaml

        print(yaml.safe_dump(configs[0], sort_keys=False), end="")
        return OK
    checked = [settings.settings(config) for config in configs]
    first = checked[0].config
    if len(jobs) > 1 and first["task"]["name"] == "decompose" and not first["dry_run"]:
        task_decompose.run_decompose_grid(checked, _swept(jobs))
        return OK
    for job, one in zip(jobs, checked, strict=True):
        if len(jobs) > 1:
            print(f"# {' '.join(job)}", file=sys.stderr)
        if one.config["dry_run"]:
            dry_run(one)
        else:
            tasks.TASKS[str(one.task["name"])](one)
    return OK


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code (see `HELP`)."""
    words = list(sys.argv[1:] if argv is None else argv)
    if any(word in ("-h", "--help", "help") for word in words):
        print(_help(), end="")
        return OK
    if "--version" in words:
        import importlib.metadata

        print(importlib.metadata.version("dyadsim"))
        return OK
    known = ("-m", "--multirun", "--cfg")
    for word in words:
        if word.startswith("-") and word not in known:
            print(f"dyadsim: there is no option '{word}'. Try dyadsim --help.", file=sys.stderr)
            return BAD_INPUT
    from dyadsim.quantity import BadInput

    try:
        return _run(words)
    except BadInput as error:
        print(f"dyadsim: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("dyadsim: interrupted; nothing half-written was left.", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        from dyadsim.outcome import NoFolder

        if not isinstance(error, NoFolder):
            raise
        print(f"dyadsim: {error}", file=sys.stderr)
        return FAILED
