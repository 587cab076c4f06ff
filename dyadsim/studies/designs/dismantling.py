"""A dismantling trial: a whole therapy against the same therapy without one ingredient."""

from collections.abc import Sequence

from dyadsim.errors import BadInput
from dyadsim.studies import therapy as library
from dyadsim.studies.designs.additive import CROSSED
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.study import TRIAL, Caseload, Sample, Study
from dyadsim.studies.therapy import with_dose


def dismantling(
    therapy: str = "cbt",
    component: str = "cognitive",
    sessions: int = 12,
    weeks_between: float = 1.0,
    follow_up: Sequence[float] = (26.0, 52.0),
    instrument: str = "bdi2",
    sample: Sample = TRIAL,
    caseload: Caseload = CROSSED,
) -> Study:
    """Return a trial of `full`, the whole therapy, against `reduced`, without one ingredient.

    Rationale, structure and the other doses are the same in both arms, and the same therapists
    treat in both.

    Parameters
    ----------
    therapy
        name in `conf/therapy/`.
    component
        the process whose ingredient is left out of `reduced`.
    sessions, weeks_between, follow_up, instrument, sample, caseload
        as in `rct`.

    Raises
    ------
    BadInput
        an unknown therapy or process, or an ingredient that the therapy does not have.
    """
    base = library.named(therapy)
    if base.dose_of(component) == 0:
        raise BadInput(f"study dismantling: {therapy} has no {component} ingredient to leave out.")
    less = with_dose(base, component, 0.0)
    arms = (base._replace(name="full"), less._replace(name="reduced"))
    return rct(arms, sessions, weeks_between, follow_up, instrument, sample, caseload)._replace(
        name="dismantling"
    )
