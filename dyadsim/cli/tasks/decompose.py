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
from dyadsim.cli.progress import progress_of
from dyadsim.cli.task import NoEffect, Task, TaskSettings, setting
from dyadsim.errors import BadInput

if TYPE_CHECKING:
    from dyadsim.attribution.true_shares import Care, Replication
    from dyadsim.cli.settings import Settings

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
    treatments = names_list("task.treatments", task.treatments)
    dose_spread = number("task.dose_spread", task.dose_spread, 0, 1)
    if settings.clients < 100:
        raise BadInput(f"size.clients must be 100 or more to decompose, not {settings.clients}.")
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
        settings.clients,
        replicates=settings.size.replicates,
        disk=REPORT_BYTES,
        microseconds=LIFE_MICROSECONDS,
    )


def _replication(settings: "Settings") -> "Replication":
    """Return how the outcome is simulated."""
    from dyadsim.attribution.true_shares import Replication

    return Replication(settings.clients, settings.size.replicates, settings.seed, settings.threads)


def run(settings: "Settings") -> None:
    """Print the five decompositions of one world and leave their table, figure and page."""
    from dyadsim.attribution import estimated_shares
    from dyadsim.cli.results_folder import check_folder, write_results
    from dyadsim.model import worlds
    from dyadsim.report import attribution as report
    from dyadsim.report.plain_rows import rows_for_json

    began = time.perf_counter()
    check_folder(settings.results)
    table = estimated_shares.decompose_outcome(
        settings.parameters(),
        care_of(settings),
        replication=_replication(settings),
        progress=progress_of("repeats"),
    )
    calibrated = worlds.find_world(settings.world).calibrated
    summary = {
        "task": "decompose",
        "world": settings.world,
        "seed": settings.seed,
        "clients": settings.clients,
        "replicates": settings.size.replicates,
        "calibrated": calibrated,
        "attribution": rows_for_json(table),
    }
    folder = write_results(
        settings,
        began,
        summary=summary,
        fill=lambda place, manifest: report.write_attribution(
            place, table, settings.world, manifest
        ),
    )
    if settings.json:
        print(json.dumps(rows_for_json(table)))
        return
    report.print_attribution(table, settings.world, calibrated)
    print(f"\nReport: {folder / 'report.html'}")
    print("Next: dyadsim decompose world=medical   (the same therapy in another world)")


def run_grid(jobs: Sequence["Settings"], differing: Sequence[Mapping[str, Any]]) -> None:
    """Decompose at every job of `-m`; leave one table, one figure and the facts' verdicts.

    Parameters
    ----------
    jobs
        The settings of every job.
    differing
        The settings that differ between jobs, by name, for each job.
    """
    from dyadsim.attribution import over_worlds
    from dyadsim.cli.results_folder import check_folder, write_results
    from dyadsim.report import attribution as report
    from dyadsim.report.plain_rows import rows_for_json

    began = time.perf_counter()
    first = jobs[0]
    check_folder(first.results)
    if len({(job.clients, dataclasses.astuple(job.size), job.seed) for job in jobs}) > 1:
        raise BadInput(
            "decompose -m: all points need the same size and seed (common random numbers)."
        )
    points = [
        over_worlds.Point(values, job.parameters(), care_of(job))
        for job, values in zip(jobs, differing, strict=True)
    ]
    grid = over_worlds.decompose_points(
        points,
        replication=_replication(first),
        clients_of_facts=first.size.clients_per_replicate,
        progress=progress_of("points"),
    )
    names = list(differing[0])
    worlds = ", ".join(dict.fromkeys(job.world for job in jobs))
    summary = {
        "task": "decompose",
        "seed": first.seed,
        "clients": first.clients,
        "world": worlds,
        "replicates": first.size.replicates,
        "dials": names,
        "points": [dict(values) for values in differing],
    }
    title = f"{worlds} world, {first.clients:,} clients in each of {first.size.replicates} repeats"
    folder = write_results(
        first,
        began,
        summary=summary,
        fill=lambda place, _: report.write_attribution_grid(place, grid, names, title),
    )
    if first.json:
        print(json.dumps(rows_for_json(grid.shares)))
        return
    report.print_attribution_grid(grid, names)
    print(f"\nTables: {folder}\nFigure: {folder / 'grid.png'}")


TASK = Task(
    name="decompose",
    section="compare worlds",
    help="how much of the outcome is due to what: five decompositions, each with its denominator",
    example="dyadsim decompose world=hybrid",
    settings=DecomposeSettings,
    check=check,
    cost=cost,
    run=run,
    run_many=run_grid,
    no_effect=NoEffect(
        "do",
        "study",
        "population.sample",
        "measure",
        "beats",
        "replicate",
        instead="decompose simulates studies of its own (task.treatments, task.dose_spread ...)",
    ),
)
