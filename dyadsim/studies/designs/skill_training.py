"""A training study: therapists by lot get a rise of one skill, or none, before they treat."""

from collections.abc import Sequence

from dyadsim.errors import BadInput
from dyadsim.studies import therapy as library
from dyadsim.studies.study import ROUTINE, Caseload, Sample, Schedule, Study, arm, check

TRAINED_CASELOAD = Caseload(mean=20.0, spread=0.5, nested=True)


def skill_training(
    skill: str = "empathy",
    gain: float = 1.0,
    therapy: str = "routine_care",
    sessions: int = 20,
    weeks_between: float = 1.0,
    rule: str = "good_enough",
    follow_up: Sequence[float] = (26.0, 52.0),
    instrument: str = "oq45",
    sample: Sample = ROUTINE,
    caseload: Caseload = TRAINED_CASELOAD,
) -> Study:
    """Return a trial with therapists as the unit of the lot: `trained` against `untrained`.

    Parameters
    ----------
    skill
        the therapist trait that training raises, one of `study.TRAINABLE`: 'empathy',
        'repair_skill', 'formulation_skill', 'congruence', 'regard', 'competence' (of every
        process) or 'allegiance'.
    gain
        by how much, in standard deviations of that skill among therapists, in [-3, 3]; how
        much a real training achieves is an assumption of whoever sets it.
    therapy
        name in `conf/therapy/`; it needs a therapist.
    sessions
        the most sessions that anyone gets.
    rule, weeks_between, follow_up, instrument, sample, caseload
        as in `cohort`.

    Raises
    ------
    BadInput
        an unknown skill, a gain out of range, an unknown therapy or one without a
        therapist, an unknown rule, or a plan that does not fit.
    """
    given = library.named(therapy)
    if not given.human:
        raise BadInput(f"study skill_training: {therapy} has no therapist to be trained.")
    arms = (
        arm("trained", given, sessions, rule)._replace(training=((skill, gain),)),
        arm("untrained", given, sessions, rule),
    )
    schedule = Schedule(sessions, weeks_between, (sessions,), tuple(follow_up))
    return check(Study("skill_training", arms, schedule, sample, caseload, instrument))
