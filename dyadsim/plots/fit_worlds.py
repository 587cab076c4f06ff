"""Which world the data speak for, with simulation error, and whether such numbers hold."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style
from dyadsim.plots.panels import name_panels

NAMES = ("probability", "calibration")  # of the panels


def draw_probabilities(axes: Axes, worlds: pd.DataFrame, no_verdict: str) -> None:
    """Draw a bar a world with its posterior probability, and the interval of simulation error.

    Parameters
    ----------
    axes
        Where to draw.
    worlds
        world, probability, low, high (0 to 1), in_words (what to write): a row a world.
    no_verdict
        Why there is no verdict: the bars are grey, and the title says so. "": there is one.
    """
    for place, row in enumerate(worlds.to_dict("records")):
        look = style.find_look(row["world"], style.WORLDS)
        colour = style.LIGHT_GREY if no_verdict else look.colour
        axes.bar(place, row["probability"], color=colour, width=0.6)
        axes.plot([place, place], [row["low"], row["high"]], color="black", linewidth=1.6)
        for end in (row["low"], row["high"]):
            axes.plot([place - 0.1, place + 0.1], [end, end], color="black", linewidth=1.6)
        text = row["in_words"].replace(" [", "\n[")
        axes.text(place, row["high"] + 0.02, text, ha="center", va="bottom", fontsize=10)
    axes.set_xticks(range(len(worlds)), list(worlds["world"]))
    axes.set_ylim(0, 1.2)
    axes.set_yticks(np.linspace(0, 1, 6))
    axes.set_ylabel("posterior probability\n(line: 95 % interval of simulation error)")
    title = "Which world do the data speak for?"
    if no_verdict:
        title = f"No verdict among the worlds:\n{no_verdict}"
    axes.set_title(title, loc="left", fontsize=12)


def figure(worlds: pd.DataFrame, curve: pd.DataFrame, no_verdict: str = "") -> Figure:
    """Return the probability of each world, and how often stated probabilities come true.

    Parameters
    ----------
    worlds
        world, probability, low, high (95 % interval of simulation error), in_words: a row a world.
    curve
        stated (probability of a world), found (share in which it was the true one): of simulated
        data sets.
    no_verdict
        Why there is no verdict, in a few words: grey bars. "": there is one.

    Returns
    -------
    Figure
        Two panels.
    """
    fig = style.new_figure(11, 4.4)
    with style.drawing_style():
        left, right = fig.subplots(1, 2)
        name_panels((left, right), NAMES)
        draw_probabilities(left, worlds, no_verdict)
        right.plot([0, 1], [0, 1], color="#888888", linewidth=0.8)
        right.plot(curve["stated"], curve["found"], "o-", color=style.BLUE)
        right.set_xlabel("probability stated for a world")
        right.set_ylabel("share in which it was\nthe true world")
        right.set_title("Simulated data sets of this design", loc="left", fontsize=12)
    return fig
