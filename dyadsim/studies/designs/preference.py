"""A preference trial: two therapies by lot; some clients get the one they prefer, others not."""

from collections.abc import Sequence

from dyadsim.studies.designs.additive import CROSSED
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.study import TRIAL, Caseload, Sample, Study


def preference(
    arms: Sequence[str] = ("cbt", "interpersonal"),
    sessions: int = 12,
    weeks_between: float = 1.0,
    follow_up: Sequence[float] = (26.0, 52.0),
    instrument: str = "bdi2",
    sample: Sample = TRIAL,
    caseload: Caseload = CROSSED,
) -> Study:
    """Return a trial of therapies by lot, given by the same therapists.

    Which therapy a client prefers stands in the clients' table (`preferred_therapy`), asked before
    the lot: the comparison is between clients whose lot was the therapy they prefer (matched) and
    the others (mismatched), so that the lot decides about the match too.

    Parameters
    ----------
    arms
        two names or more in `conf/therapy/`.
    sessions, weeks_between, follow_up, instrument, sample, caseload
        as in `rct`.

    Raises
    ------
    BadInput
        fewer than two arms, an unknown therapy, or a plan that does not fit.
    """
    return rct(arms, sessions, weeks_between, follow_up, instrument, sample, caseload)._replace(
        name="preference"
    )
