"""Search a world's free parameters for the point nearest to the published facts.

A parameter that is set stays where it is: dyadsim calibrate world=hybrid distress.specificity=0.3
"""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dyadsim.checks import known_name
from dyadsim.cli.cost import REPORT_BYTES, estimate
from dyadsim.cli.memory import FOR_STATISTICS, WORKER_BYTES, Need, largest_run, workers_of
from dyadsim.cli.progress import counting
from dyadsim.cli.task import NoEffect, Task
from dyadsim.errors import Failed

if TYPE_CHECKING:
    import pandas as pd

    from dyadsim.calibration.search import Budget, Calibration
    from dyadsim.cli.settings import Settings

QUICK_MICROSECONDS = 0.2  # per dyad-session, run for its statistics alone


def budget_of(settings: "Settings") -> "Budget":
    """Return the budget of the calibration.

    Raises
    ------
    BadInput
        There is none of that name.
    """
    from dyadsim.calibration.search import BUDGETS

    return BUDGETS[known_name("budget", settings.budget, BUDGETS)]


def check(settings: "Settings") -> None:
    """Refuse an unknown budget, and parameters that cannot be fixed."""
    from dyadsim.calibration.prior import calibration_space

    budget_of(settings)
    calibration_space(settings.world, settings.fixed)


def cost(settings: "Settings") -> dict[str, float]:
    """Return what the search and the posterior would take."""
    from dyadsim.calibration import laplace
    from dyadsim.calibration.prior import calibration_space
    from dyadsim.evidence.studies_of_facts import fact_studies

    studies = fact_studies().values()
    free = len(calibration_space(settings.world, settings.fixed).names)
    effort = laplace.EFFORTS[settings.budget]
    evaluations = [
        *budget_of(settings).evaluations(free),
        (effort.clients, effort.evaluations(free)),
    ]
    return estimate(
        studies,
        sum(clients * count for clients, count in evaluations),
        runs=sum(count for _, count in evaluations) * len(studies) // 2,  # two at a time
        disk=REPORT_BYTES,
        microseconds=QUICK_MICROSECONDS,
    )


def _workers(settings: "Settings") -> int:
    """Return the number of processes."""
    from dyadsim.simulation.simulate import default_threads

    return settings.threads or default_threads()


def memory(settings: "Settings") -> Need:
    """Return the memory that the search would take."""
    from dyadsim.calibration import laplace
    from dyadsim.calibration.prior import calibration_space
    from dyadsim.evidence.studies_of_facts import fact_studies

    free = len(calibration_space(settings.world, settings.fixed).names)
    clients = [count for count, _ in budget_of(settings).evaluations(free)]
    most = max(*clients, laplace.EFFORTS[settings.budget].clients)
    of_run = most * largest_run(fact_studies().values()) * FOR_STATISTICS
    return Need("threads", workers_of(settings), WORKER_BYTES + of_run)


def _search(settings: "Settings") -> "Calibration":
    """Return the calibrated point."""
    from dyadsim.calibration.prior import calibration_space
    from dyadsim.calibration.search import calibrate_world

    budget = budget_of(settings)
    space = calibration_space(settings.world, settings.fixed)
    with counting("generations", budget.steps) as on_step:
        return calibrate_world(
            space, budget, seed=settings.seed, workers=_workers(settings), on_step=on_step
        )


def _posterior(settings: "Settings", calibration: "Calibration") -> "pd.DataFrame":
    """Return prior and posterior of every parameter about the calibrated point."""
    from dyadsim.calibration import laplace
    from dyadsim.calibration.distances import process_map
    from dyadsim.calibration.prior import calibration_space
    from dyadsim.evidence.fact import load_facts

    space = calibration_space(settings.world, settings.fixed)
    with process_map(_workers(settings)) as parallel_map:
        posterior = laplace.laplace_posterior(
            space,
            space.coordinates(calibration.values),
            facts=load_facts(),
            effort=laplace.EFFORTS[settings.budget],
            seed=settings.seed,
            parallel_map=parallel_map,
        )
    return laplace.parameter_table(posterior)


def _facts(settings: "Settings", calibration: "Calibration") -> "pd.DataFrame":
    """Return the facts at the calibrated point, on random numbers that no search has used."""
    from dyadsim.calibration import scoreboard
    from dyadsim.model import worlds

    return scoreboard.score_worlds(
        {settings.world: worlds.world_parameters(settings.world, calibration.values)},
        clients=budget_of(settings).clients_of_choice,
        replicates=settings.size.replicates,
        seed=settings.seed,
    )


def _about(
    settings: "Settings", calibration: "Calibration", facts: "pd.DataFrame | None"
) -> dict[str, Any]:
    """Return how the calibration was made and, as far as it is known, what it reached."""
    from dyadsim.calibration.search import calibration_manifest

    return calibration_manifest(
        calibration, settings.budget, seed=settings.seed, fixed=settings.fixed, scores=facts
    )


def _summary(about: Mapping[str, Any], calibration: "Calibration") -> dict[str, Any]:
    return {"task": "calibrate", **about, "parameters": calibration.values}


@contextmanager
def _kept(folder: Path) -> Iterator[None]:
    """Say where the search's values are, whatever happens to what follows from them.

    Raises
    ------
    Failed
        It could not be computed or written.
    """
    try:
        yield
    except KeyboardInterrupt:
        print(f"dyadsim: what the search has found is kept in {folder}.", file=sys.stderr)
        raise
    except Exception as error:
        raise Failed(
            f"what the search has found is kept in {folder}, but posterior and facts could not be "
            f"added: {error or type(error).__name__}"
        ) from error


def run(settings: "Settings") -> None:
    """Calibrate a world; leave its file, all starts, a posterior and the facts with other seeds."""
    from dyadsim.cli.results_folder import check_folder, complete_results, write_results
    from dyadsim.report import calibration as report

    began = time.perf_counter()
    check_folder(settings.results)
    calibration = _search(settings)
    about = _about(settings, calibration, None)
    folder = write_results(
        settings,
        began,
        summary=_summary(about, calibration) | {"still_to_come": ["posterior", "facts"]},
        fill=lambda place, _: report.write_calibration(place, calibration, about=about),
    )
    with _kept(folder):
        posterior, facts = _posterior(settings, calibration), _facts(settings, calibration)
        about = _about(settings, calibration, facts)
        complete_results(
            settings,
            began,
            folder,
            summary=_summary(about, calibration),
            fill=lambda place: report.write_calibration(
                place, calibration, about=about, facts=facts, posterior=posterior
            ),
        )
    if settings.json:
        print(json.dumps(_summary(about, calibration)))
        return
    report.print_calibration(calibration, facts, folder)


TASK = Task(
    name="calibrate",
    section="published evidence",
    help="a world's best chance against the facts (docs/background/calibration.md)",
    example="dyadsim calibrate world=hybrid budget=small",
    more=(
        "budget=small|standard|large    small is a quick try",
        "A parameter that is set stays where it is: distress.specificity=0.3",
    ),
    check=check,
    cost=cost,
    memory=memory,
    run=run,
    no_effect=NoEffect(
        "do",
        "study",
        "population",
        "measure",
        "beats",
        "replicate",
        "specificity",
        "data",
        "size.clients",
        "size.clients_per_replicate",
        "size.clients_per_point",
        instead="calibrate simulates the design of each fact; parameters can be fixed: "
        "distress.rate=0.3",
    ),
)
