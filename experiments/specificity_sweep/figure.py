"""The figure of this experiment: shares by specificity, and facts that are met or break."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style

VERDICTS = {"met": ("o", "#009E73"), "violated": ("x", "#D55E00")}
LOOKS = {
    "variance": (style.Look("#0072B2", "s", "-"), "share of outcome variance (Shapley)"),
    "effect": (style.Look("#D55E00", "o", "--"), "share of the mean effect (Shapley)"),
    "effect lost": (style.Look("#E69F00", "^", "-."), "mean effect lost without technique"),
    "estimator: arm": (style.Look("#009E73", "D", ":"), "variance of scores that the arm explains"),
}


def draw(table: pd.DataFrame) -> Figure:
    """Return two panels: shares; facts whose verdict depends on specificity."""
    facts = table[table["kind"] == "fact"]
    met = facts.pivot(index="name", columns="specificity", values="met").astype(bool)
    figure = style.new_figure(14, 6.5)
    with style.drawing_style():
        left, right = figure.subplots(1, 2, width_ratios=(1, 1))
        draw_shares(left, table[table["kind"] == "share"])
        draw_verdicts(right, met)
        figure.legend(*right.get_legend_handles_labels(), loc="outside lower right", ncols=2)
        figure.suptitle("Hybrid world, calibrated: how change is made, not how much")
    return figure


def draw_shares(axes: Axes, shares: pd.DataFrame) -> None:
    """Draw what technique is worth by specificity, in four currencies."""
    for name, (look, label) in LOOKS.items():
        rows = shares[shares["name"] == name]
        axes.errorbar(
            rows["specificity"],
            rows["value"],
            1.96 * rows["se"],
            color=look.colour,
            marker=look.marker,
            linestyle=look.line,
            label=label,
        )
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set_xlabel("specificity of treatment (at an equal mean effect against waiting)")
    axes.set_ylabel("technique, % of the denominator named")
    axes.legend(fontsize=10, loc="upper left")


def draw_verdicts(axes: Axes, met: pd.DataFrame) -> None:
    """Draw the facts that are met at some points only; met: (fact, specificity)."""
    moving = met[met.any(axis=1) & ~met.all(axis=1)]
    moving = moving.loc[moving.sum(axis=1).sort_values(kind="stable").index]
    points = list(met.columns)
    for row, (_, verdicts) in enumerate(moving.iterrows()):
        axes.axhline(row + 0.5, color="#DDDDDD", linewidth=0.8)
        for point, is_met in zip(points, verdicts, strict=True):
            marker, colour = VERDICTS["met" if is_met else "violated"]
            axes.plot(point, row, marker, color=colour, markersize=9)
    for label, (marker, colour) in VERDICTS.items():
        axes.plot([], [], marker, color=colour, label=label)
    axes.set_yticks(range(len(moving)), list(moving.index), fontsize=10)
    axes.set_ylim(-0.6, len(moving) - 0.4)
    axes.set_xticks(points)
    axes.set_xlabel("specificity of treatment")
    counts = ", ".join(f"{count} at {point:g}" for point, count in met.sum().items())
    axes.set_title(f"facts whose verdict moves\n(met of all {len(met)}: {counts})", fontsize=10)
