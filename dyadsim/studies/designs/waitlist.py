"""Waiting: the natural course of people who seek care and get none, assessed week after week."""

from collections.abc import Sequence

from dyadsim.studies.study import TRIAL, Caseload, Sample, Schedule, Study, arm, check

UNTREATED = ("waitlist", "untreated")


def waitlist(
    weeks: int = 52,
    assessments: Sequence[int] = (8, 13, 26, 52),
    instrument: str = "bdi2",
    sample: Sample = TRIAL,
) -> Study:
    """Return a study of one untreated arm over `weeks` weekly steps, assessed at `assessments`.

    Raises
    ------
    BadInput
        an assessment outside the study or an impossible length.
    """
    inside = tuple(week for week in assessments if week <= weeks) or (weeks,)
    schedule = Schedule(weeks, 1.0, inside, ())
    one = arm("waitlist", None, weeks)
    return check(Study("waitlist", (one,), schedule, sample, Caseload(), instrument))
