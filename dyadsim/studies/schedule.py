"""Time: sessions, assessments and follow-up of a study, and the steps they make."""

from typing import NamedTuple

import numpy as np

from dyadsim import checks
from dyadsim.errors import BadInput

NOT_SEEN, SESSION, ASSESSMENT, FOLLOW_UP = range(4)
OCCASIONS = ("not_seen", "session", "assessment", "follow_up")
LONGEST_STEP = 4.0  # weeks: a longer gap without sessions is walked in several steps
MOST_SESSIONS = 5000  # a weekly session for 96 years
MOST_WEEKS = 5000.0  # of follow-up: as long
MOST_FOLLOW_UPS = 1000


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
    assessed = set(schedule.assessments)
    for session in range(1, schedule.sessions + 1):
        weeks.append(schedule.weeks_between)
        occasions.append(ASSESSMENT if session in assessed else SESSION)
    now = 0.0
    for target in sorted(schedule.follow_up):
        count = max(1, int(np.ceil((target - now) / LONGEST_STEP)))
        weeks += [(target - now) / count] * count
        occasions += [NOT_SEEN] * (count - 1) + [FOLLOW_UP]
        now = target
    return weeks, occasions


def check_schedule(where: str, schedule: Schedule) -> None:
    """Refuse a schedule without sessions, or with impossible gaps, assessments or follow-up.

    Parameters
    ----------
    where
        What the message starts with, such as "study rct".
    schedule
        Any schedule.

    Raises
    ------
    BadInput
        No session or more than `MOST_SESSIONS`, a gap outside [0.1, `LONGEST_STEP`] weeks, an
        assessment at no session, more than `MOST_FOLLOW_UPS` follow-ups, or one that lies at no
        week above 0 up to `MOST_WEEKS`.
    """
    steps, gap = schedule.sessions, schedule.weeks_between
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < 1:
        raise BadInput(f"{where}: it needs 1 session or more, a whole number; {steps!r} given.")
    if steps > MOST_SESSIONS:
        raise BadInput(f"{where}: it can have {MOST_SESSIONS} sessions at most; {steps} given.")
    if not checks.is_number(gap) or not 0.1 <= gap <= LONGEST_STEP:
        raise BadInput(f"{where}: weeks_between must lie in [0.1, {LONGEST_STEP:g}]; {gap} given.")
    for session in schedule.assessments:
        if not 1 <= session <= steps:
            raise BadInput(f"{where}: no session {session} to assess; it has {steps}.")
    if len(schedule.follow_up) > MOST_FOLLOW_UPS:
        raise BadInput(
            f"{where}: it can have {MOST_FOLLOW_UPS} follow-ups at most; "
            f"{len(schedule.follow_up)} given."
        )
    for week in schedule.follow_up:
        if not checks.is_number(week) or not 0 < week <= MOST_WEEKS:
            raise BadInput(
                f"{where}: follow-up weeks must be above 0 and {MOST_WEEKS:g} at most; "
                f"{week} given."
            )
