"""The figure of this experiment: cost of a dyad-session by comparator, and how cost grows."""

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import style

STUDIES = {"trial": style.Look("#0072B2", "s", ""), "routine": style.Look("#D55E00", "o", "")}
ALONG = {
    "dyads": style.Look("#0072B2", "s", "-"),
    "sessions": style.Look("#E69F00", "^", "-."),
    "points": style.Look("#009E73", "D", "--"),
}


def draw(table: pd.DataFrame, growth: pd.DataFrame, machine: str) -> Figure:
    """Return two panels, both on logarithmic axes."""
    made = style.figure(13, 5.6)
    names = list(dict.fromkeys(table["what"]))
    with style.drawing():
        left, right = made.subplots(1, 2, width_ratios=(3, 2))
        for study, look in STUDIES.items():
            mine = table[table["study"] == study]
            places = [names.index(what) for what in mine["what"]]
            left.plot(
                mine["nanoseconds"],
                places,
                look.marker,
                color=look.colour,
                markersize=8,
                label=study,
            )
            if study == "trial":
                for place, one in zip(places, mine.itertuples(), strict=True):
                    told = f"{one.times:,.0f} ×" if one.times > 100 else f"{one.times:.1f} ×"
                    left.annotate(
                        told,
                        (one.nanoseconds, place),
                        (8, 5),
                        textcoords="offset points",
                        fontsize=9,
                    )
        left.set_yticks(range(len(names)), names)
        left.invert_yaxis()
        left.set_xscale("log")
        left.set_xlabel("nanoseconds per dyad-session (× = against dyadsim on 1 thread, trial)")
        left.legend(loc="upper right")
        for along, look in ALONG.items():
            part = growth[growth["along"] == along]
            right.loglog(
                part["size"] / part["size"].min(),
                part["seconds"],
                look.marker + look.line,
                color=look.colour,
                label=f"{along}, from {part['size'].min():,}",
            )
        right.set_xlabel("times as many")
        right.set_ylabel("seconds, one thread")
        right.legend()
        made.suptitle(f"Cost of a dyad-session, measured in one run on: {machine}")
    return made
