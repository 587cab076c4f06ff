"""The figure of this experiment: parts of the effect by world, one panel a comparator."""

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import style

LOOKS = {
    "carried": style.Look("#D55E00", "D", "-"),
    "direct": style.Look("#0072B2", "s", "-"),
    "total": style.Look("#000000", "o", "-"),
}
TITLES = {
    "waitlist": "against waitlist\n(process change at the post-test)",
    "supportive": "against a supportive therapy\n(process change at session 6)",
}


def draw(table: pd.DataFrame) -> Figure:
    """Return the figure."""
    worlds = list(dict.fromkeys(table["world"]))
    made = style.figure(12, 5)
    with style.drawing():
        for axes, (comparator, title) in zip(
            made.subplots(1, 2, sharey=True), TITLES.items(), strict=True
        ):
            axes.axvline(0, color="black", linewidth=0.8)
            for place, (part, look) in enumerate(LOOKS.items()):
                chosen = (table["comparator"] == comparator) & (table["part"] == part)
                mine = table[chosen].set_index("world").loc[worlds]
                at = [row + 0.2 * (place - 1) for row in range(len(worlds))]
                bars = [mine["value"] - mine["low"], mine["high"] - mine["value"]]
                axes.errorbar(
                    mine["value"], at, xerr=bars, fmt=look.marker, color=look.colour, label=part
                )
            axes.set_title(title)
            axes.set_xlabel("effect on symptoms (BDI-II points, better = right)")
            axes.set_yticks(range(len(worlds)), [f"{world} world" for world in worlds])
            axes.set_ylim(len(worlds) - 0.5, -0.5)
        made.axes[0].legend(loc="lower right", fontsize=11)
        made.suptitle("How much of the effect process change seems to carry; bars: 95 % intervals")
    return made
