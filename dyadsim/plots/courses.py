"""Mean courses with uncertainty, one column a world: the trial above routine care."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style
from dyadsim.plots.panels import name_grid

_TITLES = {"trial": "Trial, BDI-II points", "care": "Routine care, PHQ-9 points"}
_LAST_WEEK = {"trial": 40.0, "care": 16.0}  # later, few clients are still in routine care


def draw_courses(axes: Axes, courses: pd.DataFrame, last_week: float) -> None:
    """Draw the arms of one study in one world: means and 95 % bands.

    Parameters
    ----------
    axes
        Where to draw.
    courses
        arm, week, mean, low, high: points of the questionnaire.
    last_week
        Later weeks are left out.
    """
    for arm, rows in courses.groupby("arm", sort=False):
        look = style.find_look(str(arm), style.ARMS)
        rows = rows[rows["week"] <= last_week]
        axes.fill_between(rows["week"], rows["low"], rows["high"], color=look.colour, alpha=0.2)
        axes.plot(
            rows["week"],
            rows["mean"],
            color=look.colour,
            linestyle=look.line,
            marker=look.marker,
            markersize=4,
            markevery=4 if len(rows) > 8 else 1,
            label=style.ARM_LABELS.get(str(arm), str(arm)),
        )
    axes.set_xlabel("weeks since intake")


def figure(courses: pd.DataFrame) -> Figure:
    """Return small multiples: columns are worlds, rows are studies, one scale a row.

    Parameters
    ----------
    courses
        world, study (trial or care), arm, week, mean, low, high (95 % interval of the mean).

    Returns
    -------
    Figure
        The trial in the first row, routine care in the second; one legend below.
    """
    worlds = list(dict.fromkeys(courses["world"]))
    fig = style.new_figure(3.4 * len(worlds) + 1, 8.0)
    with style.drawing_style():
        panels = fig.subplots(2, len(worlds), sharex="row", sharey="row", squeeze=False)
        name_grid(panels.tolist(), _TITLES, worlds)
        for (study, title), line in zip(_TITLES.items(), panels, strict=True):
            rows = courses[courses["study"] == study]
            top = float(rows.loc[rows["week"] <= _LAST_WEEK[study], "high"].max())
            for axes, world in zip(line, worlds, strict=True):
                draw_courses(axes, rows[rows["world"] == world], _LAST_WEEK[study])
                axes.set_ylim(0, 1.05 * top)
            line[0].set_ylabel(f"{title}\n(more = more distress)")
        for axes, world in zip(panels[0], worlds, strict=True):
            axes.set_title(f"{world} world")
        handles = [
            handle for axes in panels[:, 0] for handle in axes.get_legend_handles_labels()[0]
        ]
        fig.legend(handles=handles, loc="outside lower center", ncols=5)
        fig.suptitle("Mean course of symptom scores; bands: 95 % interval of the mean")
    return fig
