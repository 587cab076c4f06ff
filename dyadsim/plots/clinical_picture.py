"""One world as a clinician sees it: routine care, scores at intake and end, a trial, a table.

Published values are open squares; everything else is simulated.
"""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.evidence.verdict import SIGNS
from dyadsim.plots import routine_care, style
from dyadsim.plots.panels import name_panels
from dyadsim.plots.routine_care import PUBLISHED, add_legend, beside, fact_row, part

_SMALL, _SMALLER = 10.5, 9.0
_BLOCKS = 2  # columns of the table
_LONG = 28  # letters of the sources in a line
_PLACES = {"measure": 0.0, "simulated": 0.54, "published": 0.56, "source": 0.77}  # in a block
_PUBLISHED_SCORES = {  # row of the panel -> facts with its mean and SD
    "PHQ-9\nat intake": ("phq9_cases_intake_mean", "phq9_cases_intake_sd"),
    "PHQ-9\nlast session": ("phq9_cases_last_mean", "phq9_cases_last_sd"),
    "BDI-II\nat intake": ("bdi2_trial_intake_mean", "bdi2_trial_intake_sd"),
}


def draw_scores(axes: Axes, shown: pd.DataFrame, numbers: pd.DataFrame, look: style.Look) -> None:
    """Draw means and SDs at intake and end, simulated above published.

    Parameters
    ----------
    axes, shown, look
        As in `draw_weeks`.
    numbers
        See `figure`.
    """
    rows = part(shown, "scores")
    place = np.arange(len(rows))
    half = rows["value"] - rows["low"]
    bars: Any = {"color": look.colour, "linewidth": 2.5, "capsize": 5}
    axes.errorbar(
        rows["value"], place - 0.16, xerr=half, fmt=look.marker, ms=8, label="simulated", **bars
    )
    label = "published"
    for row, series in enumerate(rows["series"]):
        names = _PUBLISHED_SCORES.get(series, ("", ""))
        mean, deviation = (fact_row(numbers, name) for name in names)
        if mean is not None and deviation is not None:
            spread = deviation["published"]
            axes.errorbar(
                [mean["published"]],
                [row + 0.16],
                xerr=spread,
                fmt="s",
                mfc="white",
                ms=7,
                label=label,
                **PUBLISHED,
            )
            label = ""
    axes.set_yticks(place, rows["series"])
    axes.set_ylim(len(rows) - 0.4, -1.3)
    axes.set_xlim(0, None)
    add_legend(axes, "upper right", columns=2)
    axes.set_title("Scores, mean ± 1 SD", loc="left")
    axes.set_xlabel("points (PHQ-9 to 27, BDI-II to 63)")


def draw_trial(axes: Axes, shown: pd.DataFrame, numbers: pd.DataFrame, look: style.Look) -> None:
    """Draw both arms of the trial, and where the published gains would end.

    Parameters
    ----------
    axes, shown, look
        As in `draw_weeks`.
    numbers
        See `figure`.
    """
    arms = {
        "therapy": (look, "gain_treated_bdi"),
        "waiting": (style.Look("black", "v", ":"), "gain_control_bdi"),
    }
    label, words = "where the published gain leads", ["bands: 95 % interval of the mean"]
    for series, (drawn, gain_name) in arms.items():
        rows = part(shown, "trial", series)
        axes.fill_between(rows["x"], rows["low"], rows["high"], color=drawn.colour, alpha=0.2, lw=0)
        axes.plot(
            rows["x"],
            rows["value"],
            drawn.line,
            marker=drawn.marker,
            color=drawn.colour,
            label=series,
        )
        gain = fact_row(numbers, gain_name)
        if gain is not None:
            start = rows["value"].iloc[0]
            ends = [[gain["high"] - gain["published"]], [gain["published"] - gain["low"]]]
            axes.errorbar(
                [rows["x"].max() + 0.7],
                [start - gain["published"]],
                ends,
                fmt="s",
                mfc="white",
                ms=7,
                label=label,
                **PUBLISHED,
            )
            label = ""
        words.append(beside(numbers, gain_name, f"gain in {series}: {{}}"))
    axes.set_xticks(range(0, 13, 2))
    axes.set_ylim(0, 1.75 * part(shown, "trial")["value"].max())
    add_legend(axes, "upper right", *words)
    axes.set_title("Trial, everybody assessed", loc="left")
    axes.set_ylabel("BDI-II, points (more = worse)")
    axes.set_xlabel("weeks since intake")


def _digits(unit: str) -> int:
    return 1 if unit in ("%", "% points", "points", "sessions") else 2


def _number(value: float, unit: str) -> str:
    return f"{value:.{_digits(unit)}f}".replace("-", "−")


def _first(keys: str) -> str:
    """Return the keys of sources, or the first one where a line would be too long."""
    return keys if len(keys) < _LONG else keys.split("; ")[0] + " …"


def cells(row: "pd.Series[Any]") -> dict[str, str]:
    """Return the words in a line of the table.

    Parameters
    ----------
    row
        Of `numbers`, see `figure`.

    Returns
    -------
    dict
        measure, simulated (with the sign of its verdict), published, source.
    """
    unit, known = str(row["unit"]), pd.notna(row["simulated"])
    simulated = f"{_number(row['simulated'], unit)} {SIGNS.get(str(row['verdict']), '  ')}"
    published = "–" if known else str(row["verdict"])
    if pd.notna(row["low"]) and pd.isna(row["high"]):
        published = f"above {row['low']:g}"
    elif pd.notna(row["low"]):
        low, high = _number(row["low"], unit), _number(row["high"], unit)
        published = f"{_number(row['published'], unit)} [{low}, {high}]"
    return {
        "measure": f"{row['measure']}, {unit}",
        "simulated": simulated if known else "–",
        "published": published,
        "source": _first(str(row["source"])) if pd.notna(row["source"]) else "",
    }


def draw_table(axes: Axes, numbers: pd.DataFrame) -> None:
    """Write every number beside the published one, with the key of its source.

    Parameters
    ----------
    axes
        Where to write.
    numbers
        See `figure`.
    """
    axes.set_axis_off()
    axes.set_xlim(0, _BLOCKS)
    rows = -(-len(numbers) // _BLOCKS)
    axes.set_ylim(rows + 0.5, -1)
    for block in range(_BLOCKS):
        for column, x in _PLACES.items():
            _write(axes, block + x, -0.6, column, column, weight="bold")
        axes.plot([block, block + 0.97], [0, 0], color="black", linewidth=0.8)
    for place, (_, row) in enumerate(numbers.iterrows()):
        block, line = divmod(place, rows)
        for column, text in cells(row).items():
            _write(axes, block + _PLACES[column], line + 0.5, text, column)


def _write(axes: Axes, x: float, y: float, text: str, column: str, **look: Any) -> None:
    """Write a cell of the table; numbers end where their column stands."""
    size = _SMALLER if column == "source" and not look else _SMALL
    side = "right" if column == "simulated" else "left"
    axes.text(x, y, text, fontsize=size, ha=side, va="center", **look)


def figure(shown: pd.DataFrame, numbers: pd.DataFrame, *, world: str) -> Figure:
    """Return one world as a clinician sees it: eight panels and a table.

    Parameters
    ----------
    shown
        As in `routine_care.figure`, and the panels `scores` (mean, one SD below and above) and
        `trial` (mean, 95 % interval).
    numbers
        measure, unit, name, simulated, published, low, high, source, verdict: the lines of the
        table, also those that panels show. Published values may be missing.
    world
        Its name.

    Returns
    -------
    Figure
        Two rows of four panels, and the table below them.
    """
    look = style.find_look(world, style.WORLDS)
    fig = style.new_figure(17, 13)
    with style.drawing_style():
        grid = fig.add_gridspec(3, 4, height_ratios=(1, 1, 1))
        panels = [fig.add_subplot(grid[place // 4, place % 4]) for place in range(8)]
        routine_care.draw_panels(panels, shown, numbers, look)
        draw_scores(panels[6], shown, numbers, look)
        draw_trial(panels[7], shown, numbers, look)
        table = fig.add_subplot(grid[2, :])
        draw_table(table, numbers)
        name_panels([*panels, table], (*routine_care.NAMES, "scores", "trial", "table"))
        fig.suptitle(
            f"The {world} world as a clinician would see it. {routine_care.SIGNS_TEXT}\n"
            "In the table: ✓ inside the published interval, ✗ outside, ? undecided at this size"
        )
    return fig
