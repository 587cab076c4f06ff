"""How much each client of one's own changed: who reliably improved, who got reliably worse."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from dyadsim.plots import style
from dyadsim.plots.language import keep_names
from dyadsim.plots.panels import name_panels

KINDS = {  # category -> colour and hatch
    "reliably worse": (style.VERMILION, "xx"),
    "no reliable change": (style.LIGHT_GREY, ""),
    "reliably improved": (style.BLUE, "//"),
}
BARS = 30  # across the figure, at most


def figure(changes: pd.DataFrame, *, instrument: str, reliable_change: float) -> Figure:
    """Return histograms of change, one arm below the other, on one scale.

    Parameters
    ----------
    changes
        arm, change (points, above 0 = better), kind (a key of `KINDS`): a row a client.
    instrument
        Name of the questionnaire.
    reliable_change
        In points; drawn as lines on both sides of 0.

    Returns
    -------
    Figure
        Bars are stacked by kind; legends give numbers of clients.
    """
    arms = list(dict.fromkeys(changes["arm"]))
    fig = style.new_figure(10.5, 1.2 + 2.6 * max(len(arms), 1))
    low, high = float(changes["change"].min()), float(changes["change"].max())
    width = max(1.0, np.ceil((high - low) / BARS))
    edges = np.arange(np.floor(low) - width / 2, high + width, width)
    with style.drawing_style():
        panels = fig.subplots(max(len(arms), 1), 1, sharex=True, squeeze=False)[:, 0]
        name_panels(panels, arms)
        for axes, arm in zip(panels, arms, strict=True):
            _draw(axes, changes[changes["arm"] == arm], edges, reliable_change)
            axes.set_title(str(arm), loc="left")
        keep_names(fig, arms)
        name = style.INSTRUMENTS.get(instrument, instrument)
        panels[-1].set_xlabel(f"change from intake to last score, {name} points (above 0 = better)")
        fig.suptitle(
            f"Change of each client; dotted: reliable change, {reliable_change:.3g} points"
        )
    return fig


def _draw(axes: Axes, changes: pd.DataFrame, edges: np.ndarray, reliable_change: float) -> None:
    """Draw the clients of an arm."""
    parts = {kind: changes.loc[changes["kind"] == kind, "change"] for kind in KINDS}
    total = max(len(changes), 1)
    _, _, bars = axes.hist(
        list(parts.values()),
        edges.tolist(),
        stacked=True,
        color=[colour for colour, _ in KINDS.values()],
        edgecolor="white",
        linewidth=0.5,
        label=[f"{kind}: {len(part)} ({len(part) / total:.0%})" for kind, part in parts.items()],
    )
    for container, (_, hatch) in zip(bars, KINDS.values(), strict=True):  # type: ignore[arg-type]
        for patch in container:
            patch.set_hatch(hatch)
    for border in (-reliable_change, reliable_change):
        axes.axvline(border, color=style.GREY, linestyle=":")
    axes.axvline(0, color=style.GREY, linewidth=0.8)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    axes.set_ylabel("clients")
    axes.legend(fontsize=10, loc="upper left", bbox_to_anchor=(1.0, 1.0))
