"""Mean courses of a researcher's own arms, in the file's own points and weeks."""

import math
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import style
from dyadsim.plots.language import keep_names

LOOKS = (
    style.Look(style.BLUE, "s", "-"),
    style.Look(style.VERMILION, "o", "--"),
    style.Look(style.GREEN, "D", "-."),
    style.Look(style.PURPLE, "P", ":"),
    style.Look(style.ORANGE, "^", "-"),
    style.Look(style.GREY, "v", "--"),
)
FEWEST, SHARE = 3, 0.05  # scores behind a mean that is drawn, and of the arm's fullest week

DODGE = 0.006  # of the last week, by which arms stand beside each other


def enough_scores(weeks: pd.DataFrame) -> pd.DataFrame:
    """Return the weeks that are drawn: 3 scores or more, and 5 % of the arm's fullest week.

    Examples
    --------
    >>> weeks = pd.DataFrame({"arm": "a", "week": [0, 1, 2], "n": [100, 60, 4]})
    >>> enough_scores(weeks)["week"].tolist()
    [0, 1]
    """
    most = weeks.groupby("arm")["n"].transform("max")
    return weeks[(weeks["n"] >= FEWEST) & (weeks["n"] >= SHARE * most)]


def figure(
    weeks: pd.DataFrame,
    *,
    instrument: str,
    cut_off: float,
    higher_is_better: bool = False,
    end: float | None = None,
    span: tuple[float, float] | None = None,
) -> Figure:
    """Return the mean score of each arm by week, with intervals.

    Parameters
    ----------
    weeks
        arm, week, n, mean, low, high (95 % interval of the mean), in points.
    instrument
        Name of the questionnaire.
    cut_off
        In points; drawn as a line. NaN: not known.
    higher_is_better
        Whether high scores are good, for the label of the axis.
    end
        Last week of treatment, marked where there are later weeks; None: not marked.
    span
        Lowest and highest score of the questionnaire: no interval is drawn beyond; None: unknown.

    Returns
    -------
    Figure
        The weeks of `enough_scores`.
    """
    fig = style.new_figure(9.0, 5.2)
    known = enough_scores(weeks)
    arms = list(dict.fromkeys(known["arm"]))
    with style.drawing_style():
        axes = fig.subplots()
        for place, arm in enumerate(arms):
            rows, look = known[known["arm"] == arm], LOOKS[place % len(LOOKS)]
            beside = DODGE * (place - (len(arms) - 1) / 2) * float(known["week"].max())
            axes.errorbar(
                rows["week"] + beside,
                rows["mean"],
                [rows["mean"] - rows["low"], rows["high"] - rows["mean"]],
                color=look.colour,
                marker=look.marker,
                linestyle=look.line,
                capsize=3,
                markersize=6,
                label=str(arm),
            )
        if math.isfinite(cut_off):
            axes.axhline(cut_off, color=style.GREY, linewidth=1, linestyle=":")
            right: Any = {"xy": (1, cut_off), "xycoords": ("axes fraction", "data")}
            axes.annotate(f" cut-off\n {cut_off:g}", **right, va="center", fontsize=10)
        low, high = axes.get_ylim()
        axes.set_ylim(*((low, high) if span is None else (max(low, span[0]), min(high, span[1]))))
        if end is not None and end < known["week"].max():
            axes.axvline(end, color=style.LIGHT_GREY, linewidth=1)
            top: Any = {"xy": (end, 1), "xycoords": ("data", "axes fraction")}
            axes.annotate(" end of treatment", **top, va="top", fontsize=10)
        axes.set_xlabel("weeks since intake")
        side = "high = good" if higher_is_better else "low = good"
        axes.set_ylabel(f"{style.INSTRUMENTS.get(instrument, instrument)}, points ({side})")
        axes.set_title("Mean score of who was measured that week; bars: 95 % interval")
        keep_names(fig, arms)
        if len(arms) > 1:
            fig.legend(loc="outside lower center", ncols=3)
    return fig
