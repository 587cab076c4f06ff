"""One study in one world: mean course of each group, and how the treatments end."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style

_LOOKS = (
    style.Look("#0072B2", "s", "-"),
    style.Look("#D55E00", "o", "--"),
    style.Look("#009E73", "D", "-."),
    style.Look("#555555", "v", ":"),
    style.Look("#CC79A7", "P", "-"),
    style.Look("#E69F00", "^", "--"),
)
FEWEST = 10  # scores that a mean needs to be drawn
_ENDINGS = {
    "planned": "planned end",
    "good_enough": "good enough",
    "dropout": "dropped out",
    "removed": "removed",
    "in_care": "still in care",
}


def look(number: int) -> style.Look:
    """Return the look of the group of that number."""
    return _LOOKS[number % len(_LOOKS)]


def means(sessions: pd.DataFrame) -> pd.DataFrame:
    """Return group, in_care, week, mean, half (of the 95 % interval), n.

    in_care: forms filled in at a session, by those who are still in care; else intake, assessments
    and follow-ups, for everybody.
    """
    rows = sessions.dropna(subset=["symptom_score"])
    rows = rows.assign(in_care=rows["occasion"] == "session")
    start = rows[rows["occasion"] == "intake"].assign(in_care=True)  # where that line begins
    groups = pd.concat([rows, start]).groupby(["group", "in_care", "week"])
    table = groups["symptom_score"].agg(["mean", "std", "count"]).reset_index()
    table = table.rename(columns={"count": "n"})
    table["half"] = 1.96 * table["std"] / np.sqrt(table["n"])
    return table[table["n"] >= FEWEST].drop(columns="std")


def courses(axes: Axes, table: pd.DataFrame, groups: list[str]) -> None:
    """Draw each group's means: a line with its band in care, points where all are assessed."""
    for number, group in enumerate(groups):
        mine, one = table[table["group"] == group], look(number)
        care, fixed = mine[mine["in_care"]], mine[~mine["in_care"]]
        if len(care) > 1:
            axes.plot(care["week"], care["mean"], one.line, color=one.colour)
            axes.fill_between(
                care["week"],
                care["mean"] - care["half"],
                care["mean"] + care["half"],
                color=one.colour,
                alpha=0.2,
            )
        axes.plot(fixed["week"], fixed["mean"], one.line, color=one.colour, linewidth=0.6)
        axes.errorbar(
            fixed["week"],
            fixed["mean"],
            fixed["half"],
            fmt=one.marker,
            markersize=7,
            color=one.colour,
            label=group.replace("_", " "),
        )
    axes.set_ylim(0, None)
    axes.set_xlabel(
        "weeks since intake (thick: forms of those still in care;\n"
        "points: everybody, assessed in care or not)"
    )
    axes.legend(fontsize=10, loc="lower left")


def endings(axes: Axes, clients: pd.DataFrame, groups: list[str]) -> None:
    """Draw the share of each group's clients by ending; the untreated have none."""
    treated = clients[clients["ending"] != "no_treatment"]
    kinds = [kind for kind in _ENDINGS if (treated["ending"] == kind).any()]
    kinds += sorted(set(treated["ending"]) - set(_ENDINGS))
    there = [group for group in groups if (treated["group"] == group).any()]
    height = 0.8 / max(len(there), 1)
    for place, group in enumerate(there):
        mine, one = treated[treated["group"] == group], look(groups.index(group))
        share = [100 * float((mine["ending"] == kind).mean()) for kind in kinds]
        at = [row + (place - (len(there) - 1) / 2) * height for row in range(len(kinds))]
        axes.barh(at, share, 0.9 * height, color=one.colour, label=group.replace("_", " "))
        for row, value in zip(at, share, strict=True):
            axes.text(value + 1, row, f"{value:.0f}", va="center", fontsize=10)
    axes.set_yticks(range(len(kinds)), [_ENDINGS.get(kind, kind) for kind in kinds])
    axes.invert_yaxis()
    axes.set_xlim(0, 108)
    axes.set_xlabel("% of the group's treated clients")


def figure(sessions: pd.DataFrame, clients: pd.DataFrame, title: str, unit: str) -> Figure:
    """Return two panels; both tables need a column `group`."""
    groups = list(dict.fromkeys(clients["group"]))
    treated = bool((clients["ending"] != "no_treatment").any())
    made = style.figure(13 if treated else 9, 5.4)
    with style.drawing():
        grid = made.subplots(1, 1 + treated, squeeze=False, width_ratios=(3, 2)[: 1 + treated])[0]
        left = grid[0]
        courses(left, means(sessions), groups)
        left.set_ylabel(f"mean {unit} score\n(more = more distress)")
        if treated:
            endings(grid[1], clients, groups)
        made.suptitle(title)
    return made
