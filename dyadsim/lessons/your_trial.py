"""Lesson: what your trial would conclude."""

from typing import NamedTuple

import numpy as np

from dyadsim.analysis.effects import NORMAL_QUANTILE, hedges_g
from dyadsim.analysis.estimate import Estimate, from_count, from_standard_error
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
from dyadsim.lessons.statements import by_sign, ends, percent_ends, plain_number
from dyadsim.studies.designs.rct import rct

TRIALS = 60
SPARE = 1.12  # arms are drawn at random: enough clients that every trial gets its number
EDGES = (0.2, 0.5, 0.8)
COMPARED = ("waitlist", "supportive", "interpersonal", "usual_care")


class Finding(NamedTuple):
    """What TRIALS trials find.

    Attributes
    ----------
    comparator
        In words.
    clients
        Per arm.
    g
        Mean g of the trials with its error over trials; above 0: CBT better.
    better, worse
        Number of trials that find CBT significantly better, significantly worse.
    smallest, largest
        g of a trial.
    """

    comparator: str
    clients: int
    g: Estimate
    better: int
    worse: int
    smallest: float
    largest: float


def compute(values: Values) -> LessonResult:
    """Return what sixty trials of the same question find."""
    size, words = int(values["each"]), short_words(str(values["comparator"]))
    arms = _trials(values, size)
    effects = [hedges_g(treated, compared) for treated, compared in zip(*arms, strict=True)]
    g = np.array([effect.value for effect in effects])
    half = NORMAL_QUANTILE * np.array([effect.standard_error for effect in effects])
    error = float(g.std(ddof=1) / np.sqrt(TRIALS))
    mean = from_standard_error(float(g.mean()), error, TRIALS, degrees_of_freedom=TRIALS - 1)
    better, worse = int((g > half).sum()), int((g < -half).sum())
    finding = Finding(words, size, mean, better, worse, float(g.min()), float(g.max()))
    return result_of(finding, [_figure(g, half, finding)])


def result_of(finding: Finding, figures: list[Figure]) -> LessonResult:
    """Return sentence, answers and numbers of a finding."""
    g, better, worse = finding.g, finding.better, finding.worse
    winner = by_sign(
        g,
        f"CBT is better than {finding.comparator}",
        f"CBT is worse than {finding.comparator}",
        f"no difference between CBT and {finding.comparator} that could be told from chance",
    )
    neither, share = TRIALS - better - worse, from_count(better, TRIALS)
    sentence = (
        f"All {TRIALS} trials together find g = {plain_number(g.value)} (95 % interval {ends(g)}): "
        f"{winner}. Alone, with {finding.clients} clients per arm, {_find(better)} CBT "
        f"significantly better ({percent_ends(share)} of such trials), {_find(worse)} it "
        f"significantly worse, and {neither or 'none'} would report “no significant difference”."
    )
    shares = {"better": better, "worse": worse, "not significant": neither}
    counts = {name: from_count(count, TRIALS) for name, count in shares.items()}
    return LessonResult(
        sentence,
        numbers.brackets_left(share, EDGES),
        {
            **numbers.named("g", g),
            **{
                key: x
                for name, part in counts.items()
                for key, x in numbers.named(name, part).items()
            },
            "smallest": finding.smallest,
            "largest": finding.largest,
        },
        figures,
    )


def _find(count: int) -> str:
    """Return "3 find", "1 finds" or "none finds"."""
    return f"{count or 'none'} find{'s' * (count < 2)}"


def _trials(values: Values, size: int) -> list[np.ndarray]:
    """Return the scores at the post-test of either arm, `(trial, client)`."""
    arms = ("cbt", str(values["comparator"]))
    study = rct(arms, sessions=int(values["sessions"]), follow_up=())
    clients = int(2 * TRIALS * size * SPARE) + 40
    run = numbers.run_study(study, lesson_parameters(LESSON, values), values, clients)
    post = numbers.observed_arrays(run).post
    return [post[run.clients.arm == code][: TRIALS * size].reshape(TRIALS, size) for code in (0, 1)]


def _behind(finding: Finding) -> list[Series]:
    """Return the published range of g, and what trials of this size find by chance."""
    x, half = [0.0, TRIALS + 1.0], round(published.chance_g(finding.clients), 3)
    bands = [published.chance_band(x, [-half] * 2, [half] * 2, "trials")]
    known = published.g_range(finding.comparator)
    if known is not None:
        words = f"published, {published.between(*known)}"
        low, high = known
        bands.append(Series("band", words, x, [], [low] * 2, [high] * 2, look=published.GREY))
    return bands


def _figure(g: np.ndarray, half: np.ndarray, finding: Finding) -> Figure:
    order = np.argsort(g)
    g, half, rank = g[order], half[order], np.arange(1, len(g) + 1)
    parts = []
    for name, look, group in (
        ("no significant difference", 0, np.abs(g) <= half),
        ("CBT significantly better", 1, g > half),
        ("CBT significantly worse", 3, g < -half),
    ):
        if group.any():
            low, high = numbers.rounded((g - half)[group]), numbers.rounded((g + half)[group])
            x, y = numbers.rounded(rank[group], 0), numbers.rounded(g[group])
            parts.append(Series("range", name, x, y, low, high, look))
    mean = finding.g.value
    name = f"all trials, g = {plain_number(mean)}"
    return Figure(
        "trials",
        f"{len(g)} trials of the same question",
        "trials, from the lowest result to the highest",
        "g (SD of post-test scores), above 0: CBT better (95 % interval)",
        [
            *_behind(finding),
            *parts,
            Series("line", name, [0, len(g) + 1], [mean, mean], look=2),
        ],
        f"Results of {len(g)} trials of CBT against {finding.comparator} with their intervals, in "
        f"order: from {plain_number(finding.smallest)} to {plain_number(finding.largest)}. CBT "
        f"significantly better: {finding.better}, significantly worse: {finding.worse}. All "
        f"together they estimate {plain_number(mean)} (95 % interval {ends(finding.g)}).",
    )


LESSON = Lesson(
    name="your_trial",
    place=20,
    title="What would your trial conclude?",
    question="You run a trial of CBT. What it can find depends on the comparison and on the number "
    "of clients as much as on what is true.",
    misconception="no difference, so the ingredients do nothing",
    bet=Bet(
        "How many of such trials find CBT significantly better?",
        ("fewer than 2 of 10", "2 to 5 of 10", "5 to 8 of 10", "more than 8 of 10"),
        Drawing(
            "CBT is compared with {comparator}, {each} clients in each arm, {sessions} sessions. "
            "The same 60 trials are run in a medical world, where ingredients heal, and in a "
            "contextual one, where relationship and hope do. Which mean difference g do they "
            "find in each? Both at one height is a bet that such trials cannot tell the worlds "
            "apart.",
            "points",
            (
                Handle("g", "g in the medical world", world="medical"),
                Handle("g", "g in the contextual world", world="contextual"),
            ),
            *(-0.4, 1.2, 0.05),
        ),
    ),
    controls=(
        WORLD_PICK,
        comparator_pick(COMPARED, "supportive"),
        EACH_ARM,
        SESSIONS._replace(high=24),
        MATCH,
        STRENGTH,
    ),
    presets={
        "Waiting, medical world": {"world": "medical", "comparator": "waitlist", "each": 80},
        "Waiting, contextual world": {"world": "contextual", "comparator": "waitlist", "each": 80},
        "Two therapies, medical world": {"world": "medical", "comparator": "interpersonal"},
        "Counselling, medical world, large": {"world": "medical", "each": 200},
        "Counselling, contextual world, large": {"world": "contextual", "each": 200},
    },
    careful=(
        "A trial against waiting comes out much the same in the medical and the contextual world "
        "as they were calibrated: it cannot tell why people got better.",
        "Where there is nothing to find, one trial in twenty is significant all the same, half of "
        "them in favour of CBT and half against it.",
        "Counselling contains some of every ingredient. So CBT beats it by less than it beats "
        "waiting, even where nothing heals but the ingredients.",
        "“Not significant” is not “equal”: look at how wide the intervals are.",
        "Two therapies that both work through specific ingredients can come out equal, each "
        "through its own.",
        "All trials here come from one simulated service with shared therapists.",
    ),
    compute=compute,
    sources=("munder2019", "cuijpers2012", "wampold1997"),
    models="Against waiting the medical and the contextual world give the same trial; only a "
    "comparison that holds relationship and hope equal, with many clients, can tell them "
    "apart.",
    main="each",
    facts=("g_waitlist", "g_usual_care", "supportive_vs_active", "bona_fide_contrast"),
)
