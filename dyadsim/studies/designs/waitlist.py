"""Waiting: the natural course of people who seek care and get none, assessed week after week."""

from collections.abc import Sequence

from dyadsim import checks
from dyadsim.model.questionnaires import Instrument
from dyadsim.studies.designs import change_setting, check_weeks
from dyadsim.studies.sample import TRIAL, Caseload, Sample, Setting
from dyadsim.studies.schedule import MOST_SESSIONS
from dyadsim.studies.study import Schedule, Study, arm, build_study
from dyadsim.studies.therapy import UNTREATED as UNTREATED

WAITING = Setting(TRIAL, Caseload(), "bdi2", ())


def waitlist(
    weeks: int = 52,
    assessments: Sequence[int] = (8, 13, 26, 52),
    *,
    instrument: str | Instrument = "bdi2",
    sample: Sample | None = None,
) -> Study:
    """Return a study of people who get no treatment, in weekly steps.

    Parameters
    ----------
    weeks
        The length of the study.
    assessments
        Weeks at which everybody is assessed; those after the end are left out, and without any the
        last week is assessed.
    instrument
        The symptom instrument, a name in `questionnaires.SYMPTOM_INSTRUMENTS`.
    sample
        Who is included; None = a trial's sample.

    Returns
    -------
    Study
        The study, with one arm, `waitlist`.

    Raises
    ------
    BadInput
        An assessment before the first week, or an impossible length.

    Examples
    --------
    >>> import dyadsim
    >>> dyadsim.waitlist(26).schedule.assessments
    (8, 13, 26)
    """
    place = change_setting("waitlist", WAITING, {"instrument": instrument, "sample": sample})
    checks.whole_number("study waitlist: weeks", weeks, 0, MOST_SESSIONS)
    check_weeks("study waitlist: assessments", assessments)
    inside = tuple(week for week in assessments if week <= weeks) or (weeks,)
    schedule = Schedule(weeks, 1.0, inside)
    return build_study("waitlist", [arm("waitlist", None, weeks)], schedule, place)
