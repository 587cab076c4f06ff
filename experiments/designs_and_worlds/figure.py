"""The figure of this experiment: share of significant repeats by design and world."""

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import style


def draw(table: pd.DataFrame) -> Figure:
    """Return one row a design: markers are worlds; filled where significance points to them."""
    designs = list(dict.fromkeys(table["design"]))
    right = 100 * table.groupby("design")["right"].mean()
    made = style.figure(13, 0.62 * len(designs) + 2)
    with style.drawing():
        axes = made.subplots()
        for place, (world, look) in enumerate(style.WORLDS.items()):
            mine = table[table["world"] == world].set_index("design").loc[designs]
            shown = mine["shows"].str.contains(world)
            at = [row + 0.16 * (place - 1.5) for row in range(len(designs))]
            axes.hlines(at, 100 * mine["low"], 100 * mine["high"], color=look.colour)
            axes.plot(
                100 * mine["significant"],
                at,
                look.marker,
                color=look.colour,
                markerfacecolor="white",
                markersize=8,
            )
            filled = [y if yes else float("nan") for y, yes in zip(at, shown, strict=True)]
            axes.plot(
                100 * mine["significant"], filled, look.marker, color=look.colour, markersize=8
            )
            face = look.colour if shown.any() else "white"
            axes.plot(
                [],
                [],
                look.marker,
                color=look.colour,
                markerfacecolor=face,
                markersize=8,
                label=f"{world} world",
            )
        for row, name in enumerate(designs):
            axes.text(112, row, f"{right[name]:.0f} %", va="center", ha="center")
            axes.axhline(row + 0.5, color="#DDDDDD", linewidth=0.8)
        axes.text(112, -0.75, "reading\nis right", ha="center", fontsize=10)
        axes.axvline(2.5, color="#999999", linewidth=1, linestyle=":")
        clients = table.groupby("design")["clients"].first()
        axes.set_yticks(range(len(designs)), [f"{name} ({clients[name]})" for name in designs])
        axes.set_ylim(len(designs) - 0.5, -0.6)
        axes.set_xlim(-2, 118)
        axes.set_xticks([0, 25, 50, 75, 100])
        axes.spines["bottom"].set_bounds(0, 100)
        axes.set_xlabel(
            "repeats in which the usual analysis is significant, % (dotted: 2.5 %, "
            "what luck alone gives)",
            loc="left",
        )
        made.legend(loc="outside lower center", ncols=4)
        made.suptitle(
            "What designs tell: filled markers are the worlds that a significant result "
            "is read as;\nin brackets: clients"
        )
    return made
