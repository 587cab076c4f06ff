"""The figure of this experiment: how often certified, beside the true difference."""

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import style

WORDS = {
    "waitlist": "waitlist",
    "intent_to_fail": "control meant to fail",
    "supportive": "supportive, good faith",
    "interpersonal": "another bona fide therapy",
}


def draw(table: pd.DataFrame) -> Figure:
    """Return one panel a comparator: share certified by world; filled = the usual field."""
    made = style.figure(13, 4.8)
    names = list(dict.fromkeys(table["comparator"]))
    worlds = list(dict.fromkeys(table["world"]))
    with style.drawing():
        grid = made.subplots(1, len(names), sharey=True)
        for axes, name in zip(grid, names, strict=True):
            rows = table[table["comparator"] == name]
            for shift, (field, part) in zip(
                (-0.12, 0.12), rows.groupby("field", sort=False), strict=True
            ):
                for place, row in enumerate(part.set_index("world").loc[worlds].itertuples()):
                    look = style.look(worlds[place], style.WORLDS)
                    error = [
                        [row.certified - row.certified_low],
                        [row.certified_high - row.certified],
                    ]
                    fill = look.colour if field == "usual" else "white"
                    axes.errorbar(
                        place + shift,
                        row.certified,
                        error,
                        marker=look.marker,
                        color=look.colour,
                        markerfacecolor=fill,
                    )
            truth = rows.drop_duplicates("world").set_index("world")["truth"]
            ticks = [f"{world}\nd = {truth[world]:.2f}" for world in worlds]
            axes.set_xticks(range(len(worlds)), ticks, fontsize=9)
            axes.set_title(f"against {WORDS.get(name, name)}", fontsize=11)
            axes.set_ylim(-0.03, 1.03)
        grid[0].set_ylabel("share of literatures in which CBT\nis certified (two teams, two wins)")
        made.supxlabel(
            "world, with the true difference d (SD of true distress at the post-test). Filled: "
            "usual field; open: nobody favours it, everything is published",
            fontsize=10,
        )
        made.suptitle("A certificate says that there is a difference from the comparator, not why")
    return made
