"""Lesson: how many sessions? Who stays how long, and what the same clients would have gained."""

from typing import NamedTuple

import numpy as np

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
from dyadsim.model import questionnaires
from dyadsim.simulation.simulate import Run
from dyadsim.studies.designs.cohort import cohort

GROUPS = ((1, 3), (4, 6), (7, 9), (10, 14), (15, 30))
SHORT = 1  # place of the group that is compared with the longest
FEWEST = 15  # clients in a group that is shown
ALIKE = 0.07  # difference of shares that is called about the same


class Group(NamedTuple):
    """Clients who came for `low` to `high` sessions: who recovered, its error, their number."""

    low: int
    high: int
    share: float
    error: float
    clients: int


def compute(values: Values) -> LessonResult:
    """Return who recovers by number of sessions, and the same clients had all stayed."""
    most = int(values["most"])
    run = numbers.run_study(
        cohort(follow_up=(), sessions=most), lesson_parameters(LESSON, values), values
    )
    groups = _groups(run, most)
    course = _course_had_all_stayed(values, most)
    if len(groups) < 2:
        sentence = (
            "Too few clients start at or above the clinical cut-off to compare them by their "
            "number of sessions."
        )
        return LessonResult(sentence, 1, {}, [_figure([], course)])
    short, long = groups[min(SHORT, len(groups) - 2)], groups[-1]
    early, late = float(course[min(short.high, most)]), float(course[min(long.high, most)])
    sentence = (
        f"Of the clients who came for {short.low} to {short.high} sessions, "
        f"{numbers.percent(short.share)} recovered; of those who came for {long.low} to "
        f"{long.high}, {numbers.percent(long.share)}. Had everybody stayed, "
        f"{numbers.percent(early)} would have recovered by session {short.high} and "
        f"{numbers.percent(late)} by session {long.high}."
    )
    apart = long.share - short.share
    return LessonResult(
        sentence,
        0 if apart < -ALIKE else 1 if apart <= ALIKE else 2,
        {
            "short": short.share,
            "short.se": short.error,
            "long": long.share,
            "long.se": long.error,
            "later": late - early,
            "sessions": float(run.clients.attended.mean()),
        },
        [_figure(groups, course)],
    )


def _groups(run: Run, most: int) -> list[Group]:
    """Return who recovered in each group of clients with scores that is large enough."""
    scores, form = numbers.observed_arrays(run), questionnaires.find_instrument("phq9")
    attended, case = run.clients.attended, scores.pre >= form.cut_off
    groups = []
    for low, high in GROUPS:
        mine = case & (attended >= low) & (attended <= high) & ~np.isnan(scores.post)
        recovered = _recovered(scores.pre[mine], scores.post[mine], form)
        if recovered.size >= FEWEST:
            share, count = float(recovered.mean()), int(recovered.size)
            error = numbers.share_error(share, count)
            groups.append(Group(low, min(high, most), share, error, count))
    return groups


def _course_had_all_stayed(values: Values, most: int) -> np.ndarray:
    """Return the share that has recovered at every step, had nobody left care."""
    run = numbers.run_study(
        cohort(follow_up=(), sessions=most, rule="fixed"),
        lesson_parameters(LESSON, values, numbers.NOBODY_LEAVES),
        values,
    )
    score, form = (
        numbers.latent_values(run, "symptom_score"),
        questionnaires.find_instrument("phq9"),
    )
    cases = score[:, score[0] >= form.cut_off]
    return np.array([np.mean(_recovered(cases[0], row, form)[~np.isnan(row)]) for row in cases])


def _recovered(pre: np.ndarray, post: np.ndarray, form: questionnaires.Instrument) -> np.ndarray:
    """Return who is reliably better and below the cut-off, by Jacobson and Truax's rule."""
    return np.asarray((pre - post >= form.reliable_change) & (post < form.cut_off))


def _figure(groups: list[Group], course: np.ndarray) -> Figure:
    middle = numbers.rounded([(group.low + group.high) / 2 for group in groups])
    share = 100 * np.array([group.share for group in groups])
    half = 196 * np.array([group.error for group in groups])
    text = [f"{group.low} to {group.high} sessions: {group.clients} clients" for group in groups]
    steps = numbers.rounded(np.arange(len(course)))
    return Figure(
        "dose",
        "What a study sees, and the same clients had everybody stayed",
        "sessions",
        "recovered, per cent of those who started at or above the cut-off",
        [
            Series(
                "line",
                "all clients, had everybody stayed",
                steps,
                numbers.rounded(100 * course, 1),
            ),
            Series(
                "range",
                "observed: clients by the sessions they came for (95 % interval)",
                middle,
                numbers.rounded(share, 1),
                numbers.rounded(share - half, 1),
                numbers.rounded(share + half, 1),
                1,
                text,
            ),
        ],
        "Recovered by number of sessions attended: "
        + "; ".join(f"{label}, {value:.0f} %" for label, value in zip(text, share, strict=True))
        + f". Had everybody stayed, {100 * course[-1]:.0f} % would have recovered at the end.",
        0,
        100,
    )


LESSON = Lesson(
    name="how_many_sessions",
    place=70,
    title="How many sessions?",
    question="Clients who stayed for many sessions recover no more often than those who left "
    "early. Are later sessions useless?",
    misconception="later sessions are useless",
    bet=Bet(
        "Who recovers more often: clients who came for four to six sessions, or for many?",
        ("those who came for few", "both about as often", "those who came for many"),
    ),
    controls=(
        WORLD_PICK,
        Dial("most", "Most sessions that anyone gets", 8, 30, 1, 26),
        Dial(
            "population.good_enough_mean",
            "Distress at which people feel good enough",
            -1,
            3,
            0.1,
            unit="distress",
        ),
        Dial("ending.good_enough_slope", "How soon they leave once they are well", 0, 3, 0.05),
        Dial("distress.rate", "How fast distress can change", 0.05, 1, 0.05, unit="1/week"),
        numbers.CLIENTS,
    ),
    presets={
        "Medical world": {"world": "medical", "clients": 4000},
        "Contextual world": {"world": "contextual", "clients": 4000},
        "Nobody leaves because it is good enough": {"ending.good_enough_slope": 0, "clients": 4000},
        "Nothing heals": {"world": "null", "clients": 4000},
    },
    careful=(
        "Those who leave early because all is well and those who stay because it is not are "
        "different people. Comparing them says nothing about what a session does.",
        "The good-enough pattern does not prove that every session helps, either: it also appears "
        "in the null world.",
        "No service can observe the line for “had everybody stayed”. That takes a trial that "
        "assigns the length of treatment.",
        "Part of that line is time alone: switch to the null world.",
    ),
    compute=compute,
    sources=("baldwin2009",),
)
