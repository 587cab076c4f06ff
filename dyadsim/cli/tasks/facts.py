"""Every published fact beside its simulated value: all worlds side by side, or one."""

import dataclasses
import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dyadsim.cli.cost import estimate
from dyadsim.cli.memory import FOR_STATISTICS, Need, largest_run, workers_of
from dyadsim.cli.progress import progress_of
from dyadsim.cli.task import NoEffect, Task, TaskSettings, setting

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings

ALL_WORLDS = "task.worlds=[medical,contextual,hybrid,'null']"


SIZES = ("size", "size.clients_per_replicate", "size.replicates")


@dataclasses.dataclass
class FactsSettings(TaskSettings):
    """Settings of `facts`."""

    worlds: Any = setting(None, "worlds side by side; null = all four, or the one of world=...")
    until_decided: bool = setting(
        True, "repeat each study until its facts are decided; false where a size is given"
    )


def adapt(words: list[str]) -> list[str]:
    """Return the words with all worlds added, unless they name one, and with a given size kept."""
    named = {word.split("=", 1)[0] for word in words}
    added = [] if named & {"world", "task.worlds"} else [ALL_WORLDS]
    if named & set(SIZES) and "task.until_decided" not in named:
        added.append("task.until_decided=false")
    return [*words, *added]


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


def cost(settings: "Settings") -> dict[str, float]:
    """Return what the facts would take; until they are decided, up to three times as much."""
    from dyadsim.evidence.studies_of_facts import fact_studies

    size = _size(settings)
    return estimate(
        fact_studies().values(),
        size["clients"],
        points=len(settings.worlds),
        replicates=size["replicates"],
    )


def memory(settings: "Settings") -> Need:
    """Return the memory that the facts would take."""
    from dyadsim.evidence.studies_of_facts import fact_studies

    of_client = workers_of(settings) * largest_run(fact_studies().values()) * FOR_STATISTICS
    return Need("size.clients_per_replicate", _size(settings)["clients"], of_client)


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
    size = _size(settings)
    table = scoreboard.score_worlds(worlds, progress=progress_of("worlds"), **size)
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
        "worlds": [changed_worlds.world_for_json(*world) for world in worlds.items()],
        "totals": rows_for_json(totals),
    }
    note = changed_worlds.changes_in_worlds(worlds)
    folder = write_results(
        settings,
        began,
        summary=summary,
        fill=lambda place, _: report.write_scoreboard(place, table, note),
    )
    if settings.json:
        print(json.dumps({**summary, "facts": rows_for_json(table)}))
        return
    report.print_scoreboard(
        table,
        totals,
        clients=size["clients"],
        seed=settings.seed,
        until_decided=size["until_decided"],
    )
    print(f"Table and figure: {folder}")


def _run_one_world(settings: "Settings") -> None:
    from dyadsim.evidence import benchmark, verdict
    from dyadsim.report import facts as report
    from dyadsim.simulation import changed_worlds

    parameters, size = settings.parameters(), _size(settings)
    results = benchmark.evaluate_facts(parameters, progress=progress_of("steps"), **size)
    if settings.json:
        summary = {
            "task": "facts",
            "study": report.STUDY,
            "clients": size["clients"],
            "seed": settings.seed,
            **changed_worlds.world_for_json(settings.world, parameters),
            **verdict.count_verdicts(result.verdict for result in results),
            "facts": [report.fact_row(result) for result in results],
        }
        print(json.dumps(summary))
        return
    report.print_facts(
        results,
        changed_worlds.world_label(settings.world, parameters),
        seed=settings.seed,
        until_decided=size["until_decided"],
    )


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
        unused.append(
            NoEffect("results", "experiment.name", instead="the facts of one world are printed")
        )
    elif "world" in words:
        unused.append(NoEffect("world", instead="task.worlds says which worlds"))
    return unused


TASK = Task(
    name="facts",
    section="published evidence",
    help="every published fact in all worlds; in one: dyadsim facts world=hybrid",
    example="dyadsim facts world=hybrid",
    settings=FactsSettings,
    adapt=adapt,
    cost=cost,
    memory=memory,
    run=run,
    no_effect=no_effect,
)
