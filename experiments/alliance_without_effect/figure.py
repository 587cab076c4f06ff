"""The figure of this experiment: correlation by session, beside the true effect of alliance."""

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.evidence.fact import load
from dyadsim.plots import style

LOOKS = ("#D55E00", "#009E73", "#0072B2", "#555555", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = "oDsvPX^*"


def draw(table: pd.DataFrame) -> Figure:
    """Return the two panels."""
    published = next(one for one in load() if one.id == "alliance_outcome")
    made = style.figure(13, 5.6)
    with style.drawing():
        left, right = made.subplots(1, 2, width_ratios=(3, 2))
        low, high = published.low or 0.0, published.high or 0.0
        left.axhspan(low, high, color="#DDDDDD", label="published interval (session 3)")
        names = list(dict.fromkeys(table["label"]))
        for place, name in enumerate(names):
            part = table[table["label"] == name]
            shift = (place - 3.5) * 0.08
            left.errorbar(
                part["session"] + shift,
                part["r"],
                [part["r"] - part["low"], part["high"] - part["r"]],
                color=LOOKS[place],
                marker=MARKERS[place],
                label=name,
            )
            one = part.iloc[0]
            right.errorbar(
                one["effect"],
                place,
                xerr=1.96 * one["effect_error"],
                color=LOOKS[place],
                marker=MARKERS[place],
            )
        left.set_xlabel("session at which clients rate the alliance")
        left.set_ylabel("correlation with outcome\n(residual gain, as a researcher computes it)")
        left.set_xticks(sorted(set(table["session"])))
        left.axhline(0, color="black", linewidth=0.8)
        left.legend(fontsize=9, loc="upper left", ncols=2)
        left.set_ylim(-0.05, 0.48)
        right.set_yticks(range(len(names)), names, fontsize=10)
        right.invert_yaxis()
        right.axvline(0, color="black", linewidth=0.8)
        right.set_xlabel(
            "true effect of alliance .78 instead of .62\n(less distress, SD at intake)"
        )
        made.suptitle("Alliance correlates with outcome also where it causes nothing")
    return made
