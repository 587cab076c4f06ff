"""The same therapy, five percentages: one row a group, markers side by side, never stacked."""

import pandas as pd
from matplotlib.figure import Figure

from dyadsim.plots import style

# What each row shows of each accounting: the group's name there.
_ROWS = {
    "client and life": {"variance": "client", "claimed pie": "client and life"},
    "therapist": {"variance": "therapist", "estimators": "therapist"},
    "relationship": {
        "variance": "relationship",
        "effect": "relationship",
        "effect lost": "relationship",
        "estimators": "alliance",
        "claimed pie": "relationship",
    },
    "expectancy": {
        "variance": "expectancy",
        "effect": "expectancy",
        "effect lost": "expectancy",
        "estimators": "expectancy",
        "claimed pie": "expectancy",
    },
    "technique": {
        "variance": "technique",
        "effect": "technique",
        "effect lost": "technique",
        "estimators": "arm",
        "gain": "specific ingredients",
        "claimed pie": "technique",
    },
    "any credible activity": {
        "effect": "action",
        "effect lost": "action",
        "gain": "any credible therapy",
    },
    "self-regulation": {"effect": "self-regulation", "effect lost": "self-regulation"},
    "natural course": {"gain": "natural course"},
    "chance": {"variance": "chance"},
}
_LOOKS = {
    "variance": (style.Look("#0072B2", "s", ""), "1 causal share of outcome variance"),
    "effect": (style.Look("#D55E00", "o", ""), "2 causal share of the mean effect"),
    "effect lost": (style.Look("#E69F00", "^", ""), "2a mean effect lost if removed"),
    "estimators": (style.Look("#009E73", "D", ""), "3 variance that estimators find (scores)"),
    "gain": (style.Look("#CC79A7", "P", ""), "4 share of the mean gain"),
    "claimed pie": (style.Look("#000000", "x", ""), "5 the claimed pie (a judgement)"),
}


def figure(table: pd.DataFrame, world: str) -> Figure:
    """Return the figure of the accountings of one world; variance with severity taken out."""
    adjusted = ~table["accounting"].str.startswith("variance") | table["denominator"].str.contains(
        "taken out"
    )
    shown = table[adjusted]
    keys = zip(shown["accounting"], shown["group"], strict=True)
    known = dict(zip(keys, zip(shown["share"], shown["se"], strict=True), strict=True))
    made = style.figure(12.5, 9)
    with style.drawing():
        axes = made.subplots()
        for row, (_, cells) in enumerate(_ROWS.items()):
            for place, (accounting, (look, _)) in enumerate(_LOOKS.items()):
                if accounting not in cells:
                    continue
                share, se = map(float, known[accounting, cells[accounting]])
                at = row + 0.13 * (place - 2.5)
                axes.plot([0, share], [at, at], color=look.colour, linewidth=1, alpha=0.5)
                error = 0.0 if se != se else 1.96 * se
                axes.errorbar(share, at, xerr=error, fmt=look.marker, color=look.colour)
                if share == share:
                    words = f"{round(share, 1) + 0.0:.1f}"  # never -0.0
                    axes.annotate(
                        words,
                        (max(share, 0) + error, at),
                        (9, 0),
                        fontsize=9,
                        textcoords="offset points",
                        va="center",
                    )
        for look, label in _LOOKS.values():
            axes.plot([], [], look.marker, color=look.colour, label=label)
        for edge in range(len(_ROWS) - 1):
            axes.axhline(edge + 0.5, color="#DDDDDD", linewidth=0.8)
        axes.axvline(0, color="black", linewidth=0.8)
        axes.set_yticks(range(len(_ROWS)), list(_ROWS))
        axes.set_ylim(len(_ROWS) - 0.5, -0.5)
        axes.set_xlabel("% of what each colour has as its own 100 % (denominators in the report)")
        made.legend(loc="outside lower center", ncols=2, fontsize=11)
        made.suptitle(
            f"The same therapy, five percentages: {world} world\nbars: ± 1.96 Monte-Carlo errors"
        )
    return made
