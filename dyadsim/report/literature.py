"""Reviewed literatures: what reviewers conclude beside the truth, and funnels."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from dyadsim.evidence.review import Reviewed
from dyadsim.report.page import estimate_text


def print_literature(reviews: Reviewed, *, title: str, margin: float) -> None:
    """Print what reviewers conclude of a therapy, comparator by comparator, beside the truth.

    Parameters
    ----------
    reviews
        The reviewed literatures.
    title
        Which therapy, world and literatures.
    margin
        Within which a difference counts as equivalent, in units of g.
    """
    table = Table(title=title)
    for name in (
        "against",
        "truth (d)",
        "all trials pooled (g)",
        "published pooled (g)",
        "published",
        "certified [95 %]",
        "called equivalent: n.s. | TOST",
    ):
        table.add_column(name)
    for row in reviews.summary.to_dict("records"):
        table.add_row(*_cells(row))
    Console(width=140).print(table)
    print(
        "Truth: the difference in true distress in one huge trial without allegiance, ± its error. "
        "Pooled: mean ± error over literatures.\nPublished: trials a literature. Certified: share "
        "of literatures with two significant published trials by independent teams.\nCalled "
        "equivalent: share of literatures in which the pooled difference is not significant (n.s.; "
        f"no proof of equality),\nor its 90 % interval lies within ±{margin:g} (TOST: two "
        "one-sided tests)."
    )


def _cells(row: dict[Any, Any]) -> list[str]:
    """Return one comparator's row."""
    return [
        str(row["comparator"]),
        estimate_text(row["truth"], row["truth_se"]),
        estimate_text(row["pooled_all"], row["pooled_all_se"]),
        estimate_text(row["pooled"], row["pooled_se"]),
        f"{row['published']:.1f}",
        f"{row['certified']:.0%} [{row['certified_low']:.0%}, {row['certified_high']:.0%}]",
        f"{row['not_significant']:.0%} | {row['equivalent']:.0%}",
    ]


def write_literature(folder: Path, reviews: Reviewed, *, therapy: str, world: str) -> None:
    """Write the tables and the funnel of reviewed literatures.

    Parameters
    ----------
    folder
        The results folder.
    reviews
        The reviewed literatures.
    therapy, world
        Names, for the title of the figure.
    """
    from dyadsim.plots import funnel, style

    for name in ("trials", "reviews", "summary"):
        getattr(reviews, name).to_parquet(folder / f"{name}.parquet", index=False)
    title = f"The trials of one literature on {therapy} in the {world} world"
    figure = funnel.figure(reviews.trials, reviews.reviews, reviews.summary, title)
    first = reviews.trials[reviews.trials["literature"] == 0]
    style.save_figure(figure, folder / "figures", "funnel", first)
