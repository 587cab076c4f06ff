"""Ranked parameters of a sweep: one panel an output, one bar or point a parameter."""

import textwrap
from collections.abc import Mapping
from itertools import zip_longest

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style
from dyadsim.sweeps.sensitivity import DUMMY

PANELS, ROWS = 6, 12  # most outputs, most parameters of one figure
WIDTH = 56  # letters of a title's line
_LOOKS = {
    "first": style.Look("#56B4E9", "o", "-"),
    "total": style.Look("#0072B2", "s", "-"),
    "mean absolute effect": style.Look("#0072B2", "s", "-"),
    "median distance": style.Look("#0072B2", "s", "-"),
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


def chosen(indices: pd.DataFrame) -> pd.DataFrame:
    """Return what the figure shows: first outputs, ranked indices with an interval, no pairs."""
    first = indices["output"].eq("facts_met")  # the sum of the facts before each of them
    indices = pd.concat([indices[first], indices[~first]])
    kept = indices[(indices["other"] == "") & indices["index"].isin(_LOOKS)]
    panels = kept.groupby(["case", "output"], sort=False).ngroup()
    return kept[panels < PANELS].reset_index(drop=True)


def draw(axes: Axes, part: pd.DataFrame) -> None:
    """Draw one output's parameters, the strongest on top."""
    kinds = list(dict.fromkeys(part["index"]))
    order = part[part["index"] == kinds[-1]].sort_values("value", ascending=False)["parameter"]
    names = list(order[:ROWS])
    for k, kind in enumerate(kinds):
        rows = part[part["index"] == kind].set_index("parameter").loc[names]
        height = np.arange(len(names)) + (k - (len(kinds) - 1) / 2) * 0.25
        look = _LOOKS[kind]
        below = np.maximum(rows["value"] - rows["low"], 0)
        above = np.maximum(rows["high"] - rows["value"], 0)
        known = not rows["low"].isna().all()
        axes.errorbar(
            rows["value"],
            height,
            xerr=[below, above] if known else None,
            linestyle="none",
            color=look.colour,
            marker=look.marker,
            markersize=6,
            label=_LABELS[kind],
        )
        if DUMMY in names:
            axes.axvline(rows.loc[DUMMY, "value"], color="#D55E00", linestyle=":", linewidth=1.5)
    axes.axvline(0, color="#AAAAAA", linewidth=0.8)
    told = [name.replace(".", ": ").replace("_", " ") for name in names]
    axes.set_yticks(range(len(names)), told)
    axes.set_ylim(len(names) - 0.4, -0.6)


def figure(
    method: str, shown: pd.DataFrame, noise: pd.DataFrame, meanings: Mapping[str, str]
) -> Figure:
    """Return the figure: shown as from `chosen`, noise with case, output and noise_share.

    meanings: what each output is, in words.
    """
    groups = list(shown.groupby(["case", "output"], sort=False))
    columns = min(2, max(len(groups), 1))
    lines = -(-len(groups) // columns) or 1
    tallest = min(ROWS, max((part["parameter"].nunique() for _, part in groups), default=1))
    made = style.figure(7.5 * columns, lines * (0.36 * tallest + 1.7) + 0.9)
    with style.drawing():
        panels = np.atleast_1d(made.subplots(lines, columns, squeeze=False).ravel())
        for axes, group in zip_longest(panels, groups):
            if group is None:
                axes.set_visible(False)
                continue
            (case, output), part = group
            output = str(output)
            draw(axes, part)
            row = noise[(noise["case"] == case) & (noise["output"] == output)].iloc[0]
            known = not np.isnan(row["noise_share"])
            told = f"{row['noise_share']:.1%}" if known else "unknown"
            head = textwrap.fill(f"{output}: {meanings.get(output, '')}".removesuffix(": "), WIDTH)
            below = f"{case}\n" if case else ""
            axes.set_title(
                f"{head}\n{below}chance: {told} of its variance over points",
                fontsize=11,
                loc="left",
            )
        if groups:
            handles, labels = panels[0].get_legend_handles_labels()
            made.legend(handles, labels, loc="outside upper center", ncols=3)
        bars = "dotted: reached by chance" if method == "pawn" else "bars: 95 % bootstrap intervals"
        made.supxlabel(f"{_AXES[method]}; {bars}", fontsize=12)
    return made
