"""The five accountings for people: tables on the terminal, a figure, a page."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from dyadsim.attribution.over_worlds import Grid
from dyadsim.attribution.true_shares import ADJUSTED, EFFECT
from dyadsim.plots import grid, percentages, shares, style
from dyadsim.report import page

_HEADINGS = {  # accounting -> (heading, what it is)
    "variance": (
        "1 Causal share of outcome variance (Shapley)",
        "How much clients' outcomes would differ less if this luck were the same for all; "
        "interactions divided equally.",
    ),
    "variance alone": ("1a First-order share", "The part that each group explains alone."),
    "variance total": ("1b Total share", "The part with all its interactions; adds to over 100 %."),
    "effect": (
        "2 Causal share of the mean effect (Shapley)",
        "What each cause does, with what is joint divided equally.",
    ),
    "effect lost": ("2a Loss if removed", "What is lost if this alone is taken away."),
    "effect pairs": (
        "2b Interactions of two causes",
        "What two do together beyond what each adds, all the others present.",
    ),
    "estimators": ("3 What the field's estimators say", "Computed from scores alone, session 3."),
    "gain": ("4 Mean gains", "Gain on the waitlist, what a supportive therapy adds, what is left."),
    "claimed pie": (
        "5 The claimed pie",
        "Asay and Lambert (1999), as the founding paper passes it on.",
    ),
}


def _parts(table: pd.DataFrame) -> list[tuple[str, str, str, pd.DataFrame]]:
    """Return heading, note, denominator and rows of each table."""
    groups = table.groupby(["accounting", "denominator"], sort=False)
    return [(*_HEADINGS[str(key[0])], str(key[1]), part) for key, part in groups]


def _text(share: float, error: float) -> str:
    """Return "share ± error" in per cent; a judgement has no error, no effect has no share."""
    if share != share:
        return "no effect to share"
    share = round(share, 1) + 0.0  # never -0.0
    return f"{share:.1f}" if error != error else f"{share:.1f} ± {error:.1f}"


def _rows(part: pd.DataFrame) -> list[tuple[str, str]]:
    """Return (group, share in words) of each row."""
    columns = (part[name].tolist() for name in ("group", "share", "se"))
    return [(str(group), _text(share, se)) for group, share, se in zip(*columns, strict=True)]


def print_accountings(table: pd.DataFrame, world: str, calibrated: bool) -> None:
    """Print every accounting with its denominator in words."""
    console = Console(width=100)
    state = "calibrated" if calibrated else "NOT calibrated: starting values set by hand"
    console.print(f"The same therapy, five percentages: {world} world ({state})")
    for heading, _, denominator, part in _parts(table):
        if heading.startswith(("1a", "1b", "2b")):
            continue  # in the report and the JSON
        shown = Table(title=f"{heading}\n100 % = {denominator}", title_justify="left", min_width=96)
        shown.add_column("part", min_width=32)
        shown.add_column("% ± error", justify="right", min_width=18)
        for group, text in _rows(part):
            shown.add_row(group, text)
        console.print(shown)
    console.print(
        "Careful: the denominators differ, so no two tables can be added or compared line by line; "
        "losses overlap; what everybody gets alike explains no variance."
    )


def leave(folder: Path, table: pd.DataFrame, world: str, manifest: Mapping[str, Any]) -> None:
    """Write the table, the figure and the page, report.html, into `folder`."""
    table.to_csv(folder / "accountings.csv", index=False)
    figures = folder / "figures"
    figures.mkdir()
    style.save(percentages.figure(table, world), figures, "percentages", table)
    tables = [
        {
            "heading": heading,
            "note": note,
            "denominator": denominator,
            "rows": [{"group": group, "text": text} for group, text in _rows(part)],
        }
        for heading, note, denominator, part in _parts(table)
    ]
    page.accountings(folder, tables, figures / "percentages.png", world, manifest)


def print_grid(found: Grid, dials: Sequence[str]) -> None:
    """Print technique's shares and the facts that hold at every point."""
    technique = found.shares[found.shares["group"] == "technique"]
    technique = technique.assign(
        text=[_text(*pair) for pair in zip(technique["share"], technique["se"], strict=True)]
    )
    columns = [
        technique.loc[(technique["accounting"] == name) & (technique["denominator"] == whole)]
        for name, whole in (("variance", ADJUSTED), ("effect", EFFECT), ("effect lost", EFFECT))
    ]
    counts = grid.counted(found.facts, dials)
    shown = Table(title="Technique, % ± error", title_justify="left")
    for heading in [
        *map(grid.short, dials),
        "of variance (severity out)",
        "of mean effect",
        "effect lost without it",
        "facts met",
    ]:
        shown.add_column(heading, justify="right")
    texts = (list(one["text"]) for one in columns)
    places = counts[list(dials)].astype(str).to_numpy().tolist()
    for place, *said, met, best in zip(places, *texts, counts["met"], counts["best"], strict=True):
        shown.add_row(*place, *said, f"{met}{' *' * best}")
    Console(width=None if sys.stdout.isatty() else 140).print(shown)
    print(
        f"* no point meets more of the {found.facts['fact'].nunique()} published facts. "
        f"Facts that hold at some points only: {', '.join(grid.movable(found.facts)) or 'none'}."
    )


def leave_grid(folder: Path, found: Grid, dials: Sequence[str], title: str) -> None:
    """Write accountings.csv, facts.csv and the figure, grid.png, into `folder`."""
    found.shares.to_csv(folder / "accountings.csv", index=False)
    found.facts.to_csv(folder / "facts.csv", index=False)
    if len(dials) > 1:
        made = grid.figure(found.shares, found.facts, dials, title)
    else:
        rows = found.shares[found.shares["accounting"] == "variance"]
        made = shares.figure(
            rows[rows["denominator"] == ADJUSTED], dials[0], grid.short(dials[0]), title
        )
    style.save(made, folder, "grid", found.shares)
    (folder / "grid.csv").unlink()  # the same as accountings.csv
