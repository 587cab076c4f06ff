"""The figure of this experiment: technique's shares, and facts that are met or break, by dial."""

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import style

LOOKS = {
    "variance": (style.Look("#0072B2", "s", "-"), "share of outcome variance (Shapley)"),
    "effect": (style.Look("#D55E00", "o", "--"), "share of the mean effect (Shapley)"),
    "effect lost": (style.Look("#E69F00", "^", "-."), "mean effect lost without technique"),
    "estimator: arm": (style.Look("#009E73", "D", ":"), "variance of scores that the arm explains"),
}


def draw(table: pd.DataFrame) -> Figure:
    """Return two panels: shares; facts whose verdict depends on specificity."""
    shares, facts = table[table["kind"] == "share"], table[table["kind"] == "fact"]
    met = facts.pivot(index="name", columns="specificity", values="met").astype(bool)
    moving = met[met.any(axis=1) & ~met.all(axis=1)]
    moving = moving.loc[moving.sum(axis=1).sort_values(kind="stable").index]
    made = style.figure(14, 6.5)
    with style.drawing():
        left, right = made.subplots(1, 2, width_ratios=(1, 1))
        for name, (look, label) in LOOKS.items():
            mine = shares[shares["name"] == name]
            left.errorbar(
                mine["specificity"],
                mine["value"],
                1.96 * mine["se"],
                color=look.colour,
                marker=look.marker,
                linestyle=look.line,
                label=label,
            )
        left.axhline(0, color="black", linewidth=0.8)
        left.set_xlabel("specificity of treatment (at an equal mean effect against waiting)")
        left.set_ylabel("technique, % of the denominator named")
        left.legend(fontsize=10, loc="upper left")
        points = list(met.columns)
        for row, (_, verdicts) in enumerate(moving.iterrows()):
            right.axhline(row + 0.5, color="#DDDDDD", linewidth=0.8)
            for point, inside in zip(points, verdicts, strict=True):
                right.plot(
                    point,
                    row,
                    "o" if inside else "x",
                    color="#009E73" if inside else "#D55E00",
                    markersize=9,
                )
        right.plot([], [], "o", color="#009E73", label="met")
        right.plot([], [], "x", color="#D55E00", label="violated")
        right.set_yticks(range(len(moving)), list(moving.index), fontsize=10)
        right.set_ylim(-0.6, len(moving) - 0.4)
        right.set_xticks(points)
        right.set_xlabel("specificity of treatment")
        counts = ", ".join(f"{count} at {point:g}" for point, count in met.sum().items())
        right.set_title(
            f"facts whose verdict moves\n(met of all {len(met)}: {counts})", fontsize=10
        )
        made.legend(*right.get_legend_handles_labels(), loc="outside lower right", ncols=2)
        made.suptitle("Hybrid world, calibrated: how change is made, not how much")
    return made
