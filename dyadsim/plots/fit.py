"""Figures of a fit: what is known of each parameter, ranks, worlds, predictions, two strengths."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style

_BLUE, _RED, _GREY = "#0072B2", "#D55E00", "#BBBBBB"
BAND = 0.95  # of the ranks of a calibrated posterior
_REPEATS = 2000  # drawn for that band


def _words(name: str) -> str:
    return name.replace(".", ": ").replace("_", " ")


def parameters(table: pd.DataFrame) -> Figure:
    """Return each parameter's 90 % interval before (grey) and after the data, on its own scale.

    table: `fit.Fit.parameters`.
    """
    made = style.figure(11, 0.6 * len(table) + 1.8)
    with style.drawing():
        axes = made.subplots()
        for place, row in enumerate(table.to_dict("records")):
            span = row["prior_high"] - row["prior_low"]

            def at(value: float, low: float = row["prior_low"], wide: float = span) -> float:
                return (value - low) / wide

            sure = bool(row["identified"])
            axes.plot([0, 1], [place, place], color=_GREY, linewidth=9, solid_capstyle="butt")
            ends = np.clip([at(row["low"]), at(row["high"])], -0.1, 1.05)
            axes.plot(
                ends,
                [place, place],
                linewidth=4,
                color=_BLUE if sure else _RED,
                linestyle="-" if sure else (0, (1, 0.6)),
                solid_capstyle="butt",
            )
            where = np.clip(at(row["middle"]), -0.1, 1.05)
            axes.plot(where, place, "o", color=_BLUE if sure else _RED, markersize=8)
            told = f"{row['middle']:.2g} [{row['low']:.2g}, {row['high']:.2g}]"
            note = "" if sure else "   not identified by these data"
            axes.text(1.08, place, told + note, va="center", fontsize=10)
        axes.set_yticks(range(len(table)), [_words(name) for name in table["parameter"]])
        axes.set_ylim(len(table) - 0.4, -0.6)
        axes.set_xlim(-0.12, 2.1)
        axes.set_xticks([0, 1], ["low end", "high end"])
        axes.spines["bottom"].set_bounds(0, 1)
        axes.set_xlabel("90 % interval of the prior (grey)", loc="left")
        axes.set_title("Before the data (grey) and after (90 % intervals)", loc="left")
    return made


def ranks(found: np.ndarray, names: tuple[str, ...]) -> Figure:
    """Return the ranks of true values in their posteriors against what a calibrated one gives.

    found: (data set, parameter) in [0, 1].
    """
    columns = min(4, len(names))
    lines = -(-len(names) // columns)
    made = style.figure(3.2 * columns, 2.6 * lines + 0.8)
    count = len(found)
    grid = np.linspace(0, 1, 60)
    drawn = np.sort(np.random.default_rng(1).random((_REPEATS, count)), axis=1)
    apart = np.array([np.searchsorted(one, grid, side="right") for one in drawn]) / count - grid
    edge = np.quantile(np.abs(apart).max(axis=1), BAND)
    with style.drawing():
        panels = np.atleast_1d(made.subplots(lines, columns, sharey=True, squeeze=False).ravel())
        for axes in panels[len(names) :]:
            axes.set_visible(False)
        for axes, name, one in zip(panels, names, found.T, strict=False):
            axes.axhspan(-edge, edge, color="#DDDDDD")
            axes.set_ylim(-1.6 * edge, 1.6 * edge)
            share = np.searchsorted(np.sort(one), grid, side="right") / count
            axes.plot(grid, share - grid, color=_BLUE)
            axes.axhline(0, color="#888888", linewidth=0.8)
            axes.set_title(_words(name), fontsize=10)
        made.supylabel("share below, less expected", fontsize=11)
        told = f"{count} simulated data sets; grey: {BAND:.0%} of calibrated posteriors stay inside"
        made.supxlabel(f"rank of the true value in its posterior ({told})", fontsize=11)
    return made


def worlds(probability: Mapping[str, float], curve: pd.DataFrame) -> Figure:
    """Return the probability of each world, and whether stated probabilities come true."""
    made = style.figure(10, 3.8)
    with style.drawing():
        left, right = made.subplots(1, 2)
        for place, (name, value) in enumerate(probability.items()):
            look = style.look(name, style.WORLDS)
            left.bar(place, value, color=look.colour, width=0.6)
            left.text(place, value + 0.02, f"{value:.0%}", ha="center")
        left.set_xticks(range(len(probability)), list(probability))
        left.set_ylim(0, 1.1)
        left.set_ylabel("probability, given the data")
        left.set_title("Which world do the data speak for?", loc="left", fontsize=12)
        right.plot([0, 1], [0, 1], color="#888888", linewidth=0.8)
        right.plot(curve["stated"], curve["found"], "o-", color=_BLUE)
        right.set_xlabel("probability stated for a world")
        right.set_ylabel("share in which it was the true one")
        right.set_title("Simulated data sets of this design", loc="left", fontsize=12)
    return made


def predictions(shown: pd.DataFrame, checks: pd.DataFrame, scores: str | None) -> Figure:
    """Return what was fitted and what no fit has seen: data against predictions.

    shown, checks: as from `calibration.predicted`. scores: name of the questionnaire whose mean
    scores are shown; None: other numbers.
    """
    made = style.figure(13, max(4.2, 0.5 * max(len(checks), len(shown) * (scores is None)) + 1.8))
    told = "data (mark), predicted (grey)"
    with style.drawing():
        if scores is None and not len(checks):
            _marks(made.subplots(), shown, f"Used in the fit: {told}")
            return made
        left, right = made.subplots(1, 2, width_ratios=(3, 4) if scores else (1, 1))
        if scores is None:
            _marks(left, shown, f"Used in the fit: {told}")
        else:
            _course(left, shown, scores)
        _marks(right, checks, f"Not used in the fit: {told}")
    return made


def _marks(axes: Axes, checks: pd.DataFrame, title: str) -> None:
    """Draw each number of the data on the 90 % interval of its predictions."""
    for place, row in enumerate(checks.to_dict("records")):
        span = max(row["high"] - row["low"], 1e-9)
        at = np.clip((row["data"] - row["low"]) / span, -0.6, 1.6)
        axes.plot([0, 1], [place, place], color=_GREY, linewidth=9, solid_capstyle="butt")
        inside = row["low"] <= row["data"] <= row["high"]
        axes.plot(at, place, "o" if inside else "X", color=_BLUE if inside else _RED, markersize=9)
        axes.text(
            1.75,
            place,
            f"{row['data']:.2f}  [{row['low']:.2f}, {row['high']:.2f}]",
            va="center",
            fontsize=10,
        )
    axes.set_yticks(range(len(checks)), list(checks["statistic"]))
    axes.set_ylim(len(checks) - 0.4, -0.6)
    axes.set_xlim(-0.7, 3.1)
    axes.set_xticks([0, 1], ["5 %", "95 %"])
    axes.spines["bottom"].set_bounds(0, 1)
    axes.set_title(title, loc="left", fontsize=12)


def _course(axes: Axes, course: pd.DataFrame, scores: str) -> None:
    """Draw mean scores by stretch, an arm a line."""
    names = course["statistic"]
    arms = names.str.partition(": ")[0].where(names.str.contains(": "), "")
    for k, (arm, part) in enumerate(course.groupby(arms, sort=False)):
        look = [style.Look(_BLUE, "o", "-"), style.Look(_RED, "s", "--")][k % 2]
        x = np.arange(len(part))
        axes.fill_between(x, part["low"], part["high"], color=look.colour, alpha=0.2, linewidth=0)
        axes.plot(
            x,
            part["data"],
            look.line,
            marker=look.marker,
            color=look.colour,
            label=str(arm) or "data",
        )
    axes.set_xlabel("stretch of time (0 = intake)")
    axes.set_ylabel(f"mean {style.INSTRUMENTS.get(scores, scores)} score")
    axes.set_title("Data (line) and 90 % of predictions (band)", loc="left", fontsize=12)
    axes.legend()


def strengths(prior: pd.DataFrame, posterior: pd.DataFrame) -> Figure:
    """Return specific against common strength: draws of the prior (grey) and the posterior."""
    made = style.figure(6.4, 5.2)
    with style.drawing():
        axes = made.subplots()
        axes.plot(
            prior["common"],
            prior["specific"],
            ".",
            color=_GREY,
            markersize=4,
            label="before the data",
        )
        axes.plot(
            posterior["common"],
            posterior["specific"],
            ".",
            color=_BLUE,
            markersize=4,
            alpha=0.6,
            label="after",
        )
        edge = 1.05 * float(np.quantile(prior.to_numpy(), 0.98)) + 1e-6
        axes.set_xlim(0, edge)
        axes.set_ylim(min(-0.02 * edge, 0), edge)
        axes.set_xlabel("common strength: any credible treatment,\nexpectancy, bond (distress)")
        axes.set_ylabel("specific strength: through the match (distress)")
        axes.legend(loc="upper right")
        axes.set_title("Specific against common strength", loc="left", fontsize=12)
    return made


def recovery(table: pd.DataFrame) -> Figure:
    """Return how far each way to measure narrows each parameter."""
    names = list(dict.fromkeys(table["parameter"]))
    ways = list(dict.fromkeys(table["variant"]))
    made = style.figure(10, 0.62 * len(names) + 2.2)
    looks = ("o", "s", "D", "v", "P")
    colours = ("#555555", "#0072B2", "#E69F00", "#009E73", "#D55E00")
    with style.drawing():
        axes = made.subplots()
        axes.axvspan(-0.15, 0.3, color="#EEEEEE", zorder=0)
        for k, way in enumerate(ways):
            rows = table[table["variant"] == way].set_index("parameter").loc[names]
            axes.plot(
                rows["contraction"],
                np.arange(len(names)) + 0.12 * (k - 2),
                looks[k % 5],
                color=colours[k % 5],
                label=way,
                markersize=7,
            )
        axes.set_yticks(range(len(names)), [_words(name) for name in names])
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.set_xlim(-0.15, 1)
        axes.set_xlabel("contraction: 1 - posterior / prior variance (grey: not identified)")
        made.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return made
