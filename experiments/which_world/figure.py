"""The figure of this experiment: what each world is worth, and what it foretells unseen."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dyadsim.calibration.laplace import Posterior, table
from dyadsim.plots import style


def draw(worth: pd.DataFrame, scores: pd.DataFrame) -> Figure:
    """Return two panels: log evidence (with its parts), log score of each family left out."""
    made = style.figure(13, 6)
    with style.drawing():
        left, right = made.subplots(1, 2, width_ratios=(2, 3))
        best = worth["log_evidence"].max()
        for row, one in enumerate(worth.itertuples()):
            look = style.look(str(one.world), style.WORLDS)
            left.plot(one.log_evidence - best, row, look.marker, color=look.colour, markersize=10)
            told = f"{one.free} free, {one.effective:.0f} determined\n{one.inside} of 41 inside"
            side = "left" if one.world == "null" else "right"
            left.annotate(
                told,
                (one.log_evidence - best, row),
                (0, 10),
                fontsize=9,
                textcoords="offset points",
                ha=side,
            )
        left.axvline(0, color="#AAAAAA", linewidth=0.8)
        left.set_yticks(range(len(worth)), list(worth["world"]))
        left.set_ylim(-0.6, len(worth) - 0.2)
        left.set_xscale("symlog", linthresh=10)
        left.set_xlabel("log evidence below the best world's (0 = best)")
        families = list(dict.fromkeys(scores["left_out"]))[::-1]
        for place, world in enumerate(worth["world"]):
            mine = scores[scores["world"] == world].set_index("left_out").loc[families]
            look = style.look(world, style.WORLDS)
            height = np.arange(len(families)) + 0.17 * (1.5 - place)
            right.plot(
                mine["log_score"] / mine["facts"],
                height,
                look.marker,
                color=look.colour,
                label=world,
                markersize=8,
            )
        counts = scores.drop_duplicates("left_out").set_index("left_out")["facts"]
        labels = [f"{name.replace('_', ' ')} ({counts[name]})" for name in families]
        right.set_yticks(range(len(families)), labels)
        right.set_xscale("symlog", linthresh=3)
        right.set_xlabel("log score a fact, when its whole family took no part (right = better)")
        made.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return made


def spectra(whole: list[Posterior]) -> Figure:
    """Return two panels: what facts determine by direction, and by parameter (hybrid world)."""
    made = style.figure(13, 15)
    with style.drawing():
        left, right = made.subplots(1, 2, width_ratios=(1, 1))
        for one in whole:
            look = style.look(one.space.world, style.WORLDS)
            known = np.maximum(one.spectrum, 1e-3)
            label = f"{one.space.world}: {one.effective:.0f} of {len(known)} determined"
            left.plot(known, range(1, len(known) + 1), look.marker, color=look.colour, label=label)
        left.axvline(1, color="#AAAAAA", linewidth=0.8)
        left.set_xscale("log")
        left.invert_yaxis()
        left.set_ylabel("direction in the space of parameters, best known first")
        left.set_xlabel("information, facts / prior (1 = as much as the prior)")
        left.legend(fontsize=10)
        shown = next((one for one in whole if one.space.world == "hybrid"), whole[0])
        mine = table(shown).sort_values("contraction")
        colours = ["#0072B2" if ends < 0.3 else "#009E73" for ends in mine["contraction"]]
        right.barh(mine["parameter"], mine["contraction"], color=colours)
        right.axvline(0.3, color="#AAAAAA", linewidth=0.8)
        right.tick_params(axis="y", labelsize=8)
        right.margins(y=0.01)
        right.set_xlim(0, 1)
        right.set_xlabel(f"contraction, {shown.space.world} world (below .3: not identified)")
    return made
