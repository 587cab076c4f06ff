"""What is understood of your file, before anything is computed; and a fit.yaml to edit."""

import dataclasses
import json
import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dyadsim.checks import flag
from dyadsim.cli.task import NoEffect, Task, TaskSettings, setting
from dyadsim.errors import BadInput

if TYPE_CHECKING:
    from dyadsim.cli.described_data import Understood
    from dyadsim.cli.settings import Settings

FILE = "fit.yaml"


@dataclasses.dataclass
class DescribeSettings(TaskSettings):
    """Settings of `describe`."""

    write: str | None = setting(
        None, f"file of settings to write; null = {FILE}, and none where data.file is given"
    )
    overwrite: bool = setting(False, "write it also where there is one")


def _understand(settings: "Settings") -> "Understood":
    """Return what is understood of the data.

    Raises
    ------
    BadData
        A file that cannot be used.
    BadInput
        A setting that cannot.
    """
    from dyadsim.cli.described_data import understand
    from dyadsim.cli.tasks.fit import is_moments
    from dyadsim.report.described_file import print_columns

    path = settings.data.path
    if not path:
        raise BadInput("describe needs your data: data.path=scores.csv, or fit.yaml with its path.")
    if is_moments(path):
        raise BadInput(
            f"data.path: describe needs scores of clients, not published numbers ('{path}'): "
            "dyadsim fit reads those."
        )
    return understand(settings, _nothing if settings.json else print_columns)


def _nothing(table: object) -> None:
    """Print nothing."""


def _place(settings: "Settings") -> Path | None:
    """Return where the file of settings is to be written; None: nowhere.

    Raises
    ------
    BadInput
        There is a file of that name, or it would be no file of YAML.
    """
    name = settings.task.write
    if name is None and settings.data.file is not None:
        return None
    place = Path(name or FILE)
    if place.suffix.lower() not in (".yaml", ".yml"):
        raise BadInput(f"task.write: '{place}' must end in .yaml, such as task.write={FILE}.")
    if not place.parent.is_dir():
        raise BadInput(f"task.write: there is no folder '{place.parent}'.")
    if place.exists() and not flag("task.overwrite", settings.task.overwrite):
        raise BadInput(
            f"'{place}' is there already: task.overwrite=true replaces it, task.write=other.yaml "
            f"writes another one, and dyadsim describe {shlex.quote(str(place))} reads with it."
        )
    return place


def _guesses(reading: "Understood") -> dict[str, tuple[Any, str]]:
    return {key: (guess.value, guess.why) for key, guess in reading.guesses.items()}


def cost(settings: "Settings") -> dict[str, Any]:
    """Return the size of the data, which are read; nothing is simulated."""
    from dyadsim.report.described_file import print_description

    reading = _understand(settings)
    if not settings.json:
        print_description(reading.tables, str(settings.data.path), _guesses(reading))
    return {
        "clients": len(reading.tables.clients),
        "scores": len(reading.tables.sessions),
        "dyad_sessions": 0,
        "estimated_seconds": 2,
    }


def run(settings: "Settings") -> None:
    """Say what was understood, draw it, and leave a page and a file of settings to edit."""
    from dyadsim.cli.figure_files import figure_file
    from dyadsim.cli.results_folder import check_folder, write_results
    from dyadsim.cli.stated_file_text import stated_text
    from dyadsim.report import described_file as report
    from dyadsim.report.printed import say
    from dyadsim.simulation.unfinished import write_file

    began = time.perf_counter()
    place = _place(settings)
    check_folder(settings.results)
    reading, path = _understand(settings), str(settings.data.path)
    summary = report.description_summary(reading.tables, path, _guesses(reading))
    summary["written"] = None if place is None else str(place)
    summary["instrument_known"] = reading.instrument_known
    file = place or Path(str(settings.data.file))
    summary["to_be_said"] = open_points = _to_be_said(reading, file)
    summary["next"] = f"dyadsim analyse {shlex.quote(str(file))}"
    stated = "" if place is None else stated_text(reading, place.parent)
    folder = write_results(
        settings,
        began,
        summary=summary,
        fill=lambda to, manifest: report.write_description(
            to, reading.tables, summary, open_points=open_points, stated=stated, manifest=manifest
        ),
        inputs={"data": Path(path)},
    )
    if place is not None:
        write_file(place, lambda to: to.write_text(stated, encoding="utf-8"))
    if settings.json:
        print(json.dumps(summary))
        return
    report.print_description(reading.tables, path, _guesses(reading))
    print(f"Courses: {folder / 'figures' / figure_file(settings, 'courses')}")
    if place is not None:
        print(f"Written: {file}   (how your file is read: edit what is wrong in it)")
    for text in open_points:
        say(text)
    print(f"Report: {folder / 'report.html'}")
    print(f"Next: {summary['next']}   (the same reading, and the field's statistics)")


def _to_be_said(reading: "Understood", file: Path) -> list[str]:
    """Return what the file does not say, a sentence each."""
    texts = []
    if not reading.instrument_known:
        texts.append(
            f"To be said in {file}: which questionnaire it is (instrument), for analyse and fit."
        )
    if reading.question:
        texts.append(
            f"To be said in {file}: which weeks are after treatment (follow_up, or sessions)."
        )
    if len(reading.tables.arms) > 1 and not reading.settings.data.arms:
        texts.append(f"To be said or checked in {file}: what each arm got (arms), for fit.")
    return texts


TASK = Task(
    name="describe",
    section="your own data",
    help="what is understood of your file, and a fit.yaml to edit (docs/how_to/data_files.md)",
    example="dyadsim describe data.path=scores.csv",
    more=("dyadsim describe fit.yaml    what is read with the settings of fit.yaml",),
    shows=("data", "figure"),
    settings=DescribeSettings,
    cost=cost,
    run=run,
    no_effect=NoEffect(
        "seed",
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
        instead="describe reads your file and simulates nothing",
        parameters=True,
    ),
)
