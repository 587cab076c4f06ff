"""The field's statistics of your own data in one report; nothing is simulated."""

import dataclasses
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dyadsim.cli.task import NoEffect, Task, TaskSettings, setting
from dyadsim.errors import BadInput

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings
    from dyadsim.fitting.own_statistics import OwnAnalysis
    from dyadsim.fitting.own_tables import OwnTables


@dataclasses.dataclass
class AnalyseSettings(TaskSettings):
    """Settings of `analyse`."""

    control: str | None = setting(None, "arm that the others are compared with; null = all pairs")


def read_tables(settings: "Settings") -> "OwnTables":
    """Return the data as tables.

    Raises
    ------
    BadData
        A file that cannot be used.
    BadInput
        A setting that cannot.
    """
    from dyadsim.cli import data_source
    from dyadsim.cli.tasks.fit import is_moments
    from dyadsim.fitting.own_tables import tables_of_data

    data = settings.data
    if not data.path:
        raise BadInput("analyse needs your data: data.path=scores.csv (docs/how_to/analyse.md).")
    if is_moments(data.path):
        raise BadInput(
            f"data.path: analyse needs scores of clients, not published numbers ('{data.path}'): "
            "dyadsim fit reads those."
        )
    return tables_of_data(
        data_source.read_scores(settings),
        reverse=data_source.questionnaire_of(settings)[1],
        stated=data_source.stated_length(data),
        measured=data.measured,
    )


def _analyse(settings: "Settings") -> "OwnAnalysis":
    """Return all statistics of the data."""
    from dyadsim.fitting.own_statistics import analyse_tables

    tables = read_tables(settings)
    return analyse_tables(tables, control=settings.task.control, seed=settings.seed)


def cost(settings: "Settings") -> dict[str, Any]:
    """Return the size of the data, which are read; nothing is simulated."""
    tables = read_tables(settings)
    return {
        "clients": len(tables.clients),
        "scores": len(tables.sessions),
        "dyad_sessions": 0,
        "estimated_seconds": 5,
    }


def run(settings: "Settings") -> None:
    """Leave a report on the data."""
    from dyadsim.cli.data_words import words_of_data
    from dyadsim.cli.results_folder import check_folder, write_results
    from dyadsim.report import own_data as report

    began = time.perf_counter()
    check_folder(settings.results)
    analysis, path = _analyse(settings), str(settings.data.path)
    summary = report.summary_of(analysis, path)
    folder = write_results(
        settings,
        began,
        summary=summary,
        fill=lambda place, manifest: report.write_own_data(place, analysis, path, manifest),
        inputs={"data": Path(path)},
    )
    if settings.json:
        print(json.dumps(summary))
        return
    report.print_own_data(analysis)
    print(f"Report: {folder / 'report.html'}")
    print(f"Next, which world such data speak for: dyadsim fit {words_of_data(settings)}")


TASK = Task(
    name="analyse",
    section="your own data",
    help="effect sizes, reliable change, therapists ... of your data (docs/how_to/analyse.md)",
    example="dyadsim analyse data.path=scores.csv data.instrument=phq9",
    shows=("data", "figure"),
    panels=("<arm>",),
    settings=AnalyseSettings,
    cost=cost,
    run=run,
    no_effect=NoEffect(
        "do",
        "study",
        "population",
        "world",
        "beats",
        "replicate",
        "specificity",
        "size",
        "budget",
        "threads",
        "data.therapy",
        "data.arms",
        "data.rule",
        "data.threshold",
        "data.sample",
        instead="analyse simulates nothing: its numbers come from your data alone",
        parameters=True,
    ),
)
