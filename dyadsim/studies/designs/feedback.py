"""Routine outcome monitoring: the same care, and the therapist sees the scores or does not."""

from typing import Unpack

from dyadsim import checks
from dyadsim.studies.designs import change_setting
from dyadsim.studies.sample import ROUTINE_SETTING, SettingFields
from dyadsim.studies.study import Schedule, Study, arm, build_study
from dyadsim.studies.therapy import Therapy, find_guided


def feedback(
    therapy: str | Therapy = "routine_care",
    sessions: int = 20,
    weeks_between: float = 1.0,
    rule: str = "good_enough",
    *,
    support: bool = False,
    **setting: Unpack[SettingFields],
) -> Study:
    """Return a trial in routine care: `feedback` (scores and alerts) against `no_feedback`.

    The same therapists treat in both arms. Everybody is assessed at the last planned session, in
    treatment or not.

    Parameters
    ----------
    therapy
        A name in `conf/therapy/`, or a `Therapy`; it needs a therapist.
    sessions
        The most sessions that anyone gets.
    weeks_between, rule
        As in `cohort`.
    support
        Alerts come with clinical support tools, in a third arm, `feedback_support`.
    **setting
        As in `rct`. Default: the routine sample and caseload, `oq45`, 26 and 52 weeks.

    Returns
    -------
    Study
        The study.

    Raises
    ------
    BadInput
        An unknown therapy or one without a therapist, an unknown rule, or a plan that does not
        fit.

    Examples
    --------
    >>> import dyadsim
    >>> [arm.name for arm in dyadsim.feedback(support=True).arms]
    ['feedback_support', 'feedback', 'no_feedback']
    """
    place = change_setting("feedback", ROUTINE_SETTING, setting)
    care = find_guided(therapy, "feedback", "who could see the scores")
    alerts = arm("feedback", care, sessions, rule, feedback=True)
    arms = [alerts, arm("no_feedback", care, sessions, rule)]
    if checks.flag("study feedback: support", support):
        arms.insert(0, alerts._replace(name="feedback_support", support=True))
    return build_study("feedback", arms, Schedule(sessions, weeks_between, (sessions,)), place)
