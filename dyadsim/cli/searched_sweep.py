"""`points=optuna`: a sweep whose points are proposed one after the other, to find the best one."""

import json
import shlex
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dyadsim.checks import known_name, setting_word, whole_number
from dyadsim.errors import BadInput

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings
    from dyadsim.cli.sweep_request import SweepRequest
    from dyadsim.sweeps.optuna_search import Search, Trial
    from dyadsim.sweeps.planned_sweep import PlannedSweep
    from dyadsim.sweeps.sampling import Axis, Sampling

OPTUNA = "optuna"
TRIALS = "trials.csv"
KEPT = ("world", "study", "population", "measure", "seed", "specificity")
"""Settings of a sweep that a single run has too."""
OK, POINTS_FAILED = 0, 3


def check_search(
    conditions: Sequence["Settings"],
    axes: Sequence["Axis"],
    layout: "Sampling",
    columns: Sequence[str],
) -> None:
    """Refuse what a search cannot have.

    Raises
    ------
    BadInput
        Nothing to vary, several replicates, shards, members, or a command about a finished sweep.
    Failed
        Optuna is not installed.
    """
    from dyadsim.sweeps import sampling
    from dyadsim.sweeps.optuna_search import (
        DIRECTIONS,
        MOST_TRIALS,
        SAMPLERS,
        check_objective,
        load_optuna,
    )

    first = conditions[0]
    if first.task.name != "sweep":
        raise BadInput(
            f"points=optuna is of dyadsim sweep, not of {first.task.name}: its points are chosen "
            "for being good. Type its command again to go on with it."
        )
    intervals = any(not axis.levels for axis in axes)
    sampling.check_sampling(
        axes, layout._replace(method="latin_hypercube" if intervals else "grid")
    )
    if not axes and len(conditions) == 1:
        raise BadInput(
            "points=optuna needs something to vary, such as 'alliance.rate=interval(0.1,0.6)'."
        )
    whole_number("points.n", layout.n, 1, MOST_TRIALS)
    known_name("points.direction", first.points.direction or DIRECTIONS[0], DIRECTIONS)
    known_name("points.sampler", first.points.sampler or SAMPLERS[0], SAMPLERS)
    check_objective(first.points.objective, columns)
    alone = {
        "points.replicates": first.points.replicates != 1,
        "shards": first.shards != 1,
        "members": bool(first.members),
        "executor": first.executor.kind != "threads",
        "points.common=false": not first.points.common,
    }
    if clash := [name for name, clashes in alone.items() if clashes]:
        raise BadInput(
            f"points=optuna tries one point after the other, in this process, with the same "
            f"random numbers: leave out {clash[0]}."
        )
    load_optuna()


def _sought(request: "SweepRequest") -> "Search":
    """Return what is sought."""
    from dyadsim.sweeps.optuna_search import Search, check_objective

    points, layout = request.settings.points, request.planned.sampling
    return Search(
        check_objective(points.objective, request.planned.sweep.columns),
        points.direction or Search._field_defaults["direction"],
        layout.n,
        points.sampler or Search._field_defaults["sampler"],
        layout.seed,
    )


def run_search(request: "SweepRequest") -> int:
    """Search, join the table of what was tried, and print the best point; return the exit code."""
    from dyadsim.cli.progress import working
    from dyadsim.cli.results_folder import check_folder
    from dyadsim.cli.sweep_request import write_manifest
    from dyadsim.cli.tasks.sweep import keep_summary, keeping, note_replaced_rows
    from dyadsim.report import searched_sweep as report
    from dyadsim.report import sweep as of_sweeps
    from dyadsim.simulation.unfinished import write_file
    from dyadsim.sweeps import optuna_search as searches
    from dyadsim.sweeps import sweep as sweeps

    began, sought = time.perf_counter(), _sought(request)
    planned, folder = request.planned, request.folder
    check_folder(request.settings.results)
    write_manifest(request)
    with keeping(request), working("trials", sought.trials) as on_trial:
        trials = searches.search(
            planned.sweep,
            planned.axes,
            folder,
            sought,
            threads=request.threads,
            on_trial=on_trial,
        )
        tried = planned._replace(sweep=searches.tried_sweep(planned.sweep, trials))
        state = sweeps.sweep_status(tried.sweep, folder)
        note_replaced_rows(tried.sweep, folder)
        path = sweeps.collect_sweep(tried.sweep, folder)
        place = folder / TRIALS
        table = report.trials_table(tried, trials, sought)
        write_file(place, lambda unfinished: table.to_csv(unfinished, index=False))
    reused = sum(trial.reused for trial in trials)
    state = state._replace(
        reused=reused, computed=len(trials) - reused, seconds=time.perf_counter() - began
    )
    best = searches.best_trial(trials, sought.direction)
    again = searches.value_again(planned.sweep, trials[best], sought.objective, request.threads)
    summary = of_sweeps.sweep_summary(tried, folder, state, path)
    outcome = report.search_summary(tried, trials, sought, best, again)
    summary |= {"search": outcome, "trials": str(place)}
    keep_summary(request, summary)
    if request.settings.json:
        print(json.dumps(summary))
    else:
        report.print_search(summary)
        print(f"Next: {_next(request, tried, trials[best])}")
    return POINTS_FAILED if state.failed else OK


def _next(request: "SweepRequest", tried: "PlannedSweep", best: "Trial") -> str:
    """Return the command that simulates the best point."""
    from dyadsim.cli.own_mechanism_words import said_again
    from dyadsim.model.parameters import catalogue

    labels: dict[str, Any] = dict(tried.sweep.conditions[best.condition].labels)
    point = dict(zip([axis.name for axis in tried.axes], best.point, strict=True))
    words = []
    for word in request.words:
        name = word.partition("=")[0]
        kept = name in catalogue() or name.split(".")[0] in KEPT
        if kept and name not in labels and name not in point:
            words.append(shlex.quote(word))
    words += [setting_word(name, str(value)) for name, value in labels.items()]
    words += [f"{name}={value:.6g}" for name, value in point.items()]
    return said_again(" ".join(["dyadsim simulate", *words]))
