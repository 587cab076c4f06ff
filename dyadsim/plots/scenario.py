"""The region in which a target is met: each limited parameter's part of its interval; the path."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.checks import shown_number
from dyadsim.plots import style
from dyadsim.plots.panels import name_panels

NAMES = ("limits", "path")  # of the panels
_EDGE = 0.01  # share of the interval: a limit nearer to its end is no limit


def _limits_text(low: float, high: float, ends: tuple[float, float]) -> str:
    """Return the limits in words; `ends`: where they lie in the interval, 0 to 1."""
    if ends[0] < _EDGE:
        return f"below {shown_number(high)}"
    return (
        f"above {shown_number(low)}"
        if ends[1] > 1 - _EDGE
        else f"{shown_number(low)} to {shown_number(high)}"
    )


def draw_limits(
    axes: Axes, limits: pd.DataFrame, intervals: Mapping[str, tuple[float, float]]
) -> None:
    """Draw each limited parameter's part of its interval.

    Parameters
    ----------
    axes
        Where to draw.
    limits
        parameter, low, high, clear (False: the limit may be due to chance; it is dotted).
    intervals
        Parameter -> low and high end of its interval; (0, 1) for those left out.
    """
    for place, row in enumerate(limits.to_dict("records")):
        low, high = intervals.get(str(row["parameter"]), (0.0, 1.0))
        ends = (row["low"] - low) / (high - low), (row["high"] - low) / (high - low)
        axes.plot([0, 1], [place, place], color="#CCCCCC", linewidth=3, zorder=0)
        axes.plot(
            np.clip(ends, 0, 1),
            [place, place],
            color=style.BLUE if row["clear"] else "#777777",
            linewidth=9 if row["clear"] else 4,
            solid_capstyle="butt",
            linestyle="-" if row["clear"] else ":",
        )
        text = _limits_text(row["low"], row["high"], ends)
        axes.text(1.03, place, text, va="center", fontsize=10)
    axes.set_yticks(range(len(limits)), [*map(style.parameter_label, limits["parameter"])])
    axes.set_ylim(len(limits) - 0.4, -0.6)
    axes.set_xlim(-0.02, 1.45)
    axes.set_xticks([0, 1], ["lowest\nof the interval", "highest"])
    axes.spines["bottom"].set_bounds(0, 1)
    axes.set_title("Limits of the box (dotted: may be due to chance)", loc="left", fontsize=12)


def draw_path(axes: Axes, path: pd.DataFrame, *, coverage: float, share_met: float) -> None:
    """Draw coverage and density of the boxes on the peeling path.

    Parameters
    ----------
    axes
        Where to draw.
    path
        mass, coverage, density: a row a box.
    coverage
        Of the box that is shown; its mass is marked.
    share_met
        Share of all points that meet the target.
    """
    axes.plot(path["mass"], path["coverage"], "-", color=style.BLUE, label="coverage")
    axes.plot(path["mass"], path["density"], "--", color=style.VERMILION, label="density")
    axes.axhline(share_met, color="#777777", linestyle=":", linewidth=1)
    axes.text(path["mass"].min(), share_met, "all points", ha="right", va="bottom", fontsize=10)
    shown = path.iloc[(path["coverage"] - coverage).abs().argmin()]
    axes.axvline(shown["mass"], color="#555555", linewidth=1)
    axes.invert_xaxis()
    axes.set_ylim(0, 1.03)
    axes.set_xlabel("share of all points left in the box\n(vertical line: the box shown)")
    axes.set_ylabel("share of points")
    axes.set_title(
        "coverage: points meeting the target that lie in the box\n"
        "density: points in the box that meet the target",
        loc="left",
        fontsize=10,
    )
    axes.legend(loc="center left")


def figure(
    limits: pd.DataFrame,
    path: pd.DataFrame,
    *,
    intervals: Mapping[str, tuple[float, float]],
    coverage: float,
    share_met: float,
    title: str,
) -> Figure:
    """Return two panels: limits on their intervals; coverage and density while peeling.

    Parameters
    ----------
    limits
        parameter, low, high, clear (False: the limit may be due to chance).
    path
        mass, coverage, density: a row a box of the peeling path.
    intervals
        Parameter -> low and high end of its interval.
    coverage
        Of the box that is shown: share of the points meeting the target that lie in it.
    share_met
        Share of all points that meet the target.
    title
        Of the figure.

    Returns
    -------
    Figure
        Limits on the left, the peeling path on the right.
    """
    fig = style.new_figure(13, max(3.6, 0.55 * len(limits) + 2.4))
    with style.drawing_style():
        left, right = fig.subplots(1, 2, width_ratios=(3, 2))
        name_panels((left, right), NAMES)
        draw_limits(left, limits, intervals)
        draw_path(right, path, coverage=coverage, share_met=share_met)
        fig.suptitle(title)
    return fig
