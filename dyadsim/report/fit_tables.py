"""Sections of the page of a fit: tables as text, and every column explained below its table."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dyadsim.report.page import embedded_image

ENDS = {"low": "from", "high": "to"}  # of an interval of simulation error
HEADINGS = {  # column -> heading
    "low": "5 %",
    "middle": "median",
    "high": "95 %",
    "contraction_here": "contraction here",
    "covered": "coverage",
    "rank_p": "p of ranks",
    "recovered": "r with truth",
    "moved": "moved between halves",
    "log_odds_error": "error of the log odds",
    "stated": "stated",
    "found": "true in",
}
MEANINGS = {  # heading -> what it is; those that speak for themselves are left out
    "5 %": "lower end of the 90 % interval",
    "95 %": "upper end of the 90 % interval",
    "median [90 %]": "of the posterior, and its 90 % interval",
    "in points": "the median and the 90 % interval on the questionnaire of the data",
    "moved between halves": "how far the interval moves between disjoint halves of the "
    "simulations, in its own widths; above 1 it is called unstable",
    "contraction": "1 - posterior / prior variance, on average over simulated data sets; "
    "1 = known, 0 or a little below = nothing learnt",
    "contraction here": "the same for your data",
    "coverage": "share of simulated data sets whose 90 % interval contains the true value",
    "p of ranks": "test that the ranks of true values are uniform, as they must be",
    "r with truth": "correlation of estimate and true value over simulated data sets",
    "from": "lower end of the 95 % interval of simulation error",
    "to": "upper end of the 95 % interval of simulation error",
    "error of the log odds": "standard error of the simulations, on the scale of log odds",
    "prior": "probability of the world before the data (task.odds)",
    "share": "share of the world's simulated data sets that lie as far from the others as yours",
    "data": "the number in your data",
    "tail": "two-sided probability of a prediction as far out as the data",
    "clients": "clients with a score",
    "first": "mean (SD) of the first scores",
    "last": "mean (SD) of the last scores in treatment",
    "observed": "Hedges' g of the last scores in treatment in your data; above 0: the arm named "
    "first is better",
    "predicted": "the median and 90 % of the g of data sets simulated from what the fit learned",
    "predicted before": "the same before anything was learned from your data",
    "n": "clients with a score then",
    "no score": "the other clients of the arm",
}


def section(
    heading: str,
    text: str,
    *,
    image: bytes | None = None,
    tables: Mapping[str, pd.DataFrame] | None = None,
    narrow: bool = False,
) -> dict[str, Any]:
    """Return a section of the page.

    Parameters
    ----------
    heading, text
        Of the section.
    image
        A figure as PNG.
    tables
        By caption, "" for none.
    narrow
        The image is a small one.

    Returns
    -------
    dict
        What the template shows; each table with its caption, cells, and what its columns are.
    """
    shown = []
    for caption, table in (tables or {}).items():
        rows = cells(table)
        notes = [(name, MEANINGS[name]) for name in rows[0] if name in MEANINGS]
        shown.append((caption, rows, notes))
    return {
        "heading": heading,
        "text": text,
        "image": None if image is None else embedded_image(image),
        "narrow": narrow,
        "tables": shown,
    }


def cells(table: pd.DataFrame) -> list[list[str]]:
    """Return a table's headings and rows as text.

    Examples
    --------
    >>> cells(pd.DataFrame({"world": ["null"], "low": [0.25]}))
    [['world', '5 %'], ['null', '0.250']]
    """
    columns = [
        [f"{value:.3f}" for value in column] if column.dtype == float else list(map(str, column))
        for column in (table[name] for name in table)
    ]
    headings = [HEADINGS.get(str(name), str(name)) for name in table]
    return [headings, *map(list, zip(*columns, strict=True))]
