"""A matching trial: clients go to the therapist whose strengths fit them, or to one by lot."""

from collections.abc import Sequence

from dyadsim.errors import BadInput
from dyadsim.studies import therapy as library
from dyadsim.studies.designs.cohort import ROUTINE_CASELOAD
from dyadsim.studies.study import ROUTINE, Caseload, Sample, Schedule, Study, arm, check


def matching(
    therapy: str = "routine_care",
    sessions: int = 20,
    weeks_between: float = 1.0,
    rule: str = "good_enough",
    follow_up: Sequence[float] = (26.0, 52.0),
    instrument: str = "oq45",
    sample: Sample = ROUTINE,
    caseload: Caseload = ROUTINE_CASELOAD,
) -> Study:
    """Return a trial in routine care: `matched` to therapists by strength against `as_usual`.

    The same therapists treat in both arms (`population.matched` says how they are chosen; it is
    the best that matching could do, because strengths and needs are known without error).

    Parameters
    ----------
    therapy
        name in `conf/therapy/`; it needs a therapist.
    sessions
        the most sessions that anyone gets.
    rule, weeks_between, follow_up, instrument, sample, caseload
        as in `cohort`.

    Raises
    ------
    BadInput
        an unknown therapy or one without a therapist, an unknown rule, or a plan that
        does not fit.
    """
    given = library.named(therapy)
    if not given.human:
        raise BadInput(f"study matching: {therapy} has no therapist to be matched with.")
    arms = (
        arm("matched", given, sessions, rule)._replace(matched=True),
        arm("as_usual", given, sessions, rule),
    )
    schedule = Schedule(sessions, weeks_between, (sessions,), tuple(follow_up))
    return check(Study("matching", arms, schedule, sample, caseload, instrument))
