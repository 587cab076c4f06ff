"""The figure of this experiment: share of significant repeats by design and world."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style
from dyadsim.plots.style import Look


def draw(table: pd.DataFrame) -> Figure:
    """Return a row a design: markers are worlds; filled where significance points to them."""
    designs = list(dict.fromkeys(table["design"]))
    figure = style.new_figure(13, 0.62 * len(designs) + 2)
    with style.drawing_style():
        axes = figure.subplots()
        for place, (world, look) in enumerate(style.WORLDS.items()):
            rows = table[table["world"] == world].set_index("design").loc[designs]
            draw_world(axes, rows, look, shift=0.16 * (place - 1.5), label=f"{world} world")
        draw_right_readings(axes, table, designs)
        draw_frame(axes, table, designs)
        figure.legend(loc="outside lower center", ncols=4)
        figure.suptitle(
            "What designs tell: filled markers are the worlds that a significant result "
            "is read as;\nin brackets: clients"
        )
    return figure


def draw_world(axes: Axes, rows: pd.DataFrame, look: Look, *, shift: float, label: str) -> None:
    """Draw one world's shares of significant repeats, a row a design."""
    heights = [row + shift for row in range(len(rows))]
    shown = rows["shows"].str.contains(rows["world"].iloc[0])
    axes.hlines(heights, 100 * rows["low"], 100 * rows["high"], color=look.colour)
    filled = [y if is_shown else float("nan") for y, is_shown in zip(heights, shown, strict=True)]
    for places, face in ((heights, "white"), (filled, look.colour)):
        axes.plot(
            100 * rows["significant"],
            places,
            look.marker,
            color=look.colour,
            markerfacecolor=face,
            markersize=8,
        )
    face = look.colour if shown.any() else "white"
    axes.plot(
        [], [], look.marker, color=look.colour, markerfacecolor=face, markersize=8, label=label
    )


def draw_right_readings(axes: Axes, table: pd.DataFrame, designs: list[str]) -> None:
    """Write how often the reading of each design is right."""
    right = 100 * table.groupby("design")["right"].mean()
    for row, name in enumerate(designs):
        axes.text(112, row, f"{right[name]:.0f} %", va="center", ha="center")
        axes.axhline(row + 0.5, color="#DDDDDD", linewidth=0.8)
    axes.text(112, -0.75, "reading\nis right", ha="center", fontsize=10)


def draw_frame(axes: Axes, table: pd.DataFrame, designs: list[str]) -> None:
    """Draw labels, limits and the line of chance."""
    clients = table.groupby("design")["clients"].first()
    axes.axvline(2.5, color="#999999", linewidth=1, linestyle=":")
    axes.set_yticks(range(len(designs)), [f"{name} ({clients[name]})" for name in designs])
    axes.set_ylim(len(designs) - 0.5, -0.6)
    axes.set_xlim(-2, 118)
    axes.set_xticks([0, 25, 50, 75, 100])
    axes.spines["bottom"].set_bounds(0, 100)
    axes.set_xlabel(
        "repeats in which the usual analysis is significant, % (dotted: 2.5 %, chance alone)",
        loc="left",
    )
