"""Single cases: each client's scores through phases with and without treatment."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import style

SHOWN = 6


def figure(
    sessions: pd.DataFrame, treated: Sequence[tuple[float, float]], title: str, unit: str
) -> Figure:
    """Return one small panel a client, the first six; `treated`: weeks from and to, shaded."""
    clients = list(dict.fromkeys(sessions["client"]))[:SHOWN]
    columns = min(3, len(clients))
    rows = -(-len(clients) // columns)
    made = style.figure(max(8.0, 4.4 * columns), 3.2 * rows + 1.6)
    with style.drawing():
        grid = made.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
        for axes, client in zip(grid, clients, strict=False):
            mine = sessions[(sessions["client"] == client) & sessions["symptom_score"].notna()]
            care = mine[mine["occasion"] != "follow_up"]
            for number, (first, last) in enumerate(treated):
                axes.axvspan(
                    first - 0.5,
                    last + 0.5,
                    color="#DDE8F2",
                    zorder=0,
                    label="treated" if number == 0 else None,
                )
            axes.plot(
                care["week"],
                care["symptom_score"],
                "o-",
                color="black",
                markersize=3,
                linewidth=1,
                label="weekly score",
            )
            axes.set_title(f"client {client}", fontsize=11)
            axes.set_ylim(0, None)
        for axes in grid[len(clients) :]:
            axes.set_visible(False)
        for axes in grid[::columns]:
            axes.set_ylabel(f"{unit} score")
        for axes in grid[max(0, len(clients) - columns) : len(clients)]:
            axes.set_xlabel("weeks since intake")
        made.legend(*grid[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
        made.suptitle(title)
    return made
