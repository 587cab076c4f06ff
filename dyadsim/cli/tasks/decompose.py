"""How much of the outcome is due to what: five variance decompositions of the same therapy.

Clients a repeat: size.clients; repeats, from whose spread the errors come: size.replicates.
"""

import dataclasses
import json
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dyadsim.checks import names_list, number, whole_number
from dyadsim.cli.cost import REPORT_BYTES, estimate
from dyadsim.cli.kept_grid import check_grid
from dyadsim.cli.memory import OUTCOME_BYTES, Need, client_need, largest_run
from dyadsim.cli.own_choices import treatment_name
from dyadsim.cli.own_mechanism_words import said_again, typed_settings
from dyadsim.cli.progress import progress_of
from dyadsim.cli.task import Estimates, GridRequest, NoEffect, Task, TaskSettings, setting
from dyadsim.errors import BadInput

if TYPE_CHECKING:
    from dyadsim.attribution.true_shares import Care, Replication
    from dyadsim.cli.settings import Settings
    from dyadsim.sweeps.kept_grid import KeptGrid, Point

LIFE_MICROSECONDS = 0.1  # per dyad-session, run without keeping a course
SUBSETS = 2**6  # lives of a client, one a subset of the groups of random streams


@dataclasses.dataclass
class DecomposeSettings(TaskSettings):
    """Settings of `decompose`."""

    treatments: Any = setting(
        ["cbt", "interpersonal", "supportive"], "by lot; the first one is the full therapy"
    )
    dose_spread: float = setting(
        0.0, "0-1: each treatment in two arms, with doses 1 - spread and 1 + spread"
    )
    sessions: int = setting(12, "sessions of treatment")


def care_of(settings: "Settings") -> "Care":
    """Return the care whose outcome is decomposed.

    Raises
    ------
    BadInput
        A value that cannot be used.
    """
    from dyadsim.attribution import true_shares

    task: DecomposeSettings = settings.task
    treatments = tuple(map(treatment_name, names_list("task.treatments", task.treatments)))
    dose_spread = number("task.dose_spread", task.dose_spread, 0, 1)
    clients = settings.clients_of_own_studies
    if clients < 100:
        raise BadInput(f"size.clients must be 100 or more to decompose, not {clients}.")
    sessions = whole_number("task.sessions", task.sessions, 4, 200)
    care = true_shares.Care(treatments, dose_spread, sessions)
    true_shares.attribution_study(care)
    return care


def check(settings: "Settings") -> None:
    """Refuse care that cannot be decomposed."""
    care_of(settings)


def cost(settings: "Settings") -> dict[str, float]:
    """Return what the decompositions would take."""
    from dyadsim.attribution import true_shares

    return estimate(
        [true_shares.attribution_study(care_of(settings))] * SUBSETS,
        settings.clients_of_own_studies,
        replicates=settings.size.replicates,
        disk=REPORT_BYTES,
        microseconds=LIFE_MICROSECONDS,
    )


def memory(settings: "Settings") -> Need:
    """Return the memory that the decompositions would take."""
    from dyadsim.attribution import true_shares

    study = true_shares.attribution_study(care_of(settings))
    return client_need(settings, largest_run([study]) + OUTCOME_BYTES, own_studies=True)


def _replication(settings: "Settings") -> "Replication":
    """Return how the outcome is simulated."""
    from dyadsim.attribution.true_shares import Replication

    size = _size(settings)
    return Replication(size["clients"], size["repeats"], size["seed"], settings.threads)


def _size(settings: "Settings") -> dict[str, int]:
    """Return clients of a repeat, number of repeats, and the seed."""
    clients = settings.clients_of_own_studies
    return {"clients": clients, "repeats": settings.size.replicates, "seed": settings.seed}


def estimates(settings: "Settings") -> Estimates:
    """Return the decompositions of one member."""
    from dyadsim.attribution import estimated_shares
    from dyadsim.report import attribution as report

    table = estimated_shares.decompose_outcome(
        settings.parameters(), care_of(settings), replication=_replication(settings)
    )
    rows = report.estimates_of(table).assign(world=settings.world)
    return Estimates(rows, report.STUDY, _size(settings)["clients"], settings.size.replicates)


def run(settings: "Settings") -> None:
    """Print the five decompositions of one world and leave their table, figure and page."""
    from dyadsim.attribution import estimated_shares
    from dyadsim.cli.results_folder import check_folder, write_results
    from dyadsim.report import attribution as report
    from dyadsim.report.plain_rows import rows_for_json
    from dyadsim.simulation import changed_worlds

    began = time.perf_counter()
    check_folder(settings.results)
    parameters = settings.parameters()
    label = changed_worlds.world_label(settings.world, parameters)
    table = estimated_shares.decompose_outcome(
        parameters,
        care_of(settings),
        replication=_replication(settings),
        progress=progress_of("repeats"),
    )
    size = _size(settings)
    summary = {
        "task": "decompose",
        **changed_worlds.world_for_json(settings.world, parameters),
        "study": report.STUDY,
        **size,
        "attribution": rows_for_json(table),
    }
    folder = write_results(
        settings,
        began,
        summary=summary,
        fill=lambda place, manifest: report.write_attribution(
            place, table, label, manifest, **size
        ),
    )
    if settings.json:
        print(json.dumps(summary))
        return
    report.print_attribution(table, label, **size)
    print(f"\nReport: {folder / 'report.html'}")
    other = "medical" if settings.world != "medical" else "contextual"
    same = typed_settings("task.treatments", "task.sessions", "task.dose_spread")
    command = said_again(f"dyadsim decompose world={other}{same}")
    print(f"Next: {command}   (the same therapy in another world)")


def _label_of_grid(jobs: Sequence["Settings"], dials: Sequence[str]) -> str:
    """Return what the worlds of a grid are called: what moves, and what was changed everywhere."""
    from dyadsim.simulation.changed_worlds import changed_values, changes_text

    names = dict.fromkeys(job.world for job in jobs)
    changes = [changed_values(job.world, job.parameters()) for job in jobs]
    everywhere = {
        name: values
        for name, values in changes[0].items()
        if all(name in other and other[name][0] == values[0] for other in changes)
    }
    said = [f"not as calibrated: {', '.join(dials)} moved", changes_text(everywhere)]
    if not any(changes):  # such as two worlds as they are
        said = [f"{', '.join(dials)} moved"]
    return f"{', '.join(names)} world ({'; '.join(filter(None, said))})"


def _points_for_json(
    jobs: Sequence["Settings"], differing: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the dials and the world of every point."""
    from dyadsim.simulation.changed_worlds import world_for_json

    return [
        {**values, **world_for_json(job.world, job.parameters())}
        for job, values in zip(jobs, differing, strict=True)
    ]


def check_many(jobs: Sequence["Settings"], differing: Sequence[Mapping[str, Any]]) -> None:
    """Refuse points that do not share their random numbers, or what a grid has once."""
    if jobs[0].members:
        return
    check_grid(differing)
    if len({(*_size(job).values(), dataclasses.astuple(job.size)) for job in jobs}) > 1:
        raise BadInput(
            "decompose -m: all points need the same size and seed (common random numbers)."
        )


def _grid(jobs: Sequence["Settings"], differing: Sequence[Mapping[str, Any]]) -> "KeptGrid":
    """Return the points of all jobs as a grid that can be kept."""
    from dyadsim.attribution.kept_points import PointJob
    from dyadsim.evidence.fact import load_facts
    from dyadsim.sweeps.kept_grid import plan_grid

    first, facts = jobs[0], load_facts()
    points = [
        PointJob(
            job.parameters(),
            (care_of(job),),
            _replication(first)._replace(threads=None),
            facts,
            first.size.clients_per_replicate,
            first.size.replicates,
        )
        for job in jobs
    ]
    names = [", ".join(f"{name}={value}" for name, value in labels.items()) for labels in differing]
    return plan_grid(points, names)


def run_grid(
    jobs: Sequence["Settings"], differing: Sequence[Mapping[str, Any]], request: GridRequest
) -> int | None:
    """Decompose at every job of `-m`; leave one table, one figure and the facts' verdicts.

    Parameters
    ----------
    jobs
        The settings of every job.
    differing
        The settings that differ between jobs, by name, for each job.
    request
        The words of the command, and what is to be done.
    """
    from dyadsim.cli import kept_grid
    from dyadsim.cli.results_folder import check_folder

    began = time.perf_counter()
    first = jobs[0]
    check_folder(first.results)
    planned = _grid(jobs, differing)
    kept = kept_grid.keep_points(first, planned, request)
    if kept is None:
        return None
    points, reused = kept
    good = [place for place, point in enumerate(points) if not point.error]
    if good:
        _leave_grid(
            [jobs[place] for place in good],
            [differing[place] for place in good],
            [points[place] for place in good],
            began,
        )
    if first.json:
        return kept_grid.POINTS_FAILED if len(good) < len(points) else None
    return kept_grid.say_points(points, reused, kept_grid.points_folder(first))


def _leave_grid(
    jobs: Sequence["Settings"],
    differing: Sequence[Mapping[str, Any]],
    points: Sequence["Point"],
    began: float,
) -> None:
    """Write and print the table of the points that did not fail."""
    from dyadsim.attribution.over_worlds import grid_of_points
    from dyadsim.cli.results_folder import write_results
    from dyadsim.report import attribution as report
    from dyadsim.report.plain_rows import rows_for_json

    first = jobs[0]
    pairs = zip(points, differing, strict=True)
    grid = grid_of_points([(point.job, point.numbers, labels) for point, labels in pairs])
    names = list(differing[0])
    label = _label_of_grid(jobs, names)
    size = _size(first)
    summary = {
        "task": "decompose",
        "world": ", ".join(dict.fromkeys(job.world for job in jobs)),
        "study": report.STUDY,
        **size,
        "dials": names,
        "points": _points_for_json(jobs, differing),
        "attribution": rows_for_json(grid.shares),
        "facts": rows_for_json(grid.facts),
    }
    title = f"{label}; {size['clients']:,} clients in each of {size['repeats']} repeats"
    folder = write_results(
        first,
        began,
        summary=summary,
        fill=lambda place, _: report.write_attribution_grid(
            place, grid, names, title, first.size.replicates
        ),
    )
    if first.json:
        print(json.dumps(summary))
        return
    report.print_attribution_grid(grid, names, label, **size)
    print(f"\nTables and figure: {folder}")


TASK = Task(
    name="decompose",
    section="compare worlds",
    help="how much of the outcome is due to what: five decompositions, each with its denominator",
    example="dyadsim decompose world=hybrid",
    more=("-m specificity=0,0.5,1 task.dose_spread=0,0.5    a grid; the same command resumes it",),
    settings=DecomposeSettings,
    check=check,
    cost=cost,
    memory=memory,
    run=run,
    run_many=run_grid,
    check_many=check_many,
    shows=("figure",),
    panels=("variance", "effect", "lost", "facts", "large", "small", "<value>"),
    estimates=estimates,
    no_effect=NoEffect(
        "do",
        "study",
        "population",
        "measure",
        "beats",
        "replicate",
        "budget",
        "data",
        "size.clients_per_point",
        instead="decompose simulates studies of its own (task.treatments, task.dose_spread ...)",
    ),
)
