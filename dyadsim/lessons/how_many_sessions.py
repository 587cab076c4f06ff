"""Lesson: how many sessions? Who stays how long, and what the same clients would have gained."""

from typing import NamedTuple

import numpy as np

from dyadsim.analysis import arrays
from dyadsim.analysis.estimate import Estimate
from dyadsim.lessons import numbers, published
from dyadsim.lessons.dials import CLIENTS, WORLD_PICK, Dial
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
from dyadsim.lessons.statements import by_sign, percent, percent_ends, sign
from dyadsim.model import questionnaires
from dyadsim.simulation.simulate import Run
from dyadsim.studies.designs.cohort import cohort

GROUPS = ((1, 3), (4, 6), (7, 9), (10, 14), (15, 30))
SHORT = 1  # place of the group that is compared with the longest
FEWEST = 15  # clients in a group that is shown


class Group(NamedTuple):
    """Clients who came for `low` to `high` sessions, and who of them recovered.

    `recovered` and `therapist` are `(client,)`, the share is that of the recovered.
    """

    low: int
    high: int
    recovered: np.ndarray
    therapist: np.ndarray
    share: Estimate


class Finding(NamedTuple):
    """Few against many sessions, and everybody had they all stayed.

    Attributes
    ----------
    short, long
        (fewest, most) sessions of the two groups.
    few, many, apart
        Shares of recovered clients who came for few, for many; many - few.
    early, late
        Shares of recovered clients at the last session of either group, had everybody stayed.
    later
        late - early.
    sessions
        Mean number of sessions attended.
    """

    short: tuple[int, int]
    long: tuple[int, int]
    few: Estimate
    many: Estimate
    apart: Estimate
    early: Estimate
    late: Estimate
    later: Estimate
    sessions: float


class Stayed(NamedTuple):
    """Who has recovered at every step had nobody left, `(step, client)`, NaN without a score."""

    recovered: np.ndarray
    therapist: np.ndarray


def compute(values: Values) -> LessonResult:
    """Return who recovers by number of sessions, and the same clients had all stayed."""
    most = int(values["most"])
    run = numbers.run_study(
        cohort(follow_up=(), sessions=most), lesson_parameters(LESSON, values), values
    )
    groups, stayed = _groups(run, most), _had_all_stayed(values, most)
    course = np.array([_share_at(stayed, step).value for step in range(most + 1)])
    figures = [_figure(groups, course)]
    if len(groups) < 2 or not stayed.therapist.size:
        return result_of(None, figures)
    short, long = groups[min(SHORT, len(groups) - 2)], groups[-1]
    finding = Finding(
        (short.low, short.high),
        (long.low, long.high),
        short.share,
        long.share,
        _difference(
            (long.recovered, short.recovered),
            np.concatenate([long.therapist, short.therapist]),
        ),
        _share_at(stayed, short.high),
        _share_at(stayed, long.high),
        _later(stayed, short.high, long.high),
        float(run.clients.attended.mean()),
    )
    return result_of(finding, figures)


def result_of(finding: Finding | None, figures: list[Figure]) -> LessonResult:
    """Return sentence, answers and numbers of a finding; None: too few clients."""
    if finding is None:
        sentence = (
            "Too few clients start at or above the clinical cut-off to compare them by their "
            "number of sessions."
        )
        return LessonResult(sentence, (0, 1, 2), {}, figures)
    few, many, early, late = finding.few, finding.many, finding.early, finding.late
    often = by_sign(
        finding.apart,
        "those who came for many recovered more often",
        "those who came for many recovered less often",
        "the two cannot be told apart",
    )
    more = by_sign(
        finding.later,
        "more than",
        "fewer than",
        "not to be told from",
    )
    sentence = (
        f"Of the clients who came for {_sessions(finding.short)}, {percent(few.value)} recovered "
        f"(95 % interval {percent_ends(few)}); of those who came for {_range(finding.long)}, "
        f"{percent(many.value)} ({percent_ends(many)}): {often}. Had everybody stayed, "
        f"{percent(late.value)} ({percent_ends(late)}) would have been recovered at session "
        f"{finding.long[1]}, {more} the {percent(early.value)} ({percent_ends(early)}) at session "
        f"{finding.short[1]}."
    )
    parts = {name: getattr(finding, name) for name in ("few", "many", "apart", "later")}
    result = {
        key: number
        for name, part in parts.items()
        for key, number in numbers.named(name, part).items()
    }
    return LessonResult(
        sentence,
        (1 + sign(finding.apart),),
        {
            **result,
            **numbers.named("early, had all stayed", early),
            **numbers.named("late, had all stayed", late),
            "sessions": finding.sessions,
            "late session": float(finding.long[1]),
        },
        figures,
    )


def _range(ends: tuple[int, int]) -> str:
    """Return "4 to 6", or the number alone."""
    return f"{ends[0]} to {ends[1]}" if ends[0] < ends[1] else f"{ends[0]}"


def _sessions(ends: tuple[int, int]) -> str:
    return f"{_range(ends)} session{'s' * (ends[1] > 1)}"


def _groups(run: Run, most: int) -> list[Group]:
    """Return who recovered in each group of clients with scores that is large enough."""
    scores, form = numbers.observed_arrays(run), questionnaires.find_instrument("phq9")
    attended, case = run.clients.attended, scores.pre >= form.cut_off
    groups = []
    for low, high in GROUPS:
        mine = case & (attended >= low) & (attended <= high) & ~np.isnan(scores.post)
        recovered = _recovered(scores.pre[mine], scores.post[mine], form)
        therapist = run.clients.therapist[mine]
        if recovered.size >= FEWEST:
            share = numbers.clustered_share(recovered, therapist)
            groups.append(Group(low, min(high, most), recovered, therapist, share))
    return groups


def _had_all_stayed(values: Values, most: int) -> Stayed:
    """Return who of the cases has recovered at every step, had nobody left care."""
    run = numbers.run_study(
        cohort(follow_up=(), sessions=most, rule="fixed"),
        lesson_parameters(LESSON, values, numbers.NOBODY_LEAVES),
        values,
    )
    form = questionnaires.find_instrument("phq9")
    score = numbers.latent_values(run, "symptom_score")
    case = score[0] >= form.cut_off
    recovered = _recovered(score[0, case], score[:, case], form)
    known = np.where(np.isnan(score[:, case]), np.nan, recovered.astype(float))
    return Stayed(known, run.clients.therapist[case])


def _share_at(stayed: Stayed, step: int) -> Estimate:
    """Return the share of the recovered among those with a score at a step."""
    known = ~np.isnan(stayed.recovered[step])
    if not known.any():
        return Estimate(float("nan"), float("inf"), 0.0, 1.0, 0)
    return numbers.clustered_share(stayed.recovered[step, known], stayed.therapist[known])


def _later(stayed: Stayed, early: int, late: int) -> Estimate:
    """Return the share at a late step minus that at an early one, of the same clients."""
    rows = stayed.recovered[[late, early]]
    first, second = (row[~np.isnan(row)] for row in rows)
    therapist = np.concatenate([stayed.therapist[~np.isnan(row)] for row in rows])
    return _difference((first, second), therapist)


def _difference(parts: tuple[np.ndarray, np.ndarray], therapist: np.ndarray) -> Estimate:
    """Return the first share minus the second; `therapist` has the first part's clients first."""
    first, second = (np.asarray(part, dtype=float) for part in parts)
    influence = np.concatenate(
        [(first - first.mean()) / first.size, -(second - second.mean()) / second.size]
    )
    return numbers.clustered(float(first.mean() - second.mean()), influence, therapist)


def _recovered(pre: np.ndarray, post: np.ndarray, form: questionnaires.Instrument) -> np.ndarray:
    """Return who is reliably better and below the cut-off, by Jacobson and Truax's rule."""
    return arrays.reliably_recovered(pre, post, form.reliable_change, form.cut_off)


def _figure(groups: list[Group], course: np.ndarray) -> Figure:
    middle = numbers.rounded([(group.low + group.high) / 2 for group in groups])
    share, low, high = (
        numbers.rounded([100 * getattr(group.share, end) for group in groups], 1)
        for end in ("value", "low", "high")
    )
    text = [
        f"{_sessions((group.low, group.high))}: {group.recovered.size} clients" for group in groups
    ]
    observed = (
        "; ".join(
            f"{label}, {percent(group.share.value)} (95 % interval {percent_ends(group.share)})"
            for label, group in zip(text, groups, strict=True)
        )
        or "too few clients"
    )
    ended = "unknown" if np.isnan(course[-1]) else percent(course[-1])
    steps = numbers.rounded(np.arange(len(course)))
    return Figure(
        "dose",
        "What a study sees, and the same clients had everybody stayed",
        "sessions",
        "recovered, per cent of those who started at or above the cut-off",
        [
            published.upright(
                "published mean of sessions", *published.ends_of("sessions_mean"), 100.0
            ),
            Series(
                "line",
                "all clients, had everybody stayed",
                steps,
                numbers.rounded(100 * course, 1),
            ),
            Series(
                "range",
                "observed, by sessions (95 % interval)",
                middle,
                share,
                low,
                high,
                1,
                text,
            ),
        ],
        f"Recovered by number of sessions attended: {observed}. Share that would have been "
        f"recovered at the end had everybody stayed: {ended}.",
        0,
        100,
    )


LESSON = Lesson(
    name="how_many_sessions",
    place=60,
    title="How many sessions?",
    question="Clients choose how long they stay. Suppose that a service finds no more recovery "
    "among those who came for many sessions than among those who came for few. Are later "
    "sessions useless?",
    misconception="later sessions are useless",
    bet=Bet(
        "What will the service find? Who recovers more often: clients who came for four to six "
        "sessions, or for many?",
        (
            "those who came for few",
            "no difference that it can tell from chance",
            "those who came for many",
        ),
        Drawing(
            "In the {world} world people leave when they like, after {most} sessions at most. Of "
            "those who came for 4 to 6 sessions, and of those who came for the most, how many of "
            "100 have recovered? And had everybody stayed to the end?",
            "line",
            (
                Handle("few", "came for 4 to 6", 100),
                Handle("many", "came for the most", 100),
                Handle("late, had all stayed", "had everybody stayed", 100),
            ),
            *(0, 100, 1),
            "of 100 clients",
        ),
    ),
    controls=(
        WORLD_PICK,
        Dial(
            *("most", "Most sessions that anyone gets", 8, 30, 1, 26),
            help="A limit set by the service; most leave earlier.",
        ),
        Dial(
            "population.good_enough_mean",
            "Distress at which people feel good enough",
            *(-1, 3, 0.1),
            unit="distress",
            help="Mean level at which people think of ending; each has their own.",
        ),
        Dial(
            *("ending.good_enough_slope", "How soon they leave once they are well", 0, 3, 0.05),
            help="Slope in probit: at 0, being well plays no part in leaving.",
        ),
        Dial(
            *("distress.rate", "How fast distress can change", 0.05, 1, 0.05),
            unit="1/week",
            help="Share of the way to its new level that distress goes in a week.",
        ),
        CLIENTS._replace(value=4000),  # few stay for long
    ),
    presets={
        "Medical world": {"world": "medical"},
        "Nobody leaves because it is good enough": {"ending.good_enough_slope": 0},
        "The same, contextual world": {"world": "contextual", "ending.good_enough_slope": 0},
        "They leave only when very well": {"population.good_enough_mean": -1},
        "Nothing heals": {"world": "null"},
    },
    careful=(
        "Those who leave early because all is well and those who stay because it is not are "
        "different people. Comparing them says nothing about what a session does.",
        "As the worlds were calibrated, those who came for many recover less often in all four. "
        "Where nobody leaves because it is good enough, they recover more often. Either way the "
        "line for “had everybody stayed” rises.",
        "That those who leave early have often recovered does not prove that every session helps, "
        "either: they do so in the null world, too, where nothing heals.",
        "No service can observe the line for “had everybody stayed”. That takes a trial that "
        "assigns the length of treatment.",
        "Part of that line is time alone: switch to the null world.",
    ),
    compute=compute,
    sources=("baldwin2009",),
    models="Who recovers after how many sessions looks alike in the medical and the contextual "
    "world: the number of sessions does not say what healed.",
    main="most",
    facts=("sessions_mean", "good_enough_slope", "median_time_to_csc", "course_flattens"),
)
