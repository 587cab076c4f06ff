"""Shares of variance against one dial of the world: a line a group, with Monte-Carlo errors."""

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import style

LOOKS = {
    "client": style.Look("#0072B2", "s", "-"),
    "chance": style.Look("#555555", "v", ":"),
    "therapist": style.Look("#009E73", "D", "-."),
    "relationship": style.Look("#D55E00", "o", "--"),
    "expectancy": style.Look("#E69F00", "^", "-"),
    "technique": style.Look("#CC79A7", "P", "--"),
}


def figure(table: pd.DataFrame, dial: str, label: str, title: str) -> Figure:
    """Return two panels: client and chance, and the small groups on a scale of their own.

    table: columns `dial`, group, share, se (%).
    """
    made = style.figure(13, 5.6)
    with style.drawing():
        panels = made.subplots(1, 2)
        for number, (group, look) in enumerate(LOOKS.items()):
            mine, axes = table[table["group"] == group], panels[0 if number < 2 else 1]
            axes.errorbar(
                mine[dial],
                mine["share"],
                1.96 * mine["se"],
                color=look.colour,
                marker=look.marker,
                linestyle=look.line,
                label=group,
            )
        for axes in panels:
            axes.set_xlabel(label)
            axes.legend(fontsize=11)
            axes.set_ylim(min(0.0, axes.get_ylim()[0]), None)
        panels[0].set_ylabel(
            "% of the variance of distress at the post-test,\n"
            "severity at intake taken out (Shapley)"
        )
        panels[1].axhline(0, color="black", linewidth=0.8)
        made.suptitle(title)
    return made
