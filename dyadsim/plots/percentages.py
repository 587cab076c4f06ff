"""The same therapy, five percentages: one row a group, markers side by side, never stacked."""

import math
from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.analysis.monte_carlo import t_quantile
from dyadsim.plots import style

# What each row shows of each kind of share: the group's name there.
_ROWS = {
    "client and life": {"variance": "client", "claimed pie": "client and life"},
    "therapist": {"variance": "therapist", "estimators": "therapist"},
    "relationship": {
        "variance": "relationship",
        "effect": "relationship",
        "effect lost": "relationship",
        "estimators": "alliance",
        "claimed pie": "relationship",
    },
    "expectancy": {
        "variance": "expectancy",
        "effect": "expectancy",
        "effect lost": "expectancy",
        "estimators": "expectancy",
        "claimed pie": "expectancy",
    },
    "technique": {
        "variance": "technique",
        "effect": "technique",
        "effect lost": "technique",
        "estimators": "arm",
        "gain": "specific ingredients",
        "claimed pie": "technique",
    },
    "any credible activity": {
        "effect": "action",
        "effect lost": "action",
        "gain": "any credible therapy",
    },
    "self-regulation": {"effect": "self-regulation", "effect lost": "self-regulation"},
    "unresolved ruptures": {"effect": "ruptures", "effect lost": "ruptures"},
    "natural course": {"gain": "natural course"},
    "chance": {"variance": "chance"},
}
_LOOKS = {
    "variance": (style.Look(style.BLUE, "s", ""), "1 causal share of outcome variance"),
    "effect": (style.Look(style.VERMILION, "o", ""), "2 causal share of the mean effect"),
    "effect lost": (style.Look(style.ORANGE, "^", ""), "2a loss of mean effect if removed"),
    "estimators": (style.Look(style.GREEN, "D", ""), "3 variance explained in scores (estimators)"),
    "gain": (style.Look(style.PURPLE, "P", ""), "4 share of the mean gain"),
    "claimed pie": (style.Look("#000000", "x", ""), "5 the claimed pie (a judgement)"),
}


def _draw_share(axes: Axes, height: float, share: float, half: float, look: style.Look) -> None:
    """Draw one share from 0 with its interval and number; nothing but a line where it is NaN."""
    axes.plot([0, share], [height, height], color=look.colour, linewidth=1, alpha=0.5)
    half = 0.0 if half != half else half
    axes.errorbar(share, height, xerr=half, fmt=look.marker, color=look.colour)
    if share == share:
        axes.annotate(
            f"{round(share, 1) + 0.0:.1f}",  # never -0.0
            (max(share, 0) + half, height),
            (9, 0),
            fontsize=9,
            textcoords="offset points",
            va="center",
        )


def _draw_rows(axes: Axes, shares: Mapping[tuple[str, str], tuple[float, float]]) -> None:
    """Draw every row's shares with half their intervals, in the order of the legend."""
    for row, cells in enumerate(_ROWS.values()):
        for place, (kind, (look, _)) in enumerate(_LOOKS.items()):
            if kind in cells:
                share, half = shares[kind, cells[kind]]
                _draw_share(axes, row + 0.13 * (place - 2.5), share, half, look)
    for edge in range(len(_ROWS) - 1):
        axes.axhline(edge + 0.5, color="#DDDDDD", linewidth=0.8)
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_yticks(range(len(_ROWS)), list(_ROWS))
    axes.set_ylim(len(_ROWS) - 0.5, -0.5)
    axes.margins(x=0.08)


def figure(table: pd.DataFrame, world: str, repeats: float = math.inf) -> Figure:
    """Return the five percentages of one world side by side.

    Parameters
    ----------
    table
        attribution (the kind of share), group, share, se (NaN: a judgement): one denominator a
        kind.
    world
        What it is called in the title, such as "hybrid world (calibrated)".
    repeats
        Number of repeats behind each error; infinite: the errors are known.

    Returns
    -------
    Figure
        One row a group, one colour a denominator.
    """
    keys = zip(table["attribution"], table["group"], strict=True)
    half = t_quantile(repeats) * table["se"]
    values = zip(map(float, table["share"]), map(float, half), strict=True)
    fig = style.new_figure(12.5, 9)
    with style.drawing_style():
        axes = fig.subplots()
        _draw_rows(axes, dict(zip(keys, values, strict=True)))
        for look, label in _LOOKS.values():
            axes.plot([], [], look.marker, color=look.colour, label=label)
        axes.set_xlabel("% of the denominator of each colour (denominators: see the report)")
        fig.legend(loc="outside lower center", ncols=2, fontsize=11)
        fig.suptitle(
            f"The same therapy, five percentages: {world}\nbars: 95 % Monte-Carlo intervals"
        )
    return fig
