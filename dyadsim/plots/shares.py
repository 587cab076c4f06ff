"""Shares of variance against one parameter: a line a group, with Monte-Carlo intervals."""

import math

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.analysis.monte_carlo import t_quantile
from dyadsim.plots import style
from dyadsim.plots.panels import name_panels

LARGE = ("client", "chance")  # groups of the left panel; the others need a scale of their own
NAMES = ("large", "small")  # of the panels: large groups, small groups
LOOKS = {
    "client": style.Look(style.BLUE, "s", "-"),
    "chance": style.Look(style.GREY, "v", ":"),
    "therapist": style.Look(style.GREEN, "D", "-."),
    "relationship": style.Look(style.VERMILION, "o", "--"),
    "expectancy": style.Look(style.ORANGE, "^", "-"),
    "technique": style.Look(style.PURPLE, "P", "--"),
}


def figure(
    table: pd.DataFrame, dial: str, *, label: str, title: str, repeats: float = math.inf
) -> Figure:
    """Return two panels: client and chance, and the small groups on a scale of their own.

    Parameters
    ----------
    table
        `dial`, group, share, se: in % of the variance of distress at the post-test, severity at
        intake taken out.
    dial
        The column along the horizontal axis.
    label
        Of that axis.
    title
        Of the figure.
    repeats
        Number of repeats behind each error; infinite: the errors are known.

    Returns
    -------
    Figure
        Bars: 95 % Monte-Carlo intervals.
    """
    fig = style.new_figure(13, 5.6)
    with style.drawing_style():
        left, right = fig.subplots(1, 2)
        name_panels((left, right), NAMES)
        for group, look in LOOKS.items():
            rows = table[table["group"] == group]
            (left if group in LARGE else right).errorbar(
                rows[dial],
                rows["share"],
                t_quantile(repeats) * rows["se"],
                color=look.colour,
                marker=look.marker,
                linestyle=look.line,
                label=group,
            )
        for axes in (left, right):
            axes.set_xlabel(label)
            axes.legend(fontsize=11)
            axes.set_ylim(min(0.0, axes.get_ylim()[0]), None)
        left.set_ylabel(
            "% of the variance of distress at the post-test,\n"
            "severity at intake taken out (Shapley)"
        )
        right.axhline(0, color="black", linewidth=0.8)
        fig.suptitle(title)
    return fig
