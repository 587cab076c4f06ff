"""One study in one world: clients, therapists, sessions and truth tables; with `do`, twice."""

import dataclasses
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dyadsim.cli.cost import estimate, session_steps
from dyadsim.cli.task import Task, TaskSettings, setting
from dyadsim.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

    from dyadsim.cli.settings import Settings
    from dyadsim.simulation.records import Records
    from dyadsim.simulation.simulate import Run

SESSION_BYTES = 3.0  # Parquet, per dyad-session of the tables
TRUTH_BYTES = 55.0  # the same for the truth table


@dataclasses.dataclass
class SimulateSettings(TaskSettings):
    """Settings of `simulate`."""

    truth: bool = setting(True, "leave the truth table too")


def check(settings: "Settings") -> None:
    """Refuse fewer clients than arms."""
    arms, clients = len(settings.study.arms), settings.clients
    if clients < arms:
        raise BadInput(
            f"{clients} client{'s' * (clients > 1)} cannot fill the {arms} arms of study "
            f"{settings.study.name}: give size.clients={arms} or more."
        )


def cost(settings: "Settings") -> dict[str, float]:
    """Return what the study would take."""
    size = SESSION_BYTES + TRUTH_BYTES * settings.task.truth
    disk = settings.clients * session_steps([settings.study]) * size
    return estimate([settings.study], settings.clients, disk=disk)


def _score_table(sessions: "pd.DataFrame") -> "pd.DataFrame":
    """Return mean, SD and number of symptom scores: one row a week, all sessions in one row."""
    week = sessions["week"].map("{:g}".format)
    together = sessions["occasion"] == "session"
    weeks = sessions.loc[together, "week"]
    spanned = week.mask(together, f"{weeks.min():g} to {weeks.max():g}")
    groups = sessions.assign(week=spanned).groupby(["arm", "occasion", "week"], sort=False)
    return groups["symptom_score"].agg(["mean", "std", "count"]).reset_index()


def _counterfactual(
    settings: "Settings", run: "Run"
) -> "tuple[Records, pd.DataFrame] | tuple[None, None]":
    """Return the tables and individual effects of the same clients under `do`, if there is any."""
    from dyadsim.simulation import counterfactual, individual_effects, observe

    if not settings.do:
        return None, None
    other = counterfactual.do(
        settings.study,
        run.parameters,
        settings.clients,
        settings.do,
        settings.seed,
        replicate=settings.replicate,
        beats=settings.beats,
        threads=settings.threads,
    )
    effects = individual_effects.effects_table(counterfactual.Twins(run, other))
    return observe.observed_records(other, settings.task.truth), effects


def run(settings: "Settings") -> None:
    """Run one study in one world and leave its tables."""
    from dyadsim.cli.results_folder import check_folder, write_results
    from dyadsim.model.parameters import flat
    from dyadsim.report import study as report
    from dyadsim.report.plain_rows import rows_for_json
    from dyadsim.simulation import individual_effects, observe, records, simulate

    began = time.perf_counter()
    check_folder(settings.results)
    run = simulate.run(
        settings.study,
        settings.parameters(),
        settings.clients,
        settings.seed,
        replicate=settings.replicate,
        beats=settings.beats,
        threads=settings.threads,
    )
    tables = observe.observed_records(run, settings.task.truth)
    tables_under_do, effects = _counterfactual(settings, run)
    scores = _score_table(tables.sessions)
    summary = {
        "task": "simulate",
        "world": settings.world,
        "study": settings.study.name,
        "seed": settings.seed,
        "clients": settings.clients,
        "instrument": settings.study.instrument,
        "endings": tables.clients["ending"].value_counts().sort_index().to_dict(),
        "symptom_score": rows_for_json(scores),
        "parameters": flat(run.parameters),
    }
    if effects is not None:
        summary["do"] = rows_for_json(individual_effects.summarise_effects(effects))

    def fill(place: Path, _: dict[str, Any]) -> None:
        records.write_tables(place, tables)
        report.write_study_figure(place, tables, settings.study, settings.world)
        if effects is not None and tables_under_do is not None:
            effects.to_parquet(place / "effects.parquet", index=False)
            (place / "under_do").mkdir()
            records.write_tables(place / "under_do", tables_under_do)

    folder = write_results(settings, began, summary=summary, fill=fill)
    if settings.json:
        print(json.dumps(summary))
        return
    _print_scores(settings, rows_for_json(scores))
    if effects is not None:
        report.print_individual_effects(individual_effects.summarise_effects(effects))
    print(f"Tables: {folder}\nFigure: {folder / 'figure.png'}")
    print("Next: python -c \"import dyadsim; print(dyadsim.read('" + str(folder) + "').clients)\"")


def _print_scores(settings: "Settings", rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    study = settings.study
    table = Table(title=f"{study.name} in the {settings.world} world: {study.instrument} score")
    for name in ("arm", "occasion", "week", "mean", "SD", "scores"):
        table.add_column(name)
    for row in rows:
        mean, spread = ("" if row[key] is None else f"{row[key]:.2f}" for key in ("mean", "std"))
        table.add_row(row["arm"], row["occasion"], row["week"], mean, spread, str(row["count"]))
    Console().print(table)


TASK = Task(
    name="simulate",
    section="simulate",
    help="one study in one world: clients, therapists, sessions and truth tables",
    example="dyadsim simulate study=cohort world=null",
    settings=SimulateSettings,
    check=check,
    cost=cost,
    run=run,
    shows=("do",),
)
