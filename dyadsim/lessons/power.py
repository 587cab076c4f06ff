"""Lesson: power. How many clients would have told what is true.

The share of trials that find a difference is counted, in trials of several sizes cut from one large
pool of clients. The number of clients that eight of ten trials need is calculated from the
difference g of the whole pool: n per arm = 2 (1.96 + 0.84)^2 / g^2, the normal approximation to
the two-sided test at 5 % with a power of 80 %.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, stdtrit

from dyadsim.analysis.effects import NORMAL_QUANTILE
from dyadsim.analysis.estimate import Estimate, from_count
from dyadsim.lessons import numbers, published
from dyadsim.lessons.dials import (
    EACH_ARM,
    MATCH,
    SESSIONS,
    STRENGTH,
    WORLD_PICK,
    comparator_pick,
    short_words,
)
from dyadsim.lessons.lesson import (
    Bet,
    Drawing,
    Figure,
    Handle,
    Lesson,
    LessonResult,
    Series,
    Values,
    lesson_parameters,
)
from dyadsim.lessons.statements import by_sign, ends, percent, percent_ends, plain_number, sign
from dyadsim.lessons.who_got_better import ArmScores, effect_size
from dyadsim.studies.designs.rct import rct

POOL = 6400  # clients per arm, cut into trials
SPARE = 1.06  # arms are drawn at random
DRAWN = (20, 80, 320)  # clients per arm for which the class draws
MOST_TRIALS = 200  # of one size
SIZES = (10, 20, 40, 80, 160, 320)  # clients per arm of the trials that are counted
CHANCE = 0.025  # of trials are significant in a given direction where nothing differs
POWER_QUANTILE = 0.8416  # of the normal distribution, at 80 %
EDGES = (50.0, 200.0, 1000.0)  # clients per arm, of the bet
COMPARED = ("waitlist", "supportive", "interpersonal", "usual_care")


class Finding(NamedTuple):
    """What trials of one size find, and how many clients they would need.

    Attributes
    ----------
    comparator
        In words.
    size
        Clients per arm.
    g
        Of the whole pool; above 0: CBT better.
    detected
        Share of trials of that size with a significant difference in the direction of g.
    shares
        Clients per arm -> that share.
    """

    comparator: str
    size: int
    g: Estimate
    detected: Estimate
    shares: dict[int, float]


def needed(g: float) -> float:
    """Return the clients per arm that eight of ten trials need to find a difference g.

    Examples
    --------
    >>> round(needed(0.5)), round(needed(-0.2)), needed(0.0)
    (63, 392, inf)
    """
    if g == 0:
        return float("inf")
    return 2 * (NORMAL_QUANTILE + POWER_QUANTILE) ** 2 / g**2


def needed_range(g: Estimate) -> tuple[float, float]:
    """Return the fewest and the most clients per arm that the interval of g leaves."""
    largest = max(abs(g.low), abs(g.high))
    smallest = 0.0 if sign(g) == 0 else min(abs(g.low), abs(g.high))
    return needed(largest), needed(smallest)


def compute(values: Values) -> LessonResult:
    """Return how many trials of each size find the difference."""
    size, words = int(values["each"]), short_words(str(values["comparator"]))
    treated, compared = _pool(values)
    g = effect_size(treated, compared)
    detected = {
        count: _found(treated.post, compared.post, count, g.value) for count in (*SIZES, size)
    }
    shares = {count: detected[count].value for count in DRAWN}
    finding = Finding(words, size, g, detected[size], shares)
    return result_of(finding, [_figure({count: detected[count] for count in SIZES}, finding)])


def result_of(finding: Finding, figures: list[Figure]) -> LessonResult:
    """Return sentence, answers and numbers of a finding."""
    g, (fewest, most) = finding.g, needed_range(finding.g)
    sentence = (
        f"With {finding.size} clients per arm, {percent(finding.detected.value)} of trials find a "
        f"difference between CBT and {finding.comparator} (95 % interval "
        f"{percent_ends(finding.detected)}). {_needs(g)} A trial that finds nothing has shown "
        "nothing but its size."
    )
    left = [numbers.bracket(end, EDGES) for end in (fewest, most)]
    return LessonResult(
        sentence,
        tuple(range(left[0], left[1] + 1)),
        {
            **numbers.named("g", g),
            **numbers.named("found", finding.detected),
            "clients per arm": float(finding.size),
            **{f"found at {count}": share for count, share in finding.shares.items()},
            **({"needed": needed(g.value)} if sign(g) else {}),
            "fewest needed": fewest,
            **({"most needed": most} if sign(g) else {}),
        },
        figures,
    )


def rounded_count(count: float) -> str:
    """Return a count with two digits that matter, such as "1,600".

    Examples
    --------
    >>> rounded_count(1571.2), rounded_count(63.4), rounded_count(7.4)
    ('1,600', '63', '7')
    """
    if np.isinf(count):
        return "endlessly many"
    digits = max(len(str(round(count))) - 2, 0)
    return f"{round(count, -digits):,.0f}"


def _needs(g: Estimate) -> str:
    """Return how many clients eight of ten trials need, or that it cannot be said."""
    fewest, most = needed_range(g)
    size = f"{plain_number(g.value)} ({ends(g)})"
    if sign(g) == 0:
        return (
            f"The whole pool leaves g = {size}, which cannot be told from no difference: eight of "
            f"ten trials would need {rounded_count(fewest)} per arm or more, if there is any."
        )
    better = by_sign(g, "in favour of CBT", "against CBT", "")
    return (
        f"The true difference is about g = {size}, {better}: eight of ten trials would find it "
        f"with about {rounded_count(needed(g.value))} clients per arm "
        f"({rounded_count(fewest)} to {rounded_count(most)})."
    )


def _pool(values: Values) -> list[ArmScores]:
    """Return the post-test scores of POOL clients in either arm."""
    arms = ("cbt", str(values["comparator"]))
    study = rct(arms, sessions=int(values["sessions"]), follow_up=())
    clients = int(2 * POOL * SPARE)
    run = numbers.run_study(study, lesson_parameters(LESSON, values), values, clients)
    scores, therapist = numbers.observed_arrays(run), run.clients.therapist
    parts = []
    for code in (0, 1):
        mine = np.flatnonzero((run.clients.arm == code) & ~np.isnan(scores.post))[:POOL]
        parts.append(ArmScores(scores.pre[mine], scores.post[mine], therapist[mine]))
    return parts


def _found(treated: np.ndarray, compared: np.ndarray, size: int, g: float) -> Estimate:
    """Return the share of trials of a size with a significant t test in g's direction."""
    trials = min(len(treated) // size, len(compared) // size, MOST_TRIALS)
    arms = [scores[: trials * size].reshape(trials, size) for scores in (treated, compared)]
    apart = arms[1].mean(axis=1) - arms[0].mean(axis=1)  # above 0: CBT better
    spread = np.sqrt((arms[0].var(axis=1, ddof=1) + arms[1].var(axis=1, ddof=1)) / size)
    significant = np.abs(apart) > float(stdtrit(2 * size - 2, 0.975)) * spread
    return from_count(int((significant & (apart * g > 0)).sum()), trials)


def _power(g: float, sizes: np.ndarray) -> np.ndarray:
    """Return how many trials of each size find g, in its direction; the normal approximation."""
    return np.asarray(ndtr(abs(g) * np.sqrt(sizes / 2) - NORMAL_QUANTILE))


def _behind(finding: Finding, sizes: np.ndarray) -> list[Series]:
    """Return what the published range of g leads one to expect, and chance."""
    x, half = numbers.rounded(sizes, 0), 100 * CHANCE
    bands = [
        Series(
            "band",
            f"chance: {plain_number(half, 1)} %",
            x,
            [],
            [0.0] * len(x),
            [half] * len(x),
            look=published.CHANCE_LOOK,
        )
    ]
    known = published.g_range(finding.comparator)
    if known is not None:
        nearest = 0.0 if known[0] <= 0 <= known[1] else min(abs(end) for end in known)
        ends = (nearest, max(abs(end) for end in known))
        low, high = (numbers.rounded(100 * _power(g, sizes), 1) for g in ends)
        words = f"published, g = {published.between(*known)}"
        bands.append(Series("band", words, x, [], low, high, look=published.GREY))
    return bands


def _figure(detected: dict[int, Estimate], finding: Finding) -> Figure:
    x = list(detected)
    shares, low, high = (
        numbers.rounded([100 * getattr(share, end) for share in detected.values()], 1)
        for end in ("value", "low", "high")
    )
    sizes = np.unique(np.geomspace(SIZES[0], SIZES[-1], 40).round())
    power = _power(finding.g.value, sizes)
    curve = numbers.rounded(sizes, 0), numbers.rounded(100 * power, 1)
    words = ", ".join(f"{size} per arm {percent(share.value)}" for size, share in detected.items())
    return Figure(
        "power",
        "How many trials of each size find the difference",
        "clients in each arm",
        "per cent of trials with a significant difference",
        [
            *_behind(finding, sizes),
            Series("range", "trials run (95 % interval)", x, shares, low, high),
            Series("line", "expected from the whole pool", *curve, look=1),
            Series("line", "eight of ten", [0, SIZES[-1]], [80, 80], look=2),
        ],
        f"Share of trials that find a difference between CBT and {finding.comparator}: {words}.",
        0,
        100,
    )


LESSON = Lesson(
    name="power",
    place=25,
    title="Power",
    question="“No difference was found.” How many clients would have told?",
    misconception="no difference was found, so there is none",
    bet=Bet(
        "How many clients in each arm would eight of ten such trials need to find the difference?",
        ("fewer than 50", "50 to 200", "200 to 1,000", "more than 1,000, or no number would do"),
        Drawing(
            "In the {world} world CBT is compared with {comparator}, {sessions} sessions. Of 100 "
            "trials, how many find the difference if they have 20, 80 or 320 clients in each arm? "
            "Draw the line.",
            "line",
            (
                Handle("found at 20", "20 in each arm", 100),
                Handle("found at 80", "80 in each arm", 100),
                Handle("found at 320", "320 in each arm", 100),
            ),
            *(0, 100, 1),
            "of 100 trials",
        ),
    ),
    controls=(
        WORLD_PICK,
        comparator_pick(COMPARED, "supportive"),
        EACH_ARM._replace(high=320, step=10),
        SESSIONS._replace(high=24),
        MATCH,
        STRENGTH,
    ),
    presets={
        "Against waiting, contextual world": {"world": "contextual", "comparator": "waitlist"},
        "Four sessions of usual care": {"comparator": "usual_care", "sessions": 4},
        "Counselling, medical world": {"world": "medical"},
        "Counselling, contextual world": {"world": "contextual"},
        "Two therapies, medical world": {"world": "medical", "comparator": "interpersonal"},
    },
    careful=(
        "A trial that finds no difference has shown none only if it was large enough to find one "
        "that matters: look at its interval.",
        "A trial against waiting needs few clients, and says least about why people got better. "
        "The comparison that could say why needs the most.",
        "The numbers count clients with a score at the end; those who are lost come on top.",
        "Clients of one therapist are alike, which a simple test ignores. The interval of g counts "
        "therapists; the trials use the test that most trials use.",
        "The calculated number of clients is a normal approximation.",
    ),
    compute=compute,
    sources=("munder2019", "cuijpers2012"),
    models="What would tell the medical from the contextual model is the small difference from a "
    "credible comparison; most trials are far too small to see it.",
    main="each",
    facts=("g_waitlist", "g_usual_care", "supportive_vs_active", "bona_fide_contrast"),
)
