"""Lesson: who got better? Single courses, reliable change, and those who waited."""

from typing import NamedTuple

import numpy as np

from dyadsim.analysis.clinical_significance import reliable_change
from dyadsim.analysis.effects import hedges_g
from dyadsim.analysis.estimate import Estimate
from dyadsim.evidence.verdict import MET, UNDECIDED, VIOLATED, judge_interval
from dyadsim.lessons import numbers, published
from dyadsim.lessons.dials import CLIENTS, SESSIONS, STRENGTH, UPS_AND_DOWNS, WORLD_PICK, Dial
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
from dyadsim.lessons.statements import by_sign, ends, percent, percent_ends, plain_number
from dyadsim.model import questionnaires
from dyadsim.studies.designs.rct import rct

KINDS = ("recovered", "improved", "no reliable change", "reliably worse")
_CATEGORY = dict(zip(KINDS, ("recovered", "improved", "unchanged", "deteriorated"), strict=True))
_WORDS = {category: kind for kind, category in _CATEGORY.items()}
RECOVERED, WORSE = KINDS[0], KINDS[-1]
EDGES = (0.25, 0.5, 0.75)
ARMS = ("therapy", "waiting")  # in the order of the trial's arms
_FORM = questionnaires.find_instrument("phq9")
PUBLISHED = published.fact("reliable_deterioration")
PEOPLE = 50  # who are shown one by one


class ArmScores(NamedTuple):
    """Scores before and after, and therapists, of the clients of an arm who gave both, `(client,)`.

    A therapist below 0: none.
    """

    pre: np.ndarray
    post: np.ndarray
    therapist: np.ndarray


class Finding(NamedTuple):
    """What became of the clients of a trial.

    Attributes
    ----------
    shares
        Arm -> kind -> share of its clients with both scores.
    below
        Share of those who wait whose score after is worse than the mean of the treated.
    g
        Of the scores after, therapy against waiting; above 0: therapy better.
    """

    shares: dict[str, dict[str, Estimate]]
    below: Estimate
    g: Estimate


def kind_shares(scores: ArmScores, form: questionnaires.Instrument) -> dict[str, Estimate]:
    """Return the share of each of KINDS by Jacobson and Truax's rule (`analysis.change`)."""
    kinds = reliable_change(
        scores.pre, scores.post, reliable_change=form.reliable_change, cut_off=form.cut_off
    ).to_numpy()
    return {
        kind: numbers.clustered_share(kinds == _CATEGORY[kind], scores.therapist) for kind in KINDS
    }


def below_the_average_treated(treated: ArmScores, waiting: ArmScores) -> Estimate:
    """Return the share of those who wait who end worse off than the average treated client.

    With scores of equal normal distributions that is Phi(d): 79 % for d = .80. A score of whole
    points stands for half a point to either side, so that the share moves smoothly with the mean m
    of the treated. Its error has two parts, that of the share at m, and that of m times the density
    there, taken as normal.
    """
    mean, spread = treated.post.mean(), waiting.post.std(ddof=1)
    worse = np.clip(waiting.post - mean + 0.5, 0, 1)
    share, count = float(worse.mean()), worse.size
    z = (mean - waiting.post.mean()) / spread
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) / spread
    influence = [(worse - share) / count, -density * (treated.post - mean) / treated.post.size]
    cluster = np.concatenate([waiting.therapist, treated.therapist])
    estimate = numbers.clustered(share, np.concatenate(influence), cluster)
    low, high = max(estimate.low, 0.0), min(estimate.high, 1.0)
    return estimate._replace(low=low, high=high)


def effect_size(treated: ArmScores, waiting: ArmScores) -> Estimate:
    """Return Hedges' g of the scores after, above 0: therapy better; its error by therapists.

    With D = m_w - m_t, g is proportional to D / s; a client moves D by their deviation from the
    mean of their arm, and s^2 by its square.
    """
    value = hedges_g(treated.post, waiting.post).value
    count = treated.post.size + waiting.post.size
    parts = [treated.post - treated.post.mean(), waiting.post - waiting.post.mean()]
    square = sum(float(part @ part) for part in parts) / (count - 2)
    correction = 1 - 3 / (4 * (count - 2) - 1)
    influence = [
        correction * side * part / part.size / np.sqrt(square)
        - value / 2 * (part**2 / square - 1) / count
        for side, part in zip((-1, 1), parts, strict=True)
    ]
    cluster = np.concatenate([treated.therapist, waiting.therapist])
    return numbers.clustered(value, np.concatenate(influence), cluster)


def compute(values: Values) -> LessonResult:
    """Return single courses and how many changed, in therapy and waiting."""
    study = rct(
        ("cbt", "waitlist"), sessions=int(values["sessions"]), follow_up=(), instrument="phq9"
    )
    run = numbers.run_study(study, lesson_parameters(LESSON, values), values)
    scores, arms = numbers.observed_arrays(run), {}
    for code, word in enumerate(ARMS):
        mine = (run.clients.arm == code) & ~np.isnan(scores.pre + scores.post)
        arms[word] = ArmScores(scores.pre[mine], scores.post[mine], run.clients.therapist[mine])
    treated, waiting = (arms[word] for word in ARMS)
    finding = Finding(
        {word: kind_shares(arm, _FORM) for word, arm in arms.items()},
        below_the_average_treated(treated, waiting),
        effect_size(treated, waiting),
    )
    courses = numbers.latent_values(run, "symptom_score")[:, run.clients.arm == 0]
    weeks = numbers.weeks_of(run)
    figures = [_people(courses, weeks), _bars(finding.shares), _courses(courses, weeks)]
    return result_of(finding, figures)


def result_of(finding: Finding, figures: list[Figure]) -> LessonResult:
    """Return sentence, answers and numbers of a finding."""
    therapy, waiting = (finding.shares[word] for word in ARMS)
    better, worse = (
        numbers.difference(therapy[kind], waiting[kind]) for kind in (RECOVERED, WORSE)
    )
    below, g = finding.below, finding.g
    unclear = "the two cannot be told apart"
    sentence = (
        f"In therapy {_share(therapy[RECOVERED], 'recover', '95 % interval ')}, waiting "
        f"{_share(waiting[RECOVERED], '')}: "
        f"{by_sign(better, 'more in therapy', 'fewer in therapy', unclear)}. In therapy "
        f"{_share(therapy[WORSE], 'get reliably worse')}, waiting {_share(waiting[WORSE], '')}: "
        f"{by_sign(worse, 'more in therapy', 'fewer in therapy', unclear)}. "
        f"{_beside_published(therapy[WORSE])} The average treated client ends better off than "
        f"{percent(below.value)} of those who wait ({percent_ends(below)}; "
        f"g = {plain_number(g.value)}, {ends(g)})."
    )
    result = {**numbers.named("better off than of those who wait", below), **numbers.named("g", g)}
    for word, shares in finding.shares.items():
        for kind, share in shares.items():
            result |= numbers.named(f"{word}, {kind}", share)
    return LessonResult(sentence, numbers.brackets_left(therapy[RECOVERED], EDGES), result, figures)


def _share(share: Estimate, verb: str, label: str = "") -> str:
    """Return a share with its interval and a verb, such as "42 % recover (38 to 46 %)"."""
    words = f"{percent(share.value)} {verb}".rstrip()
    return f"{words} ({label}{percent_ends(share)})"


def _beside_published(worse: Estimate) -> str:
    """Return the published share of clients who get worse, and where this one lies."""
    mean, low, high = (
        float(number or 0) for number in (PUBLISHED.estimate, PUBLISHED.low, PUBLISHED.high)
    )
    place = {
        MET: "here it is about as many",
        VIOLATED: f"here it is {'fewer' if worse.value < low else 'more'}",
        UNDECIDED: "here it may be as many",
    }[judge_interval(PUBLISHED, worse.value, worse.low, worse.high)]
    between = f"{100 * low:.0f} to {100 * high:.0f} %"
    return f"For routine care {percent(mean)} are published ({between} still agree): {place}."


def _people(scores: np.ndarray, weeks: np.ndarray) -> Figure:
    """Return the first clients one by one; the same number is the same person in every world."""
    few = scores[:, :PEOPLE]
    there = ~np.isnan(few)
    kinds = reliable_change(
        np.broadcast_to(few[0], few.shape)[there],
        few[there],
        reliable_change=_FORM.reliable_change,
        cut_off=_FORM.cut_off,
    ).to_numpy()
    words = np.full(few.shape, "", dtype=object)
    words[there] = [_WORDS[kind] for kind in kinds]
    persons = [
        _person(k + 1, weeks[there[:, k]], few[there[:, k], k], words[there[:, k], k])
        for k in range(few.shape[1])
    ]
    ended = [person.text[-1] for person in persons]
    counts = ", ".join(f"{ended.count(kind)} {kind}" for kind in KINDS)
    cut, ends = float(_FORM.cut_off), [0.0, round(float(weeks[-1]), 2)]
    border = Series("line", f"clinical from {cut:.0f} on", ends, [cut, cut], look=published.GREY)
    return Figure(
        "people",
        "Fifty clients in therapy, one by one",
        "weeks since intake",
        "PHQ-9 score (0 to 27, lower is better)",
        [*persons, border],
        f"{len(persons)} clients in therapy, each a dot at their last score. At the end: {counts}.",
        0,
        27,
    )


def _person(number: int, weeks: np.ndarray, scores: np.ndarray, words: np.ndarray) -> Series:
    """Return a client's course, and what has become of them by each score."""
    x, y = numbers.rounded(weeks, 2), numbers.rounded(scores, 0)
    return Series("person", f"client {number}", x, y, text=[str(word) for word in words])


def _courses(scores: np.ndarray, weeks: np.ndarray) -> Figure:
    lines, band, mean = numbers.course_series(scores, weeks, "in therapy")
    return Figure(
        "courses",
        "Single courses in therapy",
        "weeks since intake",
        "PHQ-9 score (0 to 27, lower is better)",
        [lines, band, mean],
        f"Courses of single clients in therapy; their mean goes from {mean.y[0]:.1f} to "
        f"{mean.y[-1]:.1f} points. The middle eight of ten lie between {band.low[-1]:.0f} and "
        f"{band.high[-1]:.0f} at the end.",
        0,
        27,
    )


def _bars(shares: dict[str, dict[str, Estimate]]) -> Figure:
    about = "; ".join(
        f"{word}: "
        + ", ".join(
            f"{kind} {percent(share.value)} ({percent_ends(share)})"
            for kind, share in kinds.items()
        )
        for word, kinds in shares.items()
    )
    return Figure(
        "kinds",
        "What became of the clients",
        "",
        "per cent of the clients in that arm with both scores",
        [
            published.share_of("reliable_recovery", RECOVERED),
            published.share_of("reliable_deterioration", WORSE),
            *(_bar(word, kinds, look=k) for k, (word, kinds) in enumerate(shares.items())),
        ],
        f"Bars with 95 % intervals. {about}.",
        0,
        100,
    )


def _bar(word: str, kinds: dict[str, Estimate], *, look: int) -> Series:
    y, low, high = (
        numbers.rounded([100 * getattr(share, end) for share in kinds.values()], 1)
        for end in ("value", "low", "high")
    )
    return Series("bars", word, list(KINDS), y, low, high, look)


LESSON = Lesson(
    name="who_got_better",
    place=10,
    title="Who got better?",
    question="A mean score falls by a few points. Who are the clients behind it?",
    misconception="80 % are better off after therapy",
    bet=Bet(
        "Of a hundred clients in therapy, how many recover, that is, get reliably better and fall "
        "from the clinical cut-off or above to below it?",
        ("fewer than 25", "25 to 50", "50 to 75", "more than 75"),
        Drawing(
            "In the {world} world 100 clients get {sessions} sessions of CBT, and 100 wait as "
            "long. How many of each recover: reliably better, and from the cut-off or above to "
            "below it?",
            "bars",
            (
                Handle("therapy, recovered", "recovered in therapy", 100),
                Handle("waiting, recovered", "recovered waiting", 100),
            ),
            *(0, 100, 1),
            "of 100 clients",
        ),
    ),
    controls=(
        WORLD_PICK,
        SESSIONS,
        Dial(
            *("population.distress_mean", "Distress of the population", -1, 3, 0.1),
            unit="distress",
            help="Mean true distress of all people; those who come into care are worse off.",
        ),
        STRENGTH,
        UPS_AND_DOWNS,
        CLIENTS,
    ),
    presets={
        "Time alone": {"world": "null"},
        "Medical world": {"world": "medical"},
        "Thirty sessions, contextual world": {"world": "contextual", "sessions": 30},
        "Four sessions": {"sessions": 4},
    },
    careful=(
        "“80 % better off” comes from d = .80: the average treated client is better off than 79 % "
        "of the untreated. It does not say that 80 % of the treated got better.",
        "Some recover without therapy, and would have been counted as its success.",
        "Clients who get worse in therapy may have got worse without it: compare them with those "
        "who waited.",
        f"Reliably worse: PHQ-9 rises by {_FORM.reliable_change:.0f} points or more. The published "
        f"{percent(PUBLISHED.estimate or 0)} are of {PUBLISHED.n:,} clients of routine services "
        "who started at or above the cut-off and had two sessions or more, and count PHQ-9 and "
        "GAD-7 together; the range beside it is a tolerance that we state. A trial is another "
        "group, so a difference from it is a hint and no test.",
        "By the published rule 5 % of cases get worse in the routine care of the worlds in which "
        "therapy works, as they were calibrated. In the trial of this lesson it is 2 %: all who "
        "give both scores count, and PHQ-9 alone.",
        "Up to the last week the curves show those still in care; the last point shows everybody. "
        "That is why the mean can rise at the end.",
        "Reliable change depends on the questionnaire: the smaller its error, the more changes "
        "count.",
    ),
    compute=compute,
    sources=("gyani2013", "whiteford2013"),
    models="In the medical and in the contextual world more recover in therapy than waiting: that "
    "people get better does not say whether ingredients (medical) or relationship and hope "
    "(contextual) did it.",
    main="sessions",
    facts=(
        "reliable_recovery",
        "reliable_improvement",
        "reliable_deterioration",
        "remission_3m",
        "response_therapy",
    ),
)
