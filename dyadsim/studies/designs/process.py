"""A process study: one treatment, every form every session, so that levels can be told apart."""

from collections.abc import Sequence

from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.study import ROUTINE, Caseload, Sample, Study

PROCESS_CASELOAD = Caseload(mean=12.0, spread=0.3)


def process(
    therapy: str = "routine_care",
    sessions: int = 16,
    weeks_between: float = 1.0,
    rule: str = "fixed",
    follow_up: Sequence[float] = (26.0,),
    instrument: str = "oq45",
    sample: Sample = ROUTINE,
    caseload: Caseload = PROCESS_CASELOAD,
) -> Study:
    """Return a session-by-session study of process and outcome with a fixed number of sessions.

    Clients fill in symptoms and alliance every session, therapists have caseloads of similar size:
    what `analysis.within_between` and `analysis.lagged` need to tell changes within a client from
    differences between clients and between therapists.

    Parameters
    ----------
    therapy
        name in `conf/therapy/`.
    sessions
        the number of sessions planned.
    rule, weeks_between, follow_up, instrument, sample, caseload
        as in `cohort`.

    Raises
    ------
    BadInput
        an unknown therapy or rule, or a plan that does not fit.
    """
    return cohort(
        therapy, sessions, weeks_between, rule, follow_up, instrument, sample, caseload
    )._replace(name="process")
