"""How often is a therapy certified, or called equivalent, in worlds where we know what it does?

Run: python experiments/certified_treatment/run.py [literatures]
"""

import sys
from pathlib import Path

import pandas as pd

import dyadsim
from dyadsim.evidence import review
from dyadsim.evidence.literature import FIELD
from dyadsim.plots import style

WORLDS = ("medical", "contextual", "hybrid", "null")
COMPARATORS = ("waitlist", "intent_to_fail", "supportive", "interpersonal")
FIELDS = {
    "usual": FIELD,
    "nothing in the drawer, nobody favours it": FIELD._replace(publication=1.0, allegiant=0.0),
}


def main(literatures: int = 6400, folder: Path | None = None) -> pd.DataFrame:
    """Return one row a field, world and comparator: truth, pooled, shares with intervals."""
    repeats, parts = max(3, literatures // (len(WORLDS) * len(COMPARATORS) * len(FIELDS))), []
    for label, field in FIELDS.items():
        for world in WORLDS:
            found = review.reviewed(dyadsim.world(world), "cbt", COMPARATORS, repeats, field)
            parts.append(found.summary.assign(field=label, world=world))
    table = pd.concat(parts, ignore_index=True)
    shown = [
        "field",
        "world",
        "comparator",
        "truth",
        "pooled",
        "pooled_se",
        "certified",
        "certified_low",
        "certified_high",
        "not_significant",
        "equivalent",
    ]
    print(table[shown].round(2).to_string(index=False))
    if folder is not None:
        from figure import draw  # beside this file

        style.save(draw(table), folder, "certified_treatment", table[shown].round(4))
    return table


if __name__ == "__main__":
    results = Path(__file__).parents[2] / "results" / "certified_treatment"
    main(*map(int, sys.argv[1:2]), folder=results)
