"""Naturalistic care: one treatment, real caseloads; the setting says who comes and how it ends."""

from typing import NamedTuple, Unpack

from dyadsim import checks
from dyadsim.studies.designs import change_setting
from dyadsim.studies.sample import (
    ROUTINE,
    ROUTINE_CASELOAD,
    TRIAL,
    Caseload,
    Sample,
    Setting,
    SettingFields,
)
from dyadsim.studies.study import Schedule, Study, arm, build_study
from dyadsim.studies.therapy import Therapy, find_therapy


class Service(NamedTuple):
    """Where care is given: who comes, therapists' caseloads, the most sessions, how it ends."""

    sample: Sample
    caseload: Caseload
    sessions: int
    rule: str


# How the settings differ is an assumption; routine_service is the reference that facts.csv is
# compared in.
SETTINGS = {
    "routine_service": Service(ROUTINE, ROUTINE_CASELOAD, 29, "good_enough"),
    "trial_clinic": Service(TRIAL, Caseload(8.0, 0.5), 12, "fixed"),
    "counselling_centre": Service(
        Sample(seeking_threshold=1.4, seeking_noise=0.9), Caseload(30.0, 0.5), 10, "good_enough"
    ),
    "private_practice": Service(
        Sample(seeking_threshold=1.6, therapist_selection=1.1), Caseload(15.0, 0.5), 60, "open"
    ),
}


def cohort(
    therapy: str | Therapy = "routine_care",
    sessions: int | None = None,
    weeks_between: float = 1.0,
    rule: str | None = None,
    *,
    feedback: bool = False,
    setting: str = "routine_service",
    **fields: Unpack[SettingFields],
) -> Study:
    """Return a naturalistic cohort: everybody gets the same care.

    Parameters
    ----------
    therapy
        A name in `conf/therapy/`, or a `Therapy`.
    sessions
        The most sessions that anyone gets; None = the setting's.
    weeks_between
        Weeks from session to session, in [0.1, 4].
    rule
        'good_enough' (agreed end when the client has had enough), 'open' (the same without a
        planned end) or 'fixed'; None = the setting's.
    feedback
        Therapists see the scores (routine outcome monitoring).
    setting
        'routine_service', 'trial_clinic', 'counselling_centre' or 'private_practice' (`SETTINGS`):
        who comes, caseloads, the most sessions and the rule.
    **fields
        `follow_up`, `instrument`, `sample` and `caseload` as in `rct`. Default: `phq9`, 26 weeks,
        sample and caseload of the setting.

    Returns
    -------
    Study
        The study, with one arm, `care`.

    Raises
    ------
    BadInput
        An unknown therapy, setting or rule, or a plan that does not fit.

    Examples
    --------
    >>> import dyadsim
    >>> dyadsim.cohort(setting="private_practice")
    <Study cohort: care; 60 sessions, follow-up after 26 weeks; phq9>
    """
    checks.known_name("setting", setting, SETTINGS, where="study cohort")
    service = SETTINGS[setting]
    usual = Setting(service.sample, service.caseload, "phq9", (26.0,))
    place = change_setting("cohort", usual, fields)
    most = service.sessions if sessions is None else sessions
    checks.flag("study cohort: feedback", feedback)
    care = arm("care", find_therapy(therapy), most, rule or service.rule, feedback=feedback)
    return build_study("cohort", [care], Schedule(most, weeks_between), place)
