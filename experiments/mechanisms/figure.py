"""The figure: facts met and families predicted, without each mechanism."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from dyadsim.plots import style

ALL = "all mechanisms"
APART = 0.22  # rows of the figure between the marks of two worlds


def draw(table: pd.DataFrame) -> Figure:
    """Return facts lost without each mechanism: of those shown, and of those left out."""
    sums = table.groupby(["without", "world"], sort=False)[["met", "predicted"]].sum()
    titles = {"met": "All facts take part in the refit", "predicted": "Facts of left-out families"}
    names = [name for name in sums.index.unique("without") if name != ALL]
    figure = style.new_figure(11, 4.6)
    with style.drawing_style():
        axes = figure.subplots(1, 2, sharey=True)
        for axis, (column, title) in zip(axes, titles.items(), strict=True):
            for number, world in enumerate(sums.index.unique("world")):
                base = sums.loc[(ALL, world), column]
                change = [sums.loc[(name, world), column] - base for name in names]
                look = style.find_look(world, style.WORLDS)
                places = np.arange(len(names)) + APART * (number - 1)
                axis.plot(change, places, look.marker, color=look.colour, label=world)
            for place in range(1, len(names)):
                axis.axhline(place - 0.5, color=style.LIGHT_GREY, lw=0.5)
            axis.axvline(0, color=style.LIGHT_GREY, lw=1)
            axis.xaxis.set_major_locator(MaxNLocator(integer=True))
            axis.set(title=title, xlabel="facts inside: difference")
        axes[0].set_yticks(range(len(names)), [f"without {name}" for name in names])
        axes[0].invert_yaxis()
        axes[1].legend(title="world", loc="upper left", bbox_to_anchor=(1, 1))
    return figure
