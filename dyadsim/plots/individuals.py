"""Who got better: each client's score at intake against the last one, with reliable change."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import style

_CATEGORIES = {
    "recovered": ("#009E73", "o"),
    "improved": ("#0072B2", "s"),
    "unchanged": ("#777777", "."),
    "deteriorated": ("#D55E00", "X"),
}


def figure(individuals: pd.DataFrame) -> Figure:
    """Return one panel a world; the diagonal band is change too small to be reliable."""
    worlds = list(dict.fromkeys(individuals["world"]))
    made = style.figure(4.0 * len(worlds), 5.4)
    jitter = np.random.default_rng(1).uniform(-0.3, 0.3, (2, len(individuals)))
    spread = individuals.assign(x=individuals["pre"] + jitter[0], y=individuals["post"] + jitter[1])
    with style.drawing():
        grid = made.subplots(1, len(worlds), sharex=True, sharey=True, squeeze=False)[0]
        for axes, world in zip(grid, worlds, strict=True):
            rows = spread[spread["world"] == world]
            change, cut_off = float(rows["reliable_change"].iloc[0]), float(rows["cut_off"].iloc[0])
            ends = np.array([8.0, 28.0])
            axes.fill_between(ends, ends - change, ends + change, color="#E6E6E6", zorder=0)
            axes.plot(ends, ends, color="#999999", linewidth=1)
            axes.axhline(cut_off, color="black", linewidth=1, linestyle="--")
            shares = []
            for name, (colour, marker) in _CATEGORIES.items():
                chosen = rows[rows["category"] == name]
                axes.plot(
                    chosen["x"],
                    chosen["y"],
                    marker,
                    color=colour,
                    markersize=4,
                    alpha=0.7,
                    label=name,
                )
                shares.append(f"{name} {len(chosen)}")
            counts = f"{', '.join(shares[:2])}\n{', '.join(shares[2:])}"
            axes.set_title(f"{world} world\n{counts}", fontsize=11)
            axes.set_xlabel("PHQ-9 at intake")
            axes.set_xlim(9, 28)
            axes.set_ylim(-1, 28)
        grid[0].set_ylabel("PHQ-9 at the last session (more = more distress)")
        made.legend(*grid[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
        made.suptitle(
            f"Who got better? {len(individuals) // len(worlds)} clients with caseness and two "
            "sessions or more in routine care;\n"
            "grey: change too small to be reliable; dashed: cut-off"
        )
    return made
