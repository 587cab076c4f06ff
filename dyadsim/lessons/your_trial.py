"""Lesson: what would your trial conclude?"""

import numpy as np

from dyadsim.analysis.effects import NORMAL_QUANTILE, hedges_g
from dyadsim.evidence.statistics import g as g_of
from dyadsim.lessons import numbers
from dyadsim.lessons.lesson import (
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
from dyadsim.studies.designs.rct import rct

TRIALS = 60
SPARE = 1.12  # arms are drawn by lot: enough clients that every trial gets its number
EDGES = (0.2, 0.5, 0.8)
COMPARED = numbers.comparators("waitlist", "supportive", "interpersonal", "usual_care")


def compute(values: Values) -> Shown:
    """Return what sixty trials of the same question find."""
    other, each = str(values["comparator"]), int(values["each"])
    study = rct(("cbt", other), sessions=int(values["sessions"]), follow_up=())
    clients = int(2 * TRIALS * each * SPARE) + 40
    made = numbers.run(study, parameters(LESSON, values), values, clients)
    post = numbers.seen(made).post
    arms = [
        post[made.clients.arm == code][: TRIALS * each].reshape(TRIALS, each) for code in (0, 1)
    ]
    found = [hedges_g(mine, theirs) for mine, theirs in zip(*arms, strict=True)]
    g = np.array([one.value for one in found])
    half = NORMAL_QUANTILE * np.array([one.standard_error for one in found])
    hits = float((np.abs(g) > half).mean())
    truth = g_of(arms[1].ravel(), arms[0].ravel())
    error = float(g.std(ddof=1) / np.sqrt(TRIALS))
    words = numbers.COMPARED[other]
    nothing = float((np.abs(g) <= half).mean())
    sentence = (
        f"Against {words}, CBT is better by g = {truth:.2f} in this world. Of {TRIALS} trials with "
        f"{each} clients an arm, {numbers.percent(hits)} find a difference; "
        f"{numbers.percent(nothing)} would write “no significant difference”."
    )
    return Shown(
        sentence,
        numbers.bracket(hits, EDGES),
        {
            "g": truth,
            "g.se": error,
            "significant": hits,
            "significant.se": numbers.share_error(hits, TRIALS),
            "smallest": float(g.min()),
            "largest": float(g.max()),
        },
        [_figure(g, half, truth, words)],
    )


def _figure(g: np.ndarray, half: np.ndarray, truth: float, words: str) -> Figure:
    order = np.argsort(g)
    g, half, rank = g[order], half[order], np.arange(1, len(g) + 1)
    parts = []
    for name, look, there in (
        ("no significant difference", 0, np.abs(g) <= half),
        ("significant", 1, np.abs(g) > half),
    ):
        parts.append(
            Series(
                "range",
                name,
                numbers.numbers(rank[there], 0),
                numbers.numbers(g[there]),
                numbers.numbers((g - half)[there]),
                numbers.numbers((g + half)[there]),
                look,
            )
        )
    line = Series(
        "line", f"all trials together, g = {truth:.2f}", [0, len(g) + 1], [truth, truth], look=2
    )
    return Figure(
        "trials",
        f"{len(g)} trials of the same question",
        "trials, from the lowest result",
        "g, above 0: CBT better (95 % interval)",
        [*parts, line],
        f"Results of {len(g)} trials of CBT against {words} with their intervals, in order: from "
        f"{g.min():.2f} to {g.max():.2f}; the true difference is {truth:.2f}.",
    )


LESSON = Lesson(
    "your_trial",
    "What would your trial conclude?",
    "You run a trial of CBT. What it can find depends on what you compare it with and on how many "
    "clients you have, before it depends on what is true.",
    "no difference, so the ingredients do nothing",
    Bet(
        f"Of {TRIALS} such trials, how many find a significant difference?",
        ("fewer than 2 of 10", "2 to 5 of 10", "5 to 8 of 10", "more than 8 of 10"),
    ),
    (
        WORLD_PICK,
        Pick("comparator", "CBT is compared with", COMPARED, "supportive"),
        Dial("each", "Clients in each arm", 10, 200, 5, 40),
        Dial("sessions", "Sessions", 4, 24, 1, 12),
        Dial("distress.specificity", "Share of treatment that needs the right match", 0, 1, 0.05),
        Dial("distress.treatment_gain", "Strength of treatment", 0, 6, 0.1, unit="distress"),
    ),
    {
        "Waiting, medical world": {"world": "medical", "comparator": "waitlist", "each": 80},
        "Waiting, contextual world": {"world": "contextual", "comparator": "waitlist", "each": 80},
        "Two therapies, medical world": {"world": "medical", "comparator": "interpersonal"},
        "Counselling, medical world, large": {"world": "medical", "each": 200},
        "Counselling, contextual world, large": {"world": "contextual", "each": 200},
    },
    (
        "A trial against waiting comes out much the same in the medical and the contextual world: "
        "it cannot tell why people got better.",
        "Counselling holds some of every ingredient. So CBT beats it by less than it beats "
        "waiting, also where nothing heals but the ingredients.",
        "“Not significant” is not “equal”: look at how wide the intervals are.",
        "Two therapies that both work through specific ingredients can come out equal, each by its "
        "own.",
        "All trials here come from one simulated service with shared therapists.",
    ),
    compute,
    ("munder2019", "cuijpers2012", "wampold1997"),
)
