"""Routine care: one treatment, real caseloads, clients end when it is good enough for them."""

from collections.abc import Sequence

from dyadsim import therapies as library
from dyadsim.study import ROUTINE, Caseload, Sample, Schedule, Study, arm, check

ROUTINE_CASELOAD = Caseload(mean=40.0, spread=0.7)


def cohort(
    therapy: str = "routine_care",
    sessions: int = 29,
    weeks_between: float = 1.0,
    rule: str = "good_enough",
    follow_up: Sequence[float] = (26.0,),
    instrument: str = "phq9",
    sample: Sample = ROUTINE,
    caseload: Caseload = ROUTINE_CASELOAD,
    feedback: bool = False,
) -> Study:
    """Return a naturalistic cohort.

    Args:
        therapy: name in `conf/therapy/`.
        sessions: the most sessions that anyone gets.
        rule: 'good_enough' (agreed end when the client has had enough), 'open' (the same without
            a planned end) or 'fixed'.
        weeks_between, follow_up, instrument, sample, caseload: as in `rct`.
        feedback: therapists see the scores (routine outcome monitoring).

    Raises:
        BadInput: an unknown therapy or rule, or a plan that does not fit.
    """
    one = arm("care", library.named(therapy), sessions, rule, feedback=feedback)
    schedule = Schedule(sessions, weeks_between, (), tuple(follow_up))
    return check(Study("cohort", (one,), schedule, sample, caseload, instrument))
