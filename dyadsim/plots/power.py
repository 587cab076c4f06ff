"""Power over clients, a line a number of therapists; and how often analyses find what is not."""

import textwrap
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from dyadsim.plots import style
from dyadsim.plots.panels import name_panels

_LOOKS = (
    (style.BLUE, "o", "-"),
    (style.VERMILION, "s", "--"),
    (style.GREEN, "D", "-."),
    (style.ORANGE, "^", ":"),
    (style.PURPLE, "v", "-"),
    (style.SKY, "P", "--"),
    (style.GREY, "X", "-."),
)

NAMES = ("power", "type_1")  # of the panels


def figure(
    table: pd.DataFrame,
    labels: Mapping[str, str],
    *,
    main: str,
    target: float,
    level: float,
    title: str = "",
) -> Figure:
    """Return the power of the main analysis, and the type-1 error of every analysis.

    Parameters
    ----------
    table
        clients, therapists, analysis, power, power_low, power_high, type_1, type_1_low,
        type_1_high, formula: a row a size and analysis.
    labels
        Words of every analysis.
    main
        The analysis whose power is shown.
    target
        The power that is wanted, a dotted line.
    level
        Of the tests, a dotted line.
    title
        Of the figure.

    Returns
    -------
    Figure
        Two panels; bars are 95 % Monte-Carlo intervals.
    """
    fig = style.new_figure(12, 6.2)
    with style.drawing_style():
        left, right = fig.subplots(1, 2, width_ratios=(1.25, 1))
        name_panels((left, right), NAMES)
        _draw_power(left, table[table["analysis"] == main], target)
        _draw_type_1(right, table, labels, level)
        left.set_title("Power", loc="left")
        right.set_title("Significant without an effect", loc="left")
        if title:
            fig.suptitle(title)
    return fig


def _bars(rows: pd.DataFrame, name: str) -> list[np.ndarray]:
    """Return the lengths of the error bars, downwards and upwards."""
    below, above = rows[name] - rows[f"{name}_low"], rows[f"{name}_high"] - rows[name]
    return [np.maximum(below.to_numpy(), 0), np.maximum(above.to_numpy(), 0)]


def _draw_power(axes: Axes, rows: pd.DataFrame, target: float) -> None:
    """Draw a curve for each number of therapists."""
    groups = list(rows.groupby("therapists"))
    for place, (therapists, part) in enumerate(groups):
        part = part.sort_values("clients")
        colour, marker, line = _LOOKS[place % len(_LOOKS)]
        axes.errorbar(
            part["clients"],
            part["power"],
            _bars(part, "power"),
            color=colour,
            marker=marker,
            linestyle=line,
            capsize=3,
            label=f"{therapists} therapists",
        )
    axes.axhline(target, color="black", linestyle=":", linewidth=1.2)
    axes.annotate(
        f"{target:g}",
        (1.0, target),
        xycoords=("axes fraction", "data"),
        va="bottom",
        ha="right",
        fontsize=11,
    )
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("clients, all arms together")
    axes.legend(loc="lower right", fontsize=11)


def _draw_type_1(axes: Axes, table: pd.DataFrame, labels: Mapping[str, str], level: float) -> None:
    """Draw the shares of significant trials without an effect, a row an analysis."""
    names = list(dict.fromkeys(table["analysis"]))
    sizes = sorted(table["therapists"].unique())
    for place, therapists in enumerate(sizes):
        colour, marker, _ = _LOOKS[place % len(_LOOKS)]
        for row, name in enumerate(names):
            part = table[(table["analysis"] == name) & (table["therapists"] == therapists)]
            part = part.sort_values("clients")
            shift = (place - (len(sizes) - 1) / 2) * 0.7 / len(sizes)
            step = 0.6 / len(sizes) / max(len(part), 1)
            heights = row + shift + step * (np.arange(len(part)) - (len(part) - 1) / 2)
            axes.errorbar(
                part["type_1"],
                heights,
                xerr=_bars(part, "type_1"),
                color=colour,
                marker=marker,
                markersize=5,
                linestyle="none",
                linewidth=1,
            )
    axes.axvline(level, color="black", linestyle=":", linewidth=1.2)
    axes.set_yticks(range(len(names)), [textwrap.fill(labels[name], 24) for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.set_xlabel(f"share of trials (dotted: {level:g}); more clients further down")
