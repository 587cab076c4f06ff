"""What a command is: one `Task` in one file of `cli/tasks/`, found by the file's name.

A task file imports only what is light; what computes is imported inside its functions, so that
`dyadsim --help` reads every task without loading NumPy.
"""

import dataclasses
import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dyadsim.checks import known_name
from dyadsim.cli.memory import Need

if TYPE_CHECKING:
    import pandas as pd

    from dyadsim.cli.settings import Settings
    from dyadsim.cli.sweep_request import SweepRequest

_FOLDER = Path(__file__).with_name("tasks")
SECTIONS = (
    "compare worlds",
    "simulate",
    "your own theory",
    "published evidence",
    "sweeps over many worlds",
    "your own data",
    "planning a study",
    "teaching",
    "about dyadsim",
)
"""The headings under which `dyadsim --help` lists the tasks."""


def setting(default: Any, about: str) -> Any:
    """Return a field of a settings class: its default and the words of its help line."""
    metadata = {"help": about}
    if isinstance(default, list | dict):
        kind = type(default)
        return dataclasses.field(default_factory=lambda: kind(default), metadata=metadata)
    if isinstance(default, type):
        return dataclasses.field(default_factory=default, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


@dataclasses.dataclass
class TaskSettings:
    """The settings of a task, `task.x=...` on the command line; tasks add theirs."""

    name: str = ""


class Estimates(NamedTuple):
    """What a task estimates in the member of its settings, and how it was simulated.

    Attributes
    ----------
    table
        A row an estimate: part (a heading), estimate (its name), unit ("" where the name says it),
        world, value, se (Monte-Carlo error). Where there are such: published_low, published_high,
        verdict (one of `evidence.verdict.VERDICTS`), detail (true: only in files and on the page).
        Further columns help to name the row.
    study, clients, repeats
        As `report.page.run_line` takes them.
    """

    table: "pd.DataFrame"
    study: str
    clients: int
    repeats: Sequence[int] | int = 1


RUN, STATUS, COLLECT = "run", "status", "collect"


class GridRequest(NamedTuple):
    """What is asked of a grid of points.

    Attributes
    ----------
    words
        Of the command line, as settings.
    work
        `RUN` it, print its `STATUS`, or `COLLECT` what its shards have left.
    """

    words: tuple[str, ...] = ()
    work: str = RUN


class NoEffect:
    """Settings that a task does not use, and what serves instead.

    `parameters`: the model's parameters do nothing either.
    """

    def __init__(
        self, *settings: str, instead: str, task: str = "", parameters: bool = False
    ) -> None:
        self.settings, self.instead, self.task = settings, instead, task
        self.parameters = parameters

    def names(self, key: str, parameters: Mapping[str, Any]) -> bool:
        """Return whether a setting is one of these; `parameters` are those of the model."""
        if key in parameters:
            return self.parameters
        if key == "study.n_clients" and not {"size", "size.clients"} & set(self.settings):
            return False  # it stands for size.clients
        return any(key == name or key.startswith(f"{name}.") for name in self.settings)


def _nothing(settings: "Settings") -> None:
    """Check nothing beyond the settings themselves."""


def _nothing_of_many(jobs: Sequence["Settings"], differing: Sequence[Mapping[str, Any]]) -> None:
    """Check nothing of all jobs together."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Task:
    """One command of the command line.

    Attributes
    ----------
    name
        What is typed: `dyadsim NAME`.
    section
        One of `SECTIONS`.
    help
        One line.
    example
        A command line that runs.
    more
        Further lines of `dyadsim NAME --help`.
    settings
        The class of its own settings, `task.x=...`.
    word
        The setting that a second bare word fills: `dyadsim lesson alliance`.
    check
        Refuses settings that the task cannot use, before anything is computed or written.
    cost
        What a run would take, for `dry_run=true`.
    memory, sweep_memory
        The memory that a run, or a sweep, would take: what does not fit is refused.
    run
        Does it; returns an exit code, or None for 0.
    run_sweep, check_sweep
        The same for a task about a sweep, in which lists of values make points instead of jobs.
    run_many
        Runs all jobs of `-m` together, with the settings that differ and what is asked; None: one
        after the other.
    check_many
        Refuses jobs that cannot run together, with the settings that differ.
    always_many
        `run_many` serves a single job too.
    of_grids
        The task, about a sweep, is one about grids of `run_many` too.
    estimates
        What is estimated in one member of the ensemble, for `members=...`; None: no such word.
    default_members
        Over how many members it runs where the command line does not say.
    members_report
        The module of `dyadsim.report` that prints and writes what was found over members.
    sweeps_members
        Members are conditions of its sweep.
    adapt
        Changes the words of the command line before they are composed.
    no_effect
        Which settings do nothing here, or a function that says it of those that were given.
    shows
        Fields of `settings.Config` that `dyadsim NAME --help` explains; "figure": the task draws.
    panels
        Names of its figures' panels, for `figure.panels`; one such as "<world>" stands for a panel
        a world.
    """

    name: str
    section: str
    help: str
    run: Callable[["Settings"], int | None] | None = None
    run_sweep: Callable[["SweepRequest"], int] | None = None
    check_sweep: Callable[["SweepRequest"], None] | None = None
    example: str = ""
    more: tuple[str, ...] = ()
    settings: type[TaskSettings] = TaskSettings
    word: str = ""
    check: Callable[["Settings"], None] = _nothing
    cost: Callable[["Settings"], Mapping[str, Any]] | None = None
    memory: Callable[["Settings"], Need] | None = None
    sweep_memory: Callable[["SweepRequest"], Need] | None = None
    run_many: (
        Callable[[Sequence["Settings"], Sequence[Mapping[str, Any]], GridRequest], int | None]
        | None
    ) = None
    check_many: Callable[[Sequence["Settings"], Sequence[Mapping[str, Any]]], None] = (
        _nothing_of_many
    )
    always_many: bool = False
    of_grids: bool = False
    estimates: Callable[["Settings"], Estimates] | None = None
    default_members: int = 0
    members_report: str = "members"
    sweeps_members: bool = False
    adapt: Callable[[list[str]], list[str]] = list
    no_effect: Callable[[Mapping[str, str]], NoEffect | Sequence[NoEffect]] | NoEffect | None = None
    shows: tuple[str, ...] = ()
    panels: tuple[str, ...] = ()

    @property
    def samples(self) -> bool:
        """Whether lists of values make the points of a sweep."""
        return self.run_sweep is not None

    @property
    def takes_members(self) -> bool:
        """Whether it can be run over members of the ensemble."""
        return self.estimates is not None or self.sweeps_members

    def notes(
        self, words: Mapping[str, str], parameters: Mapping[str, Any], jobs: int = 1
    ) -> list[str]:
        """Return a note for every setting in `words` (name: value) that has no effect here.

        Parameters
        ----------
        words
            The settings that were given.
        parameters
            The model's parameters by name.
        jobs
            Number of jobs that run together.
        """
        unused = self.no_effect(words) if callable(self.no_effect) else self.no_effect
        groups = [unused] if isinstance(unused, NoEffect) else list(unused or ())
        kept = bool(self.always_many or (self.run_many and jobs > 1))
        if kept:
            groups.append(NoEffect("points", "outputs", instead="it is a setting of dyadsim sweep"))
        elif not self.samples:
            more = ", and of many points (-m)" if self.run_many else ""
            groups.append(NoEffect(*SWEEP_SETTINGS, instead=f"it is of dyadsim sweep{more}"))
        if "figure" not in self.shows:
            groups.append(NoEffect("figure", instead="it draws no figure"))
        elif words.get("figure.format") in ("pdf", "svg"):
            groups.append(NoEffect("figure.dpi", instead="it is of png"))
        if "figure" in self.shows and not self.panels:
            groups.append(NoEffect("figure.panels", instead="its figure has one panel"))
        elif self.members_report == "members" and words.get("members", "null") != "null":
            groups.append(NoEffect("figure.panels", instead="figures over members have one panel"))
        if "data" in self.shows and "data.instrument" in words:
            groups.append(NoEffect("measure", instead="data.instrument says the questionnaire"))
        groups.append(NoEffect("job", instead="it numbers the jobs of a Hydra launcher"))
        notes = {}
        for group in groups:
            for key in words:
                if kept and key == "results":
                    continue
                if key not in notes and group.names(key, parameters):
                    where = group.task or self.name
                    notes[key] = f"'{key}' has no effect in {where}: {group.instead}."
        return list(notes.values())


NOT_IN_INFORMATION = (
    "seed",
    "replicate",
    "beats",
    "threads",
    "budget",
    "specificity",
    "data",
    "do",
    "size",
    "world",
    "study",
    "population",
    "measure",
    "experiment",
)
"""What a task that simulates nothing for its user has no use for."""

SWEEP_SETTINGS = ("points", "outputs", "name", "shard", "shards", "executor")
"""Settings of sweeps alone; `-m` with a launcher runs any task as jobs."""


def task_names() -> list[str]:
    """Return the name of every task: the files of `cli/tasks/`."""
    return sorted(path.stem for path in _FOLDER.glob("[a-z]*.py"))


def find_task(name: str) -> Task:
    """Return the task called `name`.

    Raises
    ------
    BadInput
        There is no such task; the message offers the nearest name.
    """
    known_name("task", name, task_names())
    task: Task = importlib.import_module(f"dyadsim.cli.tasks.{name}").TASK
    return task


def all_tasks() -> list[Task]:
    """Return every task, in the order of `SECTIONS`."""
    tasks = [find_task(name) for name in task_names()]
    return sorted(tasks, key=lambda task: SECTIONS.index(task.section))
