"""The design of a researcher's data, ready to be simulated: who, what, when, what is missing."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from dyadsim.calibration.prior import Floats
from dyadsim.checks import known_name
from dyadsim.errors import BadInput, nearest
from dyadsim.fitting.client_data import ClientData, Codes
from dyadsim.kernel.allocation import Allocation, allocate
from dyadsim.model.questionnaires import Instrument
from dyadsim.studies import study as studies
from dyadsim.studies import therapy as library
from dyadsim.studies.designs.rct import TRIAL_CASELOAD
from dyadsim.studies.designs.waitlist import UNTREATED
from dyadsim.studies.study import (
    FOLLOW_UP,
    ROUTINE,
    RULES,
    SAMPLES,
    TRIAL,
    Arm,
    Caseload,
    Phase,
    Sample,
    Schedule,
    Study,
)

NONE = (*UNTREATED, "none")  # what may be said of an arm without a therapy
WAVES = 8  # distinct weeks up to which data are assessments of everybody, not sessions
LEAST = 0.35  # share of clients at a typical week, from which on it is taken for an assessment
GAP_SEED = 20261125  # gaps after the last score, which the data cannot say

type Flags = np.ndarray[Any, np.dtype[np.bool_]]


class ObservedDesign(NamedTuple):
    """The design of the data, ready to be simulated, and the data on its grid.

    `scores` and `alliance` are (step, client), NaN where there is none; step 0 is the intake.
    `gaps` (step, client) is True where the client, still being measured, has no score. With `waves`
    scores are assessments of everybody, not only of those in care.
    """

    study: Study
    allocation: Allocation
    scores: Floats
    alliance: Floats
    gaps: Flags
    waves: bool
    assumed: tuple[str, ...]


class DesignOptions(NamedTuple):
    """What a researcher may say of the design; None: taken from the data.

    `sessions`: weekly sessions of a treatment, else up to the last week measured. `rule`: how
    treatment ends (`study.RULES`), else 'fixed' in a trial or with waves, 'good_enough' otherwise.
    `sample`: 'trial' or 'routine', else trial where there are two arms or more. `threshold`: score
    from which people came or were let in, else the sample's.
    """

    sessions: int | None = None
    rule: str | None = None
    sample: str | None = None
    threshold: float | None = None


FROM_DATA = DesignOptions()


def observed_design(
    data: ClientData,
    arms: Mapping[str, str],
    *,
    options: DesignOptions = FROM_DATA,
    seed: int = 1,
) -> ObservedDesign:
    """Return the design of data.

    Parameters
    ----------
    data
        The measurements.
    arms
        Name of an arm in the data -> therapy ('waitlist' or 'untreated' for none).
    options
        What else is known of the design.
    seed
        Random seed of therapists, where the data do not say who treated whom.

    Returns
    -------
    ObservedDesign
        The study, who is in which arm with which therapist, and the scores on its grid.

    Raises
    ------
    BadInput
        An arm without a therapy, an unknown therapy, rule or sample.
    """
    _check_arms(data.arms, arms)
    weeks = np.unique(data.week)
    waves = _are_waves(data, weeks)
    study, words = _study(data, arms, options, weeks, waves)
    allocation, therapist_words = _allocation(data, study, seed)
    scores, alliance = _on_grid(data, study)
    assumed = (_treatment_words(study, words), _SCORE_WORDS[waves], therapist_words)
    gaps = _gaps(scores, waves)
    return ObservedDesign(study, allocation, scores, alliance, gaps, waves, assumed)


def _are_waves(data: ClientData, weeks: Codes) -> bool:
    """Return whether scores are assessments of everybody: few weeks, many clients at each."""
    typical = float(np.median(np.bincount(np.searchsorted(weeks, data.week)))) / data.clients
    return len(weeks) <= WAVES and typical >= LEAST


def _study(
    data: ClientData, arms: Mapping[str, str], options: DesignOptions, weeks: Codes, waves: bool
) -> tuple[Study, str]:
    """Return the study, and words for its ending rule and its sample."""
    last = options.sessions or int(weeks[-1])
    trial = len(data.arms) > 1
    rule = options.rule or ("fixed" if trial or waves else "good_enough")
    known_name("rule", rule, RULES, where="data.rule")
    follow_up = tuple(float(week - last) for week in weeks if week > last)
    assessed = tuple(int(week) for week in weeks[1:] if week <= last) if waves else ()
    sample, sample_words = _sample(options, trial, data.instrument)
    study = Study(
        "fit",
        tuple(_arm(name, arms, last, rule) for name in data.arms),
        Schedule(last, 1.0, assessed, follow_up),
        sample,
        TRIAL_CASELOAD if trial else Caseload(),
        data.instrument,
    )
    return studies.check_study(study), f"ending rule '{rule}', clients as in a {sample_words}"


def _sample(options: DesignOptions, trial: bool, instrument: Instrument) -> tuple[Sample, str]:
    """Return who comes, in numbers and in words."""
    name = options.sample or ("trial" if trial else "routine")
    if name not in SAMPLES:
        raise BadInput(f"data.sample must be one of {', '.join(SAMPLES)}, not '{name}'.")
    sample = TRIAL if name == "trial" else ROUTINE
    if options.threshold is None:
        return sample, f"{name} sample"
    latent = (options.threshold - instrument.intercept) / instrument.slope
    words = f"{name} sample with scores from about {options.threshold:g}"
    return sample._replace(seeking_threshold=latent), words


_SCORE_WORDS = {
    True: "scores are assessments of everybody, in treatment or not; what is missing is missing "
    "as in the data",
    False: "scores are given in sessions, so they end when care ends; gaps before are as in "
    "the data",
}


def _treatment_words(study: Study, words: str) -> str:
    """Return what is assumed of treatment and of who comes."""
    arms = "".join(f"; arm {arm.name}: {_therapy_name(arm)}" for arm in study.arms)
    return f"treatment is {study.schedule.sessions} weekly sessions at most, {words}{arms}"


def _check_arms(names: Sequence[str], arms: Mapping[str, str]) -> None:
    """Refuse arms of which nothing was said, and therapies that do not exist."""
    only_arm = list(arms) == ["care"]
    unknown = [name for name in names if name not in arms]
    if unknown and not only_arm:
        pairs = ",".join(f"{name}:{arms.get(name, 'cbt')}" for name in names)
        raise BadInput(
            f"data.arms: which therapy did {' and '.join(map(repr, unknown))} get? Write "
            f"'data.arms=[{pairs}]' with the therapies that are right; waitlist for none."
        )
    therapies = [*library.therapies(), "waitlist"]
    for name, therapy in arms.items():
        if therapy not in NONE and therapy not in therapies:
            where = "data.therapy" if only_arm else f"data.arms: {name}"
            raise BadInput(
                f"{where}: there is no therapy '{therapy}'.{nearest(therapy, therapies)} "
                f"Therapies: {', '.join(therapies)} (none)."
            )


def _therapy_name(arm: Arm) -> str:
    return arm.phases[0].therapy.name if arm.phases else "none"


def _arm(name: str, arms: Mapping[str, str], sessions: int, rule: str) -> Arm:
    """Return an arm of the data with its therapy."""
    therapy = str(arms.get(name, arms.get("care")))
    if therapy in NONE:
        return Arm(name, ())
    return Arm(name, (Phase(library.find_therapy(therapy), 1, sessions),), rule)


def _allocation(data: ClientData, study: Study, seed: int) -> tuple[Allocation, str]:
    """Return arms as in the data, and therapists as in the data or, if unknown, drawn."""
    arm = data.arm.astype(np.int32)
    if (data.therapist >= 0).any():
        therapist = np.where(_has_therapist(study)[data.arm], data.therapist, -1).astype(np.int32)
        loads = np.bincount(therapist[therapist >= 0], minlength=int(therapist.max()) + 1)
        words = f"{len(np.unique(therapist[therapist >= 0]))} therapists as in the data"
        return Allocation(arm, therapist, np.maximum(loads, 1).astype(np.float32)), words
    drawn = allocate(study, 4 * data.clients + 8, seed, 0)
    therapist = np.full(data.clients, -1, np.int32)
    for code in range(len(study.arms)):  # the first so many clients of each arm
        clients = np.flatnonzero(arm == code)
        therapist[clients] = drawn.therapist[np.flatnonzero(drawn.arm == code)[: len(clients)]]
    mean = study.caseload.mean
    words = f"who treated whom is unknown: therapists with {mean:g} clients on average were drawn"
    return Allocation(arm, therapist, drawn.caseload), words


def _has_therapist(study: Study) -> Flags:
    """Return whether each arm has therapists, `(arm,)`."""
    return np.array([any(phase.therapy.human for phase in arm.phases) for arm in study.arms])


def _on_grid(data: ClientData, study: Study) -> tuple[Floats, Floats]:
    """Return scores and alliance scores, `(step, client)`, NaN where there is none."""
    step = _step_of(study, data.week)
    shape = (studies.plan_study(study).weeks.size, data.clients)
    scores, alliance = np.full(shape, np.nan), np.full(shape, np.nan)
    scores[step, data.client], alliance[step, data.client] = data.score, data.alliance
    return scores, alliance


def _step_of(study: Study, week: Codes) -> Codes:
    """Return the step at which each week is measured: a session or a follow-up."""
    plan = studies.plan_study(study)
    weeks = np.rint(np.cumsum(plan.weeks)).astype(int)
    in_session = np.arange(weeks.size) <= study.schedule.sessions
    measured = np.flatnonzero(in_session | (plan.occasion == FOLLOW_UP))
    return measured[np.searchsorted(weeks[measured], week)]


def _gaps(scores: Floats, waves: bool) -> Flags:
    """Return where a client who is still measured has no score.

    Of waves: wherever the data have none. Of sessions: before the client's last score as in the
    data; after it, where the simulated client may stay longer, at random with the same frequency.
    """
    known = ~np.isnan(scores)
    if waves:
        return ~known
    steps = np.arange(len(scores))[:, None]
    last = np.where(known, steps, 0).max(axis=0)
    before = steps < last
    share = int((~known & before)[1:].sum()) / max(int(before[1:].sum()), 1)
    missing = np.random.default_rng(GAP_SEED).random(scores.shape) < share
    gaps = np.where(before, ~known, missing & (steps > last))
    gaps[0] = False
    return np.asarray(gaps)
