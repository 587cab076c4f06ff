"""Lesson: what your trial would conclude."""

import numpy as np

from dyadsim.analysis import arrays
from dyadsim.analysis.effects import NORMAL_QUANTILE, hedges_g
from dyadsim.lessons import numbers
from dyadsim.lessons.lesson import (
    WORLD_PICK,
    Bet,
    Dial,
    Figure,
    Lesson,
    LessonResult,
    Pick,
    Series,
    Values,
    lesson_parameters,
)
from dyadsim.studies.designs.rct import rct

TRIALS = 60
SPARE = 1.12  # arms are drawn at random: enough clients that every trial gets its number
EDGES = (0.2, 0.5, 0.8)
COMPARED = numbers.comparators("waitlist", "supportive", "interpersonal", "usual_care")


def compute(values: Values) -> LessonResult:
    """Return what sixty trials of the same question find."""
    size, words = int(values["each"]), numbers.COMPARED[str(values["comparator"])]
    arms = _trials(values, size)
    effects = [hedges_g(treated, compared) for treated, compared in zip(*arms, strict=True)]
    g = np.array([effect.value for effect in effects])
    half = NORMAL_QUANTILE * np.array([effect.standard_error for effect in effects])
    hits, misses = float((np.abs(g) > half).mean()), float((np.abs(g) <= half).mean())
    truth = arrays.hedges_g(arms[1].ravel(), arms[0].ravel())
    sentence = (
        f"Against {words}, CBT is better by g = {truth:.2f} in this world. Of {TRIALS} trials with "
        f"{size} clients per arm, {numbers.percent(hits)} find a significant difference; "
        f"{numbers.percent(misses)} would report “no significant difference”."
    )
    return LessonResult(
        sentence,
        numbers.bracket(hits, EDGES),
        {
            "g": truth,
            "g.se": float(g.std(ddof=1) / np.sqrt(TRIALS)),
            "significant": hits,
            "significant.se": numbers.share_error(hits, TRIALS),
            "smallest": float(g.min()),
            "largest": float(g.max()),
        },
        [_figure(g, half, truth, words)],
    )


def _trials(values: Values, size: int) -> list[np.ndarray]:
    """Return the scores at the post-test of either arm, `(trial, client)`."""
    arms = ("cbt", str(values["comparator"]))
    study = rct(arms, sessions=int(values["sessions"]), follow_up=())
    clients = int(2 * TRIALS * size * SPARE) + 40
    run = numbers.run_study(study, lesson_parameters(LESSON, values), values, clients)
    post = numbers.observed_arrays(run).post
    return [post[run.clients.arm == code][: TRIALS * size].reshape(TRIALS, size) for code in (0, 1)]


def _figure(g: np.ndarray, half: np.ndarray, truth: float, words: str) -> Figure:
    order = np.argsort(g)
    g, half, rank = g[order], half[order], np.arange(1, len(g) + 1)
    parts = []
    for name, look, group in (
        ("no significant difference", 0, np.abs(g) <= half),
        ("significant", 1, np.abs(g) > half),
    ):
        low, high = numbers.rounded((g - half)[group]), numbers.rounded((g + half)[group])
        x, y = numbers.rounded(rank[group], 0), numbers.rounded(g[group])
        parts.append(Series("range", name, x, y, low, high, look))
    line = Series(
        "line", f"all trials together, g = {truth:.2f}", [0, len(g) + 1], [truth, truth], look=2
    )
    return Figure(
        "trials",
        f"{len(g)} trials of the same question",
        "trials, from the lowest result to the highest",
        "g, above 0: CBT better (95 % interval)",
        [*parts, line],
        f"Results of {len(g)} trials of CBT against {words} with their intervals, in order: from "
        f"{g.min():.2f} to {g.max():.2f}; the true difference is {truth:.2f}.",
    )


LESSON = Lesson(
    name="your_trial",
    place=20,
    title="What would your trial conclude?",
    question="You run a trial of CBT. What it can find depends on the comparison and on the number "
    "of clients before it depends on what is true.",
    misconception="no difference, so the ingredients do nothing",
    bet=Bet(
        f"Of {TRIALS} such trials, how many find a significant difference?",
        ("fewer than 2 of 10", "2 to 5 of 10", "5 to 8 of 10", "more than 8 of 10"),
    ),
    controls=(
        WORLD_PICK,
        Pick("comparator", "CBT is compared with", COMPARED, "supportive"),
        Dial("each", "Clients in each arm", 10, 200, 5, 40),
        Dial("sessions", "Sessions", 4, 24, 1, 12),
        Dial("distress.specificity", "Share of treatment that needs the right match", 0, 1, 0.05),
        Dial("distress.treatment_gain", "Strength of treatment", 0, 6, 0.1, unit="distress"),
    ),
    presets={
        "Waiting, medical world": {"world": "medical", "comparator": "waitlist", "each": 80},
        "Waiting, contextual world": {"world": "contextual", "comparator": "waitlist", "each": 80},
        "Two therapies, medical world": {"world": "medical", "comparator": "interpersonal"},
        "Counselling, medical world, large": {"world": "medical", "each": 200},
        "Counselling, contextual world, large": {"world": "contextual", "each": 200},
    },
    careful=(
        "A trial against waiting comes out much the same in the medical and the contextual world: "
        "it cannot tell why people got better.",
        "Counselling contains some of every ingredient. So CBT beats it by less than it beats "
        "waiting, even where nothing heals but the ingredients.",
        "“Not significant” is not “equal”: look at how wide the intervals are.",
        "Two therapies that both work through specific ingredients can come out equal, each "
        "through its own.",
        "All trials here come from one simulated service with shared therapists.",
    ),
    compute=compute,
    sources=("munder2019", "cuijpers2012", "wampold1997"),
)
