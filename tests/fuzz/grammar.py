"""Command lines from the registry of settings, and mutations of the documented ones."""

import dataclasses
import random
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from fuzz.case import Case
from fuzz.values import random_value

from dyadsim.choices import conf_folder
from dyadsim.cli.settings import Config, DataFile, Do, Points, Workers
from dyadsim.cli.task import Task, all_tasks
from dyadsim.cli.words import GROUPS, choices
from dyadsim.model.parameters import catalogue

ROOT = Path(__file__).parents[2]
NOT_RUN = ("dyadsim --help", "dyadsim teach")
DRY = "dry_run=true"


def _fields(kind: Any, prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield every setting of a class and its default, nested ones below it."""
    for field in dataclasses.fields(kind):
        factory = field.default_factory
        nested = isinstance(factory, type) and dataclasses.is_dataclass(factory)
        default = None if factory is dataclasses.MISSING else factory()
        yield f"{prefix}{field.name}", field.default if default is None else default
        if nested:
            yield from _fields(factory, f"{prefix}{field.name}.")


@cache
def settings_everywhere() -> tuple[tuple[str, object], ...]:
    """Return the settings that every task has, with their defaults, and some parameters."""
    named = [pair for pair in _fields(Config) if pair[0] not in ("dry_run", *GROUPS)]
    grouped = [
        *_fields(DataFile, "data."),
        *_fields(Do, "do."),
        *_fields(Points, "points."),
        *_fields(Workers, "executor."),
        ("population.sample", "trial"),
        ("measure.instrument", "phq9"),
        ("experiment.name", "pilot"),
        ("world.base", "hybrid"),
        ("world.parameters", {}),
        ("hydra.run.dir", "x"),
        ("hydra/launcher", "basic"),
        ("nonsense", 1),
        ("study.nonsense", 1),
    ]
    return (*named, *grouped, *((name, 0.5) for name in list(catalogue())[::7]))


@cache
def settings_of_study(study: str) -> tuple[tuple[str, object], ...]:
    """Return the settings of a design, with their defaults."""
    text = (conf_folder() / "study" / f"{study}.yaml").read_text(encoding="utf-8")
    return tuple((f"study.{key}", value) for key, value in yaml.safe_load(text).items())


def _mutated(key: str, default: object, rng: random.Random) -> str:
    return f"{key}={random_value(rng, default)}"


def _start(task: Task, rng: random.Random) -> list[str]:
    """Return words with which a task may run dry."""
    if task.samples:
        axis = rng.choice(("distress.bond_effect=interval(0,1)", "alliance.rate=0.2,0.4"))
        return [task.name, axis] if rng.random() < 0.9 else [task.name]
    if task.name in ("analyse", "describe", "fit"):
        return [task.name, "data.path={files}/clinic.csv", "data.instrument=phq9"]
    return [task.name]


def case_of_settings(rng: random.Random) -> Case:
    """Return a dry run of any task with one to four settings of any values."""
    task = rng.choice(all_tasks())
    words = _start(task, rng)
    study = rng.choice(choices("study"))
    if rng.random() < 0.4:
        words.append(f"study={study}")
        pool = [*settings_of_study(study), *settings_everywhere()]
    else:
        pool = [*settings_of_study("rct"), *settings_everywhere()]
    pool += [*_fields(task.settings, "task.")] * 4
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        words.append(_mutated(*rng.choice(pool), rng))
    if rng.random() < 0.15:
        group = rng.choice(GROUPS[1:])
        words.append(f"{group}={rng.choice([*choices(group), 'nonsense', '', 'null', 'a,b'])}")
    if rng.random() < 0.1:
        words.append(rng.choice(("-m", "--cfg", "--help", "--version", "extra", "json=true")))
    if rng.random() < 0.05:
        words.append(rng.choice(words))
    return Case((*words, DRY), "settings")


@cache
def documented_lines() -> tuple[tuple[str, ...], ...]:
    """Return the command lines of README and docs that can be run dry."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages).replace("\\\n", " ")
    lines = re.findall(r"^(?:\$ )?(?:uv run )?(dyadsim(?: .*)?)$", text, re.MULTILINE)
    lines += [line for line in re.findall(r"`(dyadsim [^`]+)`", text) if "..." not in line]
    lines_known = {}
    for line in lines:
        try:
            words = shlex.split(line, comments=True)[1:]
        except ValueError:
            continue
        if not line.startswith(NOT_RUN) and not set("".join(words)) & set("|>&…<"):
            lines_known[tuple(map(_with_data, words))] = None
    return tuple(lines_known)


def _with_data(word: str) -> str:
    """Return a word that names a file of scores, with one that is there."""
    return "data.path={files}/clinic.csv" if re.match(r"data\.path=.*csv$", word) else word


def case_of_documents(rng: random.Random) -> Case:
    """Return a documented command line with one to three changes."""
    words = list(rng.choice(documented_lines()))
    for _ in range(rng.choice((1, 1, 2, 3))):
        _change(words, rng)
    kept = [word for word in words if not word.startswith("dry_run")]
    return Case((*kept, DRY), "documented")


def _change(words: list[str], rng: random.Random) -> None:
    """Change a list of words in place."""
    place = rng.randrange(len(words) + 1)
    if place == len(words):
        words.insert(rng.randrange(len(words) + 1), _mutated(*_any_setting(rng), rng))
        return
    word = words[place]
    key, equals, value = word.partition("=")
    letter = rng.randrange(max(len(word), 1))
    changed = {
        "drop": "",
        "double": word,
        "cut": word[:letter],
        "letter": word[:letter] + rng.choice("x=[]{},.'\"$é \t") + word[letter + 1 :],
        "swap": word[:letter] + word[letter : letter + 2][::-1] + word[letter + 2 :],
        "case": word.swapcase(),
        "value": f"{key}={random_value(rng, value)}" if equals else word + "=5",
    }
    kind = rng.choice(list(changed))
    if kind == "drop":
        del words[place]
    elif kind == "double":
        words.insert(place, word)
    else:
        words[place] = changed[kind]


def _any_setting(rng: random.Random) -> tuple[str, object]:
    return rng.choice(settings_everywhere())
