"""The figures of this experiment: evidence and predictions of the worlds, what facts determine."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dyadsim.plots import style


def draw(tables: dict[str, pd.DataFrame]) -> dict[str, Figure]:
    """Return two figures: the worlds beside one another; what facts determine in each."""
    return {"which_world": compare(tables), "posterior": determine(tables)}


def compare(tables: dict[str, pd.DataFrame]) -> Figure:
    """Return two panels: log evidence, log score of each family of facts left out."""
    figure = style.new_figure(13, 6)
    with style.drawing_style():
        left, right = figure.subplots(1, 2, width_ratios=(2, 3))
        draw_evidence(left, tables["worlds"], _facts_by_family(tables["which_world"]).sum())
        draw_scores(right, tables["which_world"])
        figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def determine(tables: dict[str, pd.DataFrame]) -> Figure:
    """Return two panels: what facts determine by direction, and by parameter (hybrid world)."""
    posterior = tables["posterior"]
    shown = "hybrid" if "hybrid" in set(posterior["world"]) else posterior["world"].iloc[0]
    figure = style.new_figure(13, 15)
    with style.drawing_style():
        left, right = figure.subplots(1, 2, width_ratios=(1, 1))
        draw_directions(left, tables["directions"], tables["worlds"])
        draw_contraction(right, posterior[posterior["world"] == shown])
        right.set_xlabel(f"contraction, {shown} world (below .3: not identified)")
    return figure


def draw_evidence(axes: Axes, worlds: pd.DataFrame, facts: int) -> None:
    """Draw each world's log evidence below the best, and how many of the facts it has inside."""
    best = worlds["log_evidence"].max()
    first = worlds[worlds["seed"] == worlds["seed"].min()]
    for place, row in enumerate(first.itertuples()):
        look = style.find_look(str(row.world), style.WORLDS)
        axes.plot(row.log_evidence - best, place, look.marker, color=look.colour, markersize=10)
        others = worlds.loc[worlds["world"] == row.world, "log_evidence"] - best
        axes.plot(others, [place] * len(others), "o", color=look.colour, fillstyle="none")
        axes.annotate(
            f"{row.free} free, {row.effective:.0f} determined\n{row.inside} of {facts} inside",
            (row.log_evidence - best, place),
            (0, 10),
            fontsize=9,
            textcoords="offset points",
            ha="left" if row.world == "null" else "right",
        )
    axes.axvline(0, color="#AAAAAA", linewidth=0.8)
    axes.set_yticks(range(len(first)), list(first["world"]))
    axes.set_ylim(-0.6, len(first) - 0.2)
    axes.set_xscale("symlog", linthresh=10)
    axes.set_xlim(right=3)
    axes.set_xticks([-500, -100, -30, -10, -5, 0], ["−500", "−100", "−30", "−10", "−5", "0"])
    axes.minorticks_off()
    axes.set_xlabel("log evidence below the best (0 = best; rings: every seed)")


def draw_scores(axes: Axes, scores: pd.DataFrame) -> None:
    """Draw how well each world predicts each family of facts that took no part."""
    families = list(dict.fromkeys(scores["left_out"]))[::-1]
    for place, (world, part) in enumerate(scores.groupby("world", sort=False)):
        rows = part.set_index("left_out").loc[families]
        look = style.find_look(str(world), style.WORLDS)
        axes.plot(
            rows["log_score"] / rows["facts"],
            np.arange(len(families)) + 0.17 * (1.5 - place),
            look.marker,
            color=look.colour,
            label=world,
            markersize=8,
        )
    counts = _facts_by_family(scores)
    labels = [f"{name.replace('_', ' ')} ({counts[name]})" for name in families]
    axes.set_yticks(range(len(families)), labels)
    axes.set_xscale("symlog", linthresh=3)
    axes.set_xticks([-20, -10, -5, -3, -2, -1, 0], ["−20", "−10", "−5", "−3", "−2", "−1", "0"])
    axes.minorticks_off()
    axes.set_xlabel("log score a fact, when its whole family took no part (right = better)")


def _facts_by_family(scores: pd.DataFrame) -> "pd.Series[int]":
    """Return how many facts each family has."""
    return scores.drop_duplicates("left_out").set_index("left_out")["facts"]


def draw_directions(axes: Axes, directions: pd.DataFrame, worlds: pd.DataFrame) -> None:
    """Draw what facts say along each direction in the space of parameters."""
    effective = worlds.drop_duplicates("world").set_index("world")["effective"]
    for world, rows in directions.groupby("world", sort=False):
        look = style.find_look(str(world), style.WORLDS)
        label = f"{world}: {effective[world]:.0f} of {len(rows)} determined"
        information = np.maximum(rows["information"], 1e-3)
        axes.plot(information, rows["direction"], look.marker, color=look.colour, label=label)
    axes.axvline(1, color="#AAAAAA", linewidth=0.8)
    axes.set_xscale("log")
    axes.invert_yaxis()
    axes.set_ylabel("direction in the space of parameters, best known first")
    axes.set_xlabel("information, facts / prior (1 = as much as the prior; .001 = that or less)")
    axes.legend(fontsize=10)


def draw_contraction(axes: Axes, posterior: pd.DataFrame) -> None:
    """Draw how much narrower the facts make each parameter of one world."""
    rows = posterior.sort_values("contraction")
    colours = ["#0072B2" if value < 0.3 else "#009E73" for value in rows["contraction"]]
    axes.barh(rows["parameter"], rows["contraction"], color=colours)
    axes.axvline(0.3, color="#AAAAAA", linewidth=0.8)
    axes.tick_params(axis="y", labelsize=8)
    axes.margins(y=0.01)
    axes.set_xlim(0, 1)
