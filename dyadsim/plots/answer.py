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
from dyadsim.plots.panels import name_panels
from dyadsim.simulation.ensemble import HIGH, LOW

VARIANCE = ("variance", "technique")
SCORES = ("estimators", "arm")
EFFECT = ("effect", "technique")
GAIN = ("gain", "specific ingredients")
NAMES = ("variance", "scores", "effect", "gain")  # of the panels, as they are chosen
PANELS = {  # attribution and group -> title of the panel
    VARIANCE: "Which treatment, of the differences\n(variance of true distress after therapy)",
    SCORES: "Which treatment, as a study finds it\n(eta squared; variance of outcome scores)",
    EFFECT: "Technique, of the mean effect\n(therapy against no treatment)",
    GAIN: "Full minus supportive therapy\n(of the mean improvement in scores)",
}
_SHORT = {1.0: "claimed: 1 %", 15.0: "claimed: 15 %, of no whole", 17.1: "trials: 17.1 %"}
_SAME = 1e-9  # specificities that differ by less are one
_BESIDE = 0.022  # how far members of one specificity stand apart


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
    >>> [float(end) for end in axes.get_xlim()]
    [-0.08, 1.08]
    """
    for world, part in rows.dropna().groupby("world", sort=False):
        look = style.find_look(str(world), style.WORLDS)
        _draw_band(axes, part, look)
        place = part["specificity"].to_numpy(float)
        if np.ptp(place) < _SAME:
            place = place + _BESIDE * (np.arange(len(place)) % 3 - 1)
        axes.plot(place, part["share"], look.marker, color=look.colour, alpha=0.75, ms=5)
    for claim in claims:
        axes.axhline(claim, color="black", linestyle=(0, (4, 3)), linewidth=1)
        text = _SHORT.get(claim, f"claimed: {claim:g} %")
        axes.annotate(text, (-0.02, claim), (0, 3), textcoords="offset points", fontsize=10)
    axes.set_xlim(-0.08, 1.08)
    axes.set_xticks([0, 0.5, 1], ["0", "½", "1"])
    shares = [*rows["share"].dropna(), *claims, 0.0]
    low, high = min(shares), max(*shares, 1e-9)
    axes.set_ylim(low - 0.04 * high, 1.1 * high)
    return axes


def _draw_band(axes: Axes, part: pd.DataFrame, look: style.Look) -> None:
    """Draw where 90 % of a world's members lie: a bar where all have one specificity.

    Else a straight line by least squares, and the quantiles of what lies about it.
    """
    place, share = part["specificity"].to_numpy(float), part["share"].to_numpy(float)
    if np.ptp(place) < _SAME:
        low, middle, high = np.quantile(share, (LOW, 0.5, HIGH))
        axes.plot([place[0]] * 2, [low, high], color=look.colour, linewidth=18, alpha=0.2)
        axes.plot(place[0], middle, "_", color=look.colour, ms=18, mew=2.5)
        return
    slope, start = np.polyfit(place, share, 1)
    ends = np.array([place.min(), place.max()])
    line = start + slope * ends
    low, high = np.quantile(share - start - slope * place, (LOW, HIGH))
    axes.fill_between(ends, line + low, line + high, color=look.colour, alpha=0.18, linewidth=0)
    axes.plot(ends, line, look.line, color=look.colour, linewidth=2)


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
    drawn = style.new_figure(10, 8.4)
    with style.drawing_style():
        panels = drawn.subplots(2, 2).ravel()
        name_panels(panels, NAMES)
        for axes, (key, title) in zip(panels, PANELS.items(), strict=True):
            part = rows[rows["panel"] == title.replace("\n", " ")]
            claims = tuple(claim.share for claim in published_claims() if claim.like == key)
            draw_answer(axes, part, claims)
            axes.set_title(title, loc="left", fontsize=12)
        for axes in panels:
            axes.set_ylabel("share (%)")
            axes.set_xlabel("specificity")
        handles = [
            Line2D([], [], color=look.colour, marker=look.marker, label=str(world))
            for world in dict.fromkeys(rows["world"])
            for look in [style.find_look(str(world), style.WORLDS)]
        ]
        drawn.legend(
            handles=handles,
            loc="outside lower center",
            ncols=len(handles),
            title="Specificity: how much of the treatment path needs matched technique "
            "(0 none, 1 all).\n"
            "A mark is a member of a world's ensemble; bars and bands hold 90 % of them.",
        )
        drawn.suptitle(
            "What share can technique have? Each panel has its own 100 %: "
            "never compare their heights"
        )
    return drawn
