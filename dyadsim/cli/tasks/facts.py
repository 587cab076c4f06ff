"""Every published fact beside its simulated value: all worlds side by side, or one."""

import dataclasses
import json
import time
from typing import TYPE_CHECKING, Any

from dyadsim.cli.cost import estimate
from dyadsim.cli.progress import progress_of
from dyadsim.cli.task import NoEffect, Task, TaskSettings, setting

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings

ALL_WORLDS = "task.worlds=[medical,contextual,hybrid,'null']"


@dataclasses.dataclass
class FactsSettings(TaskSettings):
    """Settings of `facts`."""

    worlds: Any = setting(None, "worlds side by side; null = all four, or the one of world=...")


def all_worlds_unless_one(words: list[str]) -> list[str]:
    """Return the words with all worlds added, unless they name a world."""
    named = any(word.split("=", 1)[0] in ("world", "task.worlds") for word in words)
    return words if named else [*words, ALL_WORLDS]


def cost(settings: "Settings") -> dict[str, float]:
    """Return what the facts would take."""
    from dyadsim.evidence.studies_of_facts import fact_studies

    return estimate(
        fact_studies().values(),
        settings.size.clients_per_replicate,
        points=len(settings.worlds),
        replicates=settings.size.replicates,
    )


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

    began = time.perf_counter()
    check_folder(settings.results)
    worlds = {name: settings.parameters(name) for name in settings.compared}
    table = scoreboard.score_worlds(
        worlds,
        clients=settings.size.clients_per_replicate,
        replicates=settings.size.replicates,
        seed=settings.seed,
        progress=progress_of("worlds"),
    )
    totals = scoreboard.world_totals(table)
    ratios = [
        scoreboard.equal_means_ratio(parameters, seed=settings.seed)
        for parameters in worlds.values()
    ]
    totals[["equal_means_ratio", "equal_means_se"]] = ratios
    summary = {"task": "facts", "seed": settings.seed, "totals": rows_for_json(totals)}
    folder = write_results(
        settings,
        began,
        summary=summary,
        fill=lambda place, _: report.write_scoreboard(place, table),
    )
    if settings.json:
        print(json.dumps(rows_for_json(table)))
        return
    report.print_scoreboard(table, totals)
    print(f"Table and figure: {folder}")


def _run_one_world(settings: "Settings") -> None:
    from dyadsim.evidence import benchmark
    from dyadsim.model import worlds
    from dyadsim.report import facts as report

    results = benchmark.evaluate_facts(
        settings.parameters(),
        settings.size.clients_per_replicate,
        replicates=settings.size.replicates,
        seed=settings.seed,
        progress=progress_of("studies"),
    )
    if settings.json:
        print(json.dumps([report.fact_row(result) for result in results]))
        return
    report.print_facts(results, settings.world, worlds.find_world(settings.world).calibrated)


TASK = Task(
    name="facts",
    section="published evidence",
    help="every published fact in all worlds; in one: dyadsim facts world=hybrid",
    example="dyadsim facts world=hybrid",
    settings=FactsSettings,
    adapt=all_worlds_unless_one,
    cost=cost,
    run=run,
    no_effect=NoEffect(
        "do",
        "study",
        "population.sample",
        "measure",
        "beats",
        "threads",
        "replicate",
        instead="facts simulates the design of each fact; for one study: dyadsim simulate",
    ),
)
