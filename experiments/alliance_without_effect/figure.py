"""The figure of this experiment: correlation by session, beside the true effect of alliance."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.evidence.fact import load_facts
from dyadsim.plots import style

COLOURS = ("#D55E00", "#009E73", "#0072B2", "#555555", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = "oDsvPX^*"


def draw(table: pd.DataFrame) -> Figure:
    """Return two panels: correlations, true effects."""
    figure = style.new_figure(13, 5.6)
    with style.drawing_style():
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        draw_correlations(left, table)
        draw_effects(right, table)
        figure.suptitle("Alliance correlates with outcome also where it causes nothing")
    return figure


def draw_correlations(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the correlation by session, a line a world, over the published interval."""
    fact = next(fact for fact in load_facts() if fact.id == "alliance_outcome")
    axes.axhspan(
        fact.low or 0.0, fact.high or 0.0, color="#DDDDDD", label="published interval (session 3)"
    )
    for place, (name, rows) in enumerate(table.groupby("label", sort=False)):
        axes.errorbar(
            rows["session"] + (place - 3.5) * 0.08,
            rows["r"],
            [rows["r"] - rows["low"], rows["high"] - rows["r"]],
            color=COLOURS[place],
            marker=MARKERS[place],
            label=name,
        )
    axes.set_xlabel("session at which clients rate the alliance")
    axes.set_ylabel("correlation with outcome\n(residual gain, as a researcher computes it)")
    axes.set_xticks(sorted(set(table["session"])))
    axes.axhline(0, color="black", linewidth=0.8)
    axes.legend(fontsize=9, loc="upper left", ncols=2)
    axes.set_ylim(-0.05, 0.48)


def draw_effects(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the true effect of alliance in each world."""
    effects = table.drop_duplicates("label")
    for place, row in enumerate(effects.itertuples()):
        axes.errorbar(
            row.effect,
            place,
            xerr=1.96 * row.effect_error,
            color=COLOURS[place],
            marker=MARKERS[place],
        )
    axes.set_yticks(range(len(effects)), list(effects["label"]), fontsize=10)
    axes.invert_yaxis()
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_xlabel("true effect of alliance .78 instead of .62\n(less distress, SD at intake)")
