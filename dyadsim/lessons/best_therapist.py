"""Lesson: the best therapist. A league table of few clients each, beside the truth."""

import numpy as np

from dyadsim.evidence.statistics import residual_gain
from dyadsim.lessons import numbers
from dyadsim.lessons.lesson import (
    WORLD_PICK,
    Bet,
    Dial,
    Figure,
    Lesson,
    Series,
    Shown,
    Values,
    parameters,
)
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.study import ROUTINE, Caseload

TRUTH = 300  # clients of each therapist whose mean is taken for the truth
TIRELESS = {"resonance.presence_wear": 0.0}  # so many clients would tire anybody
EDGES = (0.3, 0.6)


def compute(values: Values) -> Shown:
    """Return a league table of raw means, its shrunken form, and the truth."""
    count, each = int(values["therapists"]), int(values["each"])
    per = TRUTH + each
    study = cohort(follow_up=(), sessions=12, sample=ROUTINE, caseload=Caseload(per * 1.0, 0.0))
    made = numbers.run(study, parameters(LESSON, values, TIRELESS), values, count * per)
    seen = numbers.seen(made)
    gain, owner = residual_gain(seen.pre, seen.post), made.clients.therapist
    known = ~np.isnan(gain)
    lots = [np.flatnonzero(known & (owner == number)) for number in np.unique(owner[owner >= 0])]
    lots = [lot for lot in lots if lot.size >= 2 * each][:count]
    true = np.array([gain[lot[each:]].mean() for lot in lots])
    raw = np.array([gain[lot[:each]].mean() for lot in lots])
    within = float(np.mean([gain[lot[:each]].var(ddof=1) for lot in lots])) / each
    between = max(float(raw.var(ddof=1)) - within, 0.0)
    reliable = between / (between + within)
    shrunk = raw.mean() + reliable * (raw - raw.mean())
    best = max(1, len(lots) // 10)
    found = float(np.isin(raw.argsort()[-best:], true.argsort()[-best:]).mean())
    place = 1 + int((true > true[raw.argmax()]).sum())
    first = float(raw.max() - raw.mean()), float(true[raw.argmax()] - true.mean())
    sentence = (
        f"The first of the league seems {first[0]:.1f} points better than average; in truth it is "
        f"{first[1]:+.1f}, place {place} of {len(lots)}. Of the league's best tenth, "
        f"{numbers.percent(found)} are truly among the best tenth."
    )
    return Shown(
        sentence,
        0 if place == 1 else 1 if place <= best else 2,
        {
            "seems": first[0],
            "true": first[1],
            "place": float(place),
            "found": found,
            "found.se": numbers.share_error(found, best),
            "reliability": reliable,
            "therapists": float(len(lots)),
        },
        [_figure(raw, shrunk, true, np.sqrt(within))],
    )


def _figure(raw: np.ndarray, shrunk: np.ndarray, true: np.ndarray, error: float) -> Figure:
    order = raw.argsort()
    rank = numbers.numbers(np.arange(1, len(raw) + 1), 0)
    mine = raw[order] - raw.mean()
    return Figure(
        "league",
        "League of therapists, and the truth behind it",
        "therapists, from the lowest mean",
        "gain beyond what intake predicts, against the average (PHQ-9 points)",
        [
            Series(
                "range",
                "mean of their clients (95 % interval)",
                rank,
                numbers.numbers(mine),
                numbers.numbers(mine - 1.96 * error),
                numbers.numbers(mine + 1.96 * error),
            ),
            Series(
                "points",
                "shrunken to the average",
                rank,
                numbers.numbers(shrunk[order] - raw.mean()),
                look=2,
            ),
            Series(
                "points",
                f"truth ({TRUTH} further clients)",
                rank,
                numbers.numbers(true[order] - true.mean()),
                look=1,
            ),
        ],
        f"{len(raw)} therapists in order of their clients' mean gain, from {mine[0]:.1f} to "
        f"{mine[-1]:.1f} points against the average; their true values lie between "
        f"{(true - true.mean()).min():.1f} and {(true - true.mean()).max():.1f}.",
    )


LESSON = Lesson(
    "best_therapist",
    "The best therapist",
    "A service ranks its therapists by their clients' mean gain. Should you ask for the first?",
    "the therapist with the best mean is the best therapist",
    Bet(
        "Where does the first of the league truly stand?",
        ("first", "in the best tenth, but not first", "below the best tenth"),
    ),
    (
        WORLD_PICK,
        Dial("therapists", "Therapists", 20, 60, 5, 40),
        Dial("each", "Clients of each therapist in the table", 5, 100, 5, 10),
        Dial("population.therapist_spread", "How much therapists differ", 0, 3, 0.1, unit="SD"),
        Dial("population.skill_loading", "How far one skill comes with another", 0, 0.95, 0.05),
    ),
    {
        "Ten clients each": {"each": 10},
        "A hundred clients each": {"each": 100},
        "Therapists differ twice as much, 100 clients each": {
            "population.therapist_spread": 2.4,
            "each": 100,
        },
        "Therapists are all alike": {"population.therapist_spread": 0, "each": 10},
    },
    (
        "The first of many is first by skill and by luck; with few clients mostly by luck.",
        "Shrunken means are better estimates, but they do not change who is first.",
        "That a single therapist cannot be picked out does not mean that therapists are alike.",
        "Here clients come by lot. Where difficult clients go to some therapists, it gets worse.",
    ),
    compute,
    ("baldwin2013", "johns2019"),
)
