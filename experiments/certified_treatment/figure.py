"""The figure of this experiment: how often certified, beside the expected difference."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style

LABELS = {
    "waitlist": "waitlist",
    "intent_to_fail": "control meant to fail",
    "supportive": "supportive, good faith",
    "interpersonal": "another bona fide therapy",
}


def draw(table: pd.DataFrame) -> Figure:
    """Return a panel a comparator: share certified by world; filled = the usual field."""
    figure = style.new_figure(13, 4.8)
    comparators = table.groupby("comparator", sort=False)
    with style.drawing_style():
        panels = figure.subplots(1, len(comparators), sharey=True)
        for axes, (name, rows) in zip(panels, comparators, strict=True):
            draw_comparator(axes, rows)
            axes.set_title(f"against {LABELS.get(str(name), name)}", fontsize=11)
        panels[0].set_ylabel(
            "share of literatures in which CBT\nis certified (two teams, two wins)"
        )
        figure.supxlabel(
            "world, with the expected g (SD of post-test scores; nobody biased). Filled: "
            "usual field; open: nobody favours it, everything is published",
            fontsize=10,
        )
        figure.suptitle(
            "A certificate says that there is a difference from the comparator, not why"
        )
    return figure


def draw_comparator(axes: Axes, rows: pd.DataFrame) -> None:
    """Draw the shares certified against one comparator, by world and field."""
    worlds = list(dict.fromkeys(rows["world"]))
    for shift, (field, part) in zip((-0.12, 0.12), rows.groupby("field", sort=False), strict=True):
        for place, row in enumerate(part.set_index("world").loc[worlds].itertuples()):
            look = style.find_look(worlds[place], style.WORLDS)
            axes.errorbar(
                place + shift,
                row.certified,
                [[row.certified - row.certified_low], [row.certified_high - row.certified]],
                marker=look.marker,
                color=look.colour,
                markerfacecolor=look.colour if field == "usual" else "white",
            )
    truth = rows.drop_duplicates("world").set_index("world")["truth"]
    labels = [f"{world}\ng = {round(truth[world], 2) + 0:.2f}" for world in worlds]
    axes.set_xticks(range(len(worlds)), labels, fontsize=9)
    axes.set_ylim(-0.03, 1.03)
