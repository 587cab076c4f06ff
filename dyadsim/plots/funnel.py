"""Funnels of one literature a comparator: published and unpublished trials, truth and pooled."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style

_PUBLISHED, _DRAWER = style.Look("#0072B2", "o", "-"), style.Look("#D55E00", "x", "--")


def draw(axes: Axes, trials: pd.DataFrame, row: "pd.Series[float]", pooled: float) -> None:
    """Draw the trials of one literature; `row` has its truth, `pooled` what reviewers find."""
    for published, look, label in (
        (True, _PUBLISHED, "published"),
        (False, _DRAWER, "in the file drawer"),
    ):
        part = trials[trials["published"] == published]
        axes.plot(part["g"], part["standard_error"], look.marker, color=look.colour, label=label)
    deepest = float(trials["standard_error"].max()) * 1.1
    edge = np.array([0, deepest])
    for side in (-1.96, 1.96):
        words = "significant outside (p < .05)" if side > 0 else None
        axes.plot(side * edge, edge, color="#999999", linewidth=1, label=words)
    axes.axvline(row["truth"], color="black", linestyle=":", label="truth, without allegiance")
    axes.axvline(pooled, color=_PUBLISHED.colour, label="pooled, published trials")
    axes.set_ylim(deepest, 0)


def figure(
    trials: pd.DataFrame, reviews: pd.DataFrame, summary: pd.DataFrame, title: str
) -> Figure:
    """Return one funnel a comparator, of the first literature."""
    names = list(summary["comparator"])
    made = style.figure(4.6 * len(names) + 0.4, 5.6)
    with style.drawing():
        grid = made.subplots(1, len(names), sharey=True, sharex=True, squeeze=False)[0]
        for axes, name in zip(grid, names, strict=True):
            mine = trials[(trials["comparator"] == name) & (trials["literature"] == 0)]
            first = reviews[(reviews["comparator"] == name) & (reviews["literature"] == 0)]
            row = summary[summary["comparator"] == name].iloc[0]
            draw(axes, mine, row, float(first["pooled"].iloc[0]))
            axes.set_title(f"against {name.replace('_', ' ')}")
            axes.set_xlabel("effect in a trial (Hedges g)")
        grid[0].set_ylabel("standard error (small = large trial)")
        handles, labels = grid[0].get_legend_handles_labels()
        made.legend(handles, labels, loc="outside lower center", ncols=5, fontsize=11)
        made.suptitle(title)
    return made
