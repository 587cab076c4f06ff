"""Routine care of one world as a clinician sees it: courses, attendance, leaving, alliance, gains.

Published values are open squares; everything else is simulated.
"""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from dyadsim.plots import style
from dyadsim.plots.panels import name_panels

_RELIABLE = 6  # points of the PHQ-9, docs/background/facts.md
_MOST_POINTS = 27  # of the PHQ-9
_CUT_OFF = 10  # of the PHQ-9, docs/background/facts.md
SIGNS_TEXT = "Open squares: published values. Everything else is simulated."
_FEWEST_SESSIONS = 3  # of the clients behind the published numbers of sessions
_LINES = ("-", "--", "-.", ":")
NAMES = ("weeks", "lengths", "attended", "leaving", "alliance", "gains")  # of the panels
type Place = Literal["upper left", "upper right", "lower left"]
PUBLISHED: Any = {"color": "black", "linewidth": 1.5, "capsize": 4, "linestyle": "none"}


def part(shown: pd.DataFrame, panel: str, series: str = "") -> pd.DataFrame:
    """Return the rows of a panel, or of one of its series."""
    rows = shown[shown["panel"] == panel]
    return rows[rows["series"] == series] if series else rows


def fact_row(numbers: pd.DataFrame, name: str) -> "pd.Series[Any] | None":
    """Return the row of a fact, None where it or its published interval is missing."""
    rows = numbers[numbers["name"] == name].dropna(subset=["published", "low", "high"])
    return rows.iloc[0] if len(rows) else None


def beside(numbers: pd.DataFrame, name: str, words: str) -> str:
    """Return words with a fact's simulated and published value in place of {}; "" without it.

    Parameters
    ----------
    numbers
        See `figure`.
    name
        The fact's id.
    words
        With {} where the values stand.

    Returns
    -------
    str
        Such as "dropped out in all 18.7 (published 19.7) %".
    """
    row = fact_row(numbers, name)
    if row is None:
        return ""
    digits = 2 if row["unit"] in ("SD", "g", "r") else 1
    values = [f"{row[name]:.{digits}f}".replace("-", "−") for name in ("simulated", "published")]
    return words.format(f"{values[0]} (published {values[1]})")


def add_legend(axes: Axes, place: Place, *words: str, columns: int = 1) -> None:
    """Add a small legend below lines of words; it takes no room from the panels.

    Parameters
    ----------
    axes
        With labelled lines.
    place
        Such as "upper left".
    *words
        Lines of the legend's title; "" is left out.
    columns
        Of the entries.
    """
    legend = axes.legend(
        loc=place,
        fontsize=9,
        ncols=columns,
        title="\n".join(filter(None, words)) or None,
        title_fontsize=9,
        alignment="left",
        borderaxespad=1.3 if place == "upper left" else 0.3,
        handlelength=1.7,
        labelspacing=0.3,
        columnspacing=1.0,
    )
    legend.set_in_layout(False)


def _draw_spread(axes: Axes, rows: pd.DataFrame, look: style.Look, label: str) -> None:
    """Draw a mean and the band of one SD about it."""
    axes.fill_between(rows["x"], rows["low"], rows["high"], color=look.colour, alpha=0.22, lw=0)
    axes.plot(rows["x"], rows["value"], "-", color=look.colour, linewidth=2.6, label=label)


def _draw_scale(axes: Axes) -> None:
    """Draw the scale of the PHQ-9 with its cut-off, and leave room for the legend."""
    axes.axhline(_CUT_OFF, color="black", linewidth=0.8, linestyle=(0, (1, 3)))
    axes.text(1.0, _CUT_OFF + 0.2, "cut-off ", transform=axes.get_yaxis_transform(), **_AT_LINE)
    axes.set_ylim(0, _MOST_POINTS + 8)
    axes.set_yticks(range(0, _MOST_POINTS + 1, 5))


_AT_LINE: Any = {"fontsize": 9, "ha": "right", "va": "bottom"}


def _write_counts(axes: Axes, rows: pd.DataFrame) -> None:
    """Write the number of clients behind a mean along the upper edge."""
    counts = rows.set_index("x")["n"]
    for x in counts.index:
        if x == counts.index[0] or x % 5 == 0:
            text, side = f"{int(counts[x]):,}", "left" if x <= 1 else "center"
            axes.text(x, 0.99, text, transform=axes.get_xaxis_transform(), ha=side, **_COUNT)


_COUNT: Any = {"fontsize": 9, "color": style.GREY, "va": "top"}


def draw_weeks(axes: Axes, shown: pd.DataFrame, look: style.Look) -> None:
    """Draw single courses, their mean with one SD, and the mean with the last score kept.

    Parameters
    ----------
    axes
        Where to draw.
    shown
        See `figure`.
    look
        Of the world.
    """
    rows = part(shown, "weeks")
    singles = rows[rows["series"].str.startswith("client ")]
    for _, course in singles.groupby("series", sort=False):
        axes.plot(course["x"], course["value"], color="black", linewidth=0.6, alpha=0.4)
        axes.plot(course["x"].iloc[-1], course["value"].iloc[-1], ".", color="black", ms=4)
    care = part(shown, "weeks", "in care")
    _draw_spread(axes, care, look, "mean of those still in care, ± 1 SD")
    kept = part(shown, "weeks", "all, last score kept")
    kept = kept[kept["x"] <= care["x"].max()]
    axes.plot(kept["x"], kept["value"], ":", color="black", lw=2, label="all, last score kept")
    label = f"{singles['series'].nunique()} clients, not chosen (dot: last score)"
    axes.plot([], [], color="black", linewidth=0.6, alpha=0.6, label=label)
    _draw_scale(axes)
    axes.set_xlim(-0.3, care["x"].max())
    add_legend(axes, "upper left")
    _write_counts(axes, care)
    axes.set_title("Routine care, by week", loc="left")
    axes.set_ylabel("PHQ-9, points (more = worse)")
    axes.set_xlabel("weeks since intake (above: clients)")


def draw_lengths(axes: Axes, shown: pd.DataFrame, look: style.Look) -> None:
    """Draw the course by session: of all who came to it, and by the length of the therapy.

    Parameters
    ----------
    axes, shown, look
        As in `draw_weeks`.
    """
    everybody = part(shown, "lengths", "all who came")
    _draw_spread(axes, everybody, look, "all who came, ± 1 SD")
    rows = part(shown, "lengths")
    groups = [name for name in dict.fromkeys(rows["series"]) if name != "all who came"]
    for name, line in zip(groups, _LINES, strict=False):
        group = part(shown, "lengths", name)
        axes.plot(group["x"], group["value"], line, color="black", lw=1.3, label=name)
    _draw_scale(axes)
    axes.set_xlim(-0.3, everybody["x"].max())
    add_legend(axes, "upper left", "black: by sessions in all", columns=2)
    _write_counts(axes, everybody)
    axes.set_title("Routine care, by session", loc="left")
    axes.set_ylabel("PHQ-9, points (more = worse)")
    axes.set_xlabel("session, 0 = intake (above: clients)")


def draw_attended(axes: Axes, shown: pd.DataFrame, numbers: pd.DataFrame, look: style.Look) -> None:
    """Draw how many sessions clients attended, and mean and SD beside the published ones.

    Parameters
    ----------
    axes, shown, look
        As in `draw_weeks`.
    numbers
        See `figure`.
    """
    rows = part(shown, "attended")
    few, top = rows["x"] < _FEWEST_SESSIONS, float(rows["value"].max())
    bars, rest = rows[~few], rows[few]
    axes.bar(bars["x"], bars["value"], 0.85, color=look.colour)
    axes.bar(rest["x"], rest["value"], 0.85, color="white", edgecolor=look.colour, hatch="///")
    mean, deviation = fact_row(numbers, "sessions_mean"), fact_row(numbers, "sessions_sd")
    if mean is not None and deviation is not None:
        marks = {
            "simulated": {"fmt": look.marker, "color": look.colour, "capsize": 4},
            "published": {"fmt": "s", "mfc": "white", **PUBLISHED},
        }
        for height, (column, mark) in zip((1.08, 1.16), marks.items(), strict=True):
            label = f"mean ± SD, {column}"
            axes.errorbar(
                [mean[column]], [height * top], xerr=deviation[column], ms=7, label=label, **mark
            )
        add_legend(axes, "upper right")
    axes.set_ylim(0, 1.5 * top)
    axes.set_title("Sessions attended", loc="left")
    axes.set_ylabel("% of clients")
    axes.set_xlabel("sessions (hatched: not in mean and SD)")


def draw_leaving(axes: Axes, shown: pd.DataFrame, numbers: pd.DataFrame, look: style.Look) -> None:
    """Draw the hazard of leaving by session, by how clients left.

    Parameters
    ----------
    axes, shown, look
        As in `draw_weeks`.
    numbers
        See `figure`.
    """
    looks = {
        "agreed end": (look.colour, "-", look.marker),
        "dropped out": ("black", "--", "X"),
        "other reasons": (style.LIGHT_GREY, ":", ""),
    }
    for series, (colour, line, marker) in looks.items():
        rows = part(shown, "leaving", series)
        axes.plot(rows["x"], rows["value"], line, marker=marker, color=colour, ms=5, label=series)
        if series != "other reasons":
            axes.fill_between(rows["x"], rows["low"], rows["high"], color=colour, alpha=0.15, lw=0)
    axes.set_ylim(0, 1.6 * part(shown, "leaving")["value"].max())
    words = beside(numbers, "dropout", "dropped out in all: {} %")
    add_legend(axes, "upper left", words, "bands: 95 % interval", columns=2)
    axes.set_title("Leaving", loc="left")
    axes.set_ylabel("leave after this session,\n% of those who came to it")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("session")


def draw_alliance(axes: Axes, shown: pd.DataFrame, numbers: pd.DataFrame, look: style.Look) -> None:
    """Draw the alliance by session, with the published level.

    Parameters
    ----------
    axes, shown, look
        As in `draw_weeks`.
    numbers
        See `figure`.
    """
    everybody = part(shown, "alliance", "all who came")
    _draw_spread(axes, everybody, look, "all who came, ± 1 SD")
    stayed = part(shown, "alliance", "same people")
    axes.plot(
        stayed["x"],
        stayed["value"],
        "--",
        color="black",
        lw=1.6,
        label="those with 10 sessions or more",
    )
    level = fact_row(numbers, "alliance_level")
    if level is not None:
        ends = [[level["published"] - level["low"]], [level["high"] - level["published"]]]
        axes.errorbar(
            [3],
            [level["published"]],
            ends,
            fmt="s",
            mfc="white",
            ms=7,
            label="published level",
            **PUBLISHED,
        )
    axes.set_ylim(1, 5.9)
    axes.set_yticks(range(1, 6))
    words = beside(numbers, "alliance_trend", "session 5 to 10: {} SD")
    add_legend(axes, "lower left", words)
    _write_counts(axes, everybody)
    axes.set_title("Alliance, rated by clients", loc="left")
    axes.set_ylabel("mean item score, 1 to 5")
    axes.set_xlabel("session (above: clients)")


def draw_gains(axes: Axes, shown: pd.DataFrame, numbers: pd.DataFrame, look: style.Look) -> None:
    """Draw the distribution of gains, shaded where change is reliable on this questionnaire.

    Parameters
    ----------
    axes, shown, look
        As in `draw_weeks`.
    numbers
        See `figure`.
    """
    rows = part(shown, "gains")
    x, percent = rows["x"].to_numpy(), rows["value"].to_numpy()
    kinds = {
        "better by 6 or more": (x >= _RELIABLE, look.colour, ""),
        "less than 6 either way": (np.abs(x) < _RELIABLE, style.LIGHT_GREY, ""),
        "worse by 6 or more": (x <= -_RELIABLE, "black", ""),
    }
    for words, (chosen, colour, _) in kinds.items():
        label = f"{words}: {percent[chosen].sum():.0f} %"
        axes.bar(x[chosen], percent[chosen], 0.85, color=colour, label=label)
    axes.axvline(0, ymax=1 / 1.6, color="black", linewidth=0.8)
    axes.set_ylim(0, 1.6 * percent.max())
    shares = [
        beside(numbers, name, f"{change} by the published rule: {{}} %")
        for name, change in (
            ("reliable_improvement", "better"),
            ("reliable_deterioration", "worse"),
        )
    ]
    add_legend(axes, "upper left", *shares)
    axes.set_title("Gains, cases with 2 sessions or more", loc="left")
    axes.set_ylabel("% of cases")
    axes.set_xlabel("points by which the score fell (below 0: rose)")


def draw_panels(
    panels: Sequence[Axes], shown: pd.DataFrame, numbers: pd.DataFrame, look: style.Look
) -> None:
    """Draw the six panels on routine care.

    Parameters
    ----------
    panels
        Six axes, or more, of which the first six are used.
    shown, look
        As in `draw_weeks`.
    numbers
        See `figure`.
    """
    draw_weeks(panels[0], shown, look)
    draw_lengths(panels[1], shown, look)
    draw_attended(panels[2], shown, numbers, look)
    draw_leaving(panels[3], shown, numbers, look)
    draw_alliance(panels[4], shown, numbers, look)
    draw_gains(panels[5], shown, numbers, look)


def figure(shown: pd.DataFrame, numbers: pd.DataFrame, *, world: str) -> Figure:
    """Return routine care of one world in six panels.

    Parameters
    ----------
    shown
        panel, series, x, value, low, high, n. Panels: `weeks` (series "in care", "all, last score
        kept" and single clients), `lengths`, `attended`, `leaving`, `alliance`, `gains`. low and
        high are one SD from the mean; in `leaving` the 95 % interval.
    numbers
        name, simulated, published, low, high: of facts, by their id. Facts may be missing.
    world
        Its name.

    Returns
    -------
    Figure
        Two rows of three panels.
    """
    fig = style.new_figure(17, 11.5)
    with style.drawing_style():
        panels = fig.subplots(2, 3).ravel()
        name_panels(panels, NAMES)
        draw_panels(panels, shown, numbers, style.find_look(world, style.WORLDS))
        fig.suptitle(f"Routine care in the {world} world. {SIGNS_TEXT}")
    return fig
