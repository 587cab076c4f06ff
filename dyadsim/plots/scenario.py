"""The region in which a target is met: each limited parameter's part of its interval; the path."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from dyadsim.plots import style
from dyadsim.sweeps.scenario_discovery import CHANCE, Scenario

_BLUE, _RED = "#0072B2", "#D55E00"
_EDGE = 0.01  # share of the interval: nearer to its end is the end


def _span(first: float, last: float, ends: list[float]) -> str:
    """Return the limits in words: an end that is the interval's own is no limit."""
    if ends[0] < _EDGE:
        return f"below {last:.3g}"
    return f"above {first:.3g}" if ends[1] > 1 - _EDGE else f"{first:.3g} to {last:.3g}"


def figure(box: Scenario, spans: Mapping[str, tuple[float, float]], target: str) -> Figure:
    """Return two panels: limits on their intervals; coverage and density while peeling.

    spans: parameter -> (low, high) of its interval.
    """
    rows = box.limits
    made = style.figure(13, max(3.6, 0.55 * len(rows) + 2.4))
    with style.drawing():
        left, right = made.subplots(1, 2, width_ratios=(3, 2))
        for place, (name, first, last, luck) in enumerate(
            zip(*(rows[key] for key in rows), strict=True)
        ):
            low, high = spans.get(str(name), (0.0, 1.0))
            sure = luck < CHANCE
            ends = [(first - low) / (high - low), (last - low) / (high - low)]
            left.plot([0, 1], [place, place], color="#CCCCCC", linewidth=3, zorder=0)
            left.plot(
                np.clip(ends, 0, 1),
                [place, place],
                color=_BLUE if sure else "#777777",
                linewidth=9 if sure else 4,
                solid_capstyle="butt",
                linestyle="-" if sure else ":",
            )
            left.text(1.03, place, _span(first, last, ends), va="center", fontsize=10)
        left.set_yticks(
            range(len(rows)),
            [str(one).replace(".", ": ").replace("_", " ") for one in rows["parameter"]],
        )
        left.set_ylim(len(rows) - 0.4, -0.6)
        left.set_xlim(-0.02, 1.45)
        left.set_xticks([0, 1], ["lowest\nof the interval", "highest"])
        left.spines["bottom"].set_bounds(0, 1)
        left.set_title("The box (dotted: may be chance)", loc="left", fontsize=12)
        order = box.path
        right.plot(order["mass"], order["coverage"], "-", color=_BLUE, label="coverage")
        right.plot(order["mass"], order["density"], "--", color=_RED, label="density")
        right.axhline(box.share_met, color="#777777", linestyle=":", linewidth=1)
        right.text(1, box.share_met, "all points ", ha="right", va="bottom", fontsize=10)
        chosen = order.iloc[(order["coverage"] - box.coverage).abs().argmin()]
        right.axvline(chosen["mass"], color="#555555", linewidth=1)
        right.invert_xaxis()
        right.set_ylim(0, 1.03)
        right.set_xlabel("share of all points left in the box\n(line: the box shown)")
        right.set_ylabel("share of points")
        right.set_title(
            "coverage: of those that meet it, in the box\ndensity: of those in the box, meet it",
            loc="left",
            fontsize=11,
        )
        right.legend(loc="center left")
        made.suptitle(
            f"Where {target}: {box.density:.0%} of the box against {box.share_met:.0%} of the "
            f"{box.points:,} points"
        )
    return made
