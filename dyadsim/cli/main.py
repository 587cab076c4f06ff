"""The command line: words checked and composed, tasks called, an exit code given back.

Nothing is written before every word is checked. What a task is stands in `task`, each in its file
in `tasks/`; this module knows none of them by name.
"""

import dataclasses
import os
import sys
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from dyadsim.cli import help_texts
from dyadsim.cli.task import Task, find_task, task_names
from dyadsim.errors import BadData, BadInput, Failed

if TYPE_CHECKING:
    from dyadsim.cli.compose import Composed

OK, FAILED, BAD_INPUT, POINTS_FAILED, BAD_DATA, INTERRUPTED = 0, 1, 2, 3, 4, 130
DEFAULT = "compare"
OPTIONS = ("-m", "--multirun", "--cfg")
OLD_WORDS = {"moments": "beats", "task.held": "task.held_out"}
"""Settings by their old names, which keep working."""


def _settings_words(words: Sequence[str]) -> tuple[Task, list[str]]:
    """Return the task and all words as settings: the first bare one is the task.

    Raises
    ------
    BadInput
        A word that is neither a task nor a setting.
    """
    bare = [word for word in words if "=" not in word]
    named = [word.split("=", 1)[1].strip("'") for word in words if word.startswith("task=")]
    task = find_task(bare[0] if bare else named[0] if named else DEFAULT)
    if bare[2:] or (bare[1:] and not task.word):
        surplus = bare[2] if bare[2:] else bare[1]
        raise BadInput(f"'{surplus}' is no setting: settings are written name=value.")
    keys = dict(zip(bare, ("task", f"task.{task.word}"), strict=False))
    own = {f"task.{field.name}" for field in dataclasses.fields(task.settings)}
    settings = [f"{keys[word]}={word}" if word in keys else _new_word(word, own) for word in words]
    return task, task.adapt(settings)


def _new_word(word: str, own: Collection[str]) -> str:
    """Return a setting under its present name, with a note where it has another.

    `own` are the names of the task's own settings: those of another task keep their old word.
    """
    key, equals, value = word.partition("=")
    if key not in OLD_WORDS or (key.startswith("task.") and OLD_WORDS[key] not in own):
        return word
    print(f"dyadsim: note: '{key}' is now called '{OLD_WORDS[key]}'.", file=sys.stderr)
    return f"{OLD_WORDS[key]}{equals}{value}"


def _run(words: Sequence[str]) -> int:
    """Check everything, then run every job; return the exit code."""
    from dyadsim.cli import multirun

    launcher = multirun.launcher_words(words)
    many = any(word in ("-m", "--multirun") for word in words)
    if launcher and not many:
        raise BadInput(f"'{launcher[0]}' says who runs many jobs: that needs -m (multirun).")
    rest = [word for word in words if word not in (*OPTIONS, *launcher)]
    task, rest = _settings_words(rest)
    if "--cfg" in words:
        return _show_configuration(task, rest, many)
    if task.samples:
        return _run_sweep(task, rest, many, launcher)
    return _run_jobs(rest, many, launcher)


def _show_configuration(task: Task, words: list[str], many: bool) -> int:
    """Print the composed configuration of the first job."""
    import yaml

    from dyadsim.cli import compose

    with compose.hydra_on_conf():
        jobs = compose.read_words(words, multirun=many, samples=task.samples).jobs
        plain = compose.compose_job(jobs[0]).plain
    _print_notes(jobs)
    print(yaml.safe_dump(plain, sort_keys=False), end="")
    return OK


def _run_jobs(words: list[str], many: bool, launcher: list[str]) -> int:
    """Run every job that the words make, one after the other or through a launcher."""
    from dyadsim.cli import compose, multirun
    from dyadsim.cli.read_settings import settings_of_config

    with compose.hydra_on_conf():
        jobs = compose.read_words(words, multirun=many).jobs
        composed = [compose.compose_job(job) for job in jobs]
    _print_notes(jobs)
    if launcher:
        results = str(composed[0].plain["results"])
        return multirun.launch(main, jobs, launcher=launcher, results=results)
    checked = [settings_of_config(*job) for job in composed]
    tasks = [find_task(settings.task.name) for settings in checked]
    for task, settings in zip(tasks, checked, strict=True):
        task.check(settings)
    first = checked[0]
    if len(jobs) > 1 and tasks[0].run_many and not first.dry_run:
        return tasks[0].run_many(checked, compose.settings_that_differ(jobs)) or OK
    code = OK
    for job, task, settings in zip(jobs, tasks, checked, strict=True):
        if len(jobs) > 1:
            print(f"# {' '.join(job)}", file=sys.stderr)
        if settings.dry_run:
            from dyadsim.cli.cost import estimate, print_cost

            print_cost(settings, task.cost(settings) if task.cost else estimate())
        elif task.run is not None:
            code = max(code, task.run(settings) or OK)
    return code


def _run_sweep(task: Task, words: list[str], many: bool, launcher: list[str]) -> int:
    """Run a task about a sweep: all lists of values make one sweep."""
    from dyadsim.cli import compose, multirun
    from dyadsim.cli.sweep_request import with_stored_words

    words = with_stored_words(words)
    shards = [word for word in words if word.startswith("shard=")]
    rest = [word for word in words if not word.startswith("shard=")]
    with compose.hydra_on_conf():
        numbers = [job[0] for job in compose.read_words(shards[-1:], multirun=many).jobs if job]
        sampled = compose.read_words(rest, multirun=many, samples=True)
        composed = {
            number: [compose.compose_job([*job, number]) for job in sampled.jobs]
            for number in numbers or ["shard=0"]
        }
    _print_notes(sampled.jobs)
    if launcher:
        jobs = [[*rest, number] for number in composed]
        results = str(next(iter(composed.values()))[0].plain["results"])
        code = multirun.launch(main, jobs, launcher=launcher, results=results)
        if code not in (OK, POINTS_FAILED):
            return code
        alone = [word for word in rest if not word.startswith(("shards=", "executor"))]
        return _run_sweep(task, alone, False, [])  # takes what the jobs have stored
    labels = compose.settings_that_differ(sampled.jobs)
    return max(
        _work_on_sweep(task, conditions, labels, sampled.axes, rest)
        for conditions in composed.values()
    )


def _work_on_sweep(
    task: Task,
    composed: "Sequence[Composed]",
    labels: Sequence[dict[str, object]],
    axes: dict[str, dict[str, object]],
    words: Sequence[str],
) -> int:
    """Do a task about the sweep of these conditions; return the exit code."""
    from dyadsim.cli.read_settings import settings_of_config
    from dyadsim.cli.sweep_request import request_sweep

    conditions = [settings_of_config(*condition) for condition in composed]
    request = request_sweep(conditions, labels, axes=axes, words=words)
    if task.check_sweep is not None:
        task.check_sweep(request)
    if request.settings.dry_run:
        from dyadsim.cli.tasks.sweep import say
        from dyadsim.report import sweep as report

        return say(request, report.sweep_cost(request.planned, request.threads))
    assert task.run_sweep is not None
    return task.run_sweep(request)


def _print_notes(jobs: Sequence[Sequence[str]]) -> None:
    """Say once which settings have no effect."""
    from dyadsim.model.parameters import catalogue

    notes: dict[str, None] = {}
    for job in jobs:
        words = dict(word.split("=", 1) for word in job)
        task = find_task(words.get("task", DEFAULT).strip("'"))
        notes |= dict.fromkeys(task.notes(words, catalogue()))
    for note in notes:
        print(f"dyadsim: note: {note}", file=sys.stderr)


def _help(words: Sequence[str]) -> str:
    """Return the help text; of a task alone where one is named."""
    named = [word for word in words if word in task_names()]
    return help_texts.help_of_task(find_task(named[0])) if named else help_texts.help_of_all()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code (`dyadsim --help` lists them)."""
    words = list(sys.argv[1:] if argv is None else argv)
    if any(word in ("-h", "--help", "help") for word in words):
        print(_help(words), end="")
        return OK
    if "--version" in words:
        import importlib.metadata

        print(importlib.metadata.version("dyadsim"))
        return OK
    for word in words:
        if word.startswith("-") and word not in OPTIONS:
            print(f"dyadsim: there is no option '{word}'. Try dyadsim --help.", file=sys.stderr)
            return BAD_INPUT
    try:
        return _run(words)
    except (BadInput, BadData, Failed) as error:
        print(f"dyadsim: {error}", file=sys.stderr)
        if isinstance(error, Failed):
            return FAILED
        return BAD_INPUT if isinstance(error, BadInput) else BAD_DATA
    except BrokenPipeError:  # whoever read our output has seen enough: `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        print("dyadsim: interrupted; nothing half-written was left.", file=sys.stderr)
        return INTERRUPTED
