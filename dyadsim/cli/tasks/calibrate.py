"""Calibrate all worlds together on the published facts, and sample what the facts allow.

A parameter that is set stays where it is, in every world whose claim leaves it free:
dyadsim calibrate distress.specificity=0.3
"""

import dataclasses
import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dyadsim.checks import known_name
from dyadsim.cli.cost import REPORT_BYTES, estimate
from dyadsim.cli.memory import FOR_STATISTICS, WORKER_BYTES, Need, largest_run, workers_of
from dyadsim.cli.progress import working
from dyadsim.cli.task import NoEffect, Task, TaskSettings, setting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from dyadsim.calibration.ensemble import Ensemble
    from dyadsim.calibration.joint_space import JointSpace
    from dyadsim.calibration.kept_steps import KeptSteps, OnWork
    from dyadsim.calibration.search import Budget, Mode
    from dyadsim.cli.settings import Settings
    from dyadsim.evidence.fact import Fact

QUICK_MICROSECONDS = 0.4  # per dyad-session, run for its statistics alone
RUN_SECONDS_OF_FACTS = 0.03  # to set up all studies of one world once
SHARED = ("free", "held")


@dataclasses.dataclass
class CalibrateSettings(TaskSettings):
    """Settings of `calibrate`."""

    shared: str = setting(
        "free",
        "free: all worlds together; held: only what world=... has of its own, beside the worlds "
        "that are there",
    )


def adapt(words: list[str]) -> list[str]:
    """Return the words; a world of one's own is calibrated beside those that are there."""
    from dyadsim.model.worlds import WORLDS

    names = [word.partition("=")[2].strip("'\"") for word in words if word.startswith("world=")]
    said = any(word.startswith("task.shared=") for word in words)
    own = [name for name in names if name not in WORLDS]
    return [*words, "task.shared=held"] if own and not said else words


def budget_of(settings: "Settings") -> "Budget":
    """Return the budget of the calibration.

    Raises
    ------
    BadInput
        There is none of that name.
    """
    from dyadsim.calibration.search import BUDGETS

    return BUDGETS[known_name("budget", settings.budget, BUDGETS)]


def space_of(settings: "Settings") -> "JointSpace":
    """Return the space of the calibration: all worlds, or one beside what all share.

    Raises
    ------
    BadInput
        A value that cannot be fixed, a world without parameters of its own, or nothing left free.
    """
    from dyadsim.calibration.joint_space import held_space, space_of_worlds

    if known_name("task.shared", settings.task.shared, SHARED) == "held":
        return held_space(settings.world, settings.values)
    return space_of_worlds(fixed=settings.fixed)


def check(settings: "Settings") -> None:
    """Refuse an unknown budget, and parameters that cannot be fixed."""
    budget_of(settings)
    space_of(settings)


def cost(settings: "Settings") -> dict[str, float]:
    """Return what mode and ensemble would take."""
    from dyadsim.calibration import member_tables
    from dyadsim.evidence.studies_of_facts import fact_studies

    space, budget = space_of(settings), budget_of(settings)
    evaluations = member_tables.runs_of(space, budget)
    return cost_of_facts(
        fact_studies().values(), member_tables.total_work(space, budget), evaluations, settings
    )


def cost_of_facts(
    studies: Any, work: float, evaluations: float, settings: "Settings"
) -> dict[str, float]:
    """Return what many evaluations of all facts would take, over the processes that there are.

    Parameters
    ----------
    studies
        Those of the facts.
    work
        Clients x evaluations of one world.
    evaluations
        Their number.
    settings
        Of the task.
    """
    share = 1 / _workers(settings)
    setting_up = evaluations * RUN_SECONDS_OF_FACTS * share
    values = estimate(
        studies,
        round(work),
        disk=REPORT_BYTES,
        microseconds=QUICK_MICROSECONDS * share,
    )
    seconds = round(values["estimated_seconds"] + setting_up, 1)
    return {**values, "estimated_seconds": seconds}


def _workers(settings: "Settings") -> int:
    """Return the number of processes."""
    from dyadsim.simulation.simulate import default_threads

    return settings.threads or default_threads()


def memory(settings: "Settings") -> Need:
    """Return the memory that the calibration would take."""
    from dyadsim.calibration import member_tables

    return memory_of_facts(settings, member_tables.largest_batch(budget_of(settings)))


def memory_of_facts(settings: "Settings", clients: int) -> Need:
    """Return the memory that evaluations of all facts would take, one in every process."""
    from dyadsim.evidence.studies_of_facts import fact_studies

    of_run = clients * largest_run(fact_studies().values()) * FOR_STATISTICS
    return Need("threads", workers_of(settings), WORKER_BYTES + of_run)


@contextmanager
def kept_steps(
    settings: "Settings", on_work: "OnWork", parts: "Sequence[object]"
) -> "Iterator[KeptSteps]":
    """Give the steps of a long task, kept beside its results until it has come to its end.

    Parameters
    ----------
    settings
        Of the task.
    on_work
        Shows progress.
    parts
        What decides the numbers.
    """
    from dyadsim.calibration.kept_steps import KeptSteps, steps_key
    from dyadsim.cli.results_folder import NoFolder

    place = settings.results / settings.experiment / f"unfinished-{steps_key(parts)}"
    try:
        kept = KeptSteps(place, on_work)
        yield kept
    except KeyboardInterrupt:
        print(
            f"dyadsim: the steps that are done are kept in {place}; the same command goes on from "
            "there.",
            file=sys.stderr,
        )
        raise
    except OSError as error:
        raise NoFolder(f"The folder '{place}' cannot be written: {error}.") from None


def _calibrate(settings: "Settings", space: "JointSpace", kept: "KeptSteps") -> "Result":
    """Return mode and ensemble."""
    from dyadsim.calibration.distances import process_map
    from dyadsim.calibration.ensemble import calibrate_worlds
    from dyadsim.calibration.search import Problem
    from dyadsim.evidence.fact import load_facts

    facts = load_facts()
    with process_map(_workers(settings)) as parallel_map:
        problem = Problem(space, facts, settings.seed, parallel_map)
        mode, ensemble = calibrate_worlds(problem, budget_of(settings), kept)
    return Result(space, facts, mode, ensemble)


@dataclasses.dataclass(frozen=True)
class Result:
    """What was calibrated, and what came out."""

    space: "JointSpace"
    facts: "Sequence[Fact]"
    mode: "Mode"
    ensemble: "Ensemble"


def _about(settings: "Settings", result: Result) -> dict[str, Any]:
    """Return how the calibration was made and what it reached."""
    from dyadsim.calibration.member_tables import about_members

    words = [f"{name}={value:g}" for name, value in settings.fixed.items()]
    if settings.task.shared == "held":
        words = [f"world={settings.world}", "task.shared=held", *words]
    command = ["dyadsim calibrate", f"budget={settings.budget}", f"seed={settings.seed}", *words]
    return about_members(
        result.space, result.ensemble, result.facts, first={"command": " ".join(command)}
    )


def _summary(about: Mapping[str, Any]) -> dict[str, Any]:
    return {"task": "calibrate", **about}


def run(settings: "Settings") -> None:
    """Calibrate all worlds; leave the members, the course, what facts narrowed, and the facts."""
    from dyadsim.calibration.member_tables import total_work
    from dyadsim.cli.results_folder import check_folder, write_results
    from dyadsim.evidence.fact import load_facts
    from dyadsim.model.worlds import find_world
    from dyadsim.report import calibration as report

    began = time.perf_counter()
    check_folder(settings.results)
    space, budget = space_of(settings), budget_of(settings)
    parts = (budget, settings.seed, space, load_facts())
    with (
        working("calibrate", total_work(space, budget)) as on_work,
        kept_steps(settings, on_work, parts) as kept,
    ):
        result = _calibrate(settings, space, kept)
    about = _about(settings, result)
    tables = report.tables_of(result.space, result.mode, result.ensemble, result.facts)
    folder: Path = write_results(
        settings,
        began,
        summary=_summary(about),
        fill=lambda place, _: report.write_calibration(place, tables, about),
    )
    kept.remove()
    if settings.json:
        print(json.dumps(_summary(about)))
        return
    is_held = settings.task.shared == "held"
    file = find_world(settings.world).path if is_held else ""
    report.print_calibration(tables, about, folder, world_file=file)


def no_effect(words: Mapping[str, str]) -> list[NoEffect]:
    """Return what calibrate does not use."""
    unused = [
        NoEffect(
            "do",
            "study",
            "population",
            "measure",
            "beats",
            "replicate",
            "specificity",
            "data",
            "size",
            instead="calibrate simulates the design of each fact, of sizes that budget says; "
            "parameters can be fixed: distress.rate=0.3",
        )
    ]
    if words.get("task.shared") != "held":
        unused.append(
            NoEffect(
                "world",
                instead="all worlds are calibrated together; one beside them: task.shared=held",
            )
        )
    return unused


TASK = Task(
    name="calibrate",
    section="published evidence",
    help="all worlds on the facts, and an ensemble of them (docs/background/calibration.md)",
    example="dyadsim calibrate budget=small",
    more=(
        "budget=small|standard|large    small is a quick try, standard takes about an hour",
        "A parameter that is set stays where it is: distress.specificity=0.3",
        "world=./mine.yaml    a world of your own, beside those that are there",
        "What was killed goes on where it was: type the same command again",
    ),
    settings=CalibrateSettings,
    adapt=adapt,
    check=check,
    cost=cost,
    memory=memory,
    run=run,
    no_effect=no_effect,
)
