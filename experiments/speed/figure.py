"""The figure of this experiment: cost of a dyad-session by comparator, and how cost grows."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style

STUDIES = {"trial": style.Look("#0072B2", "s", ""), "routine": style.Look("#D55E00", "o", "")}
ALONG = {
    "dyads": style.Look("#0072B2", "s", "-"),
    "sessions": style.Look("#E69F00", "^", "-."),
    "points": style.Look("#009E73", "D", "--"),
}


def draw(tables: dict[str, pd.DataFrame | str]) -> dict[str, Figure]:
    """Return one figure of two panels, both on logarithmic axes."""
    figure = style.new_figure(13, 5.6)
    with style.drawing_style():
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        draw_comparators(left, tables["speed"])
        draw_growth(right, tables["growth"])
        figure.suptitle(f"Cost of a dyad-session, measured in one run on: {tables['machine']}")
    return {"speed": figure}


def draw_comparators(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the cost of a dyad-session by comparator and study."""
    names = list(dict.fromkeys(table["what"]))
    for study, look in STUDIES.items():
        rows = table[table["study"] == study]
        places = [names.index(what) for what in rows["what"]]
        axes.plot(
            rows["nanoseconds"], places, look.marker, color=look.colour, markersize=8, label=study
        )
    for row in table[table["study"] == "trial"].itertuples():
        axes.annotate(
            f"{row.times:,.0f} ×" if row.times > 100 else f"{row.times:.1f} ×",
            (row.nanoseconds, names.index(row.what)),
            (8, 5),
            textcoords="offset points",
            fontsize=9,
        )
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel("nanoseconds per dyad-session (× = against dyadsim on 1 thread, trial)")
    axes.legend(loc="upper right")


def draw_growth(axes: Axes, growth: pd.DataFrame) -> None:
    """Draw how cost grows along dyads, sessions and points."""
    for along, look in ALONG.items():
        rows = growth[growth["along"] == along]
        smallest = rows["size"].min()
        axes.loglog(
            rows["size"] / smallest,
            rows["seconds"],
            look.marker + look.line,
            color=look.colour,
            label=f"{along}, from {smallest:,}",
        )
    axes.set_xlabel("times as many")
    axes.set_ylabel("seconds, one thread")
    axes.legend()
