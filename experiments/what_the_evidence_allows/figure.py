"""The figure of this experiment: facts met, causal shares and evidence along specificity."""

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import style

CAUSES = {
    "technique": style.Look("#0072B2", "s", "-"),
    "action": style.Look("#E69F00", "^", "-."),
    "expectancy": style.Look("#CC79A7", "P", ":"),
    "relationship": style.Look("#D55E00", "o", "--"),
    "self-regulation": style.Look("#555555", "v", ":"),
}
WIDTHS = {"0.5": "half as wide", "1": "as it is", "2": "twice as wide"}
FACTS = 41


def draw(table: pd.DataFrame, drawn: pd.DataFrame) -> Figure:
    """Return three panels: facts met; shares of the mean effect; evidence."""
    mine = table[table["held"] == "distress.specificity"]
    x = mine["value"].to_numpy()
    made = style.figure(15, 6)
    with style.drawing():
        one, two, three = made.subplots(1, 3, width_ratios=(1, 1.4, 1))
        one.plot(x, mine["met"], "o-", color="#009E73", label="met with Monte-Carlo error")
        one.plot(x, mine["inside"], "D:", color="#555555", label="value inside its band")
        one.axhline(38, color="#AAAAAA", linewidth=0.8)
        one.set_ylim(30, FACTS + 0.5)
        one.set_ylabel(f"facts, of {FACTS}")
        one.set_title("facts reached when the rest is fitted", fontsize=11)
        one.legend(fontsize=9, loc="lower center")
        for place, (name, look) in enumerate(CAUSES.items()):
            shift = 0.02 * (place - 2)
            two.plot(
                x + shift,
                mine[name],
                look.marker,
                color=look.colour,
                linestyle=look.line,
                label=name,
            )
            ends = drawn.groupby("specificity")[name].quantile([0.05, 0.95]).unstack()
            two.vlines(ends.index + shift, ends[0.05], ends[0.95], color=look.colour, alpha=0.5)
        two.axhline(0, color="black", linewidth=0.8)
        two.set_ylabel("% of the mean effect against no treatment (Shapley)")
        two.set_title("marks: fitted points; bars: 90 % of posterior draws", fontsize=11)
        two.legend(fontsize=9, ncols=2, loc="upper center")
        for (width, label), marker in zip(WIDTHS.items(), "v*^", strict=True):
            three.plot(x, mine[f"log_evidence_{width}"], marker + ":", label=label)
        three.set_ylim(-100, -75)
        three.set_ylabel("log evidence (higher = likelier)")
        three.set_title("evidence: good to a few units at best", fontsize=11)
        three.legend(fontsize=9, title="prior of all other parameters", title_fontsize=9)
        for axes in (one, two, three):
            axes.set_xlabel("specificity of treatment")
            axes.set_xticks(x)
        made.suptitle("Hybrid world: specificity held, all other parameters fitted to the facts")
    return made
