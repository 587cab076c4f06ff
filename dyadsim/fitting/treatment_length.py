"""How long treatment is: sessions, how often, and which weeks are follow-up.

Weeks of measurement do not say it. Where they follow one another, treatment is taken to last to the
last one; where they leave gaps (0, 8, 26; or 0 to 5, and 52), its length is asked for.
"""

from typing import NamedTuple

import numpy as np

from dyadsim.checks import number, whole_number
from dyadsim.errors import BadInput
from dyadsim.fitting.client_table import Codes, Floats
from dyadsim.fitting.measured_weeks import Weeks
from dyadsim.studies.schedule import LONGEST_STEP

WAVE_GAP, SESSION_GAP = 1.0, LONGEST_STEP  # weeks without a score that sessions do not leave
PER_WEEK = (0.25, 7.0)  # sessions a week that a schedule can have
NEAR = 0.01  # weeks
FEWEST_TIMES, MANY_GAPS = 3, 4  # of measurement, before their spacing says anything
MOST_NAMED = 6  # follow-ups in a suggestion


class Length(NamedTuple):
    """Sessions, the weeks between them, follow-ups (week since intake), and words on them."""

    sessions: int
    gap: float
    follow_up: tuple[float, ...]
    words: str

    @property
    def last(self) -> float:
        """The week of the last session."""
        return self.sessions * self.gap

    def step(self, week: Floats) -> Codes:
        """Return the session step nearest to each week, from 0, the intake, to the last."""
        return np.minimum(np.rint(week / self.gap), self.sessions).astype(np.int64)


class StatedLength(NamedTuple):
    """What a researcher says of it: `follow_up` in weeks since intake; None: not stated.

    `per_session`: time is the number of a session, so that a gap in it is no gap in treatment.
    `in_days`: the file counts time in days.
    """

    sessions: int | None = None
    per_week: float = 1.0
    follow_up: tuple[float, ...] | None = None
    per_session: bool = False
    in_days: bool = False


def length_of_treatment(
    weeks: Weeks, stated: StatedLength, *, waves: bool, treated: bool
) -> Length:
    """Return the length of treatment.

    Parameters
    ----------
    weeks
        The weeks of the data.
    stated
        What is known of treatment.
    waves
        Scores are assessments of everybody, not given in sessions.
    treated
        There is an arm with a treatment.

    Returns
    -------
    Length
        Sessions, and the follow-ups after them.

    Raises
    ------
    BadInput
        The weeks do not say how long treatment is, or the settings contradict them.
    """
    per_week = number("data.per_week", stated.per_week, *PER_WEEK)
    gap, last = 1 / per_week, float(weeks.week[-1])
    during = _without_follow_up(weeks.week, stated.follow_up or ())
    sessions = stated.sessions
    if sessions is None:
        if treated and stated.follow_up is None:
            _refuse_gaps(weeks, stated, waves)
        sessions = max(1, round(float(during[-1]) * per_week))
    whole_number("data.sessions", sessions, 1, 500)
    end = sessions * gap
    late = weeks.week[weeks.week > end + gap / 2]
    _refuse_contradictions(stated, late, end)
    return Length(sessions, gap, tuple(map(float, late)), _words(stated, sessions, late, last))


def _without_follow_up(week: Floats, follow_up: tuple[float, ...]) -> Floats:
    """Return the weeks before follow-up; a follow-up at which nobody was measured is refused."""
    for later in follow_up:
        if not np.isclose(week, later, atol=NEAR).any():
            shown = ", ".join(f"{known:g}" for known in week[-6:])
            raise BadInput(f"data.follow_up: nobody has a score at week {later:g}; last: {shown}.")
    during = week[week < min(follow_up, default=np.inf) - NEAR]
    if not len(during):
        raise BadInput("data.follow_up: no week is left for treatment.")
    return during


def _refuse_gaps(weeks: Weeks, stated: StatedLength, waves: bool) -> None:
    """Ask for the length of treatment where weeks leave gaps."""
    measured = weeks.common if waves and len(weeks.common) > 1 else weeks.week
    apart = np.diff(measured)
    if not len(apart) or apart.max() <= (WAVE_GAP if waves else SESSION_GAP):
        return
    before, after = measured[int(apart.argmax()) :][:2]
    times = measured * (stated.per_week if stated.per_session else 1)
    if not stated.in_days and look_like_days(times):
        shown = ", ".join(f"{time:g}" for time in times[:4]) + ", ..." * (len(times) > 4)
        raise BadInput(
            f"data.unit: are the times days ({shown})? Then data.unit=day says so. If not, "
            f"{_ways_to_say(weeks, stated, waves, float(after))}"
        )
    raise BadInput(
        "data.sessions: how many sessions has the treatment? Weeks of measurement do not say it "
        f"(none between {before:g} and {after:g}; the last is {weeks.week[-1]:g}). "
        f"{_ways_to_say(weeks, stated, waves, float(after))}"
    )


def look_like_days(times: Floats) -> bool:
    """Return whether times that were not said to be days are spaced like days.

    Parameters
    ----------
    times
        Different times of measurement, in order, in the file's own unit.

    Returns
    -------
    bool
        All are multiples of seven, or five or more are about seven apart (assumption).

    Examples
    --------
    >>> look_like_days(np.array([0.0, 7, 14, 21])), look_like_days(np.array([0.0, 8, 26]))
    (True, False)
    >>> look_like_days(np.array([0.0, 6, 14, 20, 29, 35]))
    True
    """
    if len(times) < FEWEST_TIMES:
        return False
    apart = np.diff(times)
    often = len(apart) >= MANY_GAPS and 6 <= np.median(apart) <= 8 and apart.max() <= 9
    return bool(often or (np.mod(times, 7) == 0).all())


def _ways_to_say(weeks: Weeks, stated: StatedLength, waves: bool, after: float) -> str:
    """Return the settings that say how long treatment is; none that is refused with these data."""

    def works(said: StatedLength) -> bool:
        try:
            length_of_treatment(weeks, said, waves=waves, treated=True)
        except BadInput:
            return False
        return True

    last = round(float(weeks.week[-1]) * stated.per_week)
    numbers = (12, last)
    sessions = next((n for n in numbers if works(stated._replace(sessions=n))), last)
    words = (
        f"data.sessions={sessions} and data.per_week={stated.per_week:g} say how many sessions "
        "there are at most, and how often; weeks after the last session are follow-up."
    )
    follow_up = tuple(float(week) for week in weeks.week[weeks.week >= after - NEAR])
    has_treatment = bool((weeks.week[weeks.week < after - NEAR] > 0).any())
    few = len(follow_up) <= MOST_NAMED
    if has_treatment and few and works(stated._replace(follow_up=follow_up)):
        words += f" Or data.follow_up=[{','.join(f'{week:g}' for week in follow_up)}] says which "
        words += "weeks are."
    return words


def _refuse_contradictions(stated: StatedLength, late: Floats, end: float) -> None:
    """Refuse follow-ups during treatment, and sessions after its end."""
    named = np.array(stated.follow_up or late)
    for week in named:
        if not np.isclose(late, week, atol=NEAR).any():
            raise BadInput(
                f"data.follow_up: week {week:g} lies in treatment, which ends at week {end:g} "
                "(data.sessions, data.per_week)."
            )
    for week in late:
        if not np.isclose(named, week, atol=NEAR).any():
            raise BadInput(
                f"data.follow_up: week {week:g} lies after treatment, which ends at week {end:g}: "
                "name it, too, or leave data.follow_up out."
            )
    if stated.per_session and stated.per_week != 1 and len(late):
        raise BadInput(
            f"data.per_week={stated.per_week:g}: times after the last session are no sessions, so "
            "in which week they lie is unknown: give time in weeks (data.unit=week)."
        )


def _words(stated: StatedLength, sessions: int, late: Floats, last: float) -> str:
    """Return what is assumed of the length of treatment."""
    often = "weekly sessions" if stated.per_week == 1 else f"sessions, {stated.per_week:g} a week,"
    text = f"treatment is {sessions} {often} at most"
    if stated.sessions is None and not len(late):
        text += f" (to week {last:g}, the last one measured; data.sessions, data.follow_up)"
    if len(late):
        text += f", follow-up at week {', '.join(f'{week:g}' for week in late)}"
    return text
