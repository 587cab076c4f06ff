"""A preference trial: two therapies by chance; some clients get the one they prefer."""

from collections.abc import Sequence
from typing import Unpack

from dyadsim.studies.designs import change_setting
from dyadsim.studies.designs.rct import treated_arms
from dyadsim.studies.sample import CROSSED_SETTING, SettingFields
from dyadsim.studies.study import Schedule, Study, build_study
from dyadsim.studies.therapy import Therapy


def preference(
    arms: Sequence[str | Therapy] = ("cbt", "interpersonal"),
    sessions: int = 12,
    weeks_between: float = 1.0,
    **setting: Unpack[SettingFields],
) -> Study:
    """Return a trial of randomised therapies that are given by the same therapists.

    Which therapy a client prefers stands in the clients' table (`preferred_therapy`), asked before
    allocation. The comparison is between clients who were allocated to the therapy they prefer
    (matched) and the others (mismatched), so that the match is randomised too.

    Parameters
    ----------
    arms
        Two or more names in `conf/therapy/`, or `Therapy` values.
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
        Fewer than two arms, an unknown therapy, or a plan that does not fit.

    Examples
    --------
    >>> import dyadsim
    >>> dyadsim.preference(follow_up=())
    <Study preference: cbt, interpersonal; 12 sessions; bdi2>
    """
    place = change_setting("preference", CROSSED_SETTING, setting)
    schedule = Schedule(sessions, weeks_between, (sessions,))
    return build_study("preference", treated_arms("preference", arms, sessions), schedule, place)
