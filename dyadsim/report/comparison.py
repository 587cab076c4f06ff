"""The comparison of worlds: tables on the terminal, figures and a page."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich.table import Table

from dyadsim.evidence.compare_worlds import TABLES, Comparison
from dyadsim.evidence.facts_of_worlds import against_world
from dyadsim.evidence.verdict import SIGNS, VERDICTS
from dyadsim.model import worlds
from dyadsim.report.page import (
    embedded_image,
    estimate_text,
    interval_text,
    run_line,
    write_page,
)
from dyadsim.report.printed import print_table, say
from dyadsim.simulation.true_effects import NOTE

STUDY = "a trial (CBT, interpersonal, supportive control, waitlist) and routine care"
_SIGNS = " ".join(f"{SIGNS[name]} {name}" for name in VERDICTS)

_FIGURES = {  # file -> heading and caption
    "courses": (
        "Mean courses",
        "Mean symptom score by week in the trial (top) and in routine care (bottom), one column a "
        "world. Clients in treatment fill in a form at every session; waiting clients only at "
        "intake, week 12 and follow-up, so the line between these points is no course. At week 12 "
        "dropouts are assessed too, hence the step. In routine care only clients still in care are "
        "assessed: those who got better have left, so the mean of those who remain flattens or "
        "rises without anybody getting worse.",
    ),
    "intervals": (
        "Worlds against published intervals",
        "Each statistic as a researcher computes it from scores. Every row has a scale of its own: "
        "the published interval is drawn equally wide in all of them, so distances can be compared "
        "within a row only. ✓ and bold: met, inside with its error; ✗: violated, outside with its "
        "error; ?: undecided, because its error reaches over an edge: more clients would tell.",
    ),
    "individuals": (
        "Who got better?",
        "Each dot is one client in routine care with caseness at intake (PHQ-9 of 10 or more) and "
        "two sessions or more; the first ones of the simulation, moved a little at random so that "
        "dots do not hide each other. Recovered: reliable change and below the cut-off; improved: "
        "reliable change, not below it; a dot below the cut-off in the grey band changed by less "
        "than the questionnaire can tell. Here PHQ-9 alone counts; shares beside published ones go "
        "by PHQ-9 and GAD-7 together.",
    ),
    "therapists": (
        "Therapists",
        "Residual gain: how much better clients ended than others with the same score at intake. "
        "Raw means spread more widely than the true differences, most of all with few clients; "
        "shrunken estimates take the number of clients into account. In the null world all of the "
        "spread is chance, and shrinkage says so.",
    ),
}


def _table(title: str, heading: str, names: Iterable[str]) -> Table:
    """Return an empty table with a wide first column and a column a name."""
    table = Table(title=title)
    table.add_column(heading)
    for name in names:
        table.add_column(name, justify="right")
    return table


def print_comparison(comparison: Comparison, *, clients: int, seed: int) -> None:
    """Print each statistic of every world beside the published interval, and the true effects.

    Parameters
    ----------
    comparison
        The tables of the comparison.
    clients
        Of each study.
    seed
        The random seed.
    """
    names = list(dict.fromkeys(comparison.statistics["world"]))
    table = _table(
        f"What a researcher finds: simulated ± Monte-Carlo error {_SIGNS}",
        "statistic",
        [*names, "published"],
    )
    for (label, unit), rows in comparison.statistics.groupby(["label", "unit"], sort=False):
        cells = [
            f"{estimate_text(value, error)} {SIGNS[verdict]}"
            for value, error, verdict in _values(rows)
        ]
        ends = rows.iloc[0]
        table.add_row(f"{label} ({unit})", *cells, interval_text(ends["low"], ends["high"]))
    print_table(table)
    print_table(_truth_table(comparison.truth, names))
    say(NOTE)
    say(
        f"± is one standard error of sampling {clients:,} clients a study (normal: the 95 % "
        "interval is ± 1.96 errors). Met: that interval lies inside the published one; violated: "
        "outside; undecided: it holds an edge."
    )
    say(run_line(STUDY, clients=clients, seed=seed))


def _values(rows: pd.DataFrame) -> Iterable[tuple[float, float, str]]:
    """Return value, error and verdict of each world."""
    return zip(rows["simulated"], rows["se"], rows["verdict"], strict=True)


def _truth_table(truth: pd.DataFrame, names: Iterable[str]) -> Table:
    """Return the true effects, a row a question and a column a world."""
    table = _table(
        "True effects: the same clients under two conditions, with common random numbers\n"
        "(SD of distress at intake ± Monte-Carlo error)",
        "difference at the post-test, treated arm",
        names,
    )
    for label, rows in truth.groupby("label", sort=False):
        table.add_row(str(label), *map(estimate_text, rows["effect"], rows["se"]))
    return table


def estimates_of(comparison: Comparison) -> pd.DataFrame:
    """Return the statistics and the true effects as rows of estimates (`cli.task.Estimates`).

    Parameters
    ----------
    comparison
        The tables of the comparison.
    """
    columns = ["fact", "label", "unit", "world", "simulated", "se", "low", "high", "verdict"]
    names = {"low": "published_low", "high": "published_high", "label": "estimate"}
    statistics = comparison.statistics[columns].rename(columns={**names, "simulated": "value"})
    truth = comparison.truth[["label", "world", "effect", "se"]]
    truth = truth.rename(columns={"label": "estimate", "effect": "value"})
    true_part = "True effects: the same clients under two conditions"
    return pd.concat(
        [
            statistics.assign(part="What a researcher finds"),
            truth.assign(part=true_part, unit="SD of distress at intake", fact=""),
        ],
        ignore_index=True,
    )


def write_comparison(
    folder: Path,
    comparison: Comparison,
    manifest: Mapping[str, Any],
    *,
    clients: int,
    changes: str = "",
) -> None:
    """Write the tables, the figures and the page, report.html, of a comparison.

    Parameters
    ----------
    folder
        The results folder.
    comparison
        The tables of the comparison.
    manifest
        How the run can be repeated: argv, seeds, versions, configuration.
    clients
        Of each study.
    changes
        What differs from the calibrated worlds, in words; "" where nothing does.
    """
    from dyadsim.plots import caterpillar, courses, individuals, intervals, style

    for name in TABLES:
        getattr(comparison, name).to_parquet(folder / f"{name}.parquet", index=False)
    figures = {
        "courses": (courses.figure(comparison.courses), comparison.courses),
        "intervals": (intervals.figure(comparison.statistics), comparison.statistics),
        "individuals": (individuals.figure(comparison.individuals), comparison.individuals),
        "therapists": (caterpillar.figure(comparison.therapists), comparison.therapists),
    }
    images = {}
    for name, (figure, data) in figures.items():
        style.add_to_title(figure, changes)
        images[name] = style.save_figure(figure, folder / "figures", name, data)
    _write_report(folder, comparison, manifest, images, clients=clients, changes=changes)


def _claim(world: worlds.World) -> str:
    """Return what a world claims; of one's own nobody has checked that its values say so."""
    return f"{world.claim} (claimed by its author, not checked)" if world.base else world.claim


def _write_report(
    folder: Path,
    comparison: Comparison,
    manifest: Mapping[str, Any],
    images: Mapping[str, bytes],
    *,
    clients: int,
    changes: str,
) -> None:
    """Write report.html with the figures as PNG."""
    names = dict.fromkeys(comparison.statistics["world"])
    write_page(
        folder,
        "comparison.html.j2",
        verdict=comparison.verdict,
        against=[] if changes else [against_world(name, most=9) for name in names],
        claims={name: _claim(worlds.find_world(name)) for name in names},
        rows=_statistic_rows(comparison.statistics),
        true_rows=[
            {"label": label, "cells": list(map(estimate_text, rows["effect"], rows["se"]))}
            for label, rows in comparison.truth.groupby("label", sort=False)
        ],
        truth_note=NOTE,
        truth_clients=int(comparison.truth["n"].min()),
        figures=[
            {
                "heading": heading,
                "caption": caption,
                "name": name,
                "image": embedded_image(images[name]),
            }
            for name, (heading, caption) in _FIGURES.items()
        ],
        manifest=manifest,
        changes=changes,
        clients=clients,
        run=run_line(STUDY, clients=clients, seed=manifest["seeds"]["seed"]),
    )


def _statistic_rows(statistics: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one row a statistic with a cell a world."""
    rows = []
    for _, group in statistics.groupby("fact", sort=False):
        cells = [
            {"text": estimate_text(value, error), "sign": SIGNS[verdict], "verdict": verdict}
            for value, error, verdict in _values(group)
        ]
        first = group.iloc[0]
        published = interval_text(first["low"], first["high"])
        rows.append({**first[["label", "unit"]], "cells": cells, "published": published})
    return rows
