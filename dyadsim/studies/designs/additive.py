"""An additive trial: a therapy against the same therapy plus more of one ingredient."""

from collections.abc import Sequence

from dyadsim.errors import BadInput
from dyadsim.studies import therapy as library
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.study import TRIAL, Caseload, Sample, Study
from dyadsim.studies.therapy import with_dose

CROSSED = Caseload(mean=8.0, spread=0.5, nested=False)


def additive(
    therapy: str = "cbt",
    component: str = "interpersonal",
    dose: float = 0.35,
    sessions: int = 12,
    weeks_between: float = 1.0,
    follow_up: Sequence[float] = (26.0, 52.0),
    instrument: str = "bdi2",
    sample: Sample = TRIAL,
    caseload: Caseload = CROSSED,
) -> Study:
    """Return a trial of `full_plus`, the therapy with `dose` more for one process, against `full`.

    Rationale, structure and the other doses are the same in both arms, and the same therapists
    treat in both.

    Parameters
    ----------
    therapy
        name in `conf/therapy/`.
    component
        the process that the added ingredient works on.
    dose
        what is added to its dose, in (0, 5].
    sessions, weeks_between, follow_up, instrument, sample, caseload
        as in `rct`.

    Raises
    ------
    BadInput
        an unknown therapy or process, or a dose that adds nothing.
    """
    base = library.named(therapy)
    if isinstance(dose, bool) or not isinstance(dose, int | float) or not 0 < dose <= 5:
        raise BadInput(f"study additive: dose must be a number in (0, 5], not '{dose}'.")
    more = with_dose(base, component, base.dose_of(component) + dose)
    arms = (more._replace(name="full_plus"), base._replace(name="full"))
    return rct(arms, sessions, weeks_between, follow_up, instrument, sample, caseload)._replace(
        name="additive"
    )
