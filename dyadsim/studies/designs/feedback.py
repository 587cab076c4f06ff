"""Routine outcome monitoring: the same care with and without the scores in the therapist's hand."""

from collections.abc import Sequence

from dyadsim.errors import BadInput
from dyadsim.studies import therapy as library
from dyadsim.studies.designs.cohort import ROUTINE_CASELOAD
from dyadsim.studies.study import ROUTINE, Arm, Caseload, Sample, Schedule, Study, arm, check


def feedback(
    therapy: str = "routine_care",
    sessions: int = 20,
    weeks_between: float = 1.0,
    rule: str = "good_enough",
    follow_up: Sequence[float] = (26.0, 52.0),
    instrument: str = "oq45",
    sample: Sample = ROUTINE,
    caseload: Caseload = ROUTINE_CASELOAD,
    support: bool = False,
) -> Study:
    """Return a trial in routine care: `feedback` (scores and alerts) against `no_feedback`.

    The same therapists treat in both arms. Everybody is assessed at the last planned session, in
    treatment or not.

    Parameters
    ----------
    therapy
        name in `conf/therapy/`; it needs a therapist.
    sessions
        the most sessions that anyone gets.
    rule, weeks_between, follow_up, instrument, sample, caseload
        as in `cohort`.
    support
        alerts come with clinical support tools, in a third arm, `feedback_support`.

    Raises
    ------
    BadInput
        an unknown therapy or one without a therapist, an unknown rule, or a plan that
        does not fit.
    """
    given = library.named(therapy)
    if not given.human:
        raise BadInput(f"study feedback: {therapy} has no therapist who could see the scores.")
    arms: tuple[Arm, ...] = (
        arm("feedback", given, sessions, rule, feedback=True),
        arm("no_feedback", given, sessions, rule),
    )
    if not isinstance(support, bool):
        raise BadInput(f"study feedback: support must be true or false, not '{support}'.")
    if support:
        more = arm("feedback_support", given, sessions, rule, feedback=True)
        arms = (more._replace(support=True), *arms)
    schedule = Schedule(sessions, weeks_between, (sessions,), tuple(follow_up))
    return check(Study("feedback", arms, schedule, sample, caseload, instrument))
