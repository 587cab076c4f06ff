"""Time: sessions, assessments and follow-up of a study, and the steps they make."""

from typing import NamedTuple

import numpy as np

NOT_SEEN, SESSION, ASSESSMENT, FOLLOW_UP = range(4)
OCCASIONS = ("not_seen", "session", "assessment", "follow_up")
LONGEST_STEP = 4.0  # weeks: a longer gap without sessions is walked in several steps


class Schedule(NamedTuple):
    """Time: `sessions` steps of `weeks_between`, then `follow_up` assessments.

    `assessments` are session numbers at which everybody is assessed, in treatment or not (the last
    one is the post-test); `follow_up` are weeks after the last session step.
    """

    sessions: int
    weeks_between: float = 1.0
    assessments: tuple[int, ...] = ()
    follow_up: tuple[float, ...] = ()


def steps_of(schedule: Schedule) -> tuple[list[float], list[int]]:
    """Return the weeks since the step before, and the code in `OCCASIONS`, of every step."""
    weeks, occasions = [0.0], [SESSION]
    for session in range(1, schedule.sessions + 1):
        weeks.append(schedule.weeks_between)
        occasions.append(ASSESSMENT if session in schedule.assessments else SESSION)
    now = 0.0
    for target in sorted(schedule.follow_up):
        count = max(1, int(np.ceil((target - now) / LONGEST_STEP)))
        weeks += [(target - now) / count] * count
        occasions += [NOT_SEEN] * (count - 1) + [FOLLOW_UP]
        now = target
    return weeks, occasions
