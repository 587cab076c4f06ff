"""How much is due to what: the five percentages of one world, or shares over a grid of worlds."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rich.table import Table

from dyadsim.analysis.monte_carlo import error_sentence, with_error
from dyadsim.attribution.over_worlds import Grid
from dyadsim.attribution.true_shares import ADJUSTED, EFFECT, VARIANCE
from dyadsim.evidence.verdict import VERDICTS
from dyadsim.plots import grid, percentages, shares, style
from dyadsim.report.page import embedded_image, run_line, write_page
from dyadsim.report.printed import print_table, say

_HEADINGS = {  # kind of share -> (heading, what it is)
    "variance": (
        "1 Causal share of outcome variance (Shapley)",
        "How much less outcomes would vary if this source were the same for all clients; "
        "interactions are divided equally.",
    ),
    "variance alone": ("1a First-order share", "The part that each source explains alone."),
    "variance total": (
        "1b Total share",
        "The part of each source with all its interactions; these add up to more than 100 %.",
    ),
    "effect": (
        "2 Causal share of the mean effect (Shapley)",
        "What each cause contributes; joint contributions are divided equally.",
    ),
    "effect lost": ("2a Loss if removed", "What is lost if this cause alone is removed."),
    "effect pairs": (
        "2b Interactions of two causes",
        "What two causes do together beyond what each adds, with all the others present.",
    ),
    "estimators": (
        "3 What the field's estimators say",
        "Computed from scores alone; process measured at session 3.",
    ),
    "gain": (
        "4 Mean gains",
        "The gain on the waitlist, what a supportive therapy adds, and what the full therapy adds "
        "to that.",
    ),
    "claimed pie": (
        "5 The claimed pie",
        "The judgement of Asay and Lambert (1999), as the founding paper cites it.",
    ),
}
STUDY = "therapies by lot, a trial, and the same clients without each cause"
_JUDGEMENTS = ("claimed pie",)  # kinds of share that have no error
_ON_PAGE_ONLY = ("variance alone", "variance total", "effect pairs")  # and in the JSON


def _tables(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return kind, heading, note, denominator and rows of each kind and denominator."""
    tables = []
    for key, part in table.groupby(["attribution", "denominator"], sort=False):
        kind, denominator = map(str, key)
        note = _HEADINGS[kind][1]
        values = zip(*(part[name].tolist() for name in ("group", "share", "se")), strict=True)
        judged = kind in _JUDGEMENTS
        rows = [
            (str(group), f"{share:.1f}" if judged else _share_text(share, error))
            for group, share, error in values
        ]
        tables.append(
            {
                "kind": kind,
                "heading": _heading(kind, denominator),
                "note": note,
                "denominator": _denominator_text(denominator),
                "rows": rows,
            }
        )
    return tables


def _heading(kind: str, denominator: str) -> str:
    """Return the heading of a kind of share."""
    taken_out = ", severity at intake taken out" if denominator == ADJUSTED else ""
    return _HEADINGS[kind][0] + taken_out


def _denominator_text(denominator: str) -> str:
    """Return what 100 % is, in words; a judgement has no denominator."""
    judgement = denominator.removeprefix("none: ")
    return f"100 % = {denominator}" if judgement == denominator else f"No denominator: {judgement}"


def _share_text(share: float, error: float) -> str:
    """Return "share ± error" in per cent; no effect has no share."""
    return "no effect to share" if share != share else with_error(share, error)


def print_attribution(
    table: pd.DataFrame, label: str, *, clients: int, repeats: int, seed: int
) -> None:
    """Print every percentage with its denominator in words.

    Parameters
    ----------
    table
        attribution (the kind of share), group, share (%), se, denominator.
    label
        What the world is called (`changed_worlds.world_label`).
    clients, repeats, seed
        Clients of a repeat, number of repeats, and the random seed.
    """
    say(f"The same therapy, five percentages: {label}")
    for part in _tables(table):
        if part["kind"] in _ON_PAGE_ONLY:
            continue
        title = f"{part['heading']}\n{part['denominator']}"
        shown = Table(title=title, title_justify="left")
        shown.add_column("part")
        shown.add_column("% ± Monte-Carlo error", justify="right")
        for row in part["rows"]:
            shown.add_row(*row)
        print_table(shown)
    say(
        "Careful: the denominators differ, so never add or compare lines of two tables; losses "
        "overlap; what all clients get alike explains no variance."
    )
    say(error_sentence(repeats))
    say(run_line(STUDY, clients=clients, repeats=repeats, seed=seed))


def estimates_of(table: pd.DataFrame) -> pd.DataFrame:
    """Return the shares as rows of estimates (`cli.task.Estimates`), without what is a judgement.

    Parameters
    ----------
    table
        attribution (the kind of share), group, share (%), se, denominator.

    Returns
    -------
    DataFrame
        part (heading and denominator in words), estimate (the group), unit, value, se, detail,
        attribution, denominator.
    """
    rows = table[~table["attribution"].isin(_JUDGEMENTS)]
    rows = rows.rename(columns={"group": "estimate", "share": "value"})
    parts = [
        f"{_heading(kind, denominator)}; {_denominator_text(denominator)}"
        for kind, denominator in zip(rows["attribution"], rows["denominator"], strict=True)
    ]
    detail = rows["attribution"].isin(_ON_PAGE_ONLY)
    return rows.assign(part=parts, unit="%", detail=detail).reset_index(drop=True)


def write_attribution(
    folder: Path,
    table: pd.DataFrame,
    label: str,
    manifest: Mapping[str, Any],
    **size: int,
) -> None:
    """Write attribution.csv, the figure and the page, report.html.

    Parameters
    ----------
    folder
        The results folder.
    table
        attribution (the kind of share), group, share (%), se, denominator.
    label
        What the world is called (`changed_worlds.world_label`).
    manifest
        How the run can be repeated.
    **size
        clients (of a repeat), repeats and seed.
    """
    table.to_csv(folder / "attribution.csv", index=False)
    figure = percentages.figure(_one_denominator(table), label, size["repeats"])
    image = style.save_figure(figure, folder / "figures", "percentages", table)
    write_page(
        folder,
        "attribution.html.j2",
        tables=_tables(table),
        image=embedded_image(image),
        world=label,
        errors=error_sentence(size["repeats"]),
        run=run_line(STUDY, **size),
        manifest=manifest,
    )


def _one_denominator(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table without shares of the raw variance: with severity taken out they are there."""
    return table[table["denominator"] != VARIANCE]


def _technique(table: pd.DataFrame, kind: str, denominator: str) -> list[str]:
    """Return technique's share of one kind at every point, in words."""
    chosen = (
        (table["group"] == "technique")
        & (table["attribution"] == kind)
        & (table["denominator"] == denominator)
    )
    return list(map(_share_text, table.loc[chosen, "share"], table.loc[chosen, "se"]))


def print_attribution_grid(
    result: Grid, dials: Sequence[str], label: str, *, clients: int, repeats: int, seed: int
) -> None:
    """Print technique's shares and the verdicts on the facts at every point.

    Parameters
    ----------
    result
        Shares and facts at every point.
    dials
        Names of the settings that differ between points.
    label
        What the worlds are called.
    clients, repeats, seed
        Clients of a repeat, number of repeats, and the random seed.
    """
    counts = grid.count_verdicts_at(result.facts, dials)
    title = f"Technique, % ± Monte-Carlo error: {label}"
    table = Table(title=title, title_justify="left")
    for heading in (
        *map(grid.dial_label, dials),
        "of variance (severity taken out)",
        "of mean effect",
        "effect lost without it",
        "facts met / violated / undecided",
    ):
        table.add_column(heading, justify="right")
    kinds = (("variance", ADJUSTED), ("effect", EFFECT), ("effect lost", EFFECT))
    columns = [_technique(result.shares, *kind) for kind in kinds]
    points = counts[list(dials)].astype(str).to_numpy().tolist()
    met = [
        " / ".join(str(row[name]) for name in VERDICTS) + _mark(row)
        for row in counts.to_dict("records")
    ]
    for point, *cells in zip(points, *columns, met, strict=True):
        table.add_row(*point, *cells)
    print_table(table)
    varying = ", ".join(grid.facts_that_vary(result.facts)) or "none"
    say(
        f"* no point meets more of the {result.facts['fact'].nunique()} published facts; (*) it "
        "may meet as many: some are undecided there. Facts met at some points and violated at "
        f"others: {varying}."
    )
    say(error_sentence(repeats))
    say(run_line(STUDY, clients=clients, repeats=repeats, seed=seed))


def _mark(row: Mapping[Any, Any]) -> str:
    """Return the mark of a point that meets, or may meet, the most facts."""
    return " *" if row["best"] else " (*)" if row["possible"] else ""


def write_attribution_grid(
    folder: Path, result: Grid, dials: Sequence[str], title: str, repeats: int
) -> None:
    """Write attribution.csv, facts.csv and the figure, grid.png and .svg.

    Parameters
    ----------
    folder
        The results folder.
    result
        Shares and facts at every point.
    dials
        Names of the settings that differ between points; one makes a figure of lines.
    title
        Of the figure.
    repeats
        Number of repeats behind each error.
    """
    result.shares.to_csv(folder / "attribution.csv", index=False)
    result.facts.to_csv(folder / "facts.csv", index=False)
    rows = _one_denominator(result.shares)
    if len(dials) > 1:
        figure = grid.figure(rows, result.facts, dials, title, repeats=repeats)
    else:
        rows = rows[rows["attribution"] == "variance"]
        label = grid.dial_label(dials[0])
        figure = shares.figure(rows, dials[0], label=label, title=title, repeats=repeats)
    style.save_figure(figure, folder, "grid", result.shares)
    (folder / "grid.csv").unlink()  # the same as attribution.csv
