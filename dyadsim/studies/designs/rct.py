"""The randomised trial: any arms, each a therapy or no treatment, everybody followed up."""

from collections.abc import Sequence
from typing import Unpack

from dyadsim.errors import BadInput
from dyadsim.studies.designs import change_setting
from dyadsim.studies.sample import TRIAL_CASELOAD as TRIAL_CASELOAD
from dyadsim.studies.sample import TRIAL_SETTING, SettingFields
from dyadsim.studies.study import Arm, Schedule, Study, arm, build_study
from dyadsim.studies.therapy import Therapy, find_treatment


def rct(
    arms: Sequence[str | Therapy] = ("cbt", "interpersonal", "waitlist"),
    sessions: int = 12,
    weeks_between: float = 1.0,
    **setting: Unpack[SettingFields],
) -> Study:
    """Return a randomised trial with equal allocation to its arms.

    Parameters
    ----------
    arms
        Two or more: names in `conf/therapy/`, `Therapy` values, or 'waitlist' / 'untreated'.
    sessions
        The planned number; the post-test is at the last session, for everybody.
    weeks_between
        Weeks from session to session, in [0.1, 4].
    **setting
        `follow_up`: weeks after the last session at which everybody is assessed again;
        `instrument`: the symptom instrument, a name in `questionnaires.SYMPTOM_INSTRUMENTS`;
        `sample`: who is included; `caseload`: how therapists share the clients, nested in arms.
        Default: a trial's sample, `bdi2`, 26 and 52 weeks.

    Returns
    -------
    Study
        The study.

    Raises
    ------
    BadInput
        Fewer than two arms, an unknown therapy, or a plan that does not fit.

    Examples
    --------
    >>> import dyadsim
    >>> dyadsim.rct(["cbt", "waitlist"], sessions=8, follow_up=[26])
    <Study rct: cbt, waitlist; 8 sessions, follow-up after 26 weeks; bdi2>
    """
    place = change_setting("rct", TRIAL_SETTING, setting)
    schedule = Schedule(sessions, weeks_between, (sessions,))
    return build_study("rct", treated_arms("rct", arms, sessions), schedule, place)


def treated_arms(design: str, arms: Sequence[str | Therapy], sessions: int) -> list[Arm]:
    """Return an arm for each therapy or waitlist of a trial.

    Raises
    ------
    BadInput
        Fewer than two arms, or an unknown therapy.
    """
    if isinstance(arms, str | Therapy) or not isinstance(arms, Sequence) or len(arms) < 2:
        raise BadInput(
            f"study {design}: it needs two arms or more, a therapy and what it is compared with, "
            f"as a list such as ['cbt', 'waitlist'], not '{arms}'."
        )
    treatments = [find_treatment(item) for item in arms]
    return [
        arm(treatment.name if treatment else str(item), treatment, sessions)
        for item, treatment in zip(arms, treatments, strict=True)
    ]
