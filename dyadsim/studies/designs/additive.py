"""An additive trial: a therapy against the same therapy plus more of one ingredient."""

from typing import Unpack

from dyadsim import checks
from dyadsim.studies.designs import change_setting
from dyadsim.studies.sample import CROSSED_SETTING, SettingFields
from dyadsim.studies.study import Schedule, Study, arm, build_study
from dyadsim.studies.therapy import HIGHEST_DOSE, Therapy, find_therapy, with_dose


def additive(
    therapy: str | Therapy = "cbt",
    component: str = "interpersonal",
    dose: float = 0.35,
    sessions: int = 12,
    weeks_between: float = 1.0,
    **setting: Unpack[SettingFields],
) -> Study:
    """Return a trial of `full_plus`, the therapy with `dose` more for one process, against `full`.

    Rationale, structure and the other doses are the same in both arms, and the same therapists
    treat in both.

    Parameters
    ----------
    therapy
        A name in `conf/therapy/`, or a `Therapy`.
    component
        The process that the added ingredient works on: 'cognitive', 'behavioural', 'emotional' or
        'interpersonal'.
    dose
        What is added to its dose, in (0, 5].
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
        An unknown therapy or process, or a dose that adds nothing or too much.

    Examples
    --------
    >>> import dyadsim
    >>> full_plus, full = dyadsim.additive().arms
    >>> round(full_plus.phases[0].therapy.dose[3] - full.phases[0].therapy.dose[3], 2)
    0.35
    """
    place = change_setting("additive", CROSSED_SETTING, setting)
    base = find_therapy(therapy)
    checks.number("study additive: dose", dose, 0, HIGHEST_DOSE, open_low=True)
    more = with_dose(base, component, base.dose_of(component) + dose)
    therapies = (more._replace(name="full_plus"), base._replace(name="full"))
    arms = [arm(therapy.name, therapy, sessions) for therapy in therapies]
    return build_study("additive", arms, Schedule(sessions, weeks_between, (sessions,)), place)
