"""The three figures of one dyad: scores, the relationship, and the beats of a session."""

import numpy as np

from dyadsim.lessons import numbers
from dyadsim.lessons.figure import Figure, Series
from dyadsim.lessons.statements import counted, plain_number


def relationship(course: dict[str, np.ndarray], weeks: np.ndarray) -> Figure:
    """Return bond, goals, tasks and expectancy, with ruptures marked."""
    names = (
        ("bond", "bond"),
        ("goal", "agreement on goals"),
        ("task", "agreement on tasks"),
        ("expectancy", "hope (expectancy)"),
    )
    x = numbers.rounded(weeks[1:])
    lines = [
        Series("line", word, x, numbers.rounded(course[name][1:]), look=look)
        for look, (name, word) in enumerate(names)
    ]
    bond, ruptures, repaired = course["bond"], course["rupture"] > 0, course["repaired"] > 0
    for word, where, look in (
        ("rupture, repaired", repaired, 4),
        ("rupture, left open", ruptures & ~repaired, 5),
    ):
        if where.any():
            at = numbers.rounded(weeks[where]), numbers.rounded(bond[where])
            lines.append(Series("points", word, *at, look=look))
    return Figure(
        "alliance",
        "The relationship, session by session",
        "sessions (a week apart)",
        "strength, 0 (none) to 1 (full)",
        lines,
        f"Bond, goals, tasks and hope over {counted(len(weeks) - 1, 'session')}; bond from "
        f"{bond[1]:.2f} to {bond[-1]:.2f}; {counted(int(ruptures.sum()), 'rupture')}.",
        0,
        1,
    )


def symptoms(
    score: np.ndarray, weeks: np.ndarray, ruptures: np.ndarray, *, usual: np.ndarray
) -> Figure:
    """Return one client's scores, beside those with every slider as it starts."""
    at, known = np.flatnonzero(ruptures), ~np.isnan(score)
    level = np.interp(weeks, weeks[known], score[known])  # also where no form was filled in
    line = numbers.rounded(weeks[known]), numbers.rounded(score[known])
    marks = numbers.rounded(weeks[at]), numbers.rounded(level[at])
    there = ~np.isnan(usual)
    twin = numbers.rounded(weeks[there]), numbers.rounded(usual[there])
    series = [
        Series("line", "score", *line),
        Series("line", "the same people, every slider as it starts", *twin, look=1),
    ]
    if at.size:
        series.append(Series("points", "session with a rupture", *marks, look=5))
    return Figure(
        "symptoms",
        "Symptoms, as the questionnaire shows them",
        "sessions (a week apart)",
        "PHQ-9 score (0 to 27, lower is better)",
        series,
        f"PHQ-9 scores of one client over {counted(len(weeks) - 1, 'session')}, from "
        f"{score[0]:.0f} to {score[known][-1]:.0f}.",
        0,
        27,
    )


def beats(
    arousals: tuple[np.ndarray, np.ndarray, np.ndarray], session: int, rs: tuple[float, float]
) -> Figure:
    """Return the arousal of client, therapist and a stranger's therapist inside a session.

    Parameters
    ----------
    arousals
        `(beat,)` each.
    session
        Its number.
    rs
        Correlation of the client with their therapist, and with the stranger's.
    """
    count = arousals[0].size
    x = numbers.rounded(np.arange(count), 0)
    names = ("client", "their therapist", "another client's therapist")
    return Figure(
        "beats",
        f"Inside session {session}: who moves with whom?",
        f"beats of the session ({count} equal steps)",
        "arousal (0 = usual)",
        [
            Series("line", name, x, numbers.rounded(arousal, 2), look=look)
            for look, (name, arousal) in enumerate(zip(names, arousals, strict=True))
        ],
        "Arousal of the client, of their therapist, and of a therapist from another room, over "
        f"{count} beats; client and therapist correlate {plain_number(rs[0])}, client and stranger "
        f"{plain_number(rs[1])}.",
    )
