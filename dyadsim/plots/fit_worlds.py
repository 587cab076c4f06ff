"""Which world the data speak for, and whether such probabilities can be trusted."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style


def draw_probabilities(axes: Axes, probability: Mapping[str, float]) -> None:
    """Draw a bar a world with its posterior probability.

    Parameters
    ----------
    axes
        Where to draw.
    probability
        World -> probability, 0 to 1.
    """
    for place, (name, value) in enumerate(probability.items()):
        look = style.find_look(name, style.WORLDS)
        axes.bar(place, value, color=look.colour, width=0.6)
        axes.text(place, value + 0.02, f"{value:.0%}", ha="center")
    axes.set_xticks(range(len(probability)), list(probability))
    axes.set_ylim(0, 1.1)
    axes.set_ylabel("posterior probability")
    axes.set_title("Which world do the data speak for?", loc="left", fontsize=12)


def figure(probability: Mapping[str, float], curve: pd.DataFrame) -> Figure:
    """Return the probability of each world, and how often stated probabilities come true.

    Parameters
    ----------
    probability
        World -> probability, 0 to 1.
    curve
        stated (probability of a world), found (share in which it was the true one): of simulated
        data sets.

    Returns
    -------
    Figure
        Two panels.
    """
    fig = style.new_figure(10, 3.8)
    with style.drawing_style():
        left, right = fig.subplots(1, 2)
        draw_probabilities(left, probability)
        right.plot([0, 1], [0, 1], color="#888888", linewidth=0.8)
        right.plot(curve["stated"], curve["found"], "o-", color=style.BLUE)
        right.set_xlabel("probability stated for a world")
        right.set_ylabel("share in which it was\nthe true world")
        right.set_title("Simulated data sets of this design", loc="left", fontsize=12)
    return fig
