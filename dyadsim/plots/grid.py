"""Technique's shares over a grid of dials, and where the published facts hold."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.attribution.true_shares import VARIANCE
from dyadsim.plots import style

SHARES = {
    "variance": "technique, % of\noutcome variance,\nseverity out (Shapley)",
    "effect": "technique, % of\nthe mean effect (Shapley)",
    "effect lost": "mean effect lost\nwithout technique, %",
}
_LOOKS = (
    ("#0072B2", "s"),
    ("#D55E00", "o"),
    ("#009E73", "D"),
    ("#E69F00", "^"),
    ("#555555", "v"),
)
_LINES = ("-", "--", ":", "-.")
MOST = 4  # dials that a figure can show: across, panels, colours, lines


def axes_of(dials: Sequence[str]) -> list[str]:
    """Return the dials a figure shows, specificity across."""
    return sorted(dials, key=lambda name: name != "specificity")[:MOST]


def short(dial: str) -> str:
    """Return a dial's name without its owner, in words."""
    return dial.split(".")[-1].replace("_", " ")


def movable(facts: pd.DataFrame) -> list[str]:
    """Return the facts that hold at some points and not at others, the most often met first."""
    met = facts.groupby("fact", sort=False)["met"].mean()
    moving = met[(met > 0) & (met < 1)].sort_values(ascending=False, kind="stable")
    return [str(name) for name in moving.index]


def counted(facts: pd.DataFrame, dials: Sequence[str]) -> pd.DataFrame:
    """Return the dials, `met` (facts met) and `best` (no other point meets more): a row a point."""
    found = facts.groupby(list(dials), sort=False, dropna=False)["met"].sum().reset_index()
    return found.assign(best=found["met"] == found["met"].max())


def figure(shares: pd.DataFrame, facts: pd.DataFrame, dials: Sequence[str], title: str) -> Figure:
    """Return three rows of shares and one of verdicts; a column for each value of the second dial.

    shares, facts: the tables of `grid.over`. dials: 2 or more; those beyond `MOST` stand at their
    first value. Shaded: points that meet the most facts.
    """
    shown = axes_of(dials)
    for dial in dials:
        if dial not in shown:
            first = shares[dial].iloc[0]
            shares, facts = shares[shares[dial] == first], facts[facts[dial] == first]
            title += f"; {short(dial)} = {first}"
    across, panel = shown[:2]
    colour, line = (*shown[2:], None, None)[:2]
    columns = list(shares[panel].unique())
    colours, lines = (
        [None] if one is None else list(shares[one].unique()) for one in (colour, line)
    )
    moving, best = movable(facts), counted(facts, dials)
    made = style.figure(4.6 * len(columns) + 3.5, 11 + 0.24 * len(moving))
    with style.drawing():
        grid = made.subplots(
            4,
            len(columns),
            sharex=True,
            sharey="row",
            squeeze=False,
            height_ratios=(3, 3, 3, 0.4 * len(moving) + 0.6),
        )
        for place, value in enumerate(columns):
            top = grid[:, place]
            top[0].set_title(f"{short(panel)} = {value}")
            rows = best[(best[panel] == value) & best["best"]]
            _shade(top[:3], sorted(best[across].unique()), set(rows[across]))
            for axes, (name, label) in zip(top, SHARES.items(), strict=False):
                mine = shares[(shares["accounting"] == name) & (shares["group"] == "technique")]
                mine = mine[(mine["denominator"] != VARIANCE) & (mine[panel] == value)]
                for one, (paint, mark) in zip(colours, _LOOKS, strict=False):
                    for other, dash in zip(lines, _LINES, strict=False):
                        part = _where(_where(mine, colour, one), line, other)
                        axes.errorbar(
                            part[across],
                            part["share"],
                            1.96 * part["se"],
                            color=paint,
                            marker=mark,
                            markersize=5,
                            linestyle=dash,
                            capsize=2,
                        )
                axes.axhline(0, color="black", linewidth=0.8)
                if place == 0:
                    axes.set_ylabel(label, fontsize=11)
            _verdicts(top[3], facts[facts[panel] == value], moving, across, colour, colours)
            top[3].set_xlabel(short(across))
        for text, paint, mark, dash in _legend(colour, colours, line, lines):
            grid[0, 0].plot([], [], color=paint, marker=mark, linestyle=dash, label=text)
        grid[0, 0].fill_between(
            [],
            [],
            color="#DDDDDD",
            label=f"most facts hold ({best['met'].max()} of {facts['fact'].nunique()})",
        )
        made.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
        made.suptitle(title)
    return made


def _where(table: pd.DataFrame, dial: str | None, value: Any) -> pd.DataFrame:
    return table if dial is None else table[table[dial] == value]


def _legend(
    colour: str | None, colours: list[Any], line: str | None, lines: list[Any]
) -> list[tuple[str, str, str, str]]:
    """Return text, colour, marker and line of what has to be told apart."""
    found = []
    if colour is not None:
        found += [
            (f"{short(colour)} = {one}", *look, "-")
            for one, look in zip(colours, _LOOKS, strict=False)
        ]
    if line is not None:
        found += [
            (f"{short(line)} = {one}", "black", "", dash)
            for one, dash in zip(lines, _LINES, strict=False)
        ]
    return [*found, ("fact holds", "black", "o", ""), ("fact violated", "#AAAAAA", "x", "")]


def _shade(panels: Any, points: list[Any], best: set[Any]) -> None:
    """Shade the points that meet the most facts, half-way to their neighbours."""
    for place, point in enumerate(points):
        if point in best and not isinstance(point, str):
            left = (points[max(place - 1, 0)] + point) / 2
            right = (points[min(place + 1, len(points) - 1)] + point) / 2
            for axes in panels:
                axes.axvspan(left, right, color="#DDDDDD", linewidth=0, zorder=0)


def _verdicts(
    axes: Any,
    facts: pd.DataFrame,
    moving: list[str],
    across: str,
    colour: str | None,
    colours: list[Any],
) -> None:
    """Draw a row for each fact that moves: where it holds and where it breaks."""
    step = 0.22
    for row, name in enumerate(moving):
        axes.axhline(row + 0.5, color="#EEEEEE", linewidth=0.8)
        for place, (one, (paint, mark)) in enumerate(zip(colours, _LOOKS, strict=False)):
            part = _where(facts[facts["fact"] == name], colour, one)
            height = row + step * (place - (len(colours) - 1) / 2)
            held, broken = part[part["met"].astype(bool)], part[~part["met"].astype(bool)]
            axes.plot(held[across], [height] * len(held), mark, color=paint, markersize=5)
            axes.plot(broken[across], [height] * len(broken), "x", color="#AAAAAA", markersize=4)
    axes.set_yticks(range(len(moving)), [name.replace("_", " ") for name in moving], fontsize=9)
    axes.set_ylim(-0.6, max(len(moving), 1) - 0.4)
