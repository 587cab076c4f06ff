"""The figure of this experiment: false positives by caseload, therapist ignored or respected."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style

LOOKS = (("#0072B2", "s"), ("#009E73", "D"), ("#E69F00", "o"), ("#D55E00", "v"))


def draw(table: pd.DataFrame) -> Figure:
    """Return two panels: therapists ignored, therapists respected."""
    figure = style.new_figure(12, 5)
    with style.drawing_style():
        left, right = figure.subplots(1, 2, sharey=True)
        for axes, way in ((left, "ignored"), (right, "respected")):
            draw_rates(axes, table[table["therapist"] == way])
            axes.set_title(f"therapist {way}")
        left.set_ylabel("share of trials with p < .05,\nwhere the treatment has no effect")
        left.legend(title="therapists' share of the\nvariance of slopes", fontsize=10)
        right.text(
            0.02,
            0.02,
            "points: simulated, 95 % interval\nlines (left): closed form",
            transform=right.transAxes,
            va="bottom",
            fontsize=10,
        )
        figure.suptitle("A therapist level that is ignored makes treatments look effective")
    return figure


def draw_rates(axes: Axes, rows: pd.DataFrame) -> None:
    """Draw the rate of false positives by caseload, a colour a share of therapists."""
    for (colour, marker), (share, part) in zip(LOOKS, rows.groupby("share"), strict=True):
        error = [part["rate"] - part["low"], part["high"] - part["rate"]]
        axes.errorbar(
            part["subjects"], part["rate"], error, fmt=marker, color=colour, label=f"{share:.0%}"
        )
        if (part["therapist"] == "ignored").all():
            axes.plot(part["subjects"], part["closed_form"], color=colour, linewidth=1)
    axes.axhline(0.05, color="black", linestyle=":")
    axes.set_xscale("log", base=2)
    axes.set_xticks(sorted(set(rows["subjects"])), sorted(set(rows["subjects"])))
    axes.set_xlabel("clients of each therapist (6 therapists an arm)")
    axes.set_ylim(0, None)
