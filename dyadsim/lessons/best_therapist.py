"""Lesson: the best therapist. A league table with few clients each, beside the truth."""

import numpy as np

from dyadsim.analysis.arrays import residual_gain
from dyadsim.lessons import numbers
from dyadsim.lessons.lesson import (
    WORLD_PICK,
    Bet,
    Dial,
    Figure,
    Lesson,
    LessonResult,
    Series,
    Values,
    lesson_parameters,
)
from dyadsim.simulation.simulate import Run
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.study import ROUTINE, Caseload

TRUTH = 300  # further clients of each therapist, whose mean is taken as the truth
TIRELESS = {"resonance.presence_wear": 0.0}  # so many clients would tire anybody
EDGES = (0.3, 0.6)


def compute(values: Values) -> LessonResult:
    """Return a league table of raw means, the same means shrunk, and the truth."""
    count, size = int(values["therapists"]), int(values["each"])
    per = TRUTH + size
    study = cohort(follow_up=(), sessions=12, sample=ROUTINE, caseload=Caseload(per * 1.0, 0.0))
    parameters = lesson_parameters(LESSON, values, TIRELESS)
    caseloads = _gains(numbers.run_study(study, parameters, values, count * per), size)[:count]
    true = np.array([gains[size:].mean() for gains in caseloads])
    raw = np.array([gains[:size].mean() for gains in caseloads])
    within = float(np.mean([gains[:size].var(ddof=1) for gains in caseloads])) / size
    between = max(float(raw.var(ddof=1)) - within, 0.0)
    reliability = between / (between + within)
    shrunk = raw.mean() + reliability * (raw - raw.mean())
    tenth = max(1, len(raw) // 10)
    hits = float(np.isin(raw.argsort()[-tenth:], true.argsort()[-tenth:]).mean())
    rank = 1 + int((true > true[raw.argmax()]).sum())
    seems, is_true = float(raw.max() - raw.mean()), float(true[raw.argmax()] - true.mean())
    sentence = (
        f"The therapist at the top of the table seems {seems:.1f} points better than average; in "
        f"truth it is {is_true:+.1f}, rank {rank} of {len(raw)}. Of the best tenth in the table, "
        f"{numbers.percent(hits)} truly belong to the best tenth."
    )
    return LessonResult(
        sentence,
        0 if rank == 1 else 1 if rank <= tenth else 2,
        {
            "seems": seems,
            "true": is_true,
            "rank": float(rank),
            "truly best": hits,
            "truly best.se": numbers.share_error(hits, tenth),
            "reliability": reliability,
            "therapists": float(len(raw)),
        },
        [_figure(raw, shrunk, true, float(np.sqrt(within)))],
    )


def _gains(run: Run, size: int) -> list[np.ndarray]:
    """Return the clients' gains of each therapist who has at least twice `size`."""
    scores = numbers.observed_arrays(run)
    gain, therapist = residual_gain(scores.pre, scores.post), run.clients.therapist
    known = ~np.isnan(gain)
    caseloads = [
        gain[known & (therapist == number)] for number in np.unique(therapist[therapist >= 0])
    ]
    return [gains for gains in caseloads if gains.size >= 2 * size]


def _figure(raw: np.ndarray, shrunk: np.ndarray, true: np.ndarray, error: float) -> Figure:
    order = raw.argsort()
    rank = numbers.rounded(np.arange(1, len(raw) + 1), 0)
    table, truth = raw[order] - raw.mean(), true - true.mean()
    low, high = numbers.rounded(table - 1.96 * error), numbers.rounded(table + 1.96 * error)
    name = "mean of their clients (95 % interval)"
    shrunken, further = numbers.rounded(shrunk[order] - raw.mean()), numbers.rounded(truth[order])
    return Figure(
        "league",
        "League table of therapists, and the truth behind it",
        "therapists, from the lowest mean to the highest",
        "gain beyond what the intake score predicts, relative to the average (PHQ-9 points)",
        [
            Series("range", name, rank, numbers.rounded(table), low, high),
            Series("points", "shrunk towards the average", rank, shrunken, look=2),
            Series("points", f"truth ({TRUTH} further clients)", rank, further, look=1),
        ],
        f"{len(raw)} therapists in order of their clients' mean gain, from {table[0]:.1f} to "
        f"{table[-1]:.1f} points relative to the average; their true values lie between "
        f"{truth.min():.1f} and {truth.max():.1f}.",
    )


LESSON = Lesson(
    name="best_therapist",
    place=40,
    title="The best therapist",
    question="A service ranks its therapists by their clients' mean gain. Should you ask for the "
    "one at the top?",
    misconception="the therapist with the best mean is the best therapist",
    bet=Bet(
        "Where does the therapist at the top of the table truly stand?",
        ("first", "in the best tenth, but not first", "below the best tenth"),
    ),
    controls=(
        WORLD_PICK,
        Dial("therapists", "Therapists", 20, 60, 5, 40),
        Dial("each", "Clients per therapist in the table", 5, 100, 5, 10),
        Dial("population.therapist_spread", "How much therapists differ", 0, 3, 0.1, unit="SD"),
        Dial("population.skill_loading", "How strongly skills go together", 0, 0.95, 0.05),
    ),
    presets={
        "Ten clients each": {"each": 10},
        "A hundred clients each": {"each": 100},
        "Therapists differ twice as much, 100 clients each": {
            "population.therapist_spread": 2.4,
            "each": 100,
        },
        "Therapists are all alike": {"population.therapist_spread": 0, "each": 10},
    },
    careful=(
        "Whoever comes first of many owes it to skill and to chance; with few clients, mostly to "
        "chance.",
        "Shrunken means are better estimates, but they do not change who comes first.",
        "That no single therapist can be picked out does not mean that therapists are alike.",
        "Here clients are assigned at random. Where difficult clients go to some therapists, the "
        "table misleads even more.",
    ),
    compute=compute,
    sources=("baldwin2013", "johns2019"),
)
