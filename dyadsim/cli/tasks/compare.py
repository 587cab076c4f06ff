"""The main comparison: four worlds in one trial and one clinic, beside the published numbers."""

import dataclasses
import json
import time
from typing import TYPE_CHECKING, Any

from dyadsim.cli.cost import REPORT_BYTES, estimate
from dyadsim.cli.progress import progress_of
from dyadsim.cli.task import NoEffect, Task, TaskSettings, setting

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings


@dataclasses.dataclass
class CompareSettings(TaskSettings):
    """Settings of `compare`."""

    worlds: Any = setting(["medical", "contextual", "hybrid", "null"], "the worlds to compare")


def cost(settings: "Settings") -> dict[str, float]:
    """Return what the comparison would take."""
    from dyadsim.evidence import compare_worlds

    return estimate(
        compare_worlds.comparison_studies().values(),
        settings.clients,
        points=len(settings.worlds),
        disk=REPORT_BYTES,
    )


def run(settings: "Settings") -> None:
    """Run the main comparison and leave a report."""
    from dyadsim.cli.results_folder import check_folder, write_results
    from dyadsim.evidence import compare_worlds
    from dyadsim.model import worlds
    from dyadsim.report import comparison as report
    from dyadsim.report.plain_rows import rows_for_json

    began = time.perf_counter()
    check_folder(settings.results)
    comparison = compare_worlds.simulate_comparison(
        {name: settings.parameters(name) for name in settings.worlds},
        settings.clients,
        seed=settings.seed,
        beats=settings.beats,
        threads=settings.threads,
        progress=progress_of("worlds"),
    )
    summary = {
        "task": "compare",
        "seed": settings.seed,
        "clients": settings.clients,
        "verdict": comparison.verdict,
        "calibrated": {name: worlds.find_world(name).calibrated for name in settings.worlds},
        "statistics": rows_for_json(comparison.statistics),
        "truth": rows_for_json(comparison.truth),
    }
    folder = write_results(
        settings,
        began,
        summary=summary,
        fill=lambda place, manifest: report.write_comparison(place, comparison, manifest),
    )
    if settings.json:
        print(json.dumps(summary))
        return
    report.print_comparison(comparison)
    print(f"\n{comparison.verdict}\n\nReport: {folder / 'report.html'}")
    print("Next: dyadsim facts world=hybrid   (every published fact, one world)")


TASK = Task(
    name="compare",
    section="compare worlds",
    help="four worlds, the same clients and random numbers, beside the published numbers",
    example="dyadsim",
    settings=CompareSettings,
    cost=cost,
    run=run,
    no_effect=NoEffect(
        "world",
        "study",
        "population",
        "measure",
        "replicate",
        "do",
        instead="compare runs task.worlds=[medical,contextual,hybrid,null] in a trial and a "
        "clinic of its own; for one world and one study: dyadsim simulate",
    ),
)
