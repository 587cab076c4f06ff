"""Naturalistic care: one treatment, real caseloads; the setting says who comes and how it ends."""

from collections.abc import Sequence

from dyadsim.errors import BadInput, nearest
from dyadsim.studies import therapy as library
from dyadsim.studies.study import SETTINGS, Caseload, Sample, Schedule, Study, arm, check

ROUTINE_CASELOAD = SETTINGS["routine_service"].caseload


def cohort(
    therapy: str = "routine_care",
    sessions: int | None = None,
    weeks_between: float = 1.0,
    rule: str | None = None,
    follow_up: Sequence[float] = (26.0,),
    instrument: str = "phq9",
    sample: Sample | None = None,
    caseload: Caseload | None = None,
    feedback: bool = False,
    setting: str = "routine_service",
) -> Study:
    """Return a naturalistic cohort.

    Parameters
    ----------
    therapy
        name in `conf/therapy/`.
    sessions
        the most sessions that anyone gets; None = the setting's.
    rule
        'good_enough' (agreed end when the client has had enough), 'open' (the same without
        a planned end) or 'fixed'; None = the setting's.
    weeks_between, follow_up, instrument
        as in `rct`.
    sample, caseload
        as in `rct`; None = the setting's.
    feedback
        therapists see the scores (routine outcome monitoring).
    setting
        'routine_service', 'trial_clinic', 'counselling_centre' or 'private_practice'
        (`study.SETTINGS`): who comes, caseloads, the most sessions and the rule.

    Raises
    ------
    BadInput
        an unknown therapy, setting or rule, or a plan that does not fit.
    """
    if setting not in SETTINGS:
        raise BadInput(
            f"study cohort: there is no setting '{setting}'.{nearest(str(setting), SETTINGS)} "
            f"Settings: {', '.join(SETTINGS)}."
        )
    usual = SETTINGS[setting]
    most = usual.sessions if sessions is None else sessions
    one = arm("care", library.named(therapy), most, rule or usual.rule, feedback=feedback)
    schedule = Schedule(most, weeks_between, (), tuple(follow_up))
    return check(
        Study(
            "cohort",
            (one,),
            schedule,
            usual.sample if sample is None else sample,
            usual.caseload if caseload is None else caseload,
            instrument,
        )
    )
