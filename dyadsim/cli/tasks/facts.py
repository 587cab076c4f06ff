"""Every published fact beside its simulated value: all worlds side by side, or one."""

import dataclasses
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dyadsim.cli.cost import estimate
from dyadsim.cli.memory import FOR_STATISTICS, Need, largest_run, workers_of
from dyadsim.cli.progress import progress_of
from dyadsim.cli.task import Estimates, GridRequest, NoEffect, Task, TaskSettings, setting
from dyadsim.errors import BadInput

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings
    from dyadsim.evidence.benchmark import FactResult
    from dyadsim.evidence.fact import Fact
    from dyadsim.studies.study import Study
    from dyadsim.sweeps.kept_grid import KeptGrid

ALL_WORLDS = "task.worlds=[medical,contextual,hybrid,'null']"

FACT_MICROSECONDS = 0.6  # per dyad-session, its statistics and no tables (measured)
MOST_TABLES = 4  # of -m: of more points only the verdicts are printed
SIZES = ("size", "size.clients_per_replicate", "size.replicates")


@dataclasses.dataclass
class FactsSettings(TaskSettings):
    """Settings of `facts`."""

    worlds: Any = setting(None, "worlds side by side; null = all four, or the one of world=...")
    facts: str | None = setting(
        None, "a csv file of published numbers of your own, columns as facts.csv (also facts=FILE)"
    )
    until_decided: bool = setting(
        True,
        "repeat each study until its facts are decided; false where a size or members are given",
    )


def adapt(words: list[str]) -> list[str]:
    """Return the words with all worlds added, unless they name one, and with a given size kept.

    `facts=FILE` is short for `task.facts=FILE`.
    """
    named = {word.split("=", 1)[0] for word in words}
    if {"facts", "task.facts"} <= named:
        raise BadInput("facts and task.facts are one setting: give one of them.")
    words = [f"task.{word}" if word.startswith("facts=") else word for word in words]
    added = [] if named & {"world", "task.worlds"} else [ALL_WORLDS]
    if (named & set(SIZES) or _over_members(words)) and "task.until_decided" not in named:
        added.append("task.until_decided=false")
    return [*words, *added]


def _over_members(words: Iterable[str]) -> bool:
    """Return whether words ask for members: then all have the same repeats."""
    return any(word.startswith("members=") or word == "ensemble=true" for word in words)


def _size(settings: "Settings") -> dict[str, Any]:
    """Return clients and repeats of each study: those given, or those of the rule."""
    from dyadsim.evidence import enough_repeats

    rule = settings.task.until_decided
    return {
        "clients": enough_repeats.CLIENTS if rule else settings.size.clients_per_replicate,
        "replicates": enough_repeats.FIRST if rule else settings.size.replicates,
        "until_decided": rule,
        "seed": settings.seed,
        "threads": settings.threads,
    }


def _facts(settings: "Settings") -> "list[Fact]":
    """Return the published numbers: those of the user's file, or all of facts.csv."""
    from dyadsim.evidence.benchmark import wanted_facts

    return wanted_facts(None, settings.task.facts)


def check(settings: "Settings") -> None:
    """Refuse a file that cannot be used, before anything is computed."""
    if settings.task.facts is not None:
        _facts(settings)


def _studies(settings: "Settings") -> "list[Study]":
    """Return the studies that serve the facts."""
    from dyadsim.evidence.studies_of_facts import needed_studies

    return list(needed_studies(_facts(settings)).values())


def cost(settings: "Settings") -> dict[str, float]:
    """Return what the facts would take; until they are decided, up to three times as much."""
    size = _size(settings)
    return estimate(
        _studies(settings),
        size["clients"],
        points=len(settings.worlds),
        replicates=size["replicates"],
        microseconds=FACT_MICROSECONDS,
    )


def memory(settings: "Settings") -> Need:
    """Return the memory that the facts would take."""
    of_client = workers_of(settings) * largest_run(_studies(settings)) * FOR_STATISTICS
    return Need("size.clients_per_replicate", _size(settings)["clients"], of_client)


def _about_facts(settings: "Settings", facts: "list[Fact]", worlds: list[str]) -> dict[str, Any]:
    """Return for JSON where the facts come from, and which took no part in calibration."""
    from dyadsim.evidence.facts_file import not_calibrated_on

    file = settings.task.facts and Path(settings.task.facts).name
    return {"facts_file": file, "unseen": not_calibrated_on(facts, worlds)}


def estimates(settings: "Settings") -> Estimates:
    """Return every fact's simulated value in one member."""
    from dyadsim.calibration import scoreboard
    from dyadsim.report import facts as report

    worlds = {name: settings.parameters(name) for name in settings.worlds}
    size = _size(settings)
    table = scoreboard.score_worlds(worlds, facts=_facts(settings), **size)
    repeats = sorted(set(table["repeats"]))
    return Estimates(report.estimates_of(table), report.STUDY, size["clients"], repeats)


def run(settings: "Settings") -> None:
    """Print every published fact beside its simulated value."""
    if settings.compared:
        _run_side_by_side(settings)
    else:
        _run_one_world(settings)


def _run_side_by_side(settings: "Settings") -> None:
    from dyadsim.calibration import scoreboard
    from dyadsim.cli.results_folder import check_folder, write_results
    from dyadsim.report import facts as report
    from dyadsim.report.plain_rows import rows_for_json
    from dyadsim.simulation import changed_worlds

    began = time.perf_counter()
    check_folder(settings.results)
    worlds = {name: settings.parameters(name) for name in settings.compared}
    size, facts = _size(settings), _facts(settings)
    about = _about_facts(settings, facts, list(worlds))
    table = scoreboard.score_worlds(worlds, facts=facts, progress=progress_of("worlds"), **size)
    totals = scoreboard.world_totals(table, worlds)
    ratios = [
        scoreboard.equal_means_ratio(parameters, seed=settings.seed)
        for parameters in worlds.values()
    ]
    totals[["equal_means_ratio", "equal_means_se"]] = ratios
    summary = {
        "task": "facts",
        "study": report.STUDY,
        "clients": size["clients"],
        "seed": settings.seed,
        **about,
        "worlds": [changed_worlds.world_for_json(*world) for world in worlds.items()],
        "totals": rows_for_json(totals),
    }
    note = changed_worlds.changes_in_worlds(worlds)
    folder = write_results(
        settings,
        began,
        summary=summary,
        fill=lambda place, _: report.write_scoreboard(place, table, note),
        inputs={"facts": Path(settings.task.facts)} if settings.task.facts else None,
    )
    if settings.json:
        print(json.dumps({**summary, "facts": rows_for_json(table)}))
        return
    report.print_scoreboard(
        table,
        totals,
        clients=size["clients"],
        seed=settings.seed,
        unseen=about["unseen"],
        until_decided=size["until_decided"],
    )
    print(f"Table and figure: {folder}")


def _run_one_world(settings: "Settings") -> None:
    from dyadsim.evidence import benchmark

    parameters, size = settings.parameters(), _size(settings)
    results = benchmark.evaluate_facts(
        parameters, facts=_facts(settings), progress=progress_of("steps"), **size
    )
    _show_one_world(settings, results)


def _summary_of_one_world(settings: "Settings", results: "list[FactResult]") -> dict[str, Any]:
    """Return the facts of one world for JSON."""
    from dyadsim.evidence import verdict
    from dyadsim.report import facts as report
    from dyadsim.simulation import changed_worlds

    size = _size(settings)
    return {
        "task": "facts",
        "study": report.STUDY,
        "clients": size["clients"],
        "seed": settings.seed,
        **_about_facts(settings, _facts(settings), [settings.world]),
        **changed_worlds.world_for_json(settings.world, settings.parameters()),
        **verdict.count_verdicts(result.verdict for result in results),
        "facts": [report.fact_row(result) for result in results],
    }


def _show_one_world(settings: "Settings", results: "list[FactResult]") -> None:
    """Print the facts of one world."""
    from dyadsim.report import facts as report
    from dyadsim.simulation import changed_worlds

    if settings.json:
        print(json.dumps(_summary_of_one_world(settings, results)))
        return
    report.print_facts(
        results,
        changed_worlds.world_label(settings.world, settings.parameters()),
        seed=settings.seed,
        unseen=_about_facts(settings, _facts(settings), [settings.world])["unseen"],
        until_decided=_size(settings)["until_decided"],
    )


def check_many(jobs: Sequence["Settings"], differing: Sequence[Mapping[str, Any]]) -> None:
    """Refuse several values of what a grid has once; worlds side by side are no grid."""
    from dyadsim.cli.kept_grid import check_grid

    if len({job.task.facts for job in jobs}) > 1:
        raise BadInput("facts=: a grid has one file of facts; run the command once for each file.")
    if not any(job.compared or job.members for job in jobs):
        check_grid(differing)


def run_grid(
    jobs: Sequence["Settings"], differing: Sequence[Mapping[str, Any]], request: GridRequest
) -> int | None:
    """Print the facts at every job of `-m`, and one table of their verdicts.

    Parameters
    ----------
    jobs
        The settings of every job.
    differing
        The settings that differ between jobs, by name, for each job.
    request
        The words of the command, and what is to be done.
    """
    from dyadsim.attribution.kept_points import facts_of_point
    from dyadsim.cli import kept_grid
    from dyadsim.report import facts as report

    if any(job.compared for job in jobs):  # worlds side by side, a folder a job
        for job, labels in zip(jobs, differing, strict=True):
            print(f"# {', '.join(f'{name}={value}' for name, value in labels.items())}")
            run(job)
        return None
    kept = kept_grid.keep_points(jobs[0], _grid(jobs, differing), request)
    if kept is None:
        return None
    points, reused = kept
    rows = []
    for job, labels, point in zip(jobs, differing, points, strict=True):
        if point.error:
            continue
        results = facts_of_point(point.job, point.numbers)
        rows.append((labels, results))
        if job.json or len(jobs) <= MOST_TABLES:
            _show_one_world(job, results)
    if jobs[0].json:
        return kept_grid.POINTS_FAILED if len(rows) < len(points) else None
    report.print_grid(rows)
    return kept_grid.say_points(points, reused, kept_grid.points_folder(jobs[0]))


def _grid(jobs: Sequence["Settings"], differing: Sequence[Mapping[str, Any]]) -> "KeptGrid":
    """Return the worlds of all jobs as a grid that can be kept."""
    from dyadsim.attribution.kept_points import PointJob
    from dyadsim.attribution.true_shares import Replication
    from dyadsim.sweeps.kept_grid import plan_grid

    points = []
    for job in jobs:
        size = _size(job)
        points.append(
            PointJob(
                job.parameters(),
                (None,),
                Replication(seed=job.seed),
                tuple(_facts(job)),
                size["clients"],
                size["replicates"],
                size["until_decided"],
            )
        )
    names = [", ".join(f"{name}={value}" for name, value in labels.items()) for labels in differing]
    return plan_grid(points, names)


def no_effect(words: Mapping[str, str]) -> list[NoEffect]:
    """Return what facts does not use; facts of one world are printed, and leave no folder."""
    decided = words.get("task.until_decided") == "true"
    unused = [
        NoEffect(
            "do",
            "study",
            "population",
            "measure",
            "beats",
            "replicate",
            "budget",
            "data",
            "size.clients",
            "size.clients_per_point",
            instead="facts simulates the design of each fact; for one study: dyadsim simulate",
        ),
        NoEffect(
            *(("size",) if decided else ()),
            instead="the rule of task.until_decided=true says how often",
        ),
    ]
    if "world" in words and "task.worlds" not in words:
        if _over_members(f"{name}={value}" for name, value in words.items()):
            return unused  # they leave a folder
        unused.append(
            NoEffect(
                "results",
                "experiment.name",
                "figure",
                instead="the facts of one world are printed",
            )
        )
    elif "world" in words:
        unused.append(NoEffect("world", instead="task.worlds says which worlds"))
    return unused


TASK = Task(
    name="facts",
    section="published evidence",
    help="every published fact in all worlds; in one: dyadsim facts world=hybrid",
    example="dyadsim facts world=hybrid",
    more=(
        "facts=mine.csv    published numbers of your own (docs/background/facts.md)",
        "-m world=hybrid alliance.rate=0.2,0.4    a grid; the same command resumes it",
    ),
    settings=FactsSettings,
    adapt=adapt,
    check=check,
    cost=cost,
    memory=memory,
    run=run,
    run_many=run_grid,
    check_many=check_many,
    shows=("figure",),
    estimates=estimates,
    no_effect=no_effect,
)
