"""Leave out one family of facts after the other, calibrate on the rest, and score the family."""

import dataclasses
import json
import time
from typing import TYPE_CHECKING, Any

from dyadsim.checks import known_name
from dyadsim.cli.progress import working
from dyadsim.cli.task import NoEffect, Task, TaskSettings, setting
from dyadsim.cli.tasks.calibrate import cost_of_facts, kept_steps, memory_of_facts
from dyadsim.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

    from dyadsim.calibration.crossvalidation import Effort
    from dyadsim.calibration.joint_space import JointSpace
    from dyadsim.calibration.kept_steps import KeptSteps
    from dyadsim.cli.memory import Need
    from dyadsim.cli.settings import Settings


@dataclasses.dataclass
class CrossvalidateSettings(TaskSettings):
    """The settings of crossvalidate."""

    worlds: Any = setting(
        [], "[hybrid,./mine.yaml]: these together, yours too; none = medical, contextual, hybrid"
    )


def effort_of(settings: "Settings") -> "Effort":
    """Return the size of the cross-validation.

    Raises
    ------
    BadInput
        There is no budget of that name.
    """
    from dyadsim.calibration.crossvalidation import EFFORTS

    return EFFORTS[known_name("budget", settings.budget, EFFORTS)]


def space_of(settings: "Settings") -> "JointSpace":
    """Return the space in which all worlds are calibrated.

    Raises
    ------
    BadInput
        A value that cannot be fixed, nothing left free, or a world in which nothing heals.
    """
    from dyadsim.calibration.joint_space import space_of_worlds
    from dyadsim.model.declarations import own_parameters
    from dyadsim.model.worlds import find_world

    for name in settings.compared:
        if not own_parameters(find_world(name).fixed):
            raise BadInput(
                f"task.worlds: in the world '{name}' nothing heals, so there is nothing to "
                "calibrate; null stands beside the others anyway."
            )
    return space_of_worlds(settings.compared or None, settings.fixed)


def check(settings: "Settings") -> None:
    """Refuse an unknown budget, and parameters that cannot be fixed."""
    effort_of(settings)
    space_of(settings)


def cost(settings: "Settings") -> dict[str, float]:
    """Return what the calibrations and the scores would take."""
    from dyadsim.calibration.crossvalidation import effort_runs, effort_work
    from dyadsim.evidence.fact import load_facts
    from dyadsim.evidence.studies_of_facts import fact_studies

    size = space_of(settings), load_facts(), effort_of(settings)
    return cost_of_facts(fact_studies().values(), effort_work(*size), effort_runs(*size), settings)


def memory(settings: "Settings") -> "Need":
    """Return the memory that it would take."""
    effort = effort_of(settings)
    clients = max(effort.clients, *(stage.clients for stage in effort.stages))
    return memory_of_facts(settings, clients)


def _scores(settings: "Settings", kept: "KeptSteps") -> "pd.DataFrame":
    """Return the scores of every fact in every world."""
    from dyadsim.calibration.crossvalidation import crossvalidate
    from dyadsim.calibration.distances import process_map
    from dyadsim.calibration.search import Problem
    from dyadsim.evidence.fact import load_facts
    from dyadsim.simulation.simulate import default_threads

    with process_map(settings.threads or default_threads()) as parallel_map:
        problem = Problem(space_of(settings), load_facts(), settings.seed, parallel_map)
        return crossvalidate(problem, effort_of(settings), kept)


def run(settings: "Settings") -> None:
    """Print what the worlds predict of facts that they were not shown."""
    from dyadsim.calibration.crossvalidation import effort_work, prediction_table
    from dyadsim.cli.results_folder import check_folder, write_results
    from dyadsim.evidence.fact import load_facts
    from dyadsim.report import crossvalidation as report
    from dyadsim.report.plain_rows import rows_for_json

    began = time.perf_counter()
    check_folder(settings.results)
    space, effort, facts = space_of(settings), effort_of(settings), load_facts()
    with (
        working("crossvalidate", effort_work(space, facts, effort)) as on_work,
        kept_steps(settings, on_work, (effort, settings.seed, space, facts)) as kept,
    ):
        scores = _scores(settings, kept)
    table = prediction_table(scores)
    summary = {
        "task": "crossvalidate",
        "budget": settings.budget,
        "worlds": list(space.worlds),
        "seed": settings.seed,
        "fixed": dict(settings.fixed),
        "predictions": rows_for_json(table),
    }
    folder = write_results(
        settings,
        began,
        summary=summary,
        fill=lambda place, _: report.write_crossvalidation(place, scores, table),
    )
    kept.remove()
    if settings.json:
        print(json.dumps(summary))
        return
    report.print_crossvalidation(table, scores, folder)


TASK = Task(
    name="crossvalidate",
    section="published evidence",
    help="do worlds predict facts they were not shown? (docs/background/calibration.md)",
    example="dyadsim crossvalidate budget=small",
    more=(
        "budget=small|standard|large    small is a quick try, standard takes about an hour",
        "worlds=[hybrid,./mine.yaml]   a world of yours beside others, calibrated with them",
        "What was killed goes on where it was: type the same command again",
    ),
    settings=CrossvalidateSettings,
    check=check,
    cost=cost,
    memory=memory,
    run=run,
    shows=("figure",),
    panels=("inside", "distance"),
    no_effect=NoEffect(
        "do",
        "study",
        "population",
        "measure",
        "beats",
        "replicate",
        "specificity",
        "data",
        "size",
        "world",
        instead="crossvalidate calibrates all worlds together, on the designs of the facts",
    ),
)
