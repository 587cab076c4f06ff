"""One clinic at work: clients as dots by therapist, mean distress and alliance over sessions."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style
from dyadsim.plots.panels import name_panels

NAMES = ("clients", "course")  # of the panels
_APART = 0.3  # half the width of a therapist's column of dots
_DISTRESS = (-2.5, 4.5)  # that is shown; dots beyond stand at the edge


def draw_clients(axes: Axes, people: pd.DataFrame) -> None:
    """Draw a dot a client: filled in care, open afterwards, darker with a stronger alliance.

    Parameters
    ----------
    axes
        Where to draw.
    people
        therapist, distress, alliance (0-1), in_care: a row a client.
    """
    therapists = sorted(people["therapist"].unique())
    places = people["therapist"].map({name: k for k, name in enumerate(therapists)})
    shift = np.random.default_rng(1).uniform(-_APART, _APART, len(people))
    x, y = places + shift, people["distress"].clip(*_DISTRESS)
    look: Any = {"cmap": "viridis_r", "vmin": 0.0, "vmax": 1.0, "s": 26}
    care = people["in_care"].to_numpy()
    axes.scatter(x[~care], y[~care], s=22, facecolors="none", edgecolors=style.LIGHT_GREY)
    dots = axes.scatter(x[care], y[care], c=people["alliance"][care], **look)
    means = people.groupby(places)["distress"].mean()
    axes.plot(means.index, means, "_", color="black", markersize=14, markeredgewidth=2)
    bar = axes.figure.colorbar(dots, ax=axes)
    bar.set_label("alliance (bond, goals and tasks)")
    axes.set_xticks(range(len(therapists)), [str(name) for name in therapists])
    axes.set_ylim(*_DISTRESS)
    axes.set_xlabel("therapist (line: mean of all clients)")
    axes.set_ylabel("distress (more = worse)")
    axes.set_title("Clients: filled in care, open afterwards", loc="left", fontsize=12)


def draw_course(axes: Axes, course: pd.DataFrame, sessions: int) -> None:
    """Draw mean distress and alliance over sessions, each on its own scale.

    Parameters
    ----------
    axes
        Where to draw.
    course
        session, distress, alliance: so far.
    sessions
        Of the study.
    """
    axes.plot(course["session"], course["distress"], "o-", color=style.BLUE, label="distress")
    other = axes.twinx()
    other.plot(course["session"], course["alliance"], "s--", color=style.VERMILION)
    axes.plot([], [], "s--", color=style.VERMILION, label="alliance (right)")
    axes.set_xlim(-0.5, sessions + 0.5)
    axes.set_ylim(-0.5, 2.5)
    other.set_ylim(0, 1)
    other.spines["right"].set_visible(True)
    axes.set_xlabel("session, 0 = intake")
    axes.set_ylabel("mean distress")
    other.set_ylabel("mean alliance, 0 to 1")
    axes.set_title("Means of all clients", loc="left", fontsize=12)
    axes.legend(loc="upper right")


def figure(people: pd.DataFrame, course: pd.DataFrame, sessions: int) -> Figure:
    """Return one clinic as it is now.

    Parameters
    ----------
    people
        therapist, distress, alliance (0-1), in_care: a row a client.
    course
        session, distress, alliance: means so far.
    sessions
        Of the study.

    Returns
    -------
    Figure
        Clients on the left, the course on the right.
    """
    fig = style.new_figure(13, 5.2)
    with style.drawing_style():
        panels = fig.subplots(1, 2, width_ratios=(3, 2))
        name_panels(panels, NAMES)
        draw_clients(panels[0], people)
        draw_course(panels[1], course, sessions)
    return fig
