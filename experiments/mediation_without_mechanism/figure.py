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
    figure = style.new_figure(12, 5)
    with style.drawing_style():
        panels = figure.subplots(1, 2, sharey=True)
        for axes, (comparator, title) in zip(panels, TITLES.items(), strict=True):
            axes.axvline(0, color="black", linewidth=0.8)
            for place, (part, look) in enumerate(LOOKS.items()):
                chosen = (table["comparator"] == comparator) & (table["part"] == part)
                rows = table[chosen].set_index("world").loc[worlds]
                y = [row + 0.2 * (place - 1) for row in range(len(worlds))]
                bars = [rows["value"] - rows["low"], rows["high"] - rows["value"]]
                axes.errorbar(
                    rows["value"], y, xerr=bars, fmt=look.marker, color=look.colour, label=part
                )
            axes.set_title(title)
            axes.set_xlabel("effect on symptoms (BDI-II points, better = right)")
            axes.set_yticks(range(len(worlds)), [f"{world} world" for world in worlds])
            axes.set_ylim(len(worlds) - 0.5, -0.5)
        panels[0].legend(loc="lower right", fontsize=11)
        figure.suptitle(
            "How much of the effect process change seems to carry; bars: 95 % intervals"
        )
    return figure
