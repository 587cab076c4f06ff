"""Tables and figures for people: what the tasks print and the report that a run leaves."""

from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from dyadsim.evidence.benchmark import Result
from dyadsim.evidence.compare_worlds import TABLES, Comparison
from dyadsim.model import questionnaires, worlds
from dyadsim.report.page import estimate
from dyadsim.simulation.records import Records
from dyadsim.simulation.true_effects import NOTE
from dyadsim.studies.study import Study


def _interval(low: float | None, high: float | None) -> str:
    """Return a published interval in words, one-sided where it is."""
    low = None if low is not None and low != low else low
    high = None if high is not None and high != high else high
    if low is None and high is None:
        return "-"
    if high is None:
        return f"above {low:g}"
    return f"{low:g} to {high:g}" if low is not None else f"below {high:g}"


def study_figure(folder: Path, tables: Records, study: Study, world: str) -> Path:
    """Write the study's figure and its data into `folder`; return the figure's path.

    Groups are the arms; in a preference trial, who got the preferred therapy and who did not.
    """
    from dyadsim.plots import phases, style
    from dyadsim.plots import study as courses

    form = style.INSTRUMENTS[questionnaires.named(study.instrument).name]
    count = len(tables.clients)
    about = (
        f"{study.name.replace('_', ' ')} in the {world} world, {count} client{'s' * (count > 1)}"
    )
    if study.name == "n_of_1":
        spans = [(float(one.first), float(one.last)) for one in study.arms[0].phases]
        made = phases.figure(
            tables.sessions, spans, about + " (the first are shown)" * (count > phases.SHOWN), form
        )
        shown = tables.sessions[["client", "week", "occasion", "symptom_score"]]
    else:
        group = tables.clients["arm"]
        if study.name == "preference":
            lucky = tables.clients["therapy"] == tables.clients["preferred_therapy"]
            group = lucky.map({True: "preferred therapy", False: "other therapy"})
        clients = tables.clients.assign(group=group)
        named = dict(zip(clients["client"], clients["group"], strict=True))
        sessions = tables.sessions.assign(group=tables.sessions["client"].map(named))
        made = courses.figure(sessions, clients, f"{about}; bands and bars: 95 % intervals", form)
        shown = courses.means(sessions)
    style.save(made, folder, "figure", shown)
    return folder / "figure.png"


def print_comparison(found: Comparison) -> None:
    """Print each statistic of every world beside the published interval."""
    names = list(dict.fromkeys(found.statistics["world"]))
    table = Table(
        title="What a researcher finds: simulated ± Monte-Carlo error "
        "(* = inside the published interval with 1.96 errors on both sides)"
    )
    table.add_column("statistic", max_width=46)
    for name in names:
        table.add_column(name, justify="right")
    table.add_column("published", justify="right")
    for (label, unit), rows in found.statistics.groupby(["label", "unit"], sort=False):
        cells = [
            f"{estimate(value, error)}{'*' if met else ' '}"
            for value, error, met in zip(rows["simulated"], rows["se"], rows["met"], strict=True)
        ]
        first = rows.iloc[0]
        table.add_row(f"{label} ({unit})", *cells, _interval(first["low"], first["high"]))
    console = Console(width=150)
    console.print(table)
    true = Table(
        title="What truly happens: the same clients, same luck (SD of distress at intake ± error)"
    )
    true.add_column("difference at the post-test, treated arm", max_width=46)
    for name in names:
        true.add_column(name, justify="right")
    for label, rows in found.truth.groupby("label", sort=False):
        true.add_row(str(label), *map(estimate, rows["effect"], rows["se"]))
    console.print(true)
    console.print(NOTE, width=110)


def print_effects(table: pd.DataFrame) -> None:
    """Print what `do` changed, arm by arm; latents, so no researcher could see it."""
    shown = Table(title="What do(...) changed: the same clients, the same luck (true distress)")
    for name in (
        "arm",
        "at",
        "clients",
        "mean effect ± error (SD at intake)",
        "better off",
        "worse off",
        "unchanged to the bit",
    ):
        shown.add_column(name)
    for row in table.to_dict("records"):
        shares = [f"{row[name]:.1%}" for name in ("better", "worse", "unchanged")]
        shown.add_row(
            str(row["arm"]),
            str(row["at"]),
            str(row["clients"]),
            estimate(row["effect"], row["se"]),
            *shares,
        )
    Console(width=120).print(shown)
    print("Above 0 = less distress under do. Shares are of the clients of the arm, any amount.")


def print_literature(table: pd.DataFrame, asked: Any, world: str) -> None:
    """Print what reviewers conclude of a therapy, comparator by comparator, beside the truth."""
    trials, repeats = asked.field.trials, asked.repeats
    shown = Table(
        title=f"{asked.therapy} in the {world} world: {repeats} literatures of {trials} trials each"
    )
    for name in (
        "against",
        "truth (d)",
        "all trials pooled (g)",
        "published pooled (g)",
        "published",
        "certified [95 %]",
        "called equivalent: n.s. | shown",
    ):
        shown.add_column(name)
    for row in table.to_dict("records"):
        certified = f"{row['certified']:.0%} [{row['certified_low']:.0%}, "
        shown.add_row(
            str(row["comparator"]),
            estimate(row["truth"], row["truth_se"]),
            estimate(row["pooled_all"], row["pooled_all_se"]),
            estimate(row["pooled"], row["pooled_se"]),
            f"{row['published']:.1f}",
            f"{certified}{row['certified_high']:.0%}]",
            f"{row['not_significant']:.0%} | {row['equivalent']:.0%}",
        )
    Console(width=140).print(shown)
    print(
        "Truth: the difference in true distress in one huge trial without allegiance, ± its error. "
        "Pooled: mean ± error over literatures.\nCertified: two significant published trials by "
        "independent teams, share of literatures. Equivalent: the pooled difference is\nnot "
        f"significant (no proof of equality), or its 90 % interval lies within ±{asked.margin:g} "
        "(two one-sided tests)."
    )


def literature(folder: Path, found: Any, therapy: str, world: str) -> None:
    """Write the tables and the funnel of reviewed literatures into `folder`."""
    from dyadsim.plots import funnel, style

    for name in ("trials", "reviews", "summary"):
        getattr(found, name).to_parquet(folder / f"{name}.parquet", index=False)
    figures = folder / "figures"
    figures.mkdir()
    title = f"One literature on {therapy} in the {world} world: its trials"
    made = funnel.figure(found.trials, found.reviews, found.summary, title)
    style.save(made, figures, "funnel", found.trials[found.trials["literature"] == 0])


def fact_row(result: Result) -> dict[str, Any]:
    """Return one fact as plain values for JSON; null where its design is not served yet."""
    one = result.fact
    blank = result.simulated != result.simulated
    return {
        "id": one.id,
        "simulated": None if blank else result.simulated,
        "se": None if result.standard_error != result.standard_error else result.standard_error,
        "low": one.low,
        "high": one.high,
        "met": bool(result.met),
        "needs": result.needs or None,
    }


def print_facts(found: list[Result], world: str, calibrated: bool) -> None:
    """Print every fact, simulated ± Monte-Carlo error, the published interval, met or not."""
    label = "calibrated" if calibrated else "NOT calibrated: starting values set by hand"
    table = Table(title=f"Published facts in the {world} world ({label})")
    for name in ("fact", "statistic", "simulated", "published", "met"):
        words = name in ("fact", "statistic", "met")
        table.add_column(name, justify="left" if words else "right")
    for one in found:
        value = "" if one.needs else f"{one.simulated:.3f} ±{one.standard_error:.3f}"
        if not one.needs and one.simulated != one.simulated:
            value = "undefined"  # such as a share of a therapist variance that is 0
        met = f"needs study {one.needs}" if one.needs else "yes" if one.met else "no"
        table.add_row(
            one.fact.id, one.fact.statistic, value, _interval(one.fact.low, one.fact.high), met
        )
    Console(width=150).print(table)
    known = [one for one in found if one.simulated == one.simulated]
    waiting = f"; {len(found) - len(known)} could not be computed" * (len(known) < len(found))
    print(f"{sum(one.met for one in known)} of {len(known)} simulated facts met{waiting}.")
    print(
        "± is one Monte-Carlo standard error over studies with new luck. Definitions: docs/facts.md"
    )


def comparison(folder: Path, found: Comparison, manifest: dict[str, Any]) -> None:
    """Write the tables, figures and the report of a comparison into `folder`."""
    from dyadsim.plots import caterpillar, courses, individuals, intervals, style
    from dyadsim.report import page

    for name in TABLES:
        getattr(found, name).to_parquet(folder / f"{name}.parquet", index=False)
    figures = folder / "figures"
    figures.mkdir()
    names = list(dict.fromkeys(found.statistics["world"]))
    drawn = {
        "courses": (courses.figure(found.courses), found.courses),
        "intervals": (intervals.figure(found.statistics), found.statistics),
        "individuals": (individuals.figure(found.individuals), found.individuals),
        "therapists": (caterpillar.figure(found.therapists), found.therapists),
    }
    for name, (figure, data) in drawn.items():
        style.save(figure, figures, name, data)
    claims = {name: worlds.named(name).claim for name in names}
    page.comparison(folder, found._asdict(), figures, claims, manifest)
