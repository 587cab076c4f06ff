"""The eight lessons, in the order of the page."""

from dyadsim.errors import BadInput, nearest
from dyadsim.lessons import (
    alliance,
    best_therapist,
    certified,
    how_many_sessions,
    one_dyad,
    three_percentages,
    who_got_better,
    your_trial,
)
from dyadsim.lessons.lesson import Lesson

LESSONS: dict[str, Lesson] = {
    one.LESSON.name: one.LESSON
    for one in (
        three_percentages,
        your_trial,
        alliance,
        best_therapist,
        who_got_better,
        one_dyad,
        how_many_sessions,
        certified,
    )
}


def named(name: str) -> Lesson:
    """Return a lesson.

    Raises
    ------
    BadInput
        there is none of that name; offers the nearest.
    """
    if name not in LESSONS:
        raise BadInput(
            f"there is no lesson '{name}'.{nearest(name, LESSONS)} Lessons: {', '.join(LESSONS)}."
        )
    return LESSONS[name]
