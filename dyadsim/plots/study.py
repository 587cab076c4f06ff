"""One study in one world: mean course of each group, and how the treatments end."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style
from dyadsim.plots.panels import name_panels

_LOOKS = (
    style.Look(style.BLUE, "s", "-"),
    style.Look(style.VERMILION, "o", "--"),
    style.Look(style.GREEN, "D", "-."),
    style.Look(style.GREY, "v", ":"),
    style.Look(style.PURPLE, "P", "-"),
    style.Look(style.ORANGE, "^", "--"),
)
FEWEST = 10  # scores that a mean needs to be drawn
NAMES = ("courses", "endings")  # of the panels
_ENDINGS = {
    "planned": "planned end",
    "good_enough": "good enough",
    "dropout": "dropped out",
    "removed": "removed",
    "in_care": "still in care",
}


def group_look(number: int) -> style.Look:
    """Return the look of the group of that number."""
    return _LOOKS[number % len(_LOOKS)]


def mean_courses(sessions: pd.DataFrame) -> pd.DataFrame:
    """Return mean scores by group and week.

    Parameters
    ----------
    sessions
        group, occasion, week, symptom_score (NaN: missing): a row a client and occasion.

    Returns
    -------
    DataFrame
        group, in_care, week, mean, n, half (half the 95 % interval). in_care: forms of clients
        still in care, filled in at a session; else intake, assessments and follow-ups, of all.
        Means of fewer than `FEWEST` scores are left out.
    """
    keys = ["group", "in_care", "week"]
    weeks = np.unique(sessions["week"])  # one after the other: millions of clients fit
    parts = [_means(sessions[(sessions["week"] == week).to_numpy()], keys) for week in weeks]
    table = pd.concat(parts).sort_values(keys, ignore_index=True).rename(columns={"count": "n"})
    table["half"] = 1.96 * table["std"] / np.sqrt(table["n"])
    return table[table["n"] >= FEWEST].drop(columns="std")


def _means(sessions: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return mean, std and count of the scores of one week by group and in_care."""
    rows = sessions.dropna(subset=["symptom_score"])
    rows = rows.assign(in_care=rows["occasion"] == "session")
    start = rows[rows["occasion"] == "intake"].assign(in_care=True)  # where that line begins
    groups = pd.concat([rows, start]).groupby(keys, observed=True)
    means: pd.DataFrame = groups["symptom_score"].agg(["mean", "std", "count"]).reset_index()
    # pandas widens the type where there is one group
    kind = np.result_type(sessions["symptom_score"].to_numpy(), np.float16)
    return means.astype({"group": "str", "mean": kind, "std": kind})


def draw_course(axes: Axes, table: pd.DataFrame, look: style.Look, label: str) -> None:
    """Draw one group: a line with its band in care, points where all are assessed.

    Parameters
    ----------
    axes
        Where to draw.
    table
        in_care, week, mean, half: see `mean_courses`.
    look, label
        Of the group.
    """
    care, assessed = table[table["in_care"]], table[~table["in_care"]]
    if len(care) > 1:
        low, high = care["mean"] - care["half"], care["mean"] + care["half"]
        axes.plot(care["week"], care["mean"], look.line, color=look.colour)
        axes.fill_between(care["week"], low, high, color=look.colour, alpha=0.2)
    axes.plot(assessed["week"], assessed["mean"], look.line, color=look.colour, linewidth=0.6)
    axes.errorbar(
        assessed["week"],
        assessed["mean"],
        assessed["half"],
        fmt=look.marker,
        markersize=7,
        color=look.colour,
        label=label,
    )


def draw_courses(axes: Axes, table: pd.DataFrame, groups: Sequence[str]) -> None:
    """Draw the mean course of every group.

    Parameters
    ----------
    axes
        Where to draw.
    table
        See `mean_courses`.
    groups
        In the order of the looks.
    """
    for number, group in enumerate(groups):
        label = group.replace("_", " ")
        draw_course(axes, table[table["group"] == group], group_look(number), label)
    axes.set_ylim(0, None)
    axes.set_xlabel(
        "weeks since intake (thick lines: clients still in care, at sessions;\n"
        "points: all clients, at assessments)"
    )
    axes.legend(fontsize=10, loc="lower left")


def draw_endings(axes: Axes, clients: pd.DataFrame, groups: Sequence[str]) -> None:
    """Draw the share of each group's treated clients by ending.

    Parameters
    ----------
    axes
        Where to draw.
    clients
        group, ending ("no_treatment": untreated clients, which are left out).
    groups
        In the order of the looks.
    """
    treated = clients[clients["ending"] != "no_treatment"]
    endings = [ending for ending in _ENDINGS if (treated["ending"] == ending).any()]
    endings += sorted(set(treated["ending"]) - set(_ENDINGS))
    shown = [group for group in groups if (treated["group"] == group).any()]
    height = 0.8 / max(len(shown), 1)
    for place, group in enumerate(shown):
        rows, look = treated[treated["group"] == group], group_look(groups.index(group))
        shares = [100 * float((rows["ending"] == ending).mean()) for ending in endings]
        heights = [row + (place - (len(shown) - 1) / 2) * height for row in range(len(endings))]
        axes.barh(heights, shares, 0.9 * height, color=look.colour, label=group.replace("_", " "))
        for row, share in zip(heights, shares, strict=True):
            axes.text(share + 1, row, f"{share:.0f}", va="center", fontsize=10)
    axes.set_yticks(range(len(endings)), [_ENDINGS.get(ending, ending) for ending in endings])
    axes.invert_yaxis()
    axes.set_xlim(0, 108)
    axes.set_xlabel("% of the group's treated clients")
    axes.set_title("How treatments end", fontsize=12)


def figure(sessions: pd.DataFrame, clients: pd.DataFrame, *, title: str, unit: str) -> Figure:
    """Return the mean course of each group and, where anybody is treated, the endings.

    Parameters
    ----------
    sessions
        group, occasion, week, symptom_score: a row a client and occasion.
    clients
        group, ending: a row a client.
    title
        Of the figure.
    unit
        Name of the questionnaire.

    Returns
    -------
    Figure
        Two panels; one in a study without treatment.
    """
    groups = list(dict.fromkeys(clients["group"]))
    treated = bool((clients["ending"] != "no_treatment").any())
    fig = style.new_figure(13 if treated else 9, 5.4)
    with style.drawing_style():
        panels = fig.subplots(1, 1 + treated, squeeze=False, width_ratios=(3, 2)[: 1 + treated])[0]
        name_panels(panels, NAMES if treated else ())
        draw_courses(panels[0], mean_courses(sessions), groups)
        panels[0].set_ylabel(f"mean {unit} score\n(more = more distress)")
        if treated:
            draw_endings(panels[1], clients, groups)
        fig.suptitle(title)
    return fig
