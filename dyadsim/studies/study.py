"""Who gets what when, and what is measured: values only. A `Study` is all the engine needs."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from dyadsim import checks
from dyadsim.errors import BadInput
from dyadsim.model.display import html_table
from dyadsim.model.questionnaires import Instrument, check_scores, find_instrument
from dyadsim.model.variables import Array, IntArray
from dyadsim.studies.arms import ALERTS as ALERTS
from dyadsim.studies.arms import RULES as RULES
from dyadsim.studies.arms import TRAINABLE as TRAINABLE
from dyadsim.studies.arms import Arm as Arm
from dyadsim.studies.arms import Phase as Phase
from dyadsim.studies.arms import arm as arm
from dyadsim.studies.arms import (
    check_arm,
    continued_medication,
    feedback_code,
    last_session,
    training_gains,
    treatment_in_words,
)
from dyadsim.studies.case_card import Case
from dyadsim.studies.sample import ROUTINE as ROUTINE
from dyadsim.studies.sample import SAMPLES as SAMPLES
from dyadsim.studies.sample import TRIAL as TRIAL
from dyadsim.studies.sample import Caseload as Caseload
from dyadsim.studies.sample import Sample as Sample
from dyadsim.studies.sample import Setting
from dyadsim.studies.schedule import ASSESSMENT as ASSESSMENT
from dyadsim.studies.schedule import FOLLOW_UP as FOLLOW_UP
from dyadsim.studies.schedule import LONGEST_STEP as LONGEST_STEP
from dyadsim.studies.schedule import NOT_SEEN as NOT_SEEN
from dyadsim.studies.schedule import OCCASIONS as OCCASIONS
from dyadsim.studies.schedule import SESSION as SESSION
from dyadsim.studies.schedule import Schedule as Schedule
from dyadsim.studies.schedule import check_schedule, steps_of
from dyadsim.studies.therapy import Therapy

MOST_CASELOAD, WIDEST_CASELOAD = 10_000, 5  # clients; SD of log2 (assumptions: far beyond any)


class Study(NamedTuple):
    """Who gets what when, and what is measured.

    Attributes
    ----------
    name
        The design's name.
    arms
        At least one arm, every name once.
    schedule
        Sessions, assessments and follow-up.
    sample
        Who is included.
    caseload
        How therapists share the clients.
    instrument
        The symptom instrument: a name in `questionnaires.SYMPTOM_INSTRUMENTS`, or an instrument.
    case
        Everybody is this client, each with noise of their own; None = a sample.
    """

    name: str
    arms: tuple[Arm, ...]
    schedule: Schedule
    sample: Sample = ROUTINE
    caseload: Caseload = Caseload()
    instrument: str | Instrument = "phq9"
    case: Case | None = None

    def __repr__(self) -> str:
        """Return name, arms, time and instrument in one line."""
        arms = ", ".join(arm.name for arm in self.arms)
        return f"<Study {self.name}: {arms}; {_span(self.schedule)}; {_form(self.instrument)}>"

    def _repr_html_(self) -> str:
        """Return a table of the arms, for notebooks."""
        caption = f"Study {self.name}: {_span(self.schedule)}, {_form(self.instrument)}"
        rows = [(arm.name, treatment_in_words(arm), arm.rule) for arm in self.arms]
        return html_table(caption, ("arm", "treatment", "ends"), rows)


class Plan(NamedTuple):
    """A study as arrays for the engine. Step 0 is intake; step s >= 1 is session or follow-up.

    Attributes
    ----------
    weeks
        `(step,)` weeks since the step before.
    occasion
        `(step,)` codes of `OCCASIONS`.
    therapy
        `(arm, step)` index into the treatments, -1 = none.
    changes
        `(step,)` 1 where any arm's treatment changes.
    last
        `(arm,)` last planned session, 0 = none.
    rule
        `(arm,)` codes of `RULES`.
    feedback
        `(arm,)` 0 none, 1 scores and alerts, 2 with support.
    continued
        `(arm,)` medication that goes on after the last session.
    training
        `(arm, trait)` in z, traits as in `TRAINABLE`.
    treatments
        `(field, treatment)`: four doses, structure, rationale, bona fide, individualisation, body,
        human, medication.
    """

    weeks: Array
    occasion: IntArray
    therapy: IntArray
    changes: IntArray
    last: IntArray
    rule: IntArray
    feedback: Array
    continued: Array
    training: Array
    treatments: Array


def build_study(
    name: str,
    arms: Iterable[Arm],
    schedule: Schedule,
    setting: Setting,
    *,
    case: Case | None = None,
) -> Study:
    """Return a checked study whose sample, caseload, instrument and follow-up are a setting's.

    Parameters
    ----------
    name
        The design's name.
    arms
        The arms.
    schedule
        Sessions and assessments; its follow-up is replaced by the setting's.
    setting
        Who comes, caseloads, what is measured and when afterwards.
    case
        The one client whom everybody is.

    Returns
    -------
    Study
        The study.

    Raises
    ------
    BadInput
        The study cannot be run (`check_study`).
    """
    schedule = schedule._replace(follow_up=setting.follow_up)
    shared = (setting.sample, setting.caseload, setting.instrument)
    return check_study(Study(name, tuple(arms), schedule, *shared, case))


def treatments(study: Study) -> tuple[Therapy, ...]:
    """Return the study's therapies, each once, in the order of the arms."""
    therapies = [phase.therapy for arm in study.arms for phase in arm.phases]
    return tuple(dict.fromkeys(therapies))


def plan_study(study: Study) -> Plan:
    """Return the study as arrays.

    Parameters
    ----------
    study
        A study that can be run.

    Returns
    -------
    Plan
        The arrays that the kernel reads.
    """
    weeks, occasions = steps_of(study.schedule)
    therapies, arms = treatments(study), study.arms
    therapy = _therapy_of_steps(study, len(weeks))
    changes = np.ones(len(weeks), np.int32)
    changes[1:] = (therapy[:, 1:] != therapy[:, :-1]).any(axis=0)
    rows = [_row(therapy) for therapy in therapies] or [[0.0] * 11]
    return Plan(
        weeks=np.array(weeks, np.float32),
        occasion=np.array(occasions, np.int32),
        therapy=therapy,
        changes=changes,
        last=np.array([last_session(arm) for arm in arms], np.int32),
        rule=np.array([RULES[arm.rule] for arm in arms], np.int32),
        feedback=np.array([feedback_code(arm) for arm in arms], np.float32),
        continued=np.array([continued_medication(arm) for arm in arms], np.float32),
        training=np.array([training_gains(arm) for arm in arms], np.float32),
        treatments=np.ascontiguousarray(np.array(rows, np.float32).T),
    )


def _therapy_of_steps(study: Study, steps: int) -> IntArray:
    """Return the index of each arm's treatment at each step, `(arm, step)`, -1 = none."""
    therapies = treatments(study)
    therapy = np.full((len(study.arms), steps), -1, np.int32)
    for index, study_arm in enumerate(study.arms):
        for phase in study_arm.phases:
            therapy[index, phase.first : phase.last + 1] = therapies.index(phase.therapy)
    return therapy


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


def check_study(study: Study) -> Study:
    """Return `study` if it can be run.

    Parameters
    ----------
    study
        Any study.

    Returns
    -------
    Study
        The same study.

    Raises
    ------
    BadInput
        No arm, two arms of one name, an unknown rule, no session step, a phase beyond the
        schedule, an impossible assessment, gap, follow-up or caseload, an instrument with scores
        beyond `questionnaires.FURTHEST_SCORE`.
    """
    where = f"study {study.name}"
    _check_arms(where, study)
    check_schedule(where, study.schedule)
    for study_arm in study.arms:
        check_arm(f"{where}, arm {study_arm.name}", study_arm, study.schedule.sessions)
    checks.number(f"{where}: the mean caseload", study.caseload.mean, 1, MOST_CASELOAD)
    checks.number(f"{where}: the spread of caseloads", study.caseload.spread, 0, WIDEST_CASELOAD)
    check_scores(find_instrument(study.instrument), f"{where}: instrument")
    return study


def _check_arms(where: str, study: Study) -> None:
    """Refuse no arm, two arms of one name, and matching where it cannot be."""
    names = [arm.name for arm in study.arms]
    if study.caseload.nested and any(arm.matched for arm in study.arms):
        raise BadInput(f"{where}: clients cannot be matched where therapists are nested.")
    if not names:
        raise BadInput(f"{where}: it needs at least one arm.")
    if len(set(names)) < len(names):
        raise BadInput(f"{where}: two arms are called the same: {', '.join(names)}.")


def _span(schedule: Schedule) -> str:
    """Return a schedule in words."""
    words = f"{schedule.sessions} session{'s' * (schedule.sessions != 1)}"
    if schedule.follow_up:
        words += f", follow-up after {_listed(schedule.follow_up)} weeks"
    return words


def _listed(numbers: Sequence[float]) -> str:
    """Return numbers with commas between them."""
    return ", ".join(f"{number:g}" for number in numbers)


def _form(instrument: str | Instrument) -> str:
    """Return the name of an instrument."""
    return instrument if isinstance(instrument, str) else instrument.name
