"""What worlds predict of facts that took no part in their calibration."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import style
from dyadsim.plots.panels import name_panels

LOOKS = {**style.WORLDS, "prior": style.Look(style.ORANGE, "P", "--")}
NAMES = ("inside", "distance")  # of the panels
_APART = 0.13  # between two marks of a row


def figure(table: pd.DataFrame) -> Figure:
    """Return the share of left-out facts inside, and their distance, a row a family.

    Parameters
    ----------
    table
        family ("all" stands for all facts), world (or "prior": draws of it), facts (their number),
        inside (0 to 1), distance (half-widths of the published interval): a row a family and world.

    Returns
    -------
    Figure
        Two panels; the family "all" stands at the top.
    """
    names = list(dict.fromkeys(table["family"]))
    rows = [*[name for name in names if name != "all"][::-1], "all"]
    worlds = list(dict.fromkeys(table["world"]))
    sizes = table.groupby("family")["facts"].max()
    fig = style.new_figure(12, 0.55 * len(rows) + 2.2)
    with style.drawing_style():
        panels = fig.subplots(1, 2, sharey=True)
        name_panels(panels, NAMES)
        for place, world in enumerate(worlds):
            look = style.find_look(world, LOOKS)
            part = table[table["world"] == world].set_index("family").loc[rows]
            heights = np.arange(len(rows)) + _APART * ((len(worlds) - 1) / 2 - place)
            for axes, column in zip(panels, NAMES, strict=True):
                axes.plot(part[column], heights, look.marker, color=look.colour, label=world)
        labels = [f"{name.replace('_', ' ')} ({sizes[name]})" for name in rows]
        panels[0].set_yticks(range(len(rows)), labels)
        panels[0].set_xlim(-0.03, 1.03)
        panels[0].set_xlabel("share of the left-out facts inside\ntheir published interval")
        panels[1].axvline(1, color=style.LIGHT_GREY, linewidth=1)
        panels[1].set_xlim(left=0)
        panels[1].set_xlabel(
            "mean distance from the middle of the interval\n(half-widths; 1: its edge)"
        )
        for axes in panels:
            axes.grid(axis="y", color="#EEEEEE")
            axes.axhline(len(rows) - 1.5, color="#AAAAAA", linewidth=0.8)
        fig.suptitle(
            "Each family of facts predicted by worlds calibrated on the others", fontsize=13
        )
        fig.legend(
            *panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(worlds)
        )
    return fig
