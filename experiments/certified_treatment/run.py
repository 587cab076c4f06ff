"""How often is a therapy certified, or called equivalent, in worlds where we know what it does?

Run: python experiments/certified_treatment/run.py [repeats] [size=tiny]
"""

import sys
from pathlib import Path

import pandas as pd
from figure import draw  # beside this file

import dyadsim
from dyadsim.evidence import review
from dyadsim.evidence.literature import FIELD

sys.path.append(str(Path(__file__).parents[1]))
from experiment import run_experiment

TINY = {"repeats": 3, "worlds": ("null",)}
WORLDS = ("medical", "contextual", "hybrid", "null")
COMPARATORS = ("waitlist", "intent_to_fail", "supportive", "interpersonal")
FIELDS = {
    "usual": FIELD,
    "nothing in the drawer, nobody favours it": FIELD._replace(publication=1.0, allegiant=0.0),
}
COLUMNS = [
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


def compute(repeats: int = 200, worlds: tuple[str, ...] = WORLDS) -> pd.DataFrame:
    """Return a row a field, world and comparator: truth, pooled, shares of literatures."""
    parts = []
    for label, field in FIELDS.items():
        for world in worlds:
            plan = review.ReviewPlan("cbt", COMPARATORS, repeats, field=field)
            reviewed = review.review_literatures(dyadsim.world(world), plan)
            parts.append(reviewed.summary.assign(field=label, world=world))
    return pd.concat(parts, ignore_index=True)[COLUMNS].round(4)


if __name__ == "__main__":
    run_experiment(__file__, compute, draw, tiny=TINY)
