"""Facts against worlds: how far each simulated value lies from its published interval."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.evidence.verdict import MET, UNDECIDED, VIOLATED, verdicts_text
from dyadsim.plots import style

FARTHEST = 4.0  # half-widths; values further out stand at the edge, with an arrow
_FILLS: dict[str, dict[str, Any]] = {
    MET: {"fillstyle": "full"},
    VIOLATED: {"fillstyle": "none"},
    UNDECIDED: {"fillstyle": "left", "markerfacecoloralt": "white"},
}


def distances(rows: pd.DataFrame) -> "pd.Series[float]":
    """Return signed distances from the middle of published intervals, in half-widths.

    Parameters
    ----------
    rows
        simulated, low, high (NaN: only a lower bound is published), verdict.

    Returns
    -------
    Series
        -1 to 1 inside the interval. With a lower bound alone: 0 if met, -1 (the edge) if undecided,
        `-FARTHEST` if violated.
    """
    middle, half = (rows["low"] + rows["high"]) / 2, (rows["high"] - rows["low"]) / 2
    distance = (rows["simulated"] - middle) / half
    one_sided = rows["verdict"].map({MET: 0.0, UNDECIDED: -1.0, VIOLATED: -FARTHEST})
    return distance.where(rows["high"].notna(), one_sided)


def draw_world(axes: Axes, rows: pd.DataFrame, heights: np.ndarray, world: str) -> None:
    """Draw one world's marks: filled if the fact is met, open if violated, half if undecided.

    Parameters
    ----------
    axes
        Where to draw.
    rows
        A row a fact: simulated, low, high, verdict.
    heights
        Of the marks, one a fact.
    world
        Its name, for look and legend.
    """
    look, distance = style.find_look(world, style.WORLDS), distances(rows)
    for verdict, fill in _FILLS.items():
        shown = (rows["verdict"] == verdict).to_numpy() & distance.notna().to_numpy()
        axes.plot(
            distance.clip(-FARTHEST, FARTHEST)[shown],
            heights[shown],
            look.marker,
            color=look.colour,
            markersize=6,
            label=f"{world} ({verdicts_text(rows['verdict'])})" if verdict == MET else None,
            **fill,
        )
    for height, value in zip(heights, distance, strict=True):
        if abs(value) > FARTHEST:
            edge = FARTHEST * np.sign(value)
            arrow = {"arrowstyle": "->", "color": look.colour}
            axes.annotate("", (edge * 1.06, height), (edge, height), arrowprops=arrow)


def figure(table: pd.DataFrame) -> Figure:
    """Return one row a fact and one mark a world, in half-widths of the published interval.

    Parameters
    ----------
    table
        fact, world, simulated, low, high, verdict: a row a fact and world.

    Returns
    -------
    Figure
        Grey: the published interval.
    """
    names = list(dict.fromkeys(table["fact"]))[::-1]
    worlds = list(dict.fromkeys(table["world"]))
    fig = style.new_figure(11, 0.3 * len(names) + 2.2)
    with style.drawing_style():
        axes = fig.subplots()
        axes.axvspan(-1, 1, color="#E8E8E8", zorder=0)
        axes.axvline(0, color="#AAAAAA", linewidth=0.8)
        for place, world in enumerate(worlds):
            rows = table[table["world"] == world].set_index("fact").loc[names]
            heights = np.arange(len(names)) + 0.18 * ((len(worlds) - 1) / 2 - place)
            draw_world(axes, rows, heights, world)
        axes.set_yticks(range(len(names)), [name.replace("_", " ") for name in names], fontsize=9)
        axes.set_ylim(-0.7, len(names) - 0.3)
        axes.set_xlim(-FARTHEST * 1.1, FARTHEST * 1.1)
        axes.set_xlabel(
            "distance from the middle of the published interval, in half-widths (grey: inside)"
        )
        axes.set_title(
            "Filled: met; open: violated; half filled: undecided, because its Monte-Carlo interval "
            "holds an edge\n(with a lower bound alone: at 0 if met, at -1 if undecided, "
            f"at -{FARTHEST:g} if violated)",
            fontsize=11,
        )
        fig.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return fig
