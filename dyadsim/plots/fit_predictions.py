"""What a fit predicts beside the data: numbers that were fitted and numbers that were not."""

import re

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style
from dyadsim.plots.own_courses import LOOKS
from dyadsim.plots.panels import name_panels

NAMES = ("fitted", "kept_out")  # of the panels


def middle_week(statistic: str) -> float:
    """Return the middle of the weeks that a statistic's name ends with.

    Examples
    --------
    >>> middle_week("Arm 2: mean, weeks 8 to 9"), middle_week("mean, week 0")
    (8.5, 0.0)
    """
    numbers = re.findall(r"\d+(?:\.\d+)?", statistic.rpartition(", ")[2])
    return sum(map(float, numbers)) / len(numbers)


def draw_statistics(axes: Axes, checks: pd.DataFrame, title: str) -> None:
    """Draw each number of the data on the 90 % interval of its predictions.

    Parameters
    ----------
    axes
        Where to draw.
    checks
        statistic, data, low, high: a row a number.
    title
        Of the panel.
    """
    for height, row in enumerate(checks.to_dict("records")):
        span = max(row["high"] - row["low"], 1e-9)
        place = np.clip((row["data"] - row["low"]) / span, -0.6, 1.6)
        inside = row["low"] <= row["data"] <= row["high"]
        colour = style.BLUE if inside else style.VERMILION
        axes.plot(
            [0, 1], [height, height], color=style.LIGHT_GREY, linewidth=9, solid_capstyle="butt"
        )
        axes.plot(place, height, "o" if inside else "X", color=colour, markersize=9)
        text = f"{row['data']:.2f}  [{row['low']:.2f}, {row['high']:.2f}]"
        axes.text(1.75, height, text, va="center", fontsize=10)
    axes.set_yticks(range(len(checks)), list(checks["statistic"]))
    axes.set_ylim(len(checks) - 0.4, -0.6)
    axes.set_xlim(-0.7, 3.1)
    axes.set_xticks([0, 1], ["5 %", "95 %"])
    axes.spines["bottom"].set_bounds(0, 1)
    axes.set_title(title, loc="left", fontsize=12)


def draw_course(axes: Axes, course: pd.DataFrame, instrument: str) -> None:
    """Draw mean scores by period, one line an arm, with the 90 % band of their predictions.

    Parameters
    ----------
    axes
        Where to draw.
    course
        statistic ("arm: mean, weeks 1 to 2", without the arm where there is one), data, low, high.
    instrument
        Name of the questionnaire.
    """
    names = course["statistic"]
    arms = names.str.partition(": ")[0].where(names.str.contains(": "), "")
    for number, (arm, rows) in enumerate(course.groupby(arms, sort=False)):
        look, weeks = LOOKS[number % len(LOOKS)], rows["statistic"].map(middle_week)
        axes.fill_between(
            weeks, rows["low"], rows["high"], color=look.colour, alpha=0.2, linewidth=0
        )
        axes.plot(
            weeks,
            rows["data"],
            look.line,
            marker=look.marker,
            color=look.colour,
            label=str(arm) or "data",
        )
    axes.set_xlabel("weeks since intake (middle of a period)")
    axes.set_ylabel(f"mean {style.INSTRUMENTS.get(instrument, instrument)} score")
    axes.set_title("Used in the fit: data (line), predicted (band)", loc="left", fontsize=12)
    axes.legend()


def figure(fitted: pd.DataFrame, checks: pd.DataFrame, instrument: str | None) -> Figure:
    """Return what was fitted and what was not: data against predictions.

    Parameters
    ----------
    fitted
        statistic, data, low, high (90 % of the predictions) of numbers used in the fit.
    checks
        The same of numbers that were not used; may be empty.
    instrument
        Name of the questionnaire whose mean scores were fitted; None: other numbers.

    Returns
    -------
    Figure
        Fitted on the left, the others on the right, where there are any.
    """
    rows = max(len(checks), 0 if instrument else len(fitted))
    fig = style.new_figure(13, max(4.2, 0.5 * rows + 1.8))
    legend = "data (mark), predicted (grey)"
    with style.drawing_style():
        widths = ((3, 4) if instrument else (1, 1)) if len(checks) else (1,)
        panels = fig.subplots(1, len(widths), width_ratios=widths, squeeze=False)[0]
        name_panels(panels, NAMES if len(checks) else ())
        if instrument is None:
            draw_statistics(panels[0], fitted, f"Used in the fit: {legend}")
        else:
            draw_course(panels[0], fitted, instrument)
        if len(checks):
            draw_statistics(panels[1], checks, f"Not used in the fit: {legend}")
    return fig
