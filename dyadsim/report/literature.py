"""Reviewed literatures: what reviewers conclude beside what they should find, and funnels."""

import math
from pathlib import Path
from typing import Any

from rich.table import Table

from dyadsim.evidence.review import Reviewed
from dyadsim.report.page import estimate_text
from dyadsim.report.printed import print_table, say


def print_literature(reviews: Reviewed, *, title: str, margin: float) -> None:
    """Print what reviewers conclude of a therapy, comparator by comparator, beside the truth.

    Parameters
    ----------
    reviews
        The reviewed literatures.
    title
        Which therapy, world and literatures.
    margin
        Within which a difference counts as equivalent, in g (SDs of post-test scores).
    """
    table = Table(title=title)
    for name in (
        "against",
        "expected g",
        "all trials pooled, g",
        "published pooled, g",
        "published",
        "certified [95 %]",
        "called equivalent: n.s. | TOST",
        "Egger: shown | cannot tell",
    ):
        table.add_column(name)
    for row in reviews.summary.to_dict("records"):
        table.add_row(*_cells(row))
    print_table(table)
    say(
        "All effects are g: differences in SDs of post-test scores. Expected: in one huge trial "
        "without allegiance, with the field's questionnaires, ± its error (what trials find on "
        "average without allegiance and selection). Pooled: mean ± error over literatures. "
        "Published: trials a literature. Certified: share of literatures with two significant "
        "published trials by independent teams. Called equivalent: share of literatures in "
        "which the pooled difference is not significant (n.s.; no proof of equality), or its 90 % "
        f"interval lies within g = ±{margin:g} (TOST: two one-sided tests). Egger: share of "
        "literatures whose published trials show asymmetry (p < .1; 10 % by chance alone), and "
        "share with so few trials that the test cannot tell: it would mostly miss that the "
        f"smallest trials find {margin:g} more than the largest. Not shown is not the same as "
        "not there."
    )
    say(_true_distress(reviews))


def _true_distress(reviews: Reviewed) -> str:
    """Return the true differences, on their own scale, in a sentence."""
    values = ", ".join(
        f"{row['comparator']} {estimate_text(row['true_d'], row['true_d_se'])}"
        for row in reviews.summary.to_dict("records")
    )
    return (
        f"On another scale, true distress in SDs at intake (as in sweep and compare): {values}. "
        "Not to be compared with g."
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
        f"{_percent(row['not_significant'])} | {_percent(row['equivalent'])}",
        f"{_percent(row['asymmetry'])} | {_percent(row['asymmetry_unclear'])}",
    ]


def _percent(share: float) -> str:
    """Return a share in %, a dash where too few literatures could be pooled."""
    return "–" if math.isnan(share) else f"{share:.0%}"


def write_literature(folder: Path, reviews: Reviewed, *, therapy: str, label: str) -> None:
    """Write the tables and the funnel of reviewed literatures.

    Parameters
    ----------
    folder
        The results folder.
    reviews
        The reviewed literatures.
    therapy, label
        The therapy's name, and what the world is called (`changed_worlds.world_label`).
    """
    from dyadsim.plots import funnel, style

    for name in ("trials", "reviews", "summary"):
        getattr(reviews, name).to_parquet(folder / f"{name}.parquet", index=False)
    title = f"The trials of one literature on {therapy} in the {label}"
    figure = funnel.figure(reviews.trials, reviews.reviews, reviews.summary, title)
    first = reviews.trials[reviews.trials["literature"] == 0]
    style.save_figure(figure, folder / "figures", "funnel", first)
