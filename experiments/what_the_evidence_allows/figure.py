"""The figure of this experiment: facts met, causal shares and evidence along specificity."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.evidence.fact import load_facts
from dyadsim.plots import style

CAUSES = {
    "technique": style.Look("#0072B2", "s", "-"),
    "action": style.Look("#E69F00", "^", "-."),
    "expectancy": style.Look("#CC79A7", "P", ":"),
    "relationship": style.Look("#D55E00", "o", "--"),
    "self-regulation": style.Look("#555555", "v", ":"),
}
WIDTHS = {"0.5": "half as wide", "1": "as it is", "2": "twice as wide"}
FACTS = len(load_facts())
PREDICTED = 36 / 41  # share of the facts that question.md expected to be met


def draw(tables: dict[str, pd.DataFrame]) -> Figure:
    """Return three panels along specificity: facts met; shares of the mean effect; evidence."""
    table, draws = tables["what_the_evidence_allows"], tables["draws"]
    rows = table[table["fixed"] == "distress.specificity"]
    figure = style.new_figure(15, 6)
    with style.drawing_style():
        panels = figure.subplots(1, 3, width_ratios=(1, 1.4, 1))
        draw_facts(panels[0], rows)
        draw_shares(panels[1], rows, draws)
        draw_evidence(panels[2], rows)
        for axes in panels:
            axes.set_xlabel("specificity of treatment")
            axes.set_xticks(rows["value"].to_numpy())
        figure.suptitle("Hybrid world: specificity fixed, all other parameters fitted to the facts")
    return figure


def draw_facts(axes: Axes, rows: pd.DataFrame) -> None:
    """Draw how many facts are met."""
    axes.plot(rows["value"], rows["met"], "o-", color="#009E73", label="met with Monte-Carlo error")
    axes.plot(rows["value"], rows["inside"], "D:", color="#555555", label="value inside its band")
    axes.axhline(PREDICTED * FACTS, color="#AAAAAA", linewidth=0.8, label="share predicted")
    axes.set_ylim(top=FACTS + 0.5)
    axes.set_ylabel(f"facts, of {FACTS}")
    axes.set_title("facts reached when the rest is fitted", fontsize=11)
    axes.legend(fontsize=9, loc="lower center")


def draw_shares(axes: Axes, rows: pd.DataFrame, draws: pd.DataFrame) -> None:
    """Draw the shares of the mean effect at the fitted points and over posterior draws."""
    for place, (name, look) in enumerate(CAUSES.items()):
        shift = 0.02 * (place - 2)
        axes.plot(
            rows["value"] + shift,
            rows[name],
            look.marker,
            color=look.colour,
            linestyle=look.line,
            label=name,
        )
        ends = draws.groupby("specificity")[name].quantile([0.05, 0.95]).unstack()
        axes.vlines(ends.index + shift, ends[0.05], ends[0.95], color=look.colour, alpha=0.5)
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set_ylabel("% of the mean effect against no treatment (Shapley)")
    axes.set_title("marks: fitted points; bars: 90 % of posterior draws", fontsize=11)
    axes.legend(fontsize=9, ncols=2, loc="upper center")


def draw_evidence(axes: Axes, rows: pd.DataFrame) -> None:
    """Draw the log evidence under priors of three widths."""
    for (width, label), marker in zip(WIDTHS.items(), "v*^", strict=True):
        axes.plot(rows["value"], rows[f"log_evidence_{width}"], marker + ":", label=label)
    axes.set_ylabel("log evidence (higher = likelier)")
    axes.set_title("evidence: good to a few units at best", fontsize=11)
    axes.legend(fontsize=9, title="prior of all other parameters", title_fontsize=9)
