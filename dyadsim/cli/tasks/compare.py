"""The comparison: four worlds in one trial and one clinic, beside the published numbers."""

import dataclasses
import json
import time
from typing import TYPE_CHECKING, Any

from dyadsim.cli.cost import REPORT_BYTES, estimate
from dyadsim.cli.memory import Need, client_need, largest_run
from dyadsim.cli.progress import progress_of
from dyadsim.cli.task import Estimates, NoEffect, Task, TaskSettings, setting

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings
    from dyadsim.evidence.compare_worlds import Comparison


@dataclasses.dataclass
class CompareSettings(TaskSettings):
    """Settings of `compare`."""

    worlds: Any = setting(["medical", "contextual", "hybrid", "null"], "the worlds to compare")


def check(settings: "Settings") -> None:
    """Refuse too few clients."""
    from dyadsim.evidence import compare_worlds

    compare_worlds.check_clients("size.clients", settings.clients_of_own_studies)


def cost(settings: "Settings") -> dict[str, float]:
    """Return what the comparison would take."""
    from dyadsim.evidence import compare_worlds

    return estimate(
        compare_worlds.comparison_studies().values(),
        settings.clients_of_own_studies,
        points=len(settings.worlds),
        disk=REPORT_BYTES,
    )


def memory(settings: "Settings") -> Need:
    """Return the memory that the comparison would take."""
    from dyadsim.evidence import compare_worlds

    studies = compare_worlds.comparison_studies().values()  # a world's are kept together
    return client_need(settings, sum(largest_run([study]) for study in studies), own_studies=True)


def _comparison(settings: "Settings", *, quiet: bool = False) -> "Comparison":
    """Return the comparison; `quiet`: without progress of its own."""
    from dyadsim.evidence import compare_worlds

    return compare_worlds.simulate_comparison(
        {name: settings.parameters(name) for name in settings.worlds},
        settings.clients_of_own_studies,
        seed=settings.seed,
        beats=settings.beats,
        threads=settings.threads,
        progress=iter if quiet else progress_of("worlds"),
    )


def estimates(settings: "Settings") -> Estimates:
    """Return the statistics and the true effects of one member."""
    from dyadsim.report import comparison as report

    table = report.estimates_of(_comparison(settings, quiet=True))
    return Estimates(table, report.STUDY, settings.clients_of_own_studies)


def run(settings: "Settings") -> None:
    """Run the comparison and leave a report."""
    from dyadsim.cli.results_folder import check_folder, write_results
    from dyadsim.report import comparison as report
    from dyadsim.report.plain_rows import rows_for_json
    from dyadsim.report.printed import say
    from dyadsim.simulation import changed_worlds

    began = time.perf_counter()
    check_folder(settings.results)
    clients = settings.clients_of_own_studies
    worlds = {name: settings.parameters(name) for name in settings.worlds}
    comparison = _comparison(settings)
    summary = {
        "task": "compare",
        "study": report.STUDY,
        "seed": settings.seed,
        "clients": clients,
        "repeats": 1,
        "verdict": comparison.verdict,
        "worlds": [changed_worlds.world_for_json(*world) for world in worlds.items()],
        "statistics": rows_for_json(comparison.statistics),
        "truth": rows_for_json(comparison.truth),
    }
    folder = write_results(
        settings,
        began,
        summary=summary,
        fill=lambda place, manifest: report.write_comparison(
            place,
            comparison,
            manifest,
            clients=clients,
            changes=changed_worlds.changes_in_worlds(worlds),
        ),
    )
    if settings.json:
        print(json.dumps(summary))
        return
    report.print_comparison(comparison, clients=clients, seed=settings.seed)
    say(f"\n{comparison.verdict}")
    print(f"\nReport: {folder / 'report.html'}")
    print(f"Next: {_next(settings)}   (every published fact, one world)")


def _next(settings: "Settings") -> str:
    """Return the next command: the facts of a world that was compared, your own before others."""
    from dyadsim.checks import names_list
    from dyadsim.cli.own_mechanism_words import said_again, world_word
    from dyadsim.model.worlds import WORLDS

    typed = names_list("task.worlds", settings.task.worlds)
    chosen = next((name for name in typed if name not in WORLDS), settings.worlds[0])
    chosen = "hybrid" if "hybrid" in typed and chosen in WORLDS else chosen
    return said_again(f"dyadsim facts {world_word(chosen)}")


TASK = Task(
    name="compare",
    section="compare worlds",
    help="four worlds, the same clients and random numbers, beside the published numbers",
    example="dyadsim compare",
    settings=CompareSettings,
    check=check,
    cost=cost,
    memory=memory,
    run=run,
    shows=("figure",),
    panels=("trial", "care", "<world>"),
    estimates=estimates,
    no_effect=NoEffect(
        "world",
        "study",
        "population",
        "measure",
        "replicate",
        "do",
        "budget",
        "data",
        "size.replicates",
        "size.clients_per_replicate",
        "size.clients_per_point",
        instead="compare runs task.worlds=[medical,contextual,hybrid,null] in a trial and a "
        "clinic of its own; for one world and one study: dyadsim simulate",
    ),
)
