"""The tasks of the command line: plain values in, library calls, an output folder out."""

import importlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from dyadsim.cli.results_folder import check_folder, each, finish, rows_of
from dyadsim.cli.settings import Settings, parameters_of, worlds_of
from dyadsim.errors import BadInput, nearest
from dyadsim.model import worlds
from dyadsim.model.parameters import Parameters, catalogue, flat
from dyadsim.simulation import counterfactual, individual_effects, observe, records, simulate
from dyadsim.studies.designs.waitlist import waitlist


def run_compare(one: Settings) -> None:
    """Run the main comparison and leave a report."""
    from dyadsim.evidence import compare_worlds
    from dyadsim.report import comparison

    began = time.perf_counter()
    check_folder(one.results)
    names = worlds_of(one)
    found = compare_worlds.compare(
        {name: parameters_of(one, name) for name in names},
        one.clients,
        one.seed,
        one.moments,
        one.threads,
        each("worlds"),
    )
    summary = {
        "task": "compare",
        "seed": one.seed,
        "clients": one.clients,
        "verdict": found.verdict,
        "calibrated": {name: worlds.named(name).calibrated for name in names},
        "statistics": rows_of(found.statistics),
        "truth": rows_of(found.truth),
    }
    folder = finish(
        one, began, summary, lambda place, manifest: comparison.comparison(place, found, manifest)
    )
    if one.json:
        print(json.dumps(summary))
        return
    comparison.print_comparison(found)
    print(f"\n{found.verdict}\n\nReport: {folder / 'report.html'}")
    print("Next: dyadsim facts world=hybrid   (every published fact, one world)")


def _score_table(sessions: pd.DataFrame) -> pd.DataFrame:
    """Return mean, SD and number of symptom scores: one row a week, all sessions in one row."""
    week = sessions["week"].map("{:g}".format)
    together = sessions["occasion"] == "session"
    weeks = sessions.loc[together, "week"]
    spanned = week.mask(together, f"{weeks.min():g} to {weeks.max():g}")
    groups = sessions.assign(week=spanned).groupby(["arm", "occasion", "week"], sort=False)
    return groups["symptom_score"].agg(["mean", "std", "count"]).reset_index()


def _counterfactual(one: Settings, run: simulate.Run) -> tuple[records.Records, Any] | None:
    """Return the tables and individual effects of the same clients under `do`, if asked for."""
    if not one.do:
        return None
    other = counterfactual.do(
        one.study,
        run.parameters,
        one.clients,
        one.do,
        one.seed,
        one.replicate,
        one.moments,
        one.threads,
    )
    effects = individual_effects.table(counterfactual.Twins(run, other))
    return observe.records(other, bool(one.task["truth"])), effects


def run_simulate(one: Settings) -> None:
    """Run one study in one world and leave its tables; with `do`, the same clients twice."""
    from dyadsim.report import comparison

    began = time.perf_counter()
    check_folder(one.results)
    run = simulate.run(
        one.study,
        parameters_of(one, one.world),
        one.clients,
        one.seed,
        one.replicate,
        one.moments,
        one.threads,
    )
    tables = observe.records(run, bool(one.task["truth"]))
    done = _counterfactual(one, run)
    table = _score_table(tables.sessions)
    summary = {
        "task": "simulate",
        "world": one.world,
        "study": one.study.name,
        "seed": one.seed,
        "clients": one.clients,
        "instrument": one.study.instrument,
        "endings": tables.clients["ending"].value_counts().sort_index().to_dict(),
        "symptom_score": rows_of(table),
        "parameters": flat(run.parameters),
        **({} if done is None else {"do": rows_of(individual_effects.summary(done[1]))}),
    }

    def fill(place: Path, _: dict[str, Any]) -> None:
        records.write_tables(place, tables)
        comparison.study_figure(place, tables, one.study, one.world)
        if done is not None:
            done[1].to_parquet(place / "effects.parquet", index=False)
            (place / "under_do").mkdir()
            records.write_tables(place / "under_do", done[0])

    folder = finish(one, began, summary, fill)
    if one.json:
        print(json.dumps(summary))
        return
    shown = Table(title=f"{one.study.name} in the {one.world} world: {one.study.instrument} score")
    for name in ("arm", "occasion", "week", "mean", "SD", "scores"):
        shown.add_column(name)
    for row in rows_of(table):
        spread = "" if row["std"] is None else f"{row['std']:.2f}"
        middle = "" if row["mean"] is None else f"{row['mean']:.2f}"
        shown.add_row(row["arm"], row["occasion"], row["week"], middle, spread, str(row["count"]))
    Console().print(shown)
    if done is not None:
        comparison.print_effects(individual_effects.summary(done[1]))
    print(f"Tables: {folder}\nFigure: {folder / 'figure.png'}")
    print("Next: python -c \"import dyadsim; print(dyadsim.read('" + str(folder) + "').clients)\"")


def run_literature(one: Settings) -> None:
    """Draw literatures of small trials in one world and review them."""
    from dyadsim.cli.settings import literature_of
    from dyadsim.evidence import review
    from dyadsim.evidence.literature import checked
    from dyadsim.report import comparison

    began = time.perf_counter()
    check_folder(one.results)
    asked = literature_of(one)
    found = review.reviewed(
        parameters_of(one, one.world),
        asked.therapy,
        asked.comparators,
        asked.repeats,
        checked(asked.field),
        asked.margin,
        one.seed,
        each("comparators"),
    )
    summary = {
        "task": "literature",
        "world": one.world,
        "seed": one.seed,
        "therapy": asked.therapy,
        "field": asked.field._asdict() | {"caseload": asked.field.caseload._asdict()},
        "margin": asked.margin,
        "summary": rows_of(found.summary),
    }
    folder = finish(
        one,
        began,
        summary,
        lambda place, _: comparison.literature(place, found, asked.therapy, one.world),
    )
    if one.json:
        print(json.dumps(summary))
        return
    comparison.print_literature(found.summary, asked, one.world)
    print(f"Tables and funnel: {folder}")
    print("Next: dyadsim literature world=null   (a field where nothing heals)")


def run_params(one: Settings) -> None:
    """Print the parameters whose name or meaning holds the word."""
    word = str(one.task["word"]).lower()
    rows = [
        item
        for item in catalogue().values()
        if word in item.name.lower() or word in item.about.meaning.lower()
    ]
    if not rows:
        raise BadInput(
            f"no parameter's name or meaning holds '{word}'.{nearest(word, catalogue())}"
        )
    if one.json:
        print(json.dumps([{**item._asdict(), "about": item.about._asdict()} for item in rows]))
        return
    table = Table("name", "default", "range", "unit", "meaning", "source", title="Parameters")
    for item in rows:
        about = item.about
        span = f"{about.low:g} … {about.high:g}"
        table.add_row(item.name, f"{item.default:g}", span, about.unit, about.meaning, about.source)
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def run_doctor(one: Settings) -> None:
    """Check the installation and say what is wrong."""
    from dyadsim.numerics import jit

    began = time.perf_counter()
    check_folder(one.results)
    run = simulate.run(waitlist(2, (2,)), Parameters(), 300)
    known = records.manifest({}, 0.0)
    lines = {
        "dyadsim": known["dyadsim"],
        "python": known["python"],
        **known["packages"],
        "processors": simulate.default_threads(),
        "kernel": f"ran {run.clients.word.size} dyads in {time.perf_counter() - began:.2f} s",
        "cache": jit.cache_folder(),
        "results folder": f"{one.results} can be written",
    }
    if one.json:
        print(json.dumps({key: str(value) for key, value in lines.items()}))
        return
    for key, value in lines.items():
        print(f"{key:16} {value}")
    print("All is well.")


def _later(module: str, name: str) -> Callable[[Settings], None]:
    """Return a task whose module is imported when it runs: scikit-learn and the like take long."""

    def task(one: Settings) -> None:
        getattr(importlib.import_module(f"dyadsim.{module}"), name)(one)

    return task


TASKS: dict[str, Callable[[Settings], None]] = {
    "compare": run_compare,
    "simulate": run_simulate,
    "facts": _later("cli.tasks.facts", "run_facts"),
    "calibrate": _later("cli.tasks.facts", "run_calibrate"),
    "literature": run_literature,
    "decompose": _later("cli.tasks.decompose", "run_decompose"),
    "fit": _later("cli.tasks.fit", "run_fit"),
    "recover": _later("cli.tasks.fit", "run_recover"),
    "lesson": _later("cli.tasks.teach", "run_lesson"),
    "teach": _later("cli.tasks.teach", "run_teach"),
    "params": run_params,
    "doctor": run_doctor,
}
