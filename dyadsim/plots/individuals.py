"""Who got better: each client's score at intake against the last one, with reliable change."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style
from dyadsim.plots.panels import name_panels

_CATEGORIES = {
    "recovered": (style.GREEN, "o"),
    "improved": (style.BLUE, "s"),
    "unchanged": ("#777777", "."),
    "deteriorated": (style.VERMILION, "X"),
}


def draw_clients(axes: Axes, rows: pd.DataFrame) -> None:
    """Draw the clients of one world, the band of unreliable change and the cut-off.

    Parameters
    ----------
    axes
        Where to draw.
    rows
        x, y (scores at intake and last, slightly moved), category, reliable_change, cut_off.
    """
    change, cut_off = float(rows["reliable_change"].iloc[0]), float(rows["cut_off"].iloc[0])
    ends = np.array([8.0, 28.0])
    axes.fill_between(ends, ends - change, ends + change, color="#E6E6E6", zorder=0)
    axes.plot(ends, ends, color="#999999", linewidth=1)
    axes.axhline(cut_off, color="black", linewidth=1, linestyle="--")
    for name, (colour, marker) in _CATEGORIES.items():
        part = rows[rows["category"] == name]
        axes.plot(part["x"], part["y"], marker, color=colour, markersize=4, alpha=0.7, label=name)
    axes.set_xlabel("PHQ-9 at intake")
    axes.set_xlim(9, 28)
    axes.set_ylim(-1, 28)


def figure(individuals: pd.DataFrame) -> Figure:
    """Return one panel a world; inside the diagonal band change is too small to be reliable.

    Parameters
    ----------
    individuals
        world, client, pre, post, category, reliable_change, cut_off: a row a client.

    Returns
    -------
    Figure
        Points are moved by up to 0.3 points at random so that they do not hide each other.
    """
    worlds = list(dict.fromkeys(individuals["world"]))
    fig = style.new_figure(4.0 * len(worlds), 5.4)
    jitter = np.random.default_rng(1).uniform(-0.3, 0.3, (2, len(individuals)))
    spread = individuals.assign(x=individuals["pre"] + jitter[0], y=individuals["post"] + jitter[1])
    with style.drawing_style():
        panels = fig.subplots(1, len(worlds), sharex=True, sharey=True, squeeze=False)[0]
        name_panels(panels, worlds)
        for axes, world in zip(panels, worlds, strict=True):
            rows = spread[spread["world"] == world]
            draw_clients(axes, rows)
            counts = [f"{name} {(rows['category'] == name).sum()}" for name in _CATEGORIES]
            axes.set_title(
                f"{world} world, {len(rows)} client{'s' * (len(rows) > 1)}\n"
                f"{', '.join(counts[:2])}\n{', '.join(counts[2:])}",
                fontsize=11,
            )
        panels[0].set_ylabel("PHQ-9 at the last session (more = more distress)")
        fig.legend(
            *panels[0].get_legend_handles_labels(),
            loc="outside lower center",
            ncols=4,
            markerscale=1.6,
        )
        fig.suptitle(
            "Who got better? Clients in routine care with caseness and two sessions or more;\n"
            "grey: change too small to be reliable; dashed: cut-off"
        )
    return fig
