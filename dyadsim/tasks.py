"""The tasks of the command line: plain values in, library calls, an output folder out."""

import datetime
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import track
from rich.table import Table

from dyadsim import intervene, observe, records, simulate, twin_effects, worlds
from dyadsim.designs.waitlist import waitlist
from dyadsim.parameters import Parameters, catalogue, flat
from dyadsim.quantity import BadInput, nearest
from dyadsim.settings import Settings, parameters_of, worlds_of


class NoFolder(Exception):
    """The results folder cannot be written; the message is for the user."""


def check_folder(results: Path) -> None:
    """Refuse a results folder that cannot be written.

    Raises:
        NoFolder: it, or the nearest folder above it, is no folder or not writable.
    """
    place = results.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise NoFolder(f"The results folder '{results}' cannot be made: '{place}' is a file.")
    if not os.access(place, os.W_OK | os.X_OK):
        raise NoFolder(f"The results folder '{results}' cannot be written: no permission.")


def _each(what: str) -> Callable[[Iterable[Any]], Iterable[Any]]:
    """Return a wrapper that shows progress on a terminal's stderr and is quiet elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        return iter
    return lambda items: track(list(items), description=what, console=console, transient=True)


def _plain(value: Any) -> Any:
    """Return numpy numbers as Python's, NaN as null."""
    if isinstance(value, float | np.floating):
        return None if np.isnan(value) else float(value)
    if isinstance(value, np.integer | np.bool_):
        return value.item()
    return value


def rows_of(table: Any) -> list[dict[str, Any]]:
    """Return a data frame as plain rows for JSON."""
    return [{key: _plain(value) for key, value in row.items()} for row in table.to_dict("records")]


def _folder(one: Settings) -> Path:
    """Return a new stamped folder's path, results/<experiment>/<date>_<time>."""
    stamp = datetime.datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    folder = one.results / one.experiment / stamp
    count = 2
    while folder.exists():
        folder = folder.with_name(f"{stamp}-{count}")
        count += 1
    return folder


def _finish(
    one: Settings, began: float, summary: Any, fill: Callable[[Path, dict[str, Any]], None]
) -> Path:
    """Write summary, manifest and what `fill` adds into a new folder; return its path."""
    manifest = records.manifest(one.config, time.perf_counter() - began)

    def everything(folder: Path) -> None:
        records.write_json(folder / "summary.json", summary)
        records.write_json(folder / "manifest.json", manifest)
        fill(folder, manifest)

    try:
        return records.write_folder(_folder(one), everything)
    except OSError as error:
        raise NoFolder(f"The results folder '{one.results}' cannot be written: {error}.") from None


def run_compare(one: Settings) -> None:
    """Run the main comparison and leave a report."""
    from dyadsim import compare, present

    began = time.perf_counter()
    check_folder(one.results)
    names = worlds_of(one)
    found = compare.compare(
        {name: parameters_of(one, name) for name in names}, one.clients, one.seed, one.moments,
        one.threads, _each("worlds"),
    )  # fmt: skip
    summary = {
        "task": "compare", "seed": one.seed, "clients": one.clients, "verdict": found.verdict,
        "calibrated": {name: worlds.named(name).calibrated for name in names},
        "statistics": rows_of(found.statistics), "truth": rows_of(found.truth),
    }  # fmt: skip
    folder = _finish(
        one, began, summary, lambda place, manifest: present.comparison(place, found, manifest)
    )
    if one.json:
        print(json.dumps(summary))
        return
    present.print_comparison(found)
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
    other = intervene.do(
        one.study, run.parameters, one.clients, one.do, one.seed, one.replicate, one.moments,
        one.threads,
    )  # fmt: skip
    effects = twin_effects.table(intervene.Twins(run, other))
    return observe.records(other, bool(one.task["truth"])), effects


def run_simulate(one: Settings) -> None:
    """Run one study in one world and leave its tables; with `do`, the same clients twice."""
    from dyadsim import present

    began = time.perf_counter()
    check_folder(one.results)
    run = simulate.run(
        one.study, parameters_of(one, one.world), one.clients, one.seed, one.replicate,
        one.moments, one.threads,
    )  # fmt: skip
    tables = observe.records(run, bool(one.task["truth"]))
    done = _counterfactual(one, run)
    table = _score_table(tables.sessions)
    summary = {
        "task": "simulate", "world": one.world, "study": one.study.name, "seed": one.seed,
        "clients": one.clients, "instrument": one.study.instrument,
        "endings": tables.clients["ending"].value_counts().sort_index().to_dict(),
        "symptom_score": rows_of(table),
        "quantities": flat(run.parameters),
        **({} if done is None else {"do": rows_of(twin_effects.summary(done[1]))}),
    }  # fmt: skip

    def fill(place: Path, _: dict[str, Any]) -> None:
        records.write_tables(place, tables)
        present.study_figure(place, tables, one.study, one.world)
        if done is not None:
            done[1].to_parquet(place / "effects.parquet", index=False)
            (place / "under_do").mkdir()
            records.write_tables(place / "under_do", done[0])

    folder = _finish(one, began, summary, fill)
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
        present.print_effects(twin_effects.summary(done[1]))
    print(f"Tables: {folder}\nFigure: {folder / 'figure.png'}")
    print("Next: python -c \"import dyadsim; print(dyadsim.read('" + str(folder) + "').clients)\"")


def run_facts(one: Settings) -> None:
    """Print every published fact beside its simulated value."""
    from dyadsim import benchmark, present

    found = benchmark.evaluate(
        parameters_of(one, one.world), one.clients_per_replicate, one.replicates, one.seed,
        each=_each("studies"),
    )  # fmt: skip
    if one.json:
        print(json.dumps([present.fact_row(result) for result in found]))
        return
    present.print_facts(found, one.world, worlds.named(one.world).calibrated)


def run_literature(one: Settings) -> None:
    """Draw literatures of small trials in one world and review them."""
    from dyadsim import present, reviews
    from dyadsim.literature import checked
    from dyadsim.settings import literature_of

    began = time.perf_counter()
    check_folder(one.results)
    asked = literature_of(one)
    found = reviews.reviewed(
        parameters_of(one, one.world), asked.therapy, asked.comparators, asked.repeats,
        checked(asked.field), asked.margin, one.seed, _each("comparators"),
    )  # fmt: skip
    summary = {
        "task": "literature", "world": one.world, "seed": one.seed, "therapy": asked.therapy,
        "field": asked.field._asdict() | {"caseload": asked.field.caseload._asdict()},
        "margin": asked.margin, "summary": rows_of(found.summary),
    }  # fmt: skip
    folder = _finish(
        one,
        began,
        summary,
        lambda place, _: present.literature(place, found, asked.therapy, one.world),
    )
    if one.json:
        print(json.dumps(summary))
        return
    present.print_literature(found.summary, asked, one.world)
    print(f"Tables and funnel: {folder}")
    print("Next: dyadsim literature world=null   (a field where nothing heals)")


def run_params(one: Settings) -> None:
    """Print the quantities whose name or meaning holds the word."""
    word = str(one.task["word"]).lower()
    rows = [
        item for item in catalogue().values()
        if word in item.name.lower() or word in item.about.meaning.lower()
    ]  # fmt: skip
    if not rows:
        raise BadInput(f"no quantity's name or meaning holds '{word}'.{nearest(word, catalogue())}")
    if one.json:
        print(json.dumps([{**item._asdict(), "about": item.about._asdict()} for item in rows]))
        return
    table = Table("name", "default", "range", "unit", "meaning", "source", title="Quantities")
    for item in rows:
        about = item.about
        span = f"{about.low:g} … {about.high:g}"
        table.add_row(item.name, f"{item.default:g}", span, about.unit, about.meaning, about.source)
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def run_doctor(one: Settings) -> None:
    """Check the installation and say what is wrong."""
    from dyadsim import compiled

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
        "cache": compiled.cache_folder(),
        "results folder": f"{one.results} can be written",
    }
    if one.json:
        print(json.dumps({key: str(value) for key, value in lines.items()}))
        return
    for key, value in lines.items():
        print(f"{key:16} {value}")
    print("All is well.")


TASKS: dict[str, Callable[[Settings], None]] = {
    "compare": run_compare,
    "simulate": run_simulate,
    "facts": run_facts,
    "literature": run_literature,
    "params": run_params,
    "doctor": run_doctor,
}
