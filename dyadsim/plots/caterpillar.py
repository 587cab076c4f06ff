"""Therapists in order: raw mean residual gain and the estimate shrunk towards the mean."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import style


def figure(therapists: pd.DataFrame, world: str) -> Figure:
    """Return one world's caterpillar: shrunken estimate with 95 % interval, raw mean as a cross."""
    rows = therapists[therapists["world"] == world].sort_values("shrunken").reset_index(drop=True)
    look = style.look(world, style.WORLDS)
    made = style.figure(11, 5)
    with style.drawing():
        axes = made.subplots()
        place = np.arange(len(rows))
        axes.axhline(0, color="#999999", linewidth=1)
        axes.vlines(place, rows["low"], rows["high"], color=look.colour, linewidth=1.5)
        axes.plot(place, rows["shrunken"], look.marker, color=look.colour, markersize=5,
                  label="shrunken estimate, 95 % interval")  # fmt: skip
        axes.plot(place, rows["mean"], "x", color="black", markersize=5, label="raw mean")
        axes.set_xlabel(f"{len(rows)} therapists in order of the shrunken estimate")
        axes.set_ylabel("mean residual gain of their clients\n(PHQ-9 points, high = good)")
        axes.set_title(f"Therapists in the {world} world: ranks by raw means are mostly luck")
        axes.legend(loc="upper left")
    return made
