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
        draw_evidence(left, tables["worlds"])
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


def draw_evidence(axes: Axes, worlds: pd.DataFrame) -> None:
    """Draw each world's log evidence below the best."""
    best = worlds["log_evidence"].max()
    for place, row in enumerate(worlds.itertuples()):
        look = style.find_look(str(row.world), style.WORLDS)
        axes.plot(row.log_evidence - best, place, look.marker, color=look.colour, markersize=10)
        axes.annotate(
            f"{row.free} free, {row.effective:.0f} determined\n{row.inside} of 41 inside",
            (row.log_evidence - best, place),
            (0, 10),
            fontsize=9,
            textcoords="offset points",
            ha="left" if row.world == "null" else "right",
        )
    axes.axvline(0, color="#AAAAAA", linewidth=0.8)
    axes.set_yticks(range(len(worlds)), list(worlds["world"]))
    axes.set_ylim(-0.6, len(worlds) - 0.2)
    axes.set_xscale("symlog", linthresh=10)
    axes.set_xlabel("log evidence below the best world's (0 = best)")


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
    counts = scores.drop_duplicates("left_out").set_index("left_out")["facts"]
    labels = [f"{name.replace('_', ' ')} ({counts[name]})" for name in families]
    axes.set_yticks(range(len(families)), labels)
    axes.set_xscale("symlog", linthresh=3)
    axes.set_xlabel("log score a fact, when its whole family took no part (right = better)")


def draw_directions(axes: Axes, directions: pd.DataFrame, worlds: pd.DataFrame) -> None:
    """Draw what facts say along each direction in the space of parameters."""
    effective = worlds.set_index("world")["effective"]
    for world, rows in directions.groupby("world", sort=False):
        look = style.find_look(str(world), style.WORLDS)
        label = f"{world}: {effective[world]:.0f} of {len(rows)} determined"
        information = np.maximum(rows["information"], 1e-3)
        axes.plot(information, rows["direction"], look.marker, color=look.colour, label=label)
    axes.axvline(1, color="#AAAAAA", linewidth=0.8)
    axes.set_xscale("log")
    axes.invert_yaxis()
    axes.set_ylabel("direction in the space of parameters, best known first")
    axes.set_xlabel("information, facts / prior (1 = as much as the prior)")
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
