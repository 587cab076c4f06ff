"""Search a world's free parameters for the point nearest to the published facts.

A parameter that is set stays where it is: dyadsim calibrate world=hybrid distress.specificity=0.3
"""

import json
import time
from typing import TYPE_CHECKING

from dyadsim.checks import known_name
from dyadsim.cli.cost import REPORT_BYTES, estimate
from dyadsim.cli.progress import counting
from dyadsim.cli.task import NoEffect, Task

if TYPE_CHECKING:
    from dyadsim.calibration.laplace import LaplacePosterior
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


def _search(settings: "Settings") -> "tuple[Calibration, LaplacePosterior]":
    """Return the calibrated point and the posterior about it."""
    from dyadsim.calibration import laplace
    from dyadsim.calibration.distances import process_map
    from dyadsim.calibration.prior import calibration_space
    from dyadsim.calibration.search import calibrate_world
    from dyadsim.evidence.fact import load_facts
    from dyadsim.simulation.simulate import default_threads

    budget, workers = budget_of(settings), settings.threads or default_threads()
    space = calibration_space(settings.world, settings.fixed)
    with counting("generations", budget.steps) as on_step:
        calibration = calibrate_world(
            space, budget, seed=settings.seed, workers=workers, on_step=on_step
        )
    with process_map(workers) as parallel_map:
        posterior = laplace.laplace_posterior(
            space,
            space.coordinates(calibration.values),
            facts=load_facts(),
            effort=laplace.EFFORTS[settings.budget],
            seed=settings.seed,
            parallel_map=parallel_map,
        )
    return calibration, posterior


def run(settings: "Settings") -> None:
    """Calibrate a world; leave its file, all starts, a posterior and the facts with other seeds."""
    from dyadsim.calibration import laplace, scoreboard
    from dyadsim.calibration.search import calibration_manifest
    from dyadsim.cli.results_folder import check_folder, write_results
    from dyadsim.model import worlds
    from dyadsim.report import calibration as report

    began = time.perf_counter()
    check_folder(settings.results)
    calibration, posterior = _search(settings)
    facts = scoreboard.score_worlds(
        {settings.world: worlds.world_parameters(settings.world, calibration.values)},
        clients=budget_of(settings).clients_of_choice,
        replicates=settings.size.replicates,
        seed=settings.seed,
    )
    about = calibration_manifest(
        calibration, settings.budget, seed=settings.seed, fixed=settings.fixed, scores=facts
    )
    summary = {"task": "calibrate", **about, "parameters": calibration.values}
    table = laplace.parameter_table(posterior)
    folder = write_results(
        settings,
        began,
        summary=summary,
        fill=lambda place, _: report.write_calibration(
            place, calibration, about=about, facts=facts, posterior=table
        ),
    )
    if settings.json:
        print(json.dumps(summary))
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
    run=run,
    no_effect=NoEffect(
        "do",
        "study",
        "population.sample",
        "measure",
        "beats",
        "replicate",
        "specificity",
        instead="calibrate simulates the design of each fact; parameters can be fixed: "
        "distress.rate=0.3",
    ),
)
