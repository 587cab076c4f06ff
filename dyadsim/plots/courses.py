"""Mean courses with uncertainty, one row a world: the trial beside routine care."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style

_TITLES = {"trial": "Trial, BDI-II points", "care": "Routine care, PHQ-9 points"}
_LAST_WEEK = {"trial": 40.0, "care": 16.0}  # later, few clients are still in routine care


def draw(axes: Axes, courses: pd.DataFrame, last_week: float) -> None:
    """Draw the arms of one study in one world: mean, 95 % band, label at the end of each line."""
    for arm, rows in courses.groupby("arm", sort=False):
        one = style.look(str(arm), style.ARMS)
        within = rows[rows["week"] <= last_week]
        axes.fill_between(
            within["week"], within["low"], within["high"], color=one.colour, alpha=0.2
        )
        axes.plot(
            within["week"],
            within["mean"],
            color=one.colour,
            linestyle=one.line,
            marker=one.marker,
            markersize=4,
            markevery=4 if len(within) > 8 else 1,
            label=style.ARM_LABELS.get(str(arm), str(arm)),
        )
    axes.set_xlabel("weeks since intake")


def figure(courses: pd.DataFrame) -> Figure:
    """Return small multiples: columns are worlds, rows are studies, one scale a row."""
    worlds = list(dict.fromkeys(courses["world"]))
    made = style.figure(3.4 * len(worlds) + 1, 7.5)
    with style.drawing():
        grid = made.subplots(2, len(worlds), sharex="row", sharey="row", squeeze=False)
        for row, (study, title) in enumerate(_TITLES.items()):
            shown = courses[(courses["study"] == study) & (courses["week"] <= _LAST_WEEK[study])]
            top = float(shown["high"].max())
            for column, world in enumerate(worlds):
                axes = grid[row][column]
                chosen = courses[(courses["world"] == world) & (courses["study"] == study)]
                draw(axes, chosen, _LAST_WEEK[study])
                axes.set_ylim(0, 1.05 * top)
                if row == 0:
                    axes.set_title(f"{world} world")
                if column == 0:
                    axes.set_ylabel(f"{title}\n(more = more distress)")
            grid[row][0].legend(loc="lower left", fontsize=10)
        made.suptitle("Mean course of symptom scores; bands: 95 % interval of the mean")
    return made
