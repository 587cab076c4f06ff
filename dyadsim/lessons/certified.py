"""Lesson: a certified treatment. Many small trials, allegiance, publication, and a label."""

import numpy as np
import pandas as pd

from dyadsim.analysis.codification import empirically_supported
from dyadsim.analysis.meta_analysis import pooled_or_none
from dyadsim.evidence import literature
from dyadsim.lessons import numbers
from dyadsim.lessons.lesson import (
    LUCK,
    WORLD_PICK,
    Bet,
    Dial,
    Figure,
    Lesson,
    Pick,
    Series,
    Shown,
    Values,
    parameters,
)
from dyadsim.simulation import simulate

TRUTH_CLIENTS = 4000
_HUGE = 2**30  # replicate of the huge trial, far from those of the literature
COMPARED = numbers.comparators("waitlist", "intent_to_fail", "supportive", "interpersonal")


def compute(values: Values) -> Shown:
    """Return one literature: what was published, what the label says, and the truth."""
    world, other = parameters(LESSON, values), str(values["comparator"])
    field = literature.FIELD._replace(
        trials=int(values["trials"]),
        allegiant=float(values["allegiant"]),
        publication=float(values["publication"]),
        smallest=30,
        largest=100,
        far=0.0,
    )
    found = literature.trials(world, "cbt", other, field, int(values[LUCK]))
    # One huge trial with the same questionnaire, by a team that takes no side.
    huge = literature.trial("cbt", other, False)
    truth = literature.outcome(simulate.run(huge, world, TRUTH_CLIENTS, int(values[LUCK]), _HUGE))
    out = found[found["published"]]
    pooled, label = pooled_or_none(out), bool(empirically_supported(out))
    words = numbers.COMPARED[other]
    value = float("nan") if pooled is None else pooled.mean.value
    told = (
        f"the published ones together say g = {value:.2f}"
        if pooled is not None
        else "too few were published to pool them"
    )
    verdict = "is" if label else "is not"
    sentence = (
        f"{len(out)} of {len(found)} trials against {words} were published; {told}. One huge "
        f"trial that takes no side says {truth.value:.2f}. CBT {verdict} “empirically supported”: "
        f"{'two teams or more have' if label else 'fewer than two teams have'} a positive trial."
    )
    return Shown(
        sentence,
        0 if label else 1,
        {
            "pooled": value,
            "pooled.se": float("nan") if pooled is None else pooled.mean.standard_error,
            "truth": truth.value,
            "truth.se": truth.standard_error,
            "published": float(len(out)),
            "certified": float(label),
        },
        [_funnel(found, truth.value, value)],
    )


def _funnel(found: pd.DataFrame, truth: float, pooled: float) -> Figure:
    parts = []
    for name, look, there in (
        ("published, team that favours CBT", 0, found["published"] & found["favours"]),
        ("published, other team", 2, found["published"] & ~found["favours"]),
        ("never published", 5, ~found["published"]),
    ):
        if there.any():
            text = [f"{n} clients" for n in found["clients"][there]]
            parts.append(
                Series(
                    "points",
                    name,
                    numbers.numbers(found["g"][there]),
                    numbers.numbers(found["clients"][there], 0),
                    look=look,
                    text=text,
                )
            )
    top = float(found["clients"].max()) * 1.05
    parts.append(
        Series("line", f"one huge trial, {truth:.2f}", [round(truth, 3)] * 2, [0.0, top], look=1)
    )
    if not np.isnan(pooled):
        parts.append(
            Series(
                "line",
                f"published trials pooled, {pooled:.2f}",
                [round(pooled, 3)] * 2,
                [0.0, top],
                look=3,
            )
        )
    return Figure(
        "funnel",
        "A literature: each mark is one trial",
        "g of the trial, above 0: CBT better",
        "clients in the trial",
        parts,
        f"{len(found)} trials, of which {int(found['published'].sum())} were published. One "
        f"huge trial finds {truth:.2f}, the published ones pooled {pooled:.2f}.",
        0,
    )


LESSON = Lesson(
    "certified",
    "A certified treatment",
    "A treatment is called “empirically supported” when two independent teams have found it better "
    "than something. How hard is it to get there?",
    "the label proves that the specific ingredients work",
    Bet("Will this literature certify CBT?", ("yes", "no")),
    (
        WORLD_PICK,
        Pick("comparator", "CBT is compared with", COMPARED, "waitlist"),
        Dial("trials", "Trials that are run", 4, 40, 1, 16),
        Dial("allegiant", "Share of teams that favour CBT", 0, 1, 0.1, 0.6),
        Dial("publication", "Chance that a trial without success is published", 0, 1, 0.1, 0.4),
        Dial("distress.specificity", "Share of treatment that needs the right match", 0, 1, 0.05),
    ),
    {
        "Contextual world, against waiting": {"world": "contextual"},
        "Medical world, against another therapy": {
            "world": "medical",
            "comparator": "interpersonal",
        },
        "Nothing heals": {"world": "null", "trials": 40},
        "All published, nobody takes sides": {"allegiant": 0, "publication": 1},
        "A control meant to fail": {"world": "contextual", "comparator": "intent_to_fail"},
    },
    (
        "The label says “better than something”, not “because of its ingredients”: in the "
        "contextual world CBT earns it too.",
        "What is not significant is published less often, so what is published looks too good.",
        "One literature is one luck: try new luck. Even where nothing heals, 40 small trials give "
        "the label by chance now and then.",
        "How often teams favour a treatment, and what is not published, are assumptions here.",
    ),
    compute,
    ("munder2019",),
)
