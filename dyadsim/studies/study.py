"""Values only: who gets what when, and what is measured. A `Study` is all the engine needs."""

from typing import Annotated, NamedTuple

import numpy as np

from dyadsim.errors import BadInput, nearest
from dyadsim.model.mechanisms.ending import FIXED_RULE, GOOD_ENOUGH_RULE, OPEN_RULE
from dyadsim.model.parameter import parameter
from dyadsim.model.questionnaires import Instrument
from dyadsim.model.variables import Array, Whole
from dyadsim.studies.case_card import Case
from dyadsim.studies.therapy import Therapy

RULES = {"fixed": FIXED_RULE, "good_enough": GOOD_ENOUGH_RULE, "open": OPEN_RULE}
NOT_SEEN, SESSION, ASSESSMENT, FOLLOW_UP = range(4)
OCCASIONS = ("not_seen", "session", "assessment", "follow_up")
LONGEST_STEP = 4.0  # weeks: a longer gap without sessions is walked in several steps


class Phase(NamedTuple):
    """A treatment from session `first` to session `last`, both included."""

    therapy: Therapy
    first: int
    last: int


TRAINABLE = (
    "empathy",
    "congruence",
    "regard",
    "repair_skill",
    "formulation_skill",
    "competence",
    "allegiance",
)
NO_FEEDBACK, ALERTS, SUPPORT = range(3)


class Arm(NamedTuple):
    """One arm.

    `phases` (none = no treatment), `rule` of ending, `share` in the allocation; `feedback`: the
    therapists see the scores, `support`: alerts come with clinical support tools; `training`: what
    the arm's therapists gained before the study, (trait of `TRAINABLE`, z), `matched`: clients go
    to the therapist with the best strengths for them.
    """

    name: str
    phases: tuple[Phase, ...]
    rule: str = "fixed"
    share: int = 1
    feedback: bool = False
    support: bool = False
    training: tuple[tuple[str, float], ...] = ()
    matched: bool = False


class Schedule(NamedTuple):
    """Time: `sessions` steps of `weeks_between`, then `follow_up` assessments.

    `assessments` are session numbers at which everybody is assessed, in treatment or not (the last
    one is the post-test); `follow_up` are weeks after the last session step.
    """

    sessions: int
    weeks_between: float = 1.0
    assessments: tuple[int, ...] = ()
    follow_up: tuple[float, ...] = ()


class Sample(NamedTuple):
    """Who comes through the door, out of the population."""

    seeking_threshold: Annotated[
        float, parameter("distress, as felt, from which people seek or get care", "distress", -9, 5)
    ] = 1.8
    seeking_noise: Annotated[
        float,
        parameter("SD of everything else that decides about seeking care", "distress", 0.1, 4),
    ] = 0.9
    therapist_selection: Annotated[
        float, parameter("spread of therapist traits against routine care", "1", 0, 2)
    ] = 1.0


ROUTINE = Sample()
TRIAL = Sample(seeking_threshold=2.35, seeking_noise=0.45, therapist_selection=0.8)
SAMPLES = {"routine": ROUTINE, "trial": TRIAL}


class Caseload(NamedTuple):
    """Clients a therapist: mean and spread (SD of log2), crossed with arms or nested in them."""

    mean: float = 40.0
    spread: float = 0.7
    nested: bool = False


class Setting(NamedTuple):
    """Where care is given: who comes, therapists' caseloads, the most sessions, how it ends."""

    sample: Sample
    caseload: Caseload
    sessions: int
    rule: str


# How the settings differ is an assumption; routine_service is the reference that facts.csv is
# compared in.
SETTINGS = {
    "routine_service": Setting(ROUTINE, Caseload(40.0, 0.7), 29, "good_enough"),
    "trial_clinic": Setting(TRIAL, Caseload(8.0, 0.5), 12, "fixed"),
    "counselling_centre": Setting(
        Sample(seeking_threshold=1.4, seeking_noise=0.9), Caseload(30.0, 0.5), 10, "good_enough"
    ),
    "private_practice": Setting(
        Sample(seeking_threshold=1.6, therapist_selection=1.1), Caseload(15.0, 0.5), 60, "open"
    ),
}


class Study(NamedTuple):
    """Who gets what when, and what is measured."""

    name: str
    arms: tuple[Arm, ...]
    schedule: Schedule
    sample: Sample = ROUTINE
    caseload: Caseload = Caseload()
    instrument: str | Instrument = "phq9"  # a name of measures.SYMPTOM_INSTRUMENTS
    case: Case | None = None  # everybody is this client, with luck of their own


class Plan(NamedTuple):
    """A study as arrays for the engine. Step 0 is intake; step s >= 1 is session or follow-up.

    `weeks` (step,) since the step before; `occasion` (step,) codes of `OCCASIONS`;
    `therapy` (arm, step) index into the treatment rows, -1 = none; `changes` (step,) whether any
    arm's treatment changes; `last` (arm,) last planned session, 0 = none; `rule` (arm,) codes;
    `feedback` (arm,) 0 none, 1 scores and alerts, 2 with support; `continued` (arm,) medication
    that goes on after the last session; `training` (arm, trait) in z, traits as in `TRAINABLE`;
    `treatments` (field, treatment): four doses, structure, rationale,
    bona fide, individualisation, body, human, medication.
    """

    weeks: Array
    occasion: Whole
    therapy: Whole
    changes: Whole
    last: Whole
    rule: Whole
    feedback: Array
    continued: Array
    training: Array
    treatments: Array


def arm(
    name: str, therapy: Therapy | None, sessions: int, rule: str = "fixed", feedback: bool = False
) -> Arm:
    """Return an arm with one therapy throughout, or none."""
    phases = () if therapy is None else (Phase(therapy, 1, sessions),)
    return Arm(name, phases, rule, feedback=feedback)


def treatments(study: Study) -> tuple[Therapy, ...]:
    """Return the study's therapies, each once, in the order of the arms."""
    every = [phase.therapy for arm in study.arms for phase in arm.phases]
    return tuple(dict.fromkeys(every))


def week_of(study: Study) -> Array:
    """Return the week since intake of every step, `(step,)`."""
    return np.cumsum(plan(study).weeks, dtype=np.float32)


def _steps(schedule: Schedule) -> tuple[list[float], list[int]]:
    """Return weeks and occasion of each step."""
    weeks, occasion = [0.0], [SESSION]
    for session in range(1, schedule.sessions + 1):
        weeks.append(schedule.weeks_between)
        occasion.append(ASSESSMENT if session in schedule.assessments else SESSION)
    now = 0.0
    for target in sorted(schedule.follow_up):
        count = max(1, int(np.ceil((target - now) / LONGEST_STEP)))
        weeks += [(target - now) / count] * count
        occasion += [NOT_SEEN] * (count - 1) + [FOLLOW_UP]
        now = target
    return weeks, occasion


def _row(therapy: Therapy) -> list[float]:
    """Return one treatment's numbers in the order that `Plan` states."""
    return [
        *therapy.dose,
        therapy.structure,
        therapy.rationale,
        float(therapy.bona_fide),
        therapy.individualisation,
        therapy.body,
        therapy.human,
        therapy.medication,
    ]


def _feedback(one: Arm) -> int:
    """Return the code of an arm's feedback."""
    return SUPPORT if one.feedback and one.support else ALERTS if one.feedback else NO_FEEDBACK


def _continued(one: Arm) -> float:
    """Return the medication that goes on after the arm's last session."""
    if not one.phases:
        return 0.0
    last = max(reversed(one.phases), key=lambda phase: phase.last).therapy
    return last.medication if last.continued else 0.0


def plan(study: Study) -> Plan:
    """Return the study as arrays."""
    weeks, occasion = _steps(study.schedule)
    known = treatments(study)
    given = np.full((len(study.arms), len(weeks)), -1, np.int32)
    last = np.zeros(len(study.arms), np.int32)
    for index, one in enumerate(study.arms):
        for phase in one.phases:
            given[index, phase.first : phase.last + 1] = known.index(phase.therapy)
            last[index] = max(last[index], phase.last)
    changes = np.ones(len(weeks), np.int32)
    changes[1:] = (given[:, 1:] != given[:, :-1]).any(axis=0)
    rows = [_row(therapy) for therapy in known] or [[0.0] * 11]
    return Plan(
        weeks=np.array(weeks, np.float32),
        occasion=np.array(occasion, np.int32),
        therapy=given,
        changes=changes,
        last=last,
        rule=np.array([RULES[one.rule] for one in study.arms], np.int32),
        feedback=np.array([_feedback(one) for one in study.arms], np.float32),
        continued=np.array([_continued(one) for one in study.arms], np.float32),
        training=np.array(
            [[dict(one.training).get(trait, 0.0) for trait in TRAINABLE] for one in study.arms],
            np.float32,
        ),
        treatments=np.ascontiguousarray(np.array(rows, np.float32).T),
    )


def check(study: Study) -> Study:
    """Return `study` if it can be run.

    Raises
    ------
    BadInput
        no arm, two arms of one name, an unknown rule, no session step, a phase beyond
        the schedule, an impossible assessment, gap or caseload.
    """
    names = [one.name for one in study.arms]
    if study.caseload.nested and any(one.matched for one in study.arms):
        raise BadInput(
            f"study {study.name}: clients cannot be matched where therapists are nested."
        )
    if not names:
        raise BadInput(f"study {study.name}: it needs at least one arm.")
    if len(set(names)) < len(names):
        raise BadInput(f"study {study.name}: two arms are called the same: {', '.join(names)}.")
    steps = study.schedule.sessions
    if steps < 1:
        raise BadInput(f"study {study.name}: it needs 1 session or more; {steps} given.")
    if not 0.1 <= study.schedule.weeks_between <= LONGEST_STEP:
        raise BadInput(
            f"study {study.name}: weeks_between must lie in [0.1, {LONGEST_STEP:g}]; "
            f"{study.schedule.weeks_between:g} given."
        )
    for one in study.arms:
        _check_arm(study.name, one, steps)
    for session in study.schedule.assessments:
        if not 1 <= session <= steps:
            raise BadInput(f"study {study.name}: no session {session} to assess; it has {steps}.")
    if any(week <= 0 for week in study.schedule.follow_up):
        raise BadInput(f"study {study.name}: follow-up weeks must be above 0.")
    if study.caseload.mean < 1 or study.caseload.spread < 0:
        raise BadInput(f"study {study.name}: caseload mean must be >= 1 and spread >= 0.")
    return study


def _check_arm(name: str, one: Arm, steps: int) -> None:
    """Refuse an arm that the schedule cannot hold."""
    if one.rule not in RULES:
        raise BadInput(
            f"study {name}, arm {one.name}: there is no ending rule '{one.rule}'."
            f"{nearest(one.rule, RULES)} Rules: {', '.join(RULES)}."
        )
    if one.share < 1:
        raise BadInput(f"study {name}, arm {one.name}: share must be 1 or more.")
    if one.support and not one.feedback:
        raise BadInput(f"study {name}, arm {one.name}: clinical support needs feedback.")
    for trait, gain in one.training:
        if trait not in TRAINABLE:
            raise BadInput(
                f"study {name}, arm {one.name}: there is no therapist skill '{trait}' to train."
                f"{nearest(trait, TRAINABLE)} Skills: {', '.join(TRAINABLE)}."
            )
        if isinstance(gain, bool) or not isinstance(gain, int | float) or not -3 <= gain <= 3:
            raise BadInput(
                f"study {name}, arm {one.name}: training of {trait} must be a number in [-3, 3] "
                f"z, not '{gain}'."
            )
    for phase in one.phases:
        if not 1 <= phase.first <= phase.last <= steps:
            raise BadInput(
                f"study {name}, arm {one.name}: {phase.therapy.label} from session {phase.first} "
                f"to {phase.last} does not fit into {steps} sessions."
            )
