"""What a task would cost, without running it: points, dyad-sessions, time, disk."""

import json
from collections.abc import Collection, Iterable

from dyadsim.attribution import true_shares
from dyadsim.calibration import laplace
from dyadsim.calibration.prior import space
from dyadsim.cli.settings import Settings, budget_of, care_of, literature_of, worlds_of
from dyadsim.evidence import benchmark, compare_worlds, literature
from dyadsim.studies import study
from dyadsim.studies.study import Study

# Measured on two cores of a small machine; the printed estimate is good to a factor of about two.
START_SECONDS = 3.0
MICROSECONDS = 2.5  # per dyad-session, with tables and statistics
RUN_SECONDS = 0.004  # to set up one small trial
REPORT_BYTES = 3e6
SESSION_BYTES = 3.0  # Parquet, per dyad-session of the tables that `simulate` leaves
TRUTH_BYTES = 55.0  # the same for the truth table


LIFE_MICROSECONDS = 0.1  # of those that `decompose` runs without keeping a course
QUICK_MICROSECONDS = 0.2  # of those that `calibrate` runs for its statistics alone
SUBSETS = 2**6  # lives of a client in `decompose`, one a subset of the groups of luck


def cost(one: Settings) -> dict[str, float]:
    """Return points, replicates, dyad-sessions, estimated seconds and megabytes."""
    task = str(one.task["name"])
    if task in ("fit", "recover"):
        from dyadsim.cli.tasks.fit import (  # scikit-learn: half a second
            cost_of_fit,
            cost_of_recover,
        )

        return (cost_of_fit if task == "fit" else cost_of_recover)(one)
    points, replicates, clients = len(worlds_of(one)), 1, one.clients
    studies: Collection[Study] = []
    disk, runs = 0.0, 0
    if task == "compare":
        studies, disk = compare_worlds.studies().values(), REPORT_BYTES
    elif task == "facts":
        studies = benchmark.studies().values()
        replicates, clients = one.replicates, one.clients_per_replicate
    elif task == "calibrate":
        budget, studies = budget_of(one), benchmark.studies().values()
        free = len(space(one.world, one.held).names)
        known = laplace.EFFORTS[str(one.config["budget"])]
        evaluations = [*budget.evaluations(free), (known.clients, known.evaluations(free))]
        clients = sum(size * count for size, count in evaluations)
        runs = sum(count for _, count in evaluations) * len(studies) // 2  # two at a time
        disk = REPORT_BYTES
    elif task == "simulate":
        studies = [one.study]
        each = SESSION_BYTES + TRUTH_BYTES * bool(one.task["truth"])
        disk = clients * _steps(studies) * each
    elif task == "decompose":
        studies, replicates = [true_shares.study(care_of(one))] * SUBSETS, one.replicates
        disk = REPORT_BYTES
    elif task == "literature":
        asked = literature_of(one)
        size = (asked.field.smallest + asked.field.largest) / 2
        replicates = asked.repeats * asked.field.trials
        clients = round(size)
        studies = [literature.trial(asked.therapy, name, False) for name in asked.comparators]
        runs = replicates * len(studies)
    quick = {"decompose": LIFE_MICROSECONDS, "calibrate": QUICK_MICROSECONDS}
    micro = quick.get(task, MICROSECONDS)
    dyad_sessions = points * replicates * clients * _steps(studies)
    return {
        "points": points,
        "replicates": replicates,
        "dyad_sessions": dyad_sessions,
        "estimated_seconds": round(
            START_SECONDS + dyad_sessions * micro * 1e-6 + runs * RUN_SECONDS, 1
        ),
        "estimated_megabytes": round(disk / 1e6, 1),
    }


def _steps(studies: Iterable[Study]) -> int:
    """Return the steps of all studies together."""
    return sum(study.plan(one).weeks.size - 1 for one in studies)


def dry_run(one: Settings) -> None:
    """Print what the run would cost; nothing is simulated or written."""
    found = cost(one)
    if one.json:
        print(json.dumps(found))
        return
    print("Dry run: nothing is simulated or written.")
    for name, value in found.items():
        print(f"  {name.replace('_', ' '):20} {value:,}")
