"""Facts against worlds: how far each simulated value lies from its published interval."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import style

FARTHEST = 4.0  # half-widths; farther values stand at the edge with an arrow


def figure(table: pd.DataFrame) -> Figure:
    """Return one row a fact, one mark a world, in half-widths from the centre (grey: published).

    table: `scoreboard.COLUMNS`. Filled = met. One-sided facts that are met stand at 0.
    """
    names = list(dict.fromkeys(table["fact"]))[::-1]
    made = style.figure(11, 0.3 * len(names) + 2)
    with style.drawing():
        axes = made.subplots()
        axes.axvspan(-1, 1, color="#E8E8E8", zorder=0)
        axes.axvline(0, color="#AAAAAA", linewidth=0.8)
        several = list(dict.fromkeys(table["world"]))
        for place, world in enumerate(several):
            rows = table[table["world"] == world].set_index("fact").loc[names]
            centre, half = (rows["low"] + rows["high"]) / 2, (rows["high"] - rows["low"]) / 2
            side = (rows["simulated"] - centre) / half
            side = side.where(rows["high"].notna(), np.where(rows["met"], 0.0, -FARTHEST))
            look = style.look(world, style.WORLDS)
            height = np.arange(len(names)) + 0.18 * ((len(several) - 1) / 2 - place)
            for met in (True, False):
                mine = (rows["met"] == met).to_numpy() & side.notna().to_numpy()
                axes.plot(
                    side.clip(-FARTHEST, FARTHEST)[mine],
                    height[mine],
                    look.marker,
                    color=look.colour,
                    markerfacecolor=look.colour if met else "white",
                    markersize=6,
                    label=f"{world} ({rows['met'].sum()} met)" if met else None,
                )
            for where, value in zip(height, side, strict=True):
                if abs(value) > FARTHEST:
                    edge = FARTHEST * np.sign(value)
                    arrow = {"arrowstyle": "->", "color": look.colour}
                    axes.annotate("", (edge * 1.06, where), (edge, where), arrowprops=arrow)
        axes.set_yticks(range(len(names)), [name.replace("_", " ") for name in names], fontsize=9)
        axes.set_ylim(-0.7, len(names) - 0.3)
        axes.set_xlim(-FARTHEST * 1.1, FARTHEST * 1.1)
        axes.set_xlabel("half-widths of the published interval from its middle (grey: inside)")
        axes.set_title("filled: met with its Monte-Carlo error; open: not met")
        made.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return made
