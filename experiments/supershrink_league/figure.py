"""The figure of this experiment: share of the best tenth found, and how far tables agree."""

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import style

LOOKS = (
    style.Look("#555555", "v", ":"),
    style.Look("#009E73", "D", "-."),
    style.Look("#D55E00", "o", "-"),
)


def draw(table: pd.DataFrame) -> Figure:
    """Return two panels over the number of clients each."""
    figure = style.new_figure(12, 5.8)
    fields = list(dict.fromkeys(table["field"]))
    with style.drawing_style():
        left, right = figure.subplots(1, 2)
        for name, look in zip(fields, LOOKS, strict=True):
            part = table[table["field"] == name]
            label = f"{name}: {part['therapist_percent'].iloc[0]:.1f} % of variance"
            place = part["clients_each"] * (1 + 0.03 * (fields.index(name) - 1))
            looks = {"color": look.colour, "marker": look.marker, "linestyle": look.line}
            left.errorbar(place, 100 * part["found"], 196 * part["found_error"], **looks)
            right.plot(place, part["agreement"], label=label, **looks)
        left.axhline(10, color="#999999")
        left.annotate("a lottery: 10 %", (10, 6), fontsize=10)
        left.set_ylim(0, 100)
        left.set_ylabel("of the truly best tenth of therapists,\n% that the table rewards")
        right.set_ylabel("correlation of two tables\nof the same therapists, other clients")
        right.set_ylim(-0.2, 1)
        for axes in (left, right):
            axes.set_xscale("log")
            axes.set_xticks([10, 30, 100], ["10", "30", "100"])
            axes.minorticks_off()
            axes.set_xlabel("clients of each therapist in the table")
        figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=3)
        figure.suptitle(
            "League tables of 100 therapists, with their share of the variance of outcome; "
            "bars: ± 1.96 errors"
        )
    return figure
