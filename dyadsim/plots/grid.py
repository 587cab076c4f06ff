"""Technique's shares over a grid of dials, and where the published facts are met."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style

SHARES = {
    "variance": "technique, % of\noutcome variance,\nseverity taken out\n(Shapley)",
    "effect": "technique, % of\nthe mean effect (Shapley)",
    "effect lost": "mean effect lost\nwithout technique, %",
}
_COLOURS = (
    (style.BLUE, "s"),
    (style.VERMILION, "o"),
    (style.GREEN, "D"),
    (style.ORANGE, "^"),
    (style.GREY, "v"),
)
_LINES = ("-", "--", ":", "-.")
MOST = 4  # dials that a figure can show: across, panels, colours, lines


class _Layout(NamedTuple):
    """Which dial is shown how, and the values of those shown by colour and by line."""

    across: str
    panel: str
    colour: str | None
    colours: list[Any]
    line: str | None
    lines: list[Any]


def dial_label(dial: str) -> str:
    """Return a dial's name without its owner, in words."""
    return dial.split(".")[-1].replace("_", " ")


def facts_that_vary(facts: pd.DataFrame) -> list[str]:
    """Return the facts that are met at some points only, the most often met first.

    Parameters
    ----------
    facts
        fact, met: a row a fact and point.

    Returns
    -------
    list of str
        Ids of facts.
    """
    met = facts.groupby("fact", sort=False)["met"].mean()
    varying = met[(met > 0) & (met < 1)].sort_values(ascending=False, kind="stable")
    return [str(name) for name in varying.index]


def count_facts_met(facts: pd.DataFrame, dials: Sequence[str]) -> pd.DataFrame:
    """Return how many facts every point meets.

    Parameters
    ----------
    facts
        The dials, fact, met: a row a fact and point.
    dials
        Names of the dials.

    Returns
    -------
    DataFrame
        The dials, met (number of facts), best (no other point meets more): a row a point.
    """
    counts = facts.groupby(list(dials), sort=False, dropna=False)["met"].sum().reset_index()
    return counts.assign(best=counts["met"] == counts["met"].max())


def figure(shares: pd.DataFrame, facts: pd.DataFrame, dials: Sequence[str], title: str) -> Figure:
    """Return three rows of shares and one of facts; a column for each value of the second dial.

    Parameters
    ----------
    shares
        The dials, attribution (the kind of share), group, share, se: one denominator a kind.
    facts
        The dials, fact, met.
    dials
        2 or more, specificity across; those beyond `MOST` stand at their first value.
    title
        Of the figure.

    Returns
    -------
    Figure
        Shaded: points that meet the most facts.
    """
    shown = sorted(dials, key=lambda name: name != "specificity")[:MOST]
    for dial in [dial for dial in dials if dial not in shown]:
        first = shares[dial].iloc[0]
        shares, facts = shares[shares[dial] == first], facts[facts[dial] == first]
        title += f"; {dial_label(dial)} = {first}"
    layout, panels = _layout(shares, shown), list(shares[shown[1]].unique())
    varying, counts = facts_that_vary(facts), count_facts_met(facts, dials)
    fig = style.new_figure(4.6 * len(panels) + 3.5, 11 + 0.24 * len(varying))
    heights = (3, 3, 3, 0.4 * len(varying) + 0.6)
    with style.drawing_style():
        grid = fig.subplots(
            4, len(panels), sharex=True, sharey="row", squeeze=False, height_ratios=heights
        )
        for column, value in zip(grid.T, panels, strict=True):
            column[0].set_title(f"{dial_label(layout.panel)} = {value}")
            _shade_best(column[:3], counts[counts[layout.panel] == value], layout.across)
            _draw_shares(column[:3], shares[shares[layout.panel] == value], layout)
            _draw_facts(column[3], facts[facts[layout.panel] == value], varying, layout)
        for axes, label in zip(grid[:3, 0], SHARES.values(), strict=True):
            axes.set_ylabel(label, fontsize=11)
        _add_legend(fig, grid[0, 0], layout, f"{counts['met'].max()} of {facts['fact'].nunique()}")
        fig.suptitle(title)
    return fig


def _layout(shares: pd.DataFrame, shown: Sequence[str]) -> _Layout:
    """Return which dial stands across, in panels, in colours and in lines."""
    across, panel, colour, line = (*shown, None, None)[:4]
    colours, lines = (
        [None] if dial is None else list(shares[dial].unique()) for dial in (colour, line)
    )
    return _Layout(str(across), str(panel), colour, colours, line, lines)


def _rows_at(table: pd.DataFrame, dial: str | None, value: Any) -> pd.DataFrame:
    return table if dial is None else table[table[dial] == value]


def _draw_shares(panels: Sequence[Axes], shares: pd.DataFrame, layout: _Layout) -> None:
    """Draw technique's shares, a panel a kind."""
    technique = shares[shares["group"] == "technique"]
    for axes, name in zip(panels, SHARES, strict=True):
        rows = technique[technique["attribution"] == name]
        for value, (colour, marker) in zip(layout.colours, _COLOURS, strict=False):
            for other, line in zip(layout.lines, _LINES, strict=False):
                part = _rows_at(_rows_at(rows, layout.colour, value), layout.line, other)
                axes.errorbar(
                    part[layout.across],
                    part["share"],
                    1.96 * part["se"],
                    color=colour,
                    marker=marker,
                    markersize=5,
                    linestyle=line,
                    capsize=2,
                )
        axes.axhline(0, color="black", linewidth=0.8)


def _shade_best(panels: Sequence[Axes], counts: pd.DataFrame, across: str) -> None:
    """Shade the points that meet the most facts, half-way to their neighbours."""
    best = set(counts.loc[counts["best"], across])
    points = sorted(counts[across].unique())
    for place, point in enumerate(points):
        if point not in best or isinstance(point, str):
            continue
        left = (points[max(place - 1, 0)] + point) / 2
        right = (points[min(place + 1, len(points) - 1)] + point) / 2
        for axes in panels:
            axes.axvspan(left, right, color="#DDDDDD", linewidth=0, zorder=0)


def _draw_facts(axes: Axes, facts: pd.DataFrame, names: Sequence[str], layout: _Layout) -> None:
    """Draw a row for each fact that varies: where it is met and where it is not."""
    for row, name in enumerate(names):
        axes.axhline(row + 0.5, color="#EEEEEE", linewidth=0.8)
        rows = facts[facts["fact"] == name]
        for place, (value, (colour, marker)) in enumerate(
            zip(layout.colours, _COLOURS, strict=False)
        ):
            part = _rows_at(rows, layout.colour, value)
            met = part["met"].to_numpy(bool)
            heights = np.full(len(part), row + 0.22 * (place - (len(layout.colours) - 1) / 2))
            points = part[layout.across]
            axes.plot(points[met], heights[met], marker, color=colour, markersize=5)
            axes.plot(points[~met], heights[~met], "x", color="#AAAAAA", markersize=4)
    axes.set_yticks(range(len(names)), [name.replace("_", " ") for name in names], fontsize=9)
    axes.set_ylim(-0.6, max(len(names), 1) - 0.4)
    axes.set_xlabel(dial_label(layout.across))


def _legend_entries(layout: _Layout) -> list[tuple[str, str, str, str]]:
    """Return text, colour, marker and line of what has to be told apart."""
    entries = []
    if layout.colour is not None:
        entries += [
            (f"{dial_label(layout.colour)} = {value}", *look, "-")
            for value, look in zip(layout.colours, _COLOURS, strict=False)
        ]
    if layout.line is not None:
        entries += [
            (f"{dial_label(layout.line)} = {value}", "black", "", line)
            for value, line in zip(layout.lines, _LINES, strict=False)
        ]
    return [*entries, ("fact met", "black", "o", ""), ("fact not met", "#AAAAAA", "x", "")]


def _add_legend(fig: Figure, axes: Axes, layout: _Layout, most: str) -> None:
    """Add the legend below the figure; `most`: how many facts the best points meet."""
    for text, colour, marker, line in _legend_entries(layout):
        axes.plot([], [], color=colour, marker=marker, linestyle=line, label=text)
    axes.fill_between([], [], color="#DDDDDD", label=f"most facts met ({most})")
    fig.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
