"""Ranked parameters of a sweep: one panel an output, one bar or point a parameter."""

import textwrap
from collections.abc import Mapping
from itertools import zip_longest

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style

PANELS, ROWS = 6, 12  # most outputs, most parameters of one figure
WIDTH = 56  # letters of a title's line
_LOOKS = {
    "first": style.Look(style.SKY, "o", "-"),
    "total": style.Look(style.BLUE, "s", "-"),
    "mean absolute effect": style.Look(style.BLUE, "s", "-"),
    "median distance": style.Look(style.BLUE, "s", "-"),
}
_LABELS = {
    "first": "first order: alone",
    "total": "total: with all its interactions",
    "mean absolute effect": "mean absolute effect (µ*)",
    "median distance": "median KS distance",
}
_AXES = {
    "sobol": "share of the output's variance over points",
    "morris": "change of the output over the whole interval of the parameter",
    "pawn": "distance between the output's distributions, parameter known and unknown (0-1)",
}


def select_indices(indices: pd.DataFrame) -> pd.DataFrame:
    """Return what the figure shows: the first outputs, indices of single parameters.

    Parameters
    ----------
    indices
        condition, output, index, parameter, other ("": not a pair), value, low, high.

    Returns
    -------
    DataFrame
        The same columns, at most `PANELS` conditions and outputs; facts_met comes first.
    """
    first = indices["output"].eq("facts_met")  # the sum of the facts before each of them
    indices = pd.concat([indices[first], indices[~first]])
    single = indices[(indices["other"] == "") & indices["index"].isin(_LOOKS)]
    panels = single.groupby(["condition", "output"], sort=False).ngroup()
    return single[panels < PANELS].reset_index(drop=True)


def draw_index(axes: Axes, rows: pd.DataFrame, look: style.Look, *, shift: float) -> None:
    """Draw one index of the parameters, with its interval where there is one.

    Parameters
    ----------
    axes
        Where to draw.
    rows
        index, value, low, high (NaN: no interval): a row a parameter, from top to bottom.
    look
        Of the index.
    shift
        Of the points from the middle of their rows, downwards.
    """
    below = np.maximum(rows["value"] - rows["low"], 0)
    above = np.maximum(rows["high"] - rows["value"], 0)
    axes.errorbar(
        rows["value"],
        np.arange(len(rows)) + shift,
        xerr=None if rows["low"].isna().all() else [below, above],
        linestyle="none",
        color=look.colour,
        marker=look.marker,
        markersize=6,
        label=_LABELS[rows["index"].iloc[0]],
    )


def draw_output(axes: Axes, rows: pd.DataFrame, reference: str) -> None:
    """Draw one output's parameters, the strongest on top.

    Parameters
    ----------
    axes
        Where to draw.
    rows
        index, parameter, value, low, high.
    reference
        The parameter without effect; its value is a dotted line.
    """
    kinds = list(dict.fromkeys(rows["index"]))
    order = rows[rows["index"] == kinds[-1]].sort_values("value", ascending=False)["parameter"]
    names = list(order[:ROWS])
    for number, kind in enumerate(kinds):
        part = rows[rows["index"] == kind].set_index("parameter").loc[names]
        draw_index(axes, part, _LOOKS[kind], shift=(number - (len(kinds) - 1) / 2) * 0.25)
        if reference in names:
            value = part.loc[reference, "value"]
            axes.axvline(value, color=style.VERMILION, linestyle=":", linewidth=1.5)
    axes.axvline(0, color="#AAAAAA", linewidth=0.8)
    axes.set_yticks(range(len(names)), [*map(style.parameter_label, names)])
    axes.set_ylim(len(names) - 0.4, -0.6)


def _title(output: str, condition: str, noise_share: float, meaning: str) -> str:
    """Return an output with its meaning, its condition and the share of noise."""
    head = textwrap.fill(f"{output}: {meaning}".removesuffix(": "), WIDTH)
    share = "unknown" if np.isnan(noise_share) else f"{noise_share:.1%}"
    middle = f"{condition}\n" if condition else ""
    return f"{head}\n{middle}Monte-Carlo noise: {share} of its variance over points"


def figure(
    method: str,
    indices: pd.DataFrame,
    *,
    noise: pd.DataFrame,
    meanings: Mapping[str, str],
    reference: str,
) -> Figure:
    """Return one panel a condition and output.

    Parameters
    ----------
    method
        sobol, morris or pawn.
    indices
        See `select_indices`.
    noise
        condition, output, noise_share (NaN: unknown).
    meanings
        Output -> what it is, in words.
    reference
        Name of the parameter without effect among the indices of pawn.

    Returns
    -------
    Figure
        Two panels a row.
    """
    groups = list(indices.groupby(["condition", "output"], sort=False))
    columns = min(2, max(len(groups), 1))
    lines = -(-len(groups) // columns) or 1
    tallest = min(ROWS, max((part["parameter"].nunique() for _, part in groups), default=1))
    shares = noise.set_index(["condition", "output"])["noise_share"].to_dict()
    fig = style.new_figure(7.5 * columns, lines * (0.36 * tallest + 1.7) + 0.9)
    with style.drawing_style():
        panels = np.atleast_1d(fig.subplots(lines, columns, squeeze=False).ravel())
        for axes, group in zip_longest(panels, groups):
            if group is None:
                axes.set_visible(False)
                continue
            (condition, output), rows = group
            axes.set_label(f"{output}/{condition}" if condition else str(output))
            draw_output(axes, rows, reference)
            share, meaning = shares[condition, output], meanings.get(str(output), "")
            title = _title(str(output), str(condition), float(share), meaning)
            axes.set_title(title, fontsize=11, loc="left")
        if groups:
            handles, labels = panels[0].get_legend_handles_labels()
            fig.legend(handles, labels, loc="outside upper center", ncols=3)
        bars = "dotted: reached by chance" if method == "pawn" else "bars: 95 % bootstrap intervals"
        fig.supxlabel(f"{_AXES[method]}; {bars}", fontsize=12)
    return fig
