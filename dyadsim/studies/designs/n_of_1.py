"""One client, phases with and without treatment (A-B-A-B), measured every week."""

from typing import Unpack

from dyadsim import checks
from dyadsim.errors import BadInput
from dyadsim.studies.case_card import find_case
from dyadsim.studies.designs import change_setting
from dyadsim.studies.sample import ROUTINE_SETTING, SettingFields
from dyadsim.studies.schedule import MOST_SESSIONS
from dyadsim.studies.study import Arm, Phase, Schedule, Study, build_study
from dyadsim.studies.therapy import Therapy, find_therapy, find_treatment

CASE_SETTING = ROUTINE_SETTING._replace(instrument="bdi2", follow_up=(26.0,))
LONGEST_PHASE = 1000  # weeks


def n_of_1(
    therapy: str | Therapy = "cbt",
    baseline: str | Therapy = "untreated",
    phases: str = "ABAB",
    weeks_per_phase: int = 6,
    *,
    card: str | None = None,
    **setting: Unpack[SettingFields],
) -> Study:
    """Return a single-case study: every client goes through all phases, assessed every week.

    With a `card`, everybody is that one client: several clients are several possible lives.

    Parameters
    ----------
    therapy
        A name in `conf/therapy/`, or a `Therapy`: what is done weekly in phases B.
    baseline
        What is done in phases A: 'untreated', 'waitlist', a name in `conf/therapy/` or a
        `Therapy`.
    phases
        Letters A and B, at least one of each.
    weeks_per_phase
        The length of a phase, a session a week, >= 2.
    card
        A case card: a name in `conf/case/` or the path of a YAML file (`studies.case_card`).
    **setting
        As in `rct`. Default: the routine sample, `bdi2`, 26 weeks.

    Returns
    -------
    Study
        The study, with one arm, `case`.

    Raises
    ------
    BadInput
        A case card that cannot be used, an unknown therapy, other letters, only one kind of phase,
        or too short a phase.

    Examples
    --------
    >>> import dyadsim
    >>> dyadsim.n_of_1(phases="AB", weeks_per_phase=8, card="anna", follow_up=())
    <Study n_of_1: case; 16 sessions; bdi2>
    """
    place = change_setting("n_of_1", CASE_SETTING, setting)
    if not isinstance(phases, str) or set(phases) != {"A", "B"}:
        raise BadInput(
            f"study n_of_1: phases must be letters A and B, each at least once, not '{phases}'."
        )
    length = checks.whole_number("study n_of_1: weeks_per_phase", weeks_per_phase, 2, LONGEST_PHASE)
    treatments = {"A": find_treatment(baseline), "B": find_therapy(therapy)}
    steps = [
        Phase(treatment, number * length + 1, (number + 1) * length)
        for number, letter in enumerate(phases)
        if (treatment := treatments[letter]) is not None
    ]
    weeks = len(phases) * length
    checks.whole_number("study n_of_1: phases x weeks_per_phase", weeks, 2, MOST_SESSIONS)
    schedule = Schedule(weeks, 1.0, tuple(range(1, weeks + 1)))
    client = None if card is None else find_case(card, place.instrument)
    return build_study("n_of_1", [Arm("case", tuple(steps))], schedule, place, case=client)
