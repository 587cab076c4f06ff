"""One study in one world: clients, therapists, sessions and truth tables; with `do`, twice."""

import dataclasses
import json
import shlex
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dyadsim.cli.cost import estimate, session_steps
from dyadsim.cli.memory import Need, client_need
from dyadsim.cli.task import Estimates, NoEffect, Task, TaskSettings, setting
from dyadsim.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

    from dyadsim.cli.settings import Settings
    from dyadsim.model.parameters import Parameters
    from dyadsim.simulation.study_files import StudyOrder, StudyOutcome

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
    """Return mean, SD and number of symptom scores: one row a week, all sessions in one row.

    In the order in which arm, occasion and week come first.
    """
    import pandas as pd

    week, together = sessions["week"], sessions["occasion"] == "session"
    parts = [sessions[~together & (week == value)] for value in week[~together].unique()]
    tables = []
    for part in [sessions[together], *parts]:
        codes, _ = pd.factorize(part["arm"])  # by first appearance
        firsts = part.loc[~part["arm"].duplicated(), ["arm", "occasion"]]
        span = f"{part['week'].min():g} to {part['week'].max():g}"
        is_span = "session" in list(firsts["occasion"])
        scores = part["symptom_score"].groupby(codes).agg(["mean", "std", "count"])
        firsts = firsts.assign(week=span if is_span else span.split(" to ")[0])
        tables.append(pd.concat([firsts, scores.set_index(firsts.index)], axis=1))
    table = pd.concat([part for part in tables if len(part)]).sort_index(ignore_index=True)
    same = dict.fromkeys(("mean", "std"), sessions["symptom_score"].dtype)  # also of one group
    shown: pd.DataFrame = table.astype({"arm": "str", "occasion": "str", **same})
    return shown


def _order(settings: "Settings", parameters: "Parameters") -> "StudyOrder":
    """Return what is simulated."""
    from dyadsim.simulation.study_files import StudyOrder

    return StudyOrder(
        settings.study,
        parameters,
        settings.clients,
        settings.seed,
        settings.replicate,
        settings.beats,
        settings.threads,
        settings.task.truth,
        settings.do,
    )


def memory(settings: "Settings") -> Need:
    """Return the memory that the study would take: its tables go to disk a part at a time."""
    from dyadsim.simulation.study_files import bytes_of_study

    fixed, of_client = bytes_of_study(_order(settings, settings.parameters()))
    return client_need(settings, of_client, fixed)


def run(settings: "Settings") -> None:
    """Run one study in one world and leave its tables."""
    from dyadsim.cli.figure_files import figure_file
    from dyadsim.cli.results_folder import check_folder, scratch_folder, write_results
    from dyadsim.report import study as report
    from dyadsim.simulation import changed_worlds
    from dyadsim.simulation.study_files import simulate_into

    began = time.perf_counter()
    check_folder(settings.results)
    parameters = settings.parameters()
    label = changed_worlds.world_label(settings.world, parameters)
    with scratch_folder(settings) as scratch:
        outcome = simulate_into(scratch, _order(settings, parameters))
        summary = _summary(settings, parameters, outcome)

        def fill(place: Path, _: dict[str, Any]) -> None:
            for table in scratch.iterdir():
                table.rename(place / table.name)
            report.write_study_figure(
                place, outcome.clients, outcome.sessions, study=settings.study, label=label
            )
            if outcome.effects is not None:
                outcome.effects.to_parquet(place / "effects.parquet", index=False)

        folder = write_results(settings, began, summary=summary, fill=fill)
    if settings.json:
        print(json.dumps(summary))
        return
    report.print_scores(summary, label)
    if outcome.effects is not None:
        report.print_individual_effects(report.summarise_effects(outcome.effects))
    print(f"Tables: {folder}\nFigure: {folder / figure_file(settings, 'figure')}")
    print(f"Next: dyadsim show {shlex.quote(str(folder))}")


def estimates(settings: "Settings") -> Estimates:
    """Return mean scores, endings and effects of `do` in one member; its tables are not kept."""
    from dyadsim.cli.results_folder import scratch_folder
    from dyadsim.model.questionnaires import find_instrument
    from dyadsim.report import study as report
    from dyadsim.simulation.study_files import clusters_of_clients, simulate_into

    with scratch_folder(settings) as scratch:
        order = _order(settings, settings.parameters())._replace(truth=False)
        outcome = simulate_into(scratch, order)
        clusters = clusters_of_clients(scratch)
    instrument = find_instrument(settings.study.instrument).name
    table = report.estimates_of(outcome, clusters, instrument)
    return Estimates(
        table.assign(world=settings.world), settings.study_words["study"], settings.clients
    )


def _summary(
    settings: "Settings", parameters: "Parameters", outcome: "StudyOutcome"
) -> dict[str, Any]:
    """Return the summary."""
    from dyadsim.model.parameters import flat
    from dyadsim.report import study as report
    from dyadsim.report.plain_rows import rows_for_json
    from dyadsim.simulation import changed_worlds

    scores = rows_for_json(_score_table(outcome.sessions))
    summary = {
        "task": "simulate",
        **changed_worlds.world_for_json(settings.world, parameters),
        **settings.study_words,
        **{"clients": settings.clients, "repeats": 1},
        "seed": settings.seed,
        "instrument": settings.study.instrument,
        "endings": outcome.clients["ending"].value_counts().sort_index().to_dict(),
        "symptom_score": scores,
        "parameters": flat(parameters),
    }
    if outcome.effects is not None:
        summary["do"] = rows_for_json(report.summarise_effects(outcome.effects))
    return summary


def no_effect(words: Mapping[str, str]) -> list[NoEffect]:
    """Return what simulate does not use; over members no tables are left."""
    unused = NoEffect(
        "budget",
        "data",
        "size.replicates",
        "size.clients_per_replicate",
        "size.clients_per_point",
        instead="simulate runs one study with size.clients clients",
    )
    if words.get("members", "null") == "null" and words.get("ensemble") != "true":
        return [unused]
    tables = NoEffect("task.truth", instead="over members only estimates are kept, no tables")
    return [unused, tables]


TASK = Task(
    name="simulate",
    section="simulate",
    help="one study in one world: clients, therapists, sessions and truth tables",
    example="dyadsim simulate study=cohort world=null",
    settings=SimulateSettings,
    check=check,
    cost=cost,
    memory=memory,
    run=run,
    estimates=estimates,
    shows=("do", "figure"),
    panels=("courses", "endings", "<client>"),
    no_effect=no_effect,
)
