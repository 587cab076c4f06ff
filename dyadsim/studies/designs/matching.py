"""A matching trial: clients go to the therapist whose strengths fit them, or to one by chance."""

from typing import Unpack

from dyadsim.studies.designs import change_setting
from dyadsim.studies.sample import ROUTINE_SETTING, SettingFields
from dyadsim.studies.study import Schedule, Study, arm, build_study
from dyadsim.studies.therapy import Therapy, find_guided


def matching(
    therapy: str | Therapy = "routine_care",
    sessions: int = 20,
    weeks_between: float = 1.0,
    rule: str = "good_enough",
    **setting: Unpack[SettingFields],
) -> Study:
    """Return a trial in routine care: `matched` to therapists by strength against `as_usual`.

    The same therapists treat in both arms. `kernel.allocation.matched` says how they are chosen;
    it is the best that matching could do, because strengths and needs are known without error.

    Parameters
    ----------
    therapy
        A name in `conf/therapy/`, or a `Therapy`; it needs a therapist.
    sessions
        The most sessions that anyone gets.
    weeks_between, rule
        As in `cohort`.
    **setting
        As in `rct`. Default: the routine sample and caseload, `oq45`, 26 and 52 weeks.

    Returns
    -------
    Study
        The study.

    Raises
    ------
    BadInput
        An unknown therapy or one without a therapist, an unknown rule, nested caseloads, or a plan
        that does not fit.

    Examples
    --------
    >>> import dyadsim
    >>> dyadsim.matching(follow_up=())
    <Study matching: matched, as_usual; 20 sessions; oq45>
    """
    place = change_setting("matching", ROUTINE_SETTING, setting)
    care = find_guided(therapy, "matching", "to be matched with")
    usual = arm("as_usual", care, sessions, rule)
    arms = [usual._replace(name="matched", matched=True), usual]
    return build_study("matching", arms, Schedule(sessions, weeks_between, (sessions,)), place)
