"""A task run over members of the ensemble: `members=20`, for every task that has `estimates`.

The task says what it estimates in one member (`Task.estimates`); what is here runs it in each with
the same settings, seed and so random numbers, and sums up: medians with 90 % intervals over members
beside the Monte-Carlo error of one member. What is done is kept (`kept_members`). Sweeps take
members as conditions instead.
"""

import dataclasses
import importlib
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dyadsim.cli.cost import START_SECONDS
from dyadsim.cli.task import Task, all_tasks, find_task
from dyadsim.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

    from dyadsim.cli.settings import Settings
    from dyadsim.cli.task import Estimates

OK, INTERRUPTED = 0, 130
WORTH_PROCESSES = 10.0  # seconds of work; two more processes take about 3 to start


def check_members(task: Task, settings: "Settings") -> None:
    """Refuse `members` where it has no meaning.

    Raises
    ------
    BadInput
        The task takes no members; the message names those that do.
    """
    if settings.members and not task.takes_members:
        *names, last = sorted(other.name for other in all_tasks() if other.takes_members)
        raise BadInput(
            f"{task.name} does not run over members of the ensemble (members, ensemble): "
            f"{', '.join(names)} and {last} do."
        )


def with_default_members(task: Task, settings: "Settings") -> "Settings":
    """Return the settings with the task's own number of members, where none is given."""
    if settings.members or not task.default_members:
        return settings
    from dyadsim.model.worlds import find_world
    from dyadsim.simulation.ensemble import some_members

    worlds = tuple(map(find_world, settings.worlds))
    return dataclasses.replace(settings, members=some_members(task.default_members, worlds))


def cost_over_members(cost: Mapping[str, Any], settings: "Settings") -> dict[str, Any]:
    """Return what a task would take over all its members, from what it takes in one."""
    count = len(settings.members)
    if not count:
        return dict(cost)
    seconds = START_SECONDS + count * max(cost["estimated_seconds"] - START_SECONDS, 0.0)
    return {
        "members": count,
        **cost,
        "dyad_sessions": count * cost["dyad_sessions"],
        "estimated_seconds": round(seconds, 1),
    }


def dry_run_of_many(
    task: Task, jobs: Sequence["Settings"], memories: Sequence[Mapping[str, Any]]
) -> int:
    """Say what all jobs of `-m` together would cost; return the exit code."""
    from dyadsim.cli.cost import estimate, print_cost, together

    costs = [
        {**cost_over_members(task.cost(job) if task.cost else estimate(), job), **memory}
        for job, memory in zip(jobs, memories, strict=True)
    ]
    print_cost(jobs[0], together(costs))
    return OK


def conditions_of_members(
    conditions: Sequence["Settings"], labels: Sequence[Mapping[str, Any]]
) -> "tuple[list[Settings], list[dict[str, Any]]]":
    """Return the conditions of a sweep, and their labels, in every member that is asked for.

    Parameters
    ----------
    conditions
        The settings of each condition.
    labels
        The settings that differ between conditions, by name; `member` is added.
    """
    from dyadsim.model.members import MEMBER

    if not conditions[0].members:
        return list(conditions), [dict(label) for label in labels]
    pairs = [
        (dataclasses.replace(condition, member=member), {**label, MEMBER: member})
        for condition, label in zip(conditions, labels, strict=True)
        for member in condition.members
    ]
    return [settings for settings, _ in pairs], [label for _, label in pairs]


def run_over_members(
    task: Task, jobs: Sequence["Settings"], differing: Sequence[Mapping[str, Any]]
) -> int:
    """Run a task over members, print medians with their intervals, and leave tables and a page.

    Parameters
    ----------
    task
        A task with `estimates`.
    jobs
        The settings of one job, or of all jobs of `-m`.
    differing
        The settings that differ between jobs, by name, for each job.

    Returns
    -------
    int
        The exit code.

    Raises
    ------
    BadInput
        Jobs differ in their members.
    NoFolder
        The results folder cannot be written.
    """
    from dyadsim.cli.results_folder import check_folder, write_results
    from dyadsim.model import members
    from dyadsim.model.worlds import find_world
    from dyadsim.report.members import MembersResult, summarise_estimates

    report = importlib.import_module(f"dyadsim.report.{task.members_report}")
    began, first = time.perf_counter(), jobs[0]
    if len({job.members for job in jobs}) > 1:
        raise BadInput(f"{task.name} -m: all jobs need the same members.")
    check_folder(first.results)
    ensemble = find_world(first.worlds[0]).ensemble
    table, estimates = _estimates_of_members(task, jobs, differing)
    result = MembersResult(
        task.name,
        table,
        summarise_estimates(table),
        first.members,
        estimates.study,
        estimates.clients,
        estimates.repeats,
        first.seed,
        _changes(jobs),
        members.member_count(ensemble),
    )
    summary = _summary(result, jobs, differing) | report.answers(result)
    folder = write_results(
        first,
        began,
        summary=summary,
        fill=lambda place, manifest: report.write_members(place, result, manifest),
        inputs={"members": ensemble or members.folder() / members.FILE},
    )
    if first.json:
        print(json.dumps(summary))
        return OK
    report.print_members(result)
    print(f"\nReport: {folder / 'report.html'}")
    if report.NEXT:
        print(f"Next: {_next(first, report.NEXT)}")
    return OK


def _next(settings: "Settings", line: str) -> str:
    """Return the next command with its reason; it is about worlds of one's own, if there are."""
    from dyadsim.cli.own_mechanism_words import said_again, typed_settings
    from dyadsim.model.worlds import WORLDS

    command, gap, reason = line.partition("   ")
    if not set(settings.compared) <= set(WORLDS):
        command += typed_settings("task.worlds", "worlds")
    return f"{said_again(command)}{gap}{reason}"


def _estimates_of_members(
    task: Task, jobs: Sequence["Settings"], differing: Sequence[Mapping[str, Any]]
) -> "tuple[pd.DataFrame, Estimates]":
    """Return the estimates of every job in every member, and the last ones as they came."""
    import pandas as pd

    from dyadsim.cli.kept_members import keep_member, member_file, read_member
    from dyadsim.cli.progress import working
    from dyadsim.model.members import MEMBER

    labels = [(words, member) for words in differing for member in jobs[0].members]
    settings = [dataclasses.replace(job, member=k) for job in jobs for k in job.members]
    files = list(map(member_file, settings))
    stored = {file: kept for file in files if (kept := read_member(file)) is not None}
    missing = [job for job, file in zip(settings, files, strict=True) if file not in stored]
    computed = _all_estimates(task, missing)
    if stored and not jobs[0].json:
        print(f"{len(stored):,} of {len(files):,} members were taken from {files[0].parent}.")
    tables = []
    with _keeping(files), working("members", len(labels)) as advance:
        for (words, member), file in zip(labels, files, strict=True):
            fresh = file not in stored
            estimates = keep_member(file, next(computed)) if fresh else stored[file]
            added = {"at": _text_of(words), **words} if words else {}
            tables.append(estimates.table.assign(**added, **{MEMBER: member}))
            advance(1.0, fresh)
    return pd.concat(tables, ignore_index=True), estimates


@contextmanager
def _keeping(files: Sequence[Path]) -> Iterator[None]:
    """Say how many members are kept where the run is interrupted."""
    try:
        yield
    except KeyboardInterrupt:
        kept = sum(file.is_file() for file in files)
        print(
            f"dyadsim: interrupted. {kept:,} of {len(files):,} members are kept in "
            f"{files[0].parent}; the same command goes on from there.",
            file=sys.stderr,
        )
        raise SystemExit(INTERRUPTED) from None


def _all_estimates(task: Task, settings: Sequence["Settings"]) -> "Iterator[Estimates]":
    """Yield the estimates of each settings in turn, from processes where that is worth the start.

    The numbers are the same: a member's random numbers do not depend on who simulates it.
    """
    from dyadsim.simulation.simulate import default_threads

    assert task.estimates is not None
    if not settings:
        return
    first = settings[0]
    workers = min(first.threads or default_threads(), len(settings))
    seconds = task.cost(first)["estimated_seconds"] - START_SECONDS if task.cost else 0.0
    if workers < 2 or len(settings) * seconds < WORTH_PROCESSES:
        yield from map(task.estimates, settings)
        return
    from dyadsim.calibration.worker_processes import worker_map

    alone = [dataclasses.replace(of_member, threads=1) for of_member in settings]
    with worker_map(workers) as map_on_workers:
        yield from map_on_workers(_estimates_in_process, [task.name] * len(alone), alone)


def _estimates_in_process(name: str, settings: "Settings") -> "Estimates":
    """Return a task's estimates, in a process of its own with one thread."""
    from dyadsim.analysis.one_thread import one_blas_thread

    task = find_task(name)
    assert task.estimates is not None
    with one_blas_thread():
        return task.estimates(settings)


def _text_of(labels: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in labels.items())


def _values_set(settings: "Settings", world: str) -> dict[str, float]:
    """Return what the command line sets in every member of a world, by name.

    The dial of specificity is one value; what follows from it differs between members.
    """
    from dyadsim.model.worlds import find_world
    from dyadsim.simulation.specificity import DIAL

    its_world = find_world(world)
    claimed = its_world.fixed
    values = {name: value for name, value in settings.fixed.items() if name not in claimed}
    values = {**its_world.differences, **values}
    if settings.specificity is not None and DIAL not in claimed:
        values["specificity"] = settings.specificity
    return values


def _changes(jobs: Sequence["Settings"]) -> str:
    """Return what was changed in every member, in words; of several jobs each once."""
    from dyadsim.model.worlds import find_world
    from dyadsim.report.members import changes_text

    text = changes_text((world, _values_set(job, world)) for job in jobs for world in job.worlds)
    worlds = dict.fromkeys(world for job in jobs for world in job.worlds)
    bases = {world: base for world in worlds if (base := find_world(world).base)}
    own = (f"{world} is your own, from {base}" for world, base in bases.items())
    return "; ".join(filter(None, (text, *own)))


def _summary(
    result: Any, jobs: Sequence["Settings"], differing: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the summary as plain values."""
    from dyadsim.model.worlds import find_world
    from dyadsim.report.plain_rows import rows_for_json
    from dyadsim.simulation.ensemble import SURE

    about = find_world(result.table["world"].iloc[0]).calibration
    worlds = [
        {
            **labels,
            "world": world,
            **({"base": base} if (base := find_world(world).base) else {}),
            "calibrated": not values and not base,
            "changed": values,
        }
        for job, labels in zip(jobs, differing, strict=True)
        for world in job.worlds
        for values in [_values_set(job, world)]
    ]
    return {
        "task": result.task,
        "study": result.study,
        "clients": result.clients,
        "repeats": result.repeats,
        "seed": result.seed,
        "worlds": worlds,
        "members": list(result.members),
        "ensemble": {
            name: about[name] for name in ("command", "commit", "members") if name in about
        },
        "interval": SURE,
        "estimates": rows_for_json(result.summary),
    }
