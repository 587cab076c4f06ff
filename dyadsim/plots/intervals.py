"""Each world's simulated statistics against the published intervals, one small scale a fact."""

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import style


def figure(statistics: pd.DataFrame) -> Figure:
    """Return one row a fact: grey band = published interval, marker = world, bar = ± 1.96 errors.

    Every row is scaled so that its published interval is as wide as every other's; the numbers
    stand beside it, because scales differ.
    """
    facts = list(dict.fromkeys(statistics["fact"]))
    worlds = list(dict.fromkeys(statistics["world"]))
    made = style.figure(15, 0.95 * len(facts) + 1.6)
    with style.drawing():
        axes = made.subplots()
        limit = 5.0
        for row, name in enumerate(facts):
            one = statistics[statistics["fact"] == name]
            low, high = float(one["low"].iloc[0]), float(one["high"].iloc[0])
            middle, half = (low + high) / 2, (high - low) / 2
            axes.fill_between([-1, 1], row - 0.38, row + 0.38, color="#CFCFCF", zorder=0)
            for place, world in enumerate(worlds):
                look = style.look(world, style.WORLDS)
                cell = one[one["world"] == world].iloc[0]
                at = (float(cell["simulated"]) - middle) / half
                y = row + 0.27 - 0.18 * place
                shown = max(-limit, min(limit, at))
                axes.errorbar(
                    shown, y, xerr=1.96 * float(cell["se"]) / half if shown == at else None,
                    color=look.colour, marker=look.marker if shown == at else
                    ("<" if at < 0 else ">"), markersize=7, linestyle="none",
                    label=f"{world} world" if row == 0 else None,
                )  # fmt: skip
                axes.text(
                    limit + 0.5 + 1.7 * place, row, f"{float(cell['simulated']):.2f}",
                    color=look.colour, va="center", ha="center",
                    fontweight="bold" if cell["met"] else "normal",
                )  # fmt: skip
            axes.text(limit + 0.5 + 1.7 * len(worlds) + 0.8, row, f"{low:g} to {high:g}",
                      va="center", ha="center")  # fmt: skip
        for place, world in enumerate([*worlds, "published"]):
            extra = 0.8 if world == "published" else 0.0
            axes.text(limit + 0.5 + 1.7 * place + extra, len(facts) - 0.35, world, ha="center",
                      fontsize=11)  # fmt: skip
        labels = [statistics[statistics["fact"] == name].iloc[0] for name in facts]
        axes.set_yticks(range(len(facts)), [f"{one['label']}\n({one['unit']})" for one in labels])
        axes.set_ylim(-0.6, len(facts) + 0.1)
        axes.set_xlim(-limit - 0.3, limit + 1.9 + 1.7 * (len(worlds) + 1))
        axes.set_xticks([-limit, -1, 0, 1, limit],
                        ["below", "lower\nend", "", "upper\nend", "above"])  # fmt: skip
        axes.spines["bottom"].set_bounds(-limit, limit)
        axes.set_xlabel("place in the published interval (grey); arrows: further out", loc="left")
        made.suptitle(
            "Worlds against published intervals; bars: ± 1.96 Monte-Carlo errors; bold: inside"
        )
        made.legend(loc="outside lower center", ncols=len(worlds))
    return made
