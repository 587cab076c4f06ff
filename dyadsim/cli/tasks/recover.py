"""Planning: what a study would tell, and what more would help most. No data needed."""

import dataclasses
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dyadsim.checks import whole_number
from dyadsim.cli.memory import (
    WORKER_BYTES,
    Need,
    check_need,
    client_need,
    largest_run,
    workers_of,
)
from dyadsim.cli.task import NoEffect, Task, TaskSettings, setting
from dyadsim.cli.tasks.fit import (
    DYAD_SECONDS,
    SET_SECONDS,
    data_need,
    is_moments,
    working,
)
from dyadsim.errors import BadInput

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings
    from dyadsim.planning.planned_design import PlannedFile, PlannedStudy
    from dyadsim.planning.recovery import Recovery

MORE_CLIENTS = 3  # as in `planned_design.MORE`, which takes long to import

LEARN_SECONDS = 5e-3  # of each draw; no worlds are told apart


@dataclasses.dataclass
class RecoverSettings(TaskSettings):
    """Settings of `recover`."""

    draws: int = setting(3000, "simulated data sets to learn from, for each way to measure")
    held_out: int = setting(300, "further ones, fitted as if they were data")


def _sizes(settings: "Settings") -> tuple[int, int]:
    """Return the data sets to learn from and to fit, of each way to measure."""
    draws = whole_number("task.draws", settings.task.draws, 300, 100_000)
    return draws, whole_number("task.held_out", settings.task.held_out, 50, 10_000)


def _plan(settings: "Settings") -> "tuple[PlannedStudy | PlannedFile, tuple[str, ...]]":
    """Return the study that is planned, and what was assumed of the data file, if there is one.

    Raises
    ------
    BadData
        A file that cannot be used.
    BadInput
        A setting that cannot, or too few clients.
    """
    from dyadsim.fitting.client_data import FEWEST
    from dyadsim.fitting.target import ScoreEvidence
    from dyadsim.planning.planned_design import PlannedFile, PlannedStudy

    path, parameters = settings.data.path, settings.parameters()
    if not path:
        if settings.clients < FEWEST:
            raise BadInput(
                f"recover plans studies of {FEWEST} clients or more, not {settings.clients}."
            )
        study, world = settings.study, settings.world
        return PlannedStudy(study, world, parameters, settings.clients, settings.fixed), ()
    if is_moments(path):
        raise BadInput(
            f"data.path: recover needs scores of clients, not published numbers ('{path}'): "
            "study=... describes the study of those."
        )
    from dyadsim.cli.data_source import read_source

    source = read_source(settings)
    assert isinstance(source.evidence, ScoreEvidence)
    design, known = source.evidence.design, source.evidence.shape.therapists_known
    check_need(data_need(settings, MORE_CLIENTS * source.dyad_sessions))
    plan = PlannedFile(design, known, settings.world, parameters, settings.fixed)
    return plan, source.assumed


def cost(settings: "Settings") -> dict[str, Any]:
    """Return how many data sets planning simulates; reads the data, if there are some."""
    from dyadsim.report.fit_sentences import assumptions_text
    from dyadsim.report.printed import say
    from dyadsim.simulation.simulate import default_threads
    from dyadsim.studies import study as studies

    sets, (plan, assumed) = sum(_sizes(settings)), _plan(settings)
    if assumed and not settings.json:
        say(assumptions_text(assumed), indent="    ")
    clients = [variant.clients for variant in plan.variants()]
    sessions = sets * sum(clients) * studies.plan_study(plan.study).weeks.size
    seconds = sets * len(clients) * SET_SECONDS + sessions * DYAD_SECONDS
    learning = LEARN_SECONDS * settings.task.draws * len(clients)
    return {
        "clients": clients[0],
        "data_sets": sets * len(clients),
        "dyad_sessions": sessions,
        "estimated_seconds": round(
            10 + learning + seconds / (settings.threads or default_threads()), 1
        ),
    }


def memory(settings: "Settings") -> Need:
    """Return the memory that planning would take; of a data file it is asked once it is read."""
    workers = workers_of(settings)
    if settings.data.path:
        return data_need(settings, 0)
    of_client = workers * MORE_CLIENTS * largest_run([settings.study])
    return client_need(settings, of_client, workers * WORKER_BYTES)


def run(settings: "Settings") -> None:
    """Say what a planned study would tell, and what more would help."""
    from dyadsim.cli.results_folder import check_folder, write_results
    from dyadsim.planning.recovery import recover_parameters
    from dyadsim.report import recovery as report
    from dyadsim.report.fit_sentences import assumptions_text
    from dyadsim.report.printed import say

    draws, held_out = _sizes(settings)
    began = time.perf_counter()
    check_folder(settings.results)
    plan, assumed = _plan(settings)
    if assumed and not settings.json:
        say(assumptions_text(assumed), indent="    ")
    total = len(plan.variants()) * (draws + held_out)
    with working(settings, total) as (parallel_map, on_step):
        recovery = recover_parameters(
            plan,
            draws=draws,
            held_out=held_out,
            seed=settings.seed,
            parallel_map=parallel_map,
            on_step=on_step,
        )
    summary = _summary(settings, recovery, assumed)
    path = settings.data.path
    folder = write_results(
        settings,
        began,
        summary=summary,
        fill=lambda place, _: report.write_recovery(place, recovery.parameters),
        inputs={"data": Path(path)} if path else None,
    )
    if settings.json:
        print(json.dumps(summary))
        return
    report.print_recovery(summary, changed_world_label(settings))
    print(f"Table and figure: {folder}")


def changed_world_label(settings: "Settings") -> str:
    """Return what the world is called in which the study is planned."""
    from dyadsim.simulation import changed_worlds

    return changed_worlds.world_label(settings.world, settings.parameters())


def _summary(
    settings: "Settings", recovery: "Recovery", assumed: tuple[str, ...]
) -> dict[str, Any]:
    """Return all numbers as plain values, for summary.json."""
    from dyadsim.report import recovery as report
    from dyadsim.report.plain_rows import rows_for_json
    from dyadsim.simulation import changed_worlds

    draws, held_out = _sizes(settings)
    path = settings.data.path
    return {
        "task": "recover",
        **changed_worlds.world_for_json(settings.world, settings.parameters()),
        **({"file": path, "assumed": list(assumed)} if path else settings.study_words),
        "clients": int(recovery.means["clients"].iloc[0]),
        "seed": settings.seed,
        "draws": draws,
        "held_out": held_out,
        "versions": report.versions(),
        "answer": report.sentences(recovery.parameters, recovery.means),
        "means": rows_for_json(recovery.means),
        "parameters": rows_for_json(recovery.parameters),
    }


def no_effect(words: Mapping[str, str]) -> NoEffect:
    """Return what planning does not use: of a described study, or of a data file."""
    if "data.path" in words or "data.file" in words:
        return NoEffect(
            "do",
            "study",
            "population",
            "beats",
            "replicate",
            "specificity",
            "budget",
            "size",
            instead="recover takes the design of your data (data...); task.draws=600 makes it "
            "quick",
        )
    return NoEffect(
        "do",
        "beats",
        "replicate",
        "specificity",
        "budget",
        "data",
        "size.replicates",
        "size.clients_per_replicate",
        "size.clients_per_point",
        instead="recover simulates the study=... that is planned; task.draws=600 makes it quick",
    )


TASK = Task(
    name="recover",
    section="planning a study",
    help="what a study would tell, and what more to measure",
    example="dyadsim recover study=cohort study.sessions=16 size.clients=240",
    more=("dyadsim recover fit.yaml    a study with the design of your data file",),
    settings=RecoverSettings,
    cost=cost,
    memory=memory,
    run=run,
    shows=("data", "figure"),
    no_effect=no_effect,
)
