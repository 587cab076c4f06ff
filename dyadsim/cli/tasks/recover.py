"""Planning: what a study would tell, and what more would help most. No data needed."""

import dataclasses
import json
import time
from typing import TYPE_CHECKING, Any

from dyadsim.checks import whole_number
from dyadsim.cli.memory import WORKER_BYTES, Need, client_need, largest_run, workers_of
from dyadsim.cli.task import NoEffect, Task, TaskSettings, setting
from dyadsim.cli.tasks.fit import DYAD_SECONDS, SET_SECONDS, working
from dyadsim.errors import BadInput

if TYPE_CHECKING:
    from dyadsim.cli.settings import Settings


@dataclasses.dataclass
class RecoverSettings(TaskSettings):
    """Settings of `recover`."""

    draws: int = setting(3000, "simulated data sets to learn from, for each way to measure")
    held_out: int = setting(300, "further ones, fitted as if they were data")


def _sizes(settings: "Settings") -> tuple[int, int]:
    """Return the data sets to learn from and to fit, of each way to measure."""
    draws = whole_number("task.draws", settings.task.draws, 300, 100_000)
    return draws, whole_number("task.held_out", settings.task.held_out, 50, 10_000)


def cost(settings: "Settings") -> dict[str, Any]:
    """Return how many data sets planning simulates."""
    from dyadsim.planning.recovery import measurement_variants
    from dyadsim.simulation.simulate import default_threads
    from dyadsim.studies import study as studies

    sets = sum(_sizes(settings))
    clients = [variant.clients for variant in measurement_variants(settings.clients)]
    sessions = sets * sum(clients) * studies.plan_study(settings.study).weeks.size
    seconds = sets * len(clients) * SET_SECONDS + sessions * DYAD_SECONDS
    return {
        "data_sets": sets * len(clients),
        "dyad_sessions": sessions,
        "estimated_seconds": round(10 + seconds / (settings.threads or default_threads()), 1),
    }


def memory(settings: "Settings") -> Need:
    """Return the memory that planning would take."""
    from dyadsim.planning.recovery import MORE

    workers = workers_of(settings)
    of_client = workers * MORE * largest_run([settings.study])
    return client_need(settings, of_client, workers * WORKER_BYTES)


def run(settings: "Settings") -> None:
    """Say what a planned study would tell, and what more would help."""
    from dyadsim.cli.results_folder import check_folder, write_results
    from dyadsim.fitting.client_data import FEWEST
    from dyadsim.planning.recovery import PlannedStudy, measurement_variants, recover_parameters
    from dyadsim.report import recovery as report
    from dyadsim.report.plain_rows import rows_for_json
    from dyadsim.report.printed import say
    from dyadsim.simulation import changed_worlds

    draws, held_out = _sizes(settings)
    if settings.clients < FEWEST:
        raise BadInput(
            f"recover plans studies of {FEWEST} clients or more, not {settings.clients}."
        )
    began = time.perf_counter()
    check_folder(settings.results)
    total = len(measurement_variants(settings.clients)) * (draws + held_out)
    parameters = settings.parameters()
    plan = PlannedStudy(settings.study, settings.world, parameters, settings.clients)
    with working(settings, total) as (parallel_map, on_step):
        table = recover_parameters(
            plan,
            draws=draws,
            held_out=held_out,
            seed=settings.seed,
            parallel_map=parallel_map,
            on_step=on_step,
        )
    summary = {
        "task": "recover",
        **changed_worlds.world_for_json(settings.world, parameters),
        "study": settings.study.name,
        "clients": settings.clients,
        "seed": settings.seed,
        "parameters": rows_for_json(table),
    }
    folder = write_results(
        settings,
        began,
        summary=summary,
        fill=lambda place, _: report.write_recovery(place, table),
    )
    if settings.json:
        print(json.dumps(summary))
        return
    label = changed_worlds.world_label(settings.world, parameters)
    report.print_recovery(table, settings.study.name, settings.clients, label)
    say(f"Simulations to learn from: {draws}, to judge by: {held_out}; seed: {settings.seed}")
    print(f"Table and figure: {folder}")


TASK = Task(
    name="recover",
    section="planning a study",
    help="what a study would tell, and what more to measure",
    example="dyadsim recover study=cohort study.sessions=16 size.clients=240",
    settings=RecoverSettings,
    cost=cost,
    memory=memory,
    run=run,
    shows=("figure",),
    no_effect=NoEffect(
        "do",
        "beats",
        "replicate",
        "budget",
        "data",
        "size.replicates",
        "size.clients_per_replicate",
        "size.clients_per_point",
        instead="recover simulates the study=... that is planned, at the world's own values; "
        "task.draws=600 makes it quick",
    ),
)
