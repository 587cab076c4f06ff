"""Lesson: how many sessions? Who stays how long, and what the same clients would have gained."""

import numpy as np

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
from dyadsim.model import questionnaires
from dyadsim.studies.designs.cohort import cohort

GROUPS = ((1, 3), (4, 6), (7, 9), (10, 14), (15, 30))
SHORT = 1  # place of the group that is compared with the longest
FEWEST = 15  # clients of a group that is shown
ALIKE = 0.07  # difference of shares that is called about the same


def compute(values: Values) -> Shown:
    """Return who recovers by number of sessions, and the same clients had all stayed."""
    most, form = int(values["most"]), questionnaires.named("phq9")
    study = cohort(follow_up=(), sessions=most)
    made = numbers.run(study, parameters(LESSON, values), values)
    seen = numbers.seen(made)
    held, case = made.clients.attended, seen.pre >= form.cut_off
    rows = []
    for low, high in GROUPS:
        mine = case & (held >= low) & (held <= high) & ~np.isnan(seen.post)
        over = _recovered(seen.pre[mine], seen.post[mine], form)
        if over.size >= FEWEST:
            share = float(over.mean())
            error = numbers.share_error(share, over.size)
            rows.append((low, min(high, most), share, error, int(over.size)))
    stay = numbers.run(
        cohort(follow_up=(), sessions=most, rule="fixed"),
        parameters(LESSON, values, numbers.NOBODY_LEAVES),
        values,
    )
    score = numbers.latent(stay, "symptom_score")
    cases = score[:, score[0] >= form.cut_off]
    course = np.array([np.mean(_recovered(cases[0], row, form)[~np.isnan(row)]) for row in cases])
    if len(rows) < 2:
        return _nothing(course)
    first, last = rows[min(SHORT, len(rows) - 2)], rows[-1]
    later = float(course[min(last[1], most)] - course[min(first[1], most)])
    sentence = (
        f"Of clients who came for {first[0]} to {first[1]} sessions {numbers.percent(first[2])} "
        f"recovered, of those who came for {last[0]} to {last[1]} {numbers.percent(last[2])}. Had "
        f"everybody stayed, {numbers.percent(course[min(first[1], most)])} would have recovered by "
        f"session {first[1]} and {numbers.percent(course[min(last[1], most)])} by session "
        f"{last[1]}."
    )
    apart = last[2] - first[2]
    answer = 0 if apart < -ALIKE else 1 if apart <= ALIKE else 2
    found = {
        "short": first[2],
        "short.se": first[3],
        "long": last[2],
        "long.se": last[3],
        "later": later,
        "sessions": float(held.mean()),
    }
    return Shown(sentence, answer, found, [_figure(rows, course)])


def _recovered(pre: np.ndarray, post: np.ndarray, form: questionnaires.Instrument) -> np.ndarray:
    """Return who is reliably better and no longer a case, by Jacobson and Truax's rule."""
    return np.asarray((pre - post >= form.reliable_change) & (post < form.cut_off))


def _nothing(course: np.ndarray) -> Shown:
    """Return what can be said where too few came as cases."""
    sentence = "Too few clients come as cases to compare them by their number of sessions."
    return Shown(sentence, 1, {}, [_figure([], course)])


def _figure(rows: list[tuple[int, int, float, float, int]], course: np.ndarray) -> Figure:
    middle = [(low + high) / 2 for low, high, *_ in rows]
    share = 100 * np.array([row[2] for row in rows])
    half = 196 * np.array([row[3] for row in rows])
    text = [f"{low} to {high} sessions: {n} clients" for low, high, _, _, n in rows]
    return Figure(
        "dose",
        "What is seen, and the same clients had everybody stayed",
        "sessions",
        "recovered, per cent of those who came as cases",
        [
            Series(
                "line",
                "all clients, had everybody stayed",
                numbers.numbers(np.arange(len(course))),
                numbers.numbers(100 * course, 1),
            ),
            Series(
                "range",
                "seen: clients by the sessions they came for (95 % interval)",
                numbers.numbers(middle),
                numbers.numbers(share, 1),
                numbers.numbers(share - half, 1),
                numbers.numbers(share + half, 1),
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
    "how_many_sessions",
    "How many sessions?",
    "Clients who stayed for many sessions recover no more often than those who left early. Are "
    "later sessions useless?",
    "later sessions are useless",
    Bet(
        "Who recovers more often: clients who came for four to six sessions, or for many?",
        ("those with few", "about as often", "those with many"),
    ),
    (
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
        Dial("ending.good_enough_slope", "How soon they leave when they are well", 0, 3, 0.05),
        Dial("distress.rate", "How fast distress can change", 0.05, 1, 0.05, unit="1/week"),
        numbers.CLIENTS,
    ),
    {
        "Medical world": {"world": "medical", "clients": 4000},
        "Contextual world": {"world": "contextual", "clients": 4000},
        "Nobody leaves because it is good enough": {"ending.good_enough_slope": 0, "clients": 4000},
        "Nothing heals": {"world": "null", "clients": 4000},
    },
    (
        "Who leaves early because all is well, and who stays because it is not, are different "
        "people. Comparing them says nothing about what a session does.",
        "The good-enough picture does not prove that every session helps either: in the null world "
        "it comes out too.",
        "The line had everybody stayed cannot be seen in any service. It takes a trial of lengths.",
        "Some of that line is time alone: switch to the null world.",
    ),
    compute,
    ("baldwin2009",),
)
