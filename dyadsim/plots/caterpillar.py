"""Therapists in order: raw mean residual gain and the estimate shrunk towards the mean."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style


def draw(axes: Axes, rows: pd.DataFrame, look: style.Look) -> None:
    """Draw shrunken estimates with 95 % intervals and raw means as crosses, in order."""
    rows = rows.sort_values("shrunken").reset_index(drop=True)
    place = np.arange(1, len(rows) + 1)
    axes.axhline(0, color="#999999", linewidth=1)
    axes.vlines(place, rows["low"], rows["high"], color=look.colour, linewidth=1.5)
    axes.plot(
        place,
        rows["shrunken"],
        look.marker,
        color=look.colour,
        markersize=5,
        label="shrunken estimate, 95 % interval",
    )
    axes.plot(place, rows["mean"], "x", color="black", markersize=5, label="raw mean")
    axes.legend(loc="upper left", fontsize=10)


def figure(therapists: pd.DataFrame) -> Figure:
    """Return one panel a world, all on one scale."""
    worlds = list(dict.fromkeys(therapists["world"]))
    made = style.figure(13, 4.2 * ((len(worlds) + 1) // 2) + 0.6)
    with style.drawing():
        grid = made.subplots((len(worlds) + 1) // 2, 2, sharey=True, squeeze=False).ravel()
        for axes, world in zip(grid, worlds, strict=False):
            rows = therapists[therapists["world"] == world]
            draw(axes, rows, style.look(world, style.WORLDS))
            clients = rows["n"].median()
            axes.set_title(f"{world} world ({len(rows)} therapists, median {clients:g} clients)")
            axes.set_xlabel("place in the order of shrunken estimates")
        for axes in grid[::2]:
            axes.set_ylabel("mean residual gain of their clients\n(PHQ-9 points, high = good)")
        for axes in grid[len(worlds) :]:
            axes.set_visible(False)
        made.suptitle("Therapists in routine care: raw and shrunken mean outcome of their clients")
    return made
