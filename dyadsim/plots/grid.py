"""Technique's shares over a grid of dials, and where the published facts are met."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.analysis.monte_carlo import t_quantile
from dyadsim.evidence.verdict import MET, UNDECIDED, VERDICTS, VIOLATED
from dyadsim.plots import style
from dyadsim.plots.panels import name_grid

SHARES = {
    "variance": "technique, % of\noutcome variance,\nseverity taken out\n(Shapley)",
    "effect": "technique, % of\nthe mean effect (Shapley)",
    "effect lost": "mean effect lost\nwithout technique, %",
}
NAMES = ("variance", "effect", "lost", "facts")  # of the rows
_COLOURS = (
    (style.BLUE, "s"),
    (style.VERMILION, "o"),
    (style.GREEN, "D"),
    (style.ORANGE, "^"),
    (style.GREY, "v"),
)
_LINES = ("-", "--", ":", "-.")
_CROSS = "#AAAAAA"  # of violated facts
_BEST, _POSSIBLE = "#D0D0D0", "#EEEEEE"
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
    """Return the facts met at some points and violated at others, the most often met first.

    A fact that is met at some points and undecided at the others is not known to vary.

    Parameters
    ----------
    facts
        fact, verdict: a row a fact and point.

    Returns
    -------
    list of str
        Ids of facts.
    """
    counts = _counts(facts, ["fact"])
    varying = counts[(counts[MET] > 0) & (counts[VIOLATED] > 0)]
    ordered = varying.sort_values(MET, ascending=False, kind="stable")
    return [str(name) for name in ordered["fact"]]


def _counts(facts: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return how often each verdict was given, a row a group."""
    is_verdict = {name: facts["verdict"] == name for name in VERDICTS}
    return (
        facts[list(names)]
        .assign(**is_verdict)
        .groupby(list(names), sort=False, dropna=False)
        .sum()
        .reset_index()
    )


def count_verdicts_at(facts: pd.DataFrame, dials: Sequence[str]) -> pd.DataFrame:
    """Return how many facts every point meets, violates and leaves undecided.

    Parameters
    ----------
    facts
        The dials, fact, verdict: a row a fact and point.
    dials
        Names of the dials.

    Returns
    -------
    DataFrame
        A row a point: the dials, met, violated, undecided (numbers of facts), best (no other point
        meets more), possible (it would meet as many if what is undecided there were met).
    """
    counts = _counts(facts, dials)
    most = counts[MET].max()
    return counts.assign(best=counts[MET] == most, possible=counts[MET] + counts[UNDECIDED] >= most)


def figure(
    shares: pd.DataFrame,
    facts: pd.DataFrame,
    dials: Sequence[str],
    title: str,
    *,
    repeats: float = math.inf,
) -> Figure:
    """Return three rows of shares and one of facts; a column for each value of the second dial.

    Parameters
    ----------
    shares
        The dials, attribution (the kind of share), group, share, se: one denominator a kind.
    facts
        The dials, fact, verdict.
    dials
        2 or more, specificity across; those beyond `MOST` stand at their first value.
    title
        Of the figure.
    repeats
        Number of repeats behind each error; infinite: the errors are known.

    Returns
    -------
    Figure
        Dark: points that meet the most facts; light: those that may meet as many.
    """
    shown = sorted(dials, key=lambda name: name != "specificity")[:MOST]
    for dial in [dial for dial in dials if dial not in shown]:
        first = shares[dial].iloc[0]
        shares, facts = shares[shares[dial] == first], facts[facts[dial] == first]
        title += f"; {dial_label(dial)} = {first}"
    layout, panels = _layout(shares, shown), list(shares[shown[1]].unique())
    varying, counts = facts_that_vary(facts), count_verdicts_at(facts, dials)
    fig = style.new_figure(4.6 * len(panels) + 3.5, 11 + 0.24 * len(varying))
    heights = (3, 3, 3, 0.4 * len(varying) + 0.6)
    with style.drawing_style():
        grid = fig.subplots(
            4, len(panels), sharex=True, sharey="row", squeeze=False, height_ratios=heights
        )
        name_grid(grid.tolist(), NAMES, panels)
        for column, value in zip(grid.T, panels, strict=True):
            column[0].set_title(f"{dial_label(layout.panel)} = {value}")
            _shade_best(column[:3], counts[counts[layout.panel] == value], layout.across)
            rows = shares[shares[layout.panel] == value]
            _draw_shares(column[:3], rows, layout, t_quantile(repeats))
            _draw_facts(column[3], facts[facts[layout.panel] == value], varying, layout)
        for axes, label in zip(grid[:3, 0], SHARES.values(), strict=True):
            axes.set_ylabel(label, fontsize=11)
        _add_legend(fig, grid[0, 0], layout, f"{counts[MET].max()} of {facts['fact'].nunique()}")
        style.add_to_title(fig, title)
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


def _draw_shares(
    panels: Sequence[Axes], shares: pd.DataFrame, layout: _Layout, errors: float
) -> None:
    """Draw technique's shares, a panel a kind; `errors`: how many make half an interval."""
    technique = shares[shares["group"] == "technique"]
    for axes, name in zip(panels, SHARES, strict=True):
        rows = technique[technique["attribution"] == name]
        for value, (colour, marker) in zip(layout.colours, _COLOURS, strict=False):
            for other, line in zip(layout.lines, _LINES, strict=False):
                part = _rows_at(_rows_at(rows, layout.colour, value), layout.line, other)
                axes.errorbar(
                    part[layout.across],
                    part["share"],
                    errors * part["se"],
                    color=colour,
                    marker=marker,
                    markersize=5,
                    linestyle=line,
                    capsize=2,
                )
        axes.axhline(0, color="black", linewidth=0.8)


def _shade_best(panels: Sequence[Axes], counts: pd.DataFrame, across: str) -> None:
    """Shade the points that meet, or may meet, the most facts, half-way to their neighbours."""
    best, possible = (set(counts.loc[counts[name], across]) for name in ("best", "possible"))
    points = sorted(counts[across].unique())
    for place, point in enumerate(points):
        if point not in possible or isinstance(point, str):
            continue
        left = (points[max(place - 1, 0)] + point) / 2
        right = (points[min(place + 1, len(points) - 1)] + point) / 2
        shade = _BEST if point in best else _POSSIBLE
        for axes in panels:
            axes.axvspan(left, right, color=shade, linewidth=0, zorder=0)


def _draw_facts(axes: Axes, facts: pd.DataFrame, names: Sequence[str], layout: _Layout) -> None:
    """Draw a row for each fact that varies: where it is met, violated and undecided."""
    for row, name in enumerate(names):
        axes.axhline(row + 0.5, color="#EEEEEE", linewidth=0.8)
        rows = facts[facts["fact"] == name]
        for place, (value, (colour, marker)) in enumerate(
            zip(layout.colours, _COLOURS, strict=False)
        ):
            part = _rows_at(rows, layout.colour, value)
            height = row + 0.22 * (place - (len(layout.colours) - 1) / 2)
            _draw_verdicts(axes, part[layout.across], part["verdict"], height, (colour, marker))
    axes.set_yticks(range(len(names)), [name.replace("_", " ") for name in names], fontsize=9)
    axes.set_ylim(-0.6, max(len(names), 1) - 0.4)
    axes.set_xlabel(dial_label(layout.across))


def _draw_verdicts(
    axes: Axes, points: pd.Series, verdicts: pd.Series, height: float, look: tuple[str, str]
) -> None:
    """Draw the verdicts on one fact: marks in colour and shape of `look`, open if undecided."""
    colour, marker = look
    for verdict, fill in ((MET, "full"), (UNDECIDED, "none")):
        at = points[verdicts == verdict]
        heights = np.full(len(at), height)
        axes.plot(at, heights, marker, color=colour, markersize=5, fillstyle=fill)
    at = points[verdicts == VIOLATED]
    axes.plot(at, np.full(len(at), height), "x", color=_CROSS, markersize=4)


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
    return [*entries, ("fact met", "black", "o", ""), ("fact violated", _CROSS, "x", "")]


def _add_legend(fig: Figure, axes: Axes, layout: _Layout, most: str) -> None:
    """Add the legend below the figure; `most`: how many facts the best points meet."""
    for text, colour, marker, line in _legend_entries(layout):
        axes.plot([], [], color=colour, marker=marker, linestyle=line, label=text)
    axes.plot([], [], "o", color="black", fillstyle="none", label="fact undecided")
    axes.fill_between([], [], color=_BEST, label=f"most facts met ({most})")
    axes.fill_between([], [], color=_POSSIBLE, label="as many, if what is undecided is met")
    fig.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
