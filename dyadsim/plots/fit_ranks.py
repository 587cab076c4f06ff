"""Is a posterior's coverage right: ranks of true values against uniform ranks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style
from dyadsim.plots.panels import name_panels

type Floats = np.ndarray[Any, np.dtype[np.float64]]

BAND = 0.95  # share of posteriors with correct coverage that stay inside the band
_REPEATS = 2000  # sets of uniform ranks drawn for that band
_GRID = np.linspace(0, 1, 60)


def band_width(sets: int) -> float:
    """Return the half-width of the band that `BAND` of all sets of uniform ranks stay in."""
    uniform = np.sort(np.random.default_rng(1).random((_REPEATS, sets)), axis=1)
    below = np.array([np.searchsorted(ranks, _GRID, side="right") for ranks in uniform])
    return float(np.quantile(np.abs(below / sets - _GRID).max(axis=1), BAND))


def draw_ranks(axes: Axes, ranks: Floats, width: float) -> None:
    """Draw the share of ranks below each value, less the share expected.

    Parameters
    ----------
    axes
        Where to draw.
    ranks
        `(data set,)`, in [0, 1].
    width
        Half-width of the grey band.
    """
    axes.axhspan(-width, width, color="#DDDDDD")
    axes.set_ylim(-1.6 * width, 1.6 * width)
    axes.set_xticks([0, 0.5, 1])
    share = np.searchsorted(np.sort(ranks), _GRID, side="right") / len(ranks)
    axes.plot(_GRID, share - _GRID, color=style.BLUE)
    axes.axhline(0, color="#888888", linewidth=0.8)


def figure(ranks: Floats, names: Sequence[str]) -> Figure:
    """Return the ranks of true values in their posteriors, one panel a parameter.

    Parameters
    ----------
    ranks
        `(data set, parameter)`, in [0, 1].
    names
        Of the parameters.

    Returns
    -------
    Figure
        Grey: where the ranks of a posterior with correct coverage stay.
    """
    columns = min(4, len(names))
    lines = -(-len(names) // columns)
    fig = style.new_figure(3.2 * columns, 2.6 * lines + 0.8)
    width = band_width(len(ranks))
    with style.drawing_style():
        panels = fig.subplots(lines, columns, sharey=True, squeeze=False).ravel()
        name_panels(panels, names)
        for axes in panels[len(names) :]:
            axes.set_visible(False)
        for axes, name, values in zip(panels, names, ranks.T, strict=False):
            draw_ranks(axes, values, width)
            axes.set_title(style.parameter_label(name), fontsize=10)
        fig.supylabel("share below, minus the share expected", fontsize=11)
        fig.supxlabel(
            f"rank of the true value in its posterior\n({len(ranks)} simulated data sets; grey: "
            f"{BAND:.0%} of posteriors with correct coverage stay inside)",
            fontsize=11,
        )
    return fig
