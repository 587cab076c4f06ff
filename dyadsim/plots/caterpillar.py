"""Therapists in order: raw mean residual gain and the estimate shrunk towards the mean."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style
from dyadsim.plots.panels import name_panels

COLUMNS = 2  # panels side by side


def draw_therapists(axes: Axes, rows: pd.DataFrame, look: style.Look) -> None:
    """Draw the therapists of one world in the order of their shrunken estimates.

    Parameters
    ----------
    axes
        Where to draw.
    rows
        A row a therapist: mean, shrunken, low, high (95 % interval), in points of residual gain.
    look
        Colour and marker of the shrunken estimates; raw means are black crosses.
    """
    rows = rows.sort_values("shrunken").reset_index(drop=True)
    rank = np.arange(1, len(rows) + 1)
    axes.axhline(0, color="#999999", linewidth=1)
    axes.vlines(rank, rows["low"], rows["high"], color=look.colour, linewidth=1.5)
    axes.plot(
        rank,
        rows["shrunken"],
        look.marker,
        color=look.colour,
        markersize=5,
        label="shrunken estimate, 95 % interval",
    )
    axes.plot(rank, rows["mean"], "x", color="black", markersize=5, label="raw mean")
    axes.legend(loc="upper left", fontsize=10)


def figure(therapists: pd.DataFrame) -> Figure:
    """Return one panel a world, all on one scale.

    Parameters
    ----------
    therapists
        world, therapist, n (clients), mean, shrunken, low, high: residual gain in points.

    Returns
    -------
    Figure
        Two panels a row.
    """
    worlds = list(dict.fromkeys(therapists["world"]))
    lines = -(-len(worlds) // COLUMNS)
    fig = style.new_figure(13, 4.2 * lines + 0.6)
    with style.drawing_style():
        panels = fig.subplots(lines, COLUMNS, sharey=True, squeeze=False).ravel()
        name_panels(panels, worlds)
        for axes, world in zip(panels, worlds, strict=False):
            rows = therapists[therapists["world"] == world]
            draw_therapists(axes, rows, style.find_look(world, style.WORLDS))
            clients = rows["n"].median()
            axes.set_title(f"{world} world ({len(rows)} therapists, median {clients:g} clients)")
            axes.set_xlabel("rank of the shrunken estimate")
        for axes in panels[::COLUMNS]:
            axes.set_ylabel("mean residual gain of their clients\n(PHQ-9 points, more = better)")
        for axes in panels[len(worlds) :]:
            axes.set_visible(False)
        fig.suptitle("Therapists in routine care: raw and shrunken mean outcome of their clients")
    return fig
