"""A dismantling trial: a whole therapy against the same therapy without one ingredient."""

from typing import Unpack

from dyadsim.errors import BadInput
from dyadsim.studies.designs import change_setting
from dyadsim.studies.sample import CROSSED_SETTING, SettingFields
from dyadsim.studies.study import Schedule, Study, arm, build_study
from dyadsim.studies.therapy import Therapy, find_therapy, with_dose


def dismantling(
    therapy: str | Therapy = "cbt",
    component: str = "cognitive",
    sessions: int = 12,
    weeks_between: float = 1.0,
    **setting: Unpack[SettingFields],
) -> Study:
    """Return a trial of `full`, the whole therapy, against `reduced`, without one ingredient.

    Rationale, structure and the other doses are the same in both arms, and the same therapists
    treat in both.

    Parameters
    ----------
    therapy
        A name in `conf/therapy/`, or a `Therapy`.
    component
        The process whose ingredient `reduced` leaves out: 'cognitive', 'behavioural', 'emotional'
        or 'interpersonal'.
    sessions, weeks_between
        As in `rct`.
    **setting
        As in `rct`; caseloads cross the arms.

    Returns
    -------
    Study
        The study.

    Raises
    ------
    BadInput
        An unknown therapy or process, or an ingredient that the therapy does not have.

    Examples
    --------
    >>> import dyadsim
    >>> dyadsim.dismantling(component="behavioural").arms[1].phases[0].therapy.dose
    (0.45, 0.0, 0.1, 0.1)
    """
    place = change_setting("dismantling", CROSSED_SETTING, setting)
    base = find_therapy(therapy)
    if base.dose_of(component) == 0:
        raise BadInput(
            f"study dismantling: {base.name} has no {component} ingredient to leave out."
        )
    less = with_dose(base, component, 0.0)
    therapies = (base._replace(name="full"), less._replace(name="reduced"))
    arms = [arm(therapy.name, therapy, sessions) for therapy in therapies]
    return build_study("dismantling", arms, Schedule(sessions, weeks_between, (sessions,)), place)
