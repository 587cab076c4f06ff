"""A training study: therapists are randomised to gain one skill, or nothing, before they treat."""

from typing import Unpack

from dyadsim.studies.designs import change_setting
from dyadsim.studies.sample import ROUTINE_SETTING, Caseload, SettingFields
from dyadsim.studies.study import Schedule, Study, arm, build_study
from dyadsim.studies.therapy import Therapy, find_guided

TRAINING_SETTING = ROUTINE_SETTING._replace(caseload=Caseload(mean=20.0, spread=0.5, nested=True))


def skill_training(
    skill: str = "empathy",
    gain: float = 1.0,
    therapy: str | Therapy = "routine_care",
    sessions: int = 20,
    weeks_between: float = 1.0,
    rule: str = "good_enough",
    **setting: Unpack[SettingFields],
) -> Study:
    """Return a trial that randomises therapists: `trained` against `untrained`.

    Parameters
    ----------
    skill
        The therapist trait that training raises, one of `study.TRAINABLE`: 'empathy',
        'repair_skill', 'formulation_skill', 'congruence', 'regard', 'competence' (of every
        process) or 'allegiance'.
    gain
        By how much, in standard deviations of that skill among therapists, in [-3, 3]; how much a
        real training achieves is an assumption of whoever sets it.
    therapy
        A name in `conf/therapy/`, or a `Therapy`; it needs a therapist.
    sessions
        The most sessions that anyone gets.
    weeks_between, rule
        As in `cohort`.
    **setting
        As in `rct`; caseloads nest in arms. Default: the routine sample, `oq45`, 26 and 52 weeks.

    Returns
    -------
    Study
        The study.

    Raises
    ------
    BadInput
        An unknown skill, a gain out of range, an unknown therapy or one without a therapist, an
        unknown rule, or a plan that does not fit.

    Examples
    --------
    >>> import dyadsim
    >>> dyadsim.skill_training("repair_skill", gain=0.5).arms[0].training
    (('repair_skill', 0.5),)
    """
    place = change_setting("skill_training", TRAINING_SETTING, setting)
    care = find_guided(therapy, "skill_training", "to be trained")
    usual = arm("untrained", care, sessions, rule)
    arms = [usual._replace(name="trained", training=((skill, gain),)), usual]
    schedule = Schedule(sessions, weeks_between, (sessions,))
    return build_study("skill_training", arms, schedule, place)
