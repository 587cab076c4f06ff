"""A process study: one treatment, every form every session, so that levels can be told apart."""

from typing import Unpack

from dyadsim.studies.designs import change_setting
from dyadsim.studies.sample import ROUTINE_SETTING, Caseload, SettingFields
from dyadsim.studies.study import Schedule, Study, arm, build_study
from dyadsim.studies.therapy import Therapy, find_therapy

PROCESS_SETTING = ROUTINE_SETTING._replace(
    caseload=Caseload(mean=12.0, spread=0.3), follow_up=(26.0,)
)


def process(
    therapy: str | Therapy = "routine_care",
    sessions: int = 16,
    weeks_between: float = 1.0,
    rule: str = "fixed",
    **setting: Unpack[SettingFields],
) -> Study:
    """Return a session-by-session study of process and outcome with a fixed number of sessions.

    Clients fill in symptoms and alliance every session, and therapists have caseloads of similar
    size: what `analysis.within_between` and `analysis.lagged` need to tell changes within a client
    from differences between clients and between therapists.

    Parameters
    ----------
    therapy
        A name in `conf/therapy/`, or a `Therapy`.
    sessions
        The number of sessions planned.
    weeks_between, rule
        As in `cohort`.
    **setting
        As in `rct`. Default: the routine sample, `oq45`, 26 weeks.

    Returns
    -------
    Study
        The study, with one arm, `care`.

    Raises
    ------
    BadInput
        An unknown therapy or rule, or a plan that does not fit.

    Examples
    --------
    >>> import dyadsim
    >>> dyadsim.process(sessions=10)
    <Study process: care; 10 sessions, follow-up after 26 weeks; oq45>
    """
    place = change_setting("process", PROCESS_SETTING, setting)
    care = arm("care", find_therapy(therapy), sessions, rule)
    return build_study("process", [care], Schedule(sessions, weeks_between), place)
