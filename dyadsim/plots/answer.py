"""The main answer in one figure: technique's share against specificity, claims at their own 100 %.

A point is a member of a world's ensemble at its own specificity; the band holds 90 % of the members
around it. Each panel has its own denominator, and a claim stands only where its denominator does.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from dyadsim.evidence.claims import published_claims
from dyadsim.plots import style
from dyadsim.simulation.ensemble import HIGH, LOW

VARIANCE = ("variance", "technique")
EFFECT = ("effect", "technique")
GAIN = ("gain", "specific ingredients")
PANELS = {  # attribution and group -> title of the panel
    VARIANCE: "Of the differences between clients\n(variance of distress; which treatment)",
    EFFECT: "Of the mean effect\n(therapy against no treatment)",
    GAIN: "Of the mean improvement\n(scores; waitlist, supportive, full)",
}
_CLAIMED = {VARIANCE: ("estimators", "arm"), EFFECT: EFFECT, GAIN: GAIN}  # whose claims stand there
_SHORT = {1.0: "claimed: 1 %", 15.0: "claimed: 15 % (of what?)", 17.1: "trials: 17.1 %"}
_HIGHER = {15.0: 22}  # points above its line, where members crowd
NEIGHBOURS = 7  # members on each side that make the band at a specificity


def shown(table: pd.DataFrame) -> pd.DataFrame:
    """Return what the figure shows: a row a panel, world and member.

    Parameters
    ----------
    table
        attribution, estimate, world, member, value: rows of `dyadsim answer`.

    Returns
    -------
    DataFrame
        panel, world, member, specificity (0 to 1), share (%).
    """
    dial = table[table["attribution"] == "setting"].set_index(["world", "member"])["value"]
    parts = []
    for (attribution, group), title in PANELS.items():
        rows = table[(table["attribution"] == attribution) & (table["estimate"] == group)]
        places = pd.MultiIndex.from_frame(rows[["world", "member"]])
        parts.append(
            pd.DataFrame(
                {
                    "panel": title.replace("\n", " "),
                    "world": rows["world"].to_numpy(),
                    "member": rows["member"].to_numpy(),
                    "specificity": dial.reindex(places).to_numpy(),
                    "share": rows["value"].to_numpy(),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def draw_answer(axes: Axes, rows: pd.DataFrame, claims: "tuple[float, ...]" = ()) -> Axes:
    """Draw technique's share of one whole against specificity, in every world.

    Parameters
    ----------
    axes
        Where to draw.
    rows
        world, specificity, share: a row a world and member (`shown`).
    claims
        Published shares of the same whole, in per cent: dashed lines.

    Returns
    -------
    Axes
        The same, to go on with.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> rows = pd.DataFrame({"world": "hybrid", "specificity": [0.2, 0.8], "share": [9.0, 22.0]})
    >>> axes = draw_answer(Figure().subplots(), rows, claims=(15.0,))
    >>> float(axes.get_ylim()[0])
    0.0
    """
    for world, part in rows.groupby("world", sort=False):
        look = style.find_look(str(world), style.WORLDS)
        _draw_band(axes, part, look)
        axes.plot(
            part["specificity"], part["share"], look.marker, color=look.colour, alpha=0.75, ms=5
        )
    for claim in claims:
        axes.axhline(claim, color="black", linestyle=(0, (4, 3)), linewidth=1)
        text = _SHORT.get(claim, f"claimed: {claim:g} %")
        above = (0, _HIGHER.get(claim, 4))
        axes.annotate(text, (0.08, claim), above, textcoords="offset points", fontsize=10)
    axes.set_xlim(-0.06, 1.06)
    axes.set_xticks([0, 0.5, 1], ["0", "½", "1"])
    axes.set_ylim(bottom=min(0.0, 1.2 * float(rows["share"].min())))
    return axes


def _draw_band(axes: Axes, part: pd.DataFrame, look: style.Look) -> None:
    """Draw where 90 % of a world's members lie: a bar where all have one specificity."""
    part = part.dropna().sort_values("specificity")
    if part.empty:
        return
    place, share = part["specificity"].to_numpy(float), part["share"].to_numpy(float)
    if np.ptp(place) < 1e-9:
        low, middle, high = np.quantile(share, (LOW, 0.5, HIGH))
        axes.plot([place[0]] * 2, [low, high], color=look.colour, linewidth=9, alpha=0.25)
        axes.plot(place[0], middle, "_", color=look.colour, ms=16, mew=2.5)
        return
    ends = np.array(
        [
            np.quantile(share[max(0, k - NEIGHBOURS) : k + NEIGHBOURS + 1], (LOW, 0.5, HIGH))
            for k in range(len(share))
        ]
    )
    axes.fill_between(place, ends[:, 0], ends[:, 2], color=look.colour, alpha=0.18, linewidth=0)
    axes.plot(place, ends[:, 1], look.line, color=look.colour, linewidth=2)


def figure(table: pd.DataFrame) -> Figure:
    """Return the figure: technique's share of three wholes against specificity.

    Parameters
    ----------
    table
        As `shown` takes it.

    Returns
    -------
    Figure
        Three panels, each with its own 100 %.
    """
    rows = shown(table)
    drawn = style.new_figure(12.5, 4.8)
    with style.drawing_style():
        panels = drawn.subplots(1, len(PANELS))
        for axes, (key, title) in zip(panels, PANELS.items(), strict=True):
            part = rows[rows["panel"] == title.replace("\n", " ")]
            claims = tuple(c.share for c in published_claims() if c.like == _CLAIMED[key])
            draw_answer(axes, part, claims)
            axes.set_title(title, loc="left", fontsize=12)
        panels[0].set_ylabel("share of technique (%)")
        panels[1].set_xlabel(
            "specificity: share of the treatment path that only matched technique moves"
        )
        handles = [
            Line2D([], [], color=look.colour, marker=look.marker, label=str(world))
            for world in dict.fromkeys(rows["world"])
            for look in [style.find_look(str(world), style.WORLDS)]
        ]
        drawn.legend(
            handles=handles,
            loc="outside lower center",
            ncols=len(handles),
            title="world; a mark is a member of its ensemble, the band holds 90 % of them",
        )
        drawn.suptitle("What share can technique have? It depends on what is shared")
    return drawn
