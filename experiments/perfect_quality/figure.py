"""The figure of this experiment: quality and outcome, by spread and kind of client."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style

LOOKS = {
    "all": style.Look("#000000", "o", "-"),
    "hang on quality": style.Look("#D55E00", "D", "--"),
    "respond in any case": style.Look("#009E73", "s", "-."),
    "respond in no case": style.Look("#0072B2", "v", ":"),
}


def draw(table: pd.DataFrame) -> Figure:
    """Return one panel a world."""
    worlds = table.groupby("world", sort=False)
    figure = style.new_figure(12, 5.4)
    with style.drawing_style():
        panels = figure.subplots(1, len(worlds), sharey=True)
        for axes, (world, rows) in zip(panels, worlds, strict=True):
            draw_world(axes, rows)
            axes.set_title(f"{world} world")
        panels[0].set_ylabel("correlation of delivered competence\nand true fall of distress")
        low, high = panels[0].get_ylim()
        panels[0].set_ylim(low, max(high, 0.3) + 0.15)
        figure.suptitle("Quality measured without any error; bars: ± 1.96 standard errors")
    return figure


def draw_world(axes: Axes, rows: pd.DataFrame) -> None:
    """Draw the correlation by spread of therapists, a line a kind of client."""
    axes.axhline(0.25, color="#999999", label="about .25 (DeRubeis et al., 2014)")
    for place, (kind, look) in enumerate(LOOKS.items()):
        part = rows[rows["clients"] == kind]
        share = 100 * part.loc[part["spread"] == 0.8, "share"].iloc[0]
        axes.errorbar(
            part["spread"] + 0.015 * (place - 1.5),
            part["r"],
            1.96 * part["r_error"],
            color=look.colour,
            marker=look.marker,
            linestyle=look.line,
            label=f"{kind} ({share:.0f} % of clients)",
        )
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set_xticks(sorted(set(rows["spread"])))
    axes.set_xlabel("spread of therapists (SD; 1 = routine care, 0.8 = a trial)")
    axes.legend(fontsize=10, loc="upper left")
