"""The figure of this experiment: shares by specificity, and facts that are met or break."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.evidence.verdict import MET, UNDECIDED, VIOLATED
from dyadsim.plots import style

MARKS = {MET: ("o", "#009E73"), UNDECIDED: ("_", "#555555"), VIOLATED: ("x", "#D55E00")}
LOOKS = {
    "variance": (style.Look("#0072B2", "s", "-"), "share of outcome variance (Shapley)"),
    "effect": (style.Look("#D55E00", "o", "--"), "share of the mean effect (Shapley)"),
    "effect lost": (style.Look("#E69F00", "^", "-."), "mean effect lost without technique"),
    "estimator: arm": (style.Look("#009E73", "D", ":"), "variance of scores that the arm explains"),
}


def draw(table: pd.DataFrame) -> Figure:
    """Return two panels: shares; facts whose verdict depends on specificity."""
    facts = table[table["kind"] == "fact"]
    verdicts = facts.pivot(index="name", columns="specificity", values="verdict")
    figure = style.new_figure(14, 6.5)
    with style.drawing_style():
        left, right = figure.subplots(1, 2, width_ratios=(1, 1))
        draw_shares(left, table[table["kind"] == "share"])
        draw_verdicts(right, verdicts)
        figure.legend(*right.get_legend_handles_labels(), loc="outside lower right", ncols=3)
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


def draw_verdicts(axes: Axes, verdicts: pd.DataFrame) -> None:
    """Draw the facts whose verdict moves; verdicts: (fact, specificity)."""
    met = verdicts == MET
    moving = verdicts[verdicts.nunique(axis=1) > 1]
    moving = moving.loc[met.loc[moving.index].sum(axis=1).sort_values(kind="stable").index]
    points = list(verdicts.columns)
    for row, (_, of_fact) in enumerate(moving.iterrows()):
        axes.axhline(row + 0.5, color="#DDDDDD", linewidth=0.8)
        for point, verdict in zip(points, of_fact, strict=True):
            marker, colour = MARKS[verdict]
            axes.plot(point, row, marker, color=colour, markersize=9)
    for label, (marker, colour) in MARKS.items():
        axes.plot([], [], marker, color=colour, label=label)
    axes.set_yticks(range(len(moving)), list(moving.index), fontsize=10)
    axes.set_ylim(-0.6, len(moving) - 0.4)
    axes.set_xticks(points)
    axes.set_xlabel("specificity of treatment")
    counts = ", ".join(f"{count} at {point:g}" for point, count in met.sum().items())
    axes.set_title(f"facts whose verdict moves\n(met of all {len(met)}: {counts})", fontsize=10)
