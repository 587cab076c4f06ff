"""The figure of this experiment: false positives by caseload, therapist ignored or respected."""

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import style

LOOKS = (("#0072B2", "s"), ("#009E73", "D"), ("#E69F00", "o"), ("#D55E00", "v"))


def draw(table: pd.DataFrame) -> Figure:
    """Return two panels: therapists ignored, therapists respected."""
    made = style.figure(12, 5)
    with style.drawing():
        grid = made.subplots(1, 2, sharey=True)
        for axes, way in zip(grid, ("ignored", "respected"), strict=True):
            rows = table[table["therapist"] == way]
            for (colour, marker), (share, part) in zip(LOOKS, rows.groupby("share"), strict=True):
                error = [part["rate"] - part["low"], part["high"] - part["rate"]]
                axes.errorbar(
                    part["subjects"],
                    part["rate"],
                    error,
                    fmt=marker,
                    color=colour,
                    label=f"{share:.0%}",
                )
                if way == "ignored":
                    axes.plot(part["subjects"], part["closed_form"], color=colour, linewidth=1)
            axes.axhline(0.05, color="black", linestyle=":")
            axes.set_title(f"therapist {way}")
            axes.set_xscale("log", base=2)
            axes.set_xticks(sorted(set(rows["subjects"])), sorted(set(rows["subjects"])))
            axes.set_xlabel("clients of each therapist (6 therapists an arm)")
            axes.set_ylim(0, None)
        grid[0].set_ylabel("share of trials with p < .05,\nwhere the treatment has no effect")
        grid[0].legend(title="therapists' share of the\nvariance of slopes", fontsize=10)
        grid[1].text(
            0.02,
            0.02,
            "points: simulated, 95 % interval\nlines (left): closed form",
            transform=grid[1].transAxes,
            va="bottom",
            fontsize=10,
        )
        made.suptitle("A therapist level that is ignored makes treatments look effective")
    return made
