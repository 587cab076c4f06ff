"""Each world's simulated statistics against the published intervals, one small scale a fact."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from dyadsim.analysis.monte_carlo import with_error
from dyadsim.evidence.verdict import MET, SIGNS
from dyadsim.plots import style

_LIMIT = 5.0  # half-widths of the published interval, from its middle
_STEP = 1.9  # between two columns of numbers
_LETTERS = 13  # of a name above such a column


def _column(place: int) -> float:
    """Return where a column of numbers stands, right of the scale."""
    return _LIMIT + 0.9 + _STEP * place


def _clipped(value: float) -> float:
    return max(-_LIMIT, min(_LIMIT, value))


def _draw_value(axes: Axes, cell: "pd.Series[Any]", row: int, place: int) -> None:
    """Draw one world's value on the scale of its row and write the number beside it."""
    look = style.find_look(str(cell["world"]), style.WORLDS)
    middle, half = (cell["low"] + cell["high"]) / 2, (cell["high"] - cell["low"]) / 2
    names = ("simulated", "simulated_low", "simulated_high")
    value, low, high = ((float(cell[name]) - middle) / half for name in names)
    height, inside = row - 0.27 + 0.18 * place, abs(value) <= _LIMIT
    if inside:  # the bar ends where the numbers begin
        ends = [_clipped(low), _clipped(high)]
        axes.plot(ends, [height, height], color=look.colour, linewidth=1.5)
    axes.plot(
        _clipped(value),
        height,
        look.marker if inside else "<" if value < 0 else ">",
        color=look.colour,
        markersize=7,
    )
    number = with_error(float(cell["simulated"]), float(cell["se"])).split(" ±")[0]  # as in tables
    axes.text(
        _column(place),
        row,
        f"{number} {SIGNS[cell['verdict']]}",
        color=look.colour,
        va="center",
        ha="center",
        fontweight="bold" if cell["verdict"] == MET else "normal",
    )


def draw_intervals(axes: Axes, statistics: pd.DataFrame) -> None:
    """Draw one row a fact: grey band = published interval, marker = world, bar = its 95 % interval.

    Parameters
    ----------
    axes
        Where to draw.
    statistics
        world, fact, label, unit, simulated, se, simulated_low, simulated_high (95 %), low,
        high, verdict: a row a world and fact.
    """
    worlds = list(dict.fromkeys(statistics["world"]))
    labels = []
    for row, (_, rows) in enumerate(statistics.groupby("fact", sort=False)):
        first = rows.iloc[0]
        labels.append(f"{first['label']}\n({first['unit']})")
        axes.fill_between([-1, 1], row - 0.38, row + 0.38, color="#CFCFCF", zorder=0)
        for place, (_, cell) in enumerate(rows.iterrows()):
            _draw_value(axes, cell, row, place)
        published = f"{first['low']:g} to {first['high']:g}"
        axes.text(_column(len(worlds)) + 0.8, row, published, va="center", ha="center")
    short = max(map(len, map(str, worlds))) <= _LETTERS
    for place, name in enumerate([*worlds, "published"]):
        shift = 0.8 if name == "published" else 0.0
        if short or shift:
            axes.text(_column(place) + shift, -0.62, name, ha="center", fontsize=11)
        else:  # the mark of the legend, where the names would lie on one another
            look = style.find_look(str(name), style.WORLDS)
            axes.plot(_column(place), -0.7, look.marker, color=look.colour, clip_on=False)
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -1.0)  # first row on top, as in the table
    axes.set_xlim(-_LIMIT - 0.3, _column(len(worlds) + 1) + 0.3)


def figure(statistics: pd.DataFrame) -> Figure:
    """Return each world's statistics beside the published intervals.

    Every row is scaled so that its published interval is as wide as every other's; the numbers
    stand beside it, because scales differ.

    Parameters
    ----------
    statistics
        world, fact, label, unit, simulated, se, simulated_low, simulated_high (95 %), low,
        high, verdict: a row a world and fact.

    Returns
    -------
    Figure
        One row a fact; bold numbers meet it: they are inside with their error.
    """
    fig = style.new_figure(15, 0.95 * statistics["fact"].nunique() + 1.6)
    with style.drawing_style():
        axes = fig.subplots()
        draw_intervals(axes, statistics)
        axes.set_xticks(
            [-_LIMIT, -1, 0, 1, _LIMIT], ["below", "lower\nend", "", "upper\nend", "above"]
        )
        axes.spines["bottom"].set_bounds(-_LIMIT, _LIMIT)
        axes.set_xlabel(
            "position relative to the published interval (grey); triangles at the edge: further "
            "out",
            loc="left",
        )
        fig.suptitle(
            "Worlds against published intervals; bars: 95 % Monte-Carlo intervals\n"
            "✓ met: the bar is inside; ✗ violated: outside; ? undecided: it holds an edge"
        )
        marks = [
            Line2D([], [], color=look.colour, marker=look.marker, ls="none", label=f"{name} world")
            for name in statistics["world"].unique()
            for look in [style.find_look(name, style.WORLDS)]
        ]
        fig.legend(handles=marks, loc="outside lower center", ncols=len(marks))
    return fig
