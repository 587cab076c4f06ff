"""The command line: words checked and composed, tasks called, an exit code given back.

Nothing is written before every word is checked. What a task is stands in `task`, each in its file
in `tasks/`; this module knows none of them by name.
"""

import dataclasses
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dyadsim.cli import help_texts
from dyadsim.cli.experiments import with_experiment
from dyadsim.cli.figure_files import figures_as
from dyadsim.cli.file_words import file_word, is_file, refuse_files
from dyadsim.cli.hydra_words import HydraOptions, information, read_hydra_options
from dyadsim.cli.interruption import CODE, INTERRUPTED, interrupted_by_signals
from dyadsim.cli.memory import check_memory, check_sweep_memory
from dyadsim.cli.misspelt import refuse_misspelt, without_option
from dyadsim.cli.over_members import (
    check_members,
    cost_over_members,
    dry_run_of_many,
    run_over_members,
    with_default_members,
)
from dyadsim.cli.own_choices import config_dirs, placed, say_own_choices
from dyadsim.cli.own_mechanism_words import with_mechanisms
from dyadsim.cli.task import RUN, GridRequest, Task, find_task, task_names
from dyadsim.cli.terminal import check_current_folder, prepare_terminal, silence_output
from dyadsim.cli.wave_patterns import with_patterns_quoted
from dyadsim.cli.words import read_words, refuse_doubled
from dyadsim.errors import BadData, BadInput, Failed, one_sentence
from dyadsim.search_path import searching

if TYPE_CHECKING:
    from dyadsim.cli.compose import Composed
    from dyadsim.cli.settings import Settings

OK, FAILED, BAD_INPUT, POINTS_FAILED, BAD_DATA = 0, 1, 2, 3, 4
DEFAULT = "answer"
OPTIONS = ("-m", "--multirun")
OLD_WORDS = {"moments": "beats", "task.held": "task.held_out"}
OLD_WORDS |= {"data.reverse": "data.higher_is_better"}
"""Settings by their old names, which keep working."""


def _settings_words(words: Sequence[str]) -> tuple[Task, list[str]]:
    """Return the task and all words as settings: the first bare one is the task.

    Raises
    ------
    BadInput
        A word that is neither a task nor a setting.
    """
    named = [word.split("=", 1)[1].strip("'") for word in words if word.startswith("task=")]
    names = [word for word in words if "=" not in word and not is_file(word)]
    task = find_task([*names, *named, DEFAULT][0])
    if not task.word:  # else it may be a path
        if "data" not in task.shows:
            refuse_files(words, task.name)
        words = list(map(file_word, words))
    bare = [word for word in words if "=" not in word]
    if bare[2:] or (bare[1:] and not task.word):
        surplus = bare[2] if bare[2:] else bare[1]
        raise BadInput(f"'{surplus}' is no setting: settings are written name=value.")
    keys = dict(zip(bare, ("task", f"task.{task.word}"), strict=False))
    own = {f"task.{field.name}" for field in dataclasses.fields(task.settings)}
    settings = [f"{keys[word]}={word}" if word in keys else _new_word(word, own) for word in words]
    settings = list(map(with_patterns_quoted, settings))
    refuse_doubled(settings)
    refuse_misspelt(settings)
    return task, task.adapt(settings)


def _new_word(word: str, own: Collection[str]) -> str:
    """Return a setting under its present name, with a note where it has another; worlds in full.

    `own` are the names of the task's own settings: those of another task keep their old word.
    """
    key, equals, value = word.partition("=")
    if key == "worlds":
        of_task = [name for name in ("task.worlds", "task.candidates") if name in own]
        return f"{of_task[0]}={value}" if of_task else word
    if key not in OLD_WORDS or (key.startswith("task.") and OLD_WORDS[key] not in own):
        return word
    print(f"dyadsim: note: '{key}' is now called '{OLD_WORDS[key]}'.", file=sys.stderr)
    return f"{OLD_WORDS[key]}{equals}{value}"


def _run(words: Sequence[str], options: HydraOptions) -> int:
    """Check everything, then run every job; return the exit code."""
    from dyadsim.cli import multirun

    check_current_folder()
    launcher = multirun.launcher_words(words)
    many = any(word in ("-m", "--multirun") for word in words)
    if launcher and not many:
        raise BadInput(f"'{launcher[0]}' says who runs many jobs: that needs -m (multirun).")
    say_own_choices()
    rest = [word for word in words if word not in (*OPTIONS, *launcher)]
    bare = [word for word in rest if "=" not in word and not is_file(word)]
    experiment, rest = with_experiment(rest, bare=bare[0] if bare else "")
    with placed([experiment] if experiment else []):
        task, rest = _settings_words(rest)
        if options.cfg or options.info:
            return _show_configuration(task, rest, many, options)
        return _run_task(task, rest, many, launcher)


def _run_task(task: Task, words: list[str], many: bool, launcher: list[str]) -> int:
    """Run a task: one or many jobs, or a sweep, which may be of grids."""
    if not task.samples:
        return _run_jobs(words, many, launcher)
    from dyadsim.cli.sweep_request import words_of_grid

    grid = words_of_grid(words) if task.of_grids else []
    if grid:
        return _run_jobs(grid, True, [], task.name)
    return _run_sweep(task, words, many, launcher)


def _show_configuration(task: Task, words: list[str], many: bool, options: HydraOptions) -> int:
    """Print the composed configuration of the first job, or where it comes from."""
    import yaml

    from dyadsim.cli import compose

    jobs = read_words(words, multirun=many, samples=task.samples).jobs
    with compose.hydra_on_conf():
        job = compose.compose_job(jobs[0])
        of_hydra, choices = compose.hydra_configuration(jobs[0], resolve=options.resolve)
    _print_notes(jobs[:1], [job.plain], job.notes)
    for line in information(options.info, choices):
        print(line)
    if options.cfg in ("hydra", "all"):
        print(of_hydra, end="")
    if options.cfg in ("job", "all") or options.info in ("config", "all"):
        print(yaml.safe_dump(job.plain, sort_keys=False), end="")
    return OK


def _run_jobs(words: list[str], many: bool, launcher: list[str], work: str = RUN) -> int:
    """Run every job that the words make: one after the other, through a launcher, or together."""
    from dyadsim.analysis.one_thread import one_blas_thread
    from dyadsim.cli import compose, multirun
    from dyadsim.cli.stated_file import with_places

    jobs = read_words(words, multirun=many).jobs  # refuses choices before the model is loaded
    with compose.hydra_on_conf():
        composed = [_of_job(jobs, k, compose.compose_job, job) for k, job in enumerate(jobs)]
    plain = [job.plain for job in composed]
    notes = [note for job in composed for note in job.notes]
    if launcher:
        _print_notes(jobs, plain, notes)
        results = str(composed[0].plain["results"])
        return multirun.launch(main, jobs, launcher=launcher, results=results)
    checked = [_of_job(jobs, k, _checked, job) for k, job in enumerate(composed)]
    tasks = [find_task(settings.task.name) for settings in checked]
    checked = list(map(with_default_members, tasks, checked))
    for place, (task, settings) in enumerate(zip(tasks, checked, strict=True)):
        check_members(task, settings)
        _of_job(jobs, place, task.check, settings)
    memories = [check_memory(*pair) for pair in zip(tasks, checked, strict=True)]
    _print_notes(jobs, plain, notes)
    first = checked[0]
    together = tasks[0].run_many if len(jobs) > 1 or tasks[0].always_many else None
    differing = compose.settings_that_differ(jobs) if together else []
    if together:
        tasks[0].check_many(checked, differing)
    if together and first.dry_run and len(jobs) > 1:
        return dry_run_of_many(tasks[0], checked, memories)
    if together and not first.dry_run:
        with one_blas_thread(), figures_as(first):
            if tasks[0].estimates and any(settings.members for settings in checked):
                return run_over_members(tasks[0], checked, differing)
            return together(checked, differing, GridRequest(tuple(words), work)) or OK
    code = OK
    for place, job in enumerate(jobs):
        if len(jobs) > 1:
            print(f"# {' '.join(job)}", file=sys.stderr)
        with (
            one_blas_thread(),
            with_places(composed[place].stated),
            figures_as(checked[place]),
        ):
            code = max(code, _run_job(tasks[place], checked[place], memories[place]))
    return code


def _checked(job: "Composed") -> "Settings":
    """Return the settings of a job, checked; complaints name the file of one's own."""
    from dyadsim.cli.read_settings import settings_of_config

    study = next((own.choice.name for own in job.own if own.choice.group == "study"), "")
    with placed(job.own):
        return dataclasses.replace(settings_of_config(*job[:3]), own_study=study)


def _of_job[T](
    jobs: Sequence[Sequence[str]], place: int, function: Callable[..., T], *arguments: Any
) -> T:
    """Return what a function gives for one of many jobs; bad input says which job it was."""
    try:
        return function(*arguments)
    except BadInput as error:
        if len(jobs) == 1:
            raise
        from dyadsim.cli.compose import settings_that_differ

        values = settings_that_differ(jobs)[place]
        said = " ".join(f"{name}={value}" for name, value in values.items())
        raise BadInput(f"job {place + 1} of {len(jobs)} ({said}): {error}") from None


def _run_job(task: Task, settings: "Settings", memory: Mapping[str, Any]) -> int:
    """Run a job, or say what it would cost; return the exit code."""
    if settings.dry_run:
        from dyadsim.cli.cost import estimate, print_cost

        cost = task.cost(settings) if task.cost else estimate()
        print_cost(settings, {**cost_over_members(cost, settings), **memory})
    elif settings.members:
        return run_over_members(task, [settings], [{}])
    elif task.run is not None:
        return task.run(settings) or OK
    return OK


def _run_sweep(task: Task, words: list[str], many: bool, launcher: list[str]) -> int:
    """Run a task about a sweep: all lists of values make one sweep."""
    from dyadsim.cli import compose, multirun
    from dyadsim.cli.sweep_request import with_stored_words

    words = with_stored_words(words)
    shards = [word for word in words if word.startswith("shard=")]
    rest = [word for word in words if not word.startswith("shard=")]
    numbers = [job[0] for job in read_words(shards[-1:], multirun=many).jobs if job]
    sampled = read_words(rest, multirun=many, samples=True)
    with compose.hydra_on_conf():
        composed = {
            number: [compose.compose_job([*job, number]) for job in sampled.jobs]
            for number in numbers or ["shard=0"]
        }
    _print_notes(sampled.jobs, [job.plain for job in next(iter(composed.values()))])
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
    from dyadsim.cli.sweep_request import request_sweep

    conditions = [_checked(condition) for condition in composed]
    request = request_sweep(conditions, labels, axes=axes, words=words)
    check_members(task, request.settings)
    if task.check_sweep is not None:
        task.check_sweep(request)
    memory = check_sweep_memory(task, request)
    if request.settings.dry_run:
        from dyadsim.cli.tasks.sweep import say
        from dyadsim.report import sweep as report

        return say(request, report.sweep_cost(request.planned, request.threads) | memory)
    from dyadsim.analysis.one_thread import one_blas_thread

    assert task.run_sweep is not None
    with one_blas_thread(), figures_as(request.settings):
        return task.run_sweep(request)


def _print_notes(
    jobs: Sequence[Sequence[str]], composed: Sequence[Mapping[str, Any]], more: Sequence[str] = ()
) -> None:
    """Say once which settings have no effect, and more."""
    from dyadsim.model.parameters import catalogue

    notes: dict[str, None] = dict.fromkeys(more)
    for job, plain in zip(jobs, composed, strict=True):
        words = dict(word.split("=", 1) for word in job)
        task = find_task(words.get("task", DEFAULT).strip("'"))
        said = task.notes(words, catalogue(), len(jobs))
        size = "size.clients_per_point" if task.samples else "size.clients"
        clients, noted = plain["study"].get("n_clients"), " ".join(said)
        if plain["study"]["design"] == "n_of_1" and "'study'" in noted:
            clients = None  # its single case is not simulated (Settings.clients_of_own_studies)
            if "study.n_clients" in words and "'study.n_clients'" not in noted:
                said.append(f"'study.n_clients' has no effect in {task.name}: it has own studies.")
        if clients is not None and size in words and f"'{size}'" not in noted:
            said.append(f"'{size}' has no effect: study.n_clients={clients} says how many clients.")
        notes |= dict.fromkeys(said)
    for note in notes:
        print(f"dyadsim: note: {note}", file=sys.stderr)


def _help(words: Sequence[str]) -> str:
    """Return the help text; of a task alone where one is named."""
    named = [word for word in words if word in task_names()]
    return help_texts.help_of_task(find_task(named[0])) if named else help_texts.help_of_all()


def _answer(words: Sequence[str]) -> int:
    """Print help or version, or run; return the exit code."""
    folders, words = config_dirs(words)
    with searching(folders):
        return _answer_here(words)


def _answer_here(words: Sequence[str]) -> int:
    """Print help or version, or run, with the choices that can be found."""
    if any(word in ("-h", "--help", "help") for word in words):
        print(_help(words), end="")
        return OK
    if "--version" in words:
        import importlib.metadata

        print(importlib.metadata.version("dyadsim"))
        return OK
    options, words = read_hydra_options(words)
    if options.text is not None:
        print(options.text, end="")
        return OK
    for word in words:
        if word.startswith("-") and word not in OPTIONS:
            raise BadInput(without_option(word))
    return _run(words, options)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code (`dyadsim --help` lists them)."""
    words = list(sys.argv[1:] if argv is None else argv)
    prepare_terminal()
    try:
        with interrupted_by_signals():
            code = with_mechanisms(words, _answer)
        sys.stdout.flush()
        return code
    except (BadInput, BadData, Failed) as error:
        print(f"dyadsim: {one_sentence(error)}", file=sys.stderr)
        if isinstance(error, Failed):
            return FAILED
        return BAD_INPUT if isinstance(error, BadInput) else BAD_DATA
    except BrokenPipeError:  # whoever read our output has seen enough: `| head`
        silence_output()
        return OK
    except OSError as error:
        silence_output()
        place = error.filename or "the output"
        print(f"dyadsim: {one_sentence(f'{place}: {error.strerror or error}.')}", file=sys.stderr)
        return FAILED
    except MemoryError:
        print("dyadsim: not enough memory: take a smaller size (dry_run=true).", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print(INTERRUPTED, file=sys.stderr)
        return CODE
