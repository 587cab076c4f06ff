"""Estimates over members of the ensemble: median and 90 % interval, a row an estimate."""

import math
import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from dyadsim.checks import shown_number
from dyadsim.plots import style

_ENDS = ["low", "high", "best", "published_low", "published_high"]
_LETTERS = 46  # of a line of a label


def _scales(summary: pd.DataFrame) -> "tuple[pd.Series[float], pd.Series[float]]":
    """Return the ends of every row's scale: rows of one unit share it, others have their own."""
    unit = summary["unit"].where(summary["unit"] != "", summary["estimate"])
    ends = summary[_ENDS].astype(float)
    low = ends.min(axis=1).groupby(unit).transform("min")
    high = ends.max(axis=1).groupby(unit).transform("max")
    margin = 0.04 * (high - low).where(high > low, 1.0)
    return low - margin, high + margin


def _draw(axes: Axes, row: Any, *, height: float, low: float, high: float) -> None:
    """Draw one interval with its median, and the best as a small bar, on a scale from 0 to 1."""

    def place(value: float) -> float:
        return (value - low) / (high - low)

    look = style.find_look(str(row.world), style.WORLDS)
    line: dict[str, Any] = {"color": look.colour}
    axes.plot([place(row.low), place(row.high)], [height, height], linewidth=2.2, **line)
    axes.plot(place(row.median), height, look.marker, markersize=7, **line)
    axes.plot(place(row.best), height, "|", markersize=13, markeredgewidth=1.4, **line)


def draw_members(axes: Axes, summary: pd.DataFrame) -> None:
    """Draw one row an estimate: bar = 90 % interval, marker = median, grey = published interval.

    Parameters
    ----------
    axes
        Where to draw.
    summary
        estimate, label, unit, world, median, low, high, best, published_low,
        published_high (NaN where there are none): a row an estimate and world.
    """
    worlds = list(dict.fromkeys(summary["world"]))
    lows, highs = _scales(summary)
    labels = []
    for place, (_, rows) in enumerate(summary.groupby("estimate", sort=False)):
        low, high, first = lows[rows.index[0]], highs[rows.index[0]], rows.iloc[0]
        labels.append(textwrap.fill(first["label"], _LETTERS))
        band = [first["published_low"], first["published_high"]]
        if not np.isnan(band).all():
            ends = [0.0 if math.isnan(band[0]) else (band[0] - low) / (high - low)]
            ends += [1.0 if math.isnan(band[1]) else (band[1] - low) / (high - low)]
            axes.fill_between(ends, place - 0.4, place + 0.4, color="#DDDDDD", zorder=0)
        for row in rows.itertuples():
            shift = 0.6 * (worlds.index(row.world) - (len(worlds) - 1) / 2) / max(len(worlds), 2)
            _draw(axes, row, height=place + shift, low=low, high=high)
        for end, value, side in ((-0.01, low, "right"), (1.01, high, "left")):
            text: dict[str, Any] = {"ha": side, "va": "center", "fontsize": 9, "color": style.GREY}
            axes.text(end, place, shown_number(value, 2), **text)
    axes.set_yticks(range(len(labels)), labels)
    axes.tick_params(axis="y", length=0, pad=38)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.set_xlim(0, 1)
    axes.set_xticks([])
    axes.spines[["left", "bottom"]].set_visible(False)


def figure(summary: pd.DataFrame, title: str, members: int) -> Figure:
    """Return estimates over members, a row each.

    Parameters
    ----------
    summary
        As in `draw_members`.
    title
        What the estimates are.
    members
        Number of members.

    Returns
    -------
    Figure
        Rows of one unit share a scale, whose ends stand left and right.
    """
    worlds = list(dict.fromkeys(summary["world"]))
    rows = summary["estimate"].nunique()
    fig = style.new_figure(11, (0.34 + 0.11 * len(worlds)) * rows + 1.6)
    with style.drawing_style():
        axes = fig.subplots()
        draw_members(axes, summary)
        said = f"Marker and bar: median and 90 % interval over {members} members; |: the best"
        if summary[["published_low", "published_high"]].notna().any(axis=None):
            said += "; grey: published"
        fig.suptitle(f"{textwrap.fill(title, 88)}\n{textwrap.fill(said, 88)}")
        marks = [
            Line2D([], [], color=look.colour, marker=look.marker, label=f"{name} world")
            for name in worlds
            for look in [style.find_look(name, style.WORLDS)]
        ]
        fig.legend(handles=marks, loc="outside lower center", ncols=len(marks))
    return fig
