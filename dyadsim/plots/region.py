"""Technique's share of the variance against every dial, inside and outside of the region."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style
from dyadsim.plots.panels import LEGEND, name_panels

LABELS = {
    "specificity": "specificity of treatment",
    "gating": "gating: how far technique needs trust",
    "therapist_spread": "spread of therapists' traits (SD)",
    "severity_spread": "spread of severity in the population (SD)",
    "dose_spread": "spread of doses (half 1 - spread, half 1 + spread)",
}
_LOOKS = {
    "outside": style.Look(style.GREY, "x", ""),
    "inside": style.Look(style.BLUE, "o", ""),
    "own": style.Look(style.ORANGE, "D", ""),
    "best": style.Look(style.VERMILION, "*", ""),
}
_TEXTS = {
    "outside": "violates a further fact",
    "inside": "violates no further fact: in the region",
    "own": "a member of the ensemble itself",
    "best": "highest in the region, simulated again",
}
_SIZES = {"outside": 5, "inside": 5, "own": 7, "best": 14}
_SHIFT = 0.012  # of points that would lie on each other, as a share of the axis


def figure(table: pd.DataFrame, best: pd.DataFrame, label: str) -> Figure:
    """Return five panels, one a dial: points inside and outside of the region.

    Parameters
    ----------
    table
        member, is_own, inside, the dials, dose_spread, technique (% of variance): a row a point.
    best
        The same columns and technique_se: a row a spread of doses, the highest share.
    label
        What the world is called.

    Returns
    -------
    Figure
        The panels of the dials show the smallest spread of doses alone.
    """
    lowest = table["dose_spread"].min()
    same, top = table[table["dose_spread"] == lowest], best[best["dose_spread"] == lowest]
    drawn = style.new_figure(14, 8)
    with style.drawing_style():
        panels = drawn.subplots(2, 3).ravel()
        name_panels(panels, (*LABELS, LEGEND))
        for axes, dial in zip(panels, list(LABELS)[:4], strict=False):
            _draw(axes, same, top, dial)
        _draw(panels[4], table, best, "dose_spread")
        for axes in panels[:5]:
            axes.axhline(0, color="black", linewidth=0.8)
        for axes in (panels[0], panels[3]):
            axes.set_ylabel("technique, % of outcome variance,\nseverity taken out (Shapley)")
        _legend(panels[5], lowest)
        drawn.suptitle(f"How much could technique explain? {label}")
    return drawn


def _kinds(table: pd.DataFrame) -> "np.ndarray[Any, Any]":
    """Return how each point is drawn."""
    return np.where(table["is_own"], "own", np.where(table["inside"], "inside", "outside"))


def _draw(axes: Axes, table: pd.DataFrame, best: pd.DataFrame, dial: str) -> None:
    """Draw the points of one panel, the region above what lies outside."""
    kinds = _kinds(table)
    width = float(table[dial].max() - table[dial].min()) or 1.0
    for place, kind in enumerate(("outside", "inside", "own")):
        rows, look = table[kinds == kind], _LOOKS[kind]
        shift = _SHIFT * width * (place - 1) if dial == "dose_spread" else 0.0
        axes.plot(
            rows[dial] + shift,
            rows["technique"],
            look.marker,
            color=look.colour,
            markersize=_SIZES[kind],
            alpha=0.75,
        )
    axes.errorbar(
        best[dial],
        best["technique"],
        1.96 * best["technique_se"],
        fmt=_LOOKS["best"].marker,
        color=_LOOKS["best"].colour,
        markersize=_SIZES["best"],
        markeredgecolor="black",
        capsize=3,
    )
    axes.set_xlabel(LABELS[dial])


def _legend(axes: Axes, lowest: float) -> None:
    """Turn a panel into the legend."""
    for kind, look in _LOOKS.items():
        axes.plot(
            [], [], look.marker, color=look.colour, markersize=_SIZES[kind], label=_TEXTS[kind]
        )
    axes.axis("off")
    doses = f"spread {lowest:g}" if lowest else "the same for all"
    axes.legend(
        loc="center left",
        title=f"First four panels: doses {doses}.\nSmall marks: first run, noisy.",
        alignment="left",
    )
