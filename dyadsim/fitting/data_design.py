"""The design of a researcher's data, ready to be simulated: who, what, when, what is missing.

An arm without sessions is always assessed: its clients have scores in the weeks in which they were
measured. In arms with sessions, scores are given in them, or by weeks (`measured_weeks`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from dyadsim.calibration.prior import Floats
from dyadsim.checks import known_name, setting_word, short_enough
from dyadsim.errors import BadInput, nearest
from dyadsim.fitting.client_data import ClientData
from dyadsim.fitting.client_table import Codes
from dyadsim.fitting.measured_weeks import belong_to_weeks, few_words, weeks_of_data
from dyadsim.fitting.repeated_scores import refuse_shared_sessions
from dyadsim.fitting.treatment_length import Length, StatedLength, length_of_treatment
from dyadsim.kernel.allocation import Allocation, allocate
from dyadsim.model.questionnaires import Instrument
from dyadsim.search_path import is_path
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
GAP_SEED = 20261125  # gaps after the last score, which the data cannot say

type Flags = np.ndarray[Any, np.dtype[np.bool_]]


class ObservedDesign(NamedTuple):
    """The design of the data, ready to be simulated, and the data on its grid.

    `scores` and `alliance` are (step, client), NaN where there is none; step 0 is the intake.
    `gaps` (step, client) is True where the client, still being measured, has no score. In an arm
    that is `assessed` (arm,), scores are of everybody, not only of those in care.
    """

    study: Study
    allocation: Allocation
    scores: Floats
    alliance: Floats
    gaps: Flags
    assessed: Flags
    assumed: tuple[str, ...]


class DesignOptions(NamedTuple):
    """What a researcher may say of the design; None: taken from the data.

    `length`: sessions, how often, and follow-up. `measured`: scores are given in 'sessions' or by
    'weeks'. `rule`: how treatment ends (`study.RULES`), else 'fixed' in a trial or with waves,
    'good_enough' otherwise. `sample`: 'trial' or 'routine', else trial where there are two arms or
    more. `threshold`: score from which people came or were let in, else the sample's.
    """

    length: StatedLength = StatedLength()
    measured: str | None = None
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
        An arm without a therapy, an unknown therapy, rule or sample, or a length of treatment that
        the weeks do not say.
    """
    _check_arms(data.arms, arms)
    weeks = weeks_of_data(data)
    waves = belong_to_weeks(weeks, data.clients, options.measured)
    treated = np.array([_therapy_of(name, arms) not in NONE for name in data.arms])
    length = length_of_treatment(weeks, options.length, waves=waves, treated=bool(treated.any()))
    assessed = waves | ~treated
    study, words = _study(data, arms, options, length, assessed)
    allocation, therapist_words = _allocation(data, study, seed)
    scores, alliance, grid_words = _on_grid(data, study, length)
    assumed = (
        _treatment_words(study, f"{length.words}, {words}"),
        *_score_words(assessed, data.arms),
        *few_words(weeks, data.clients),
        *grid_words,
        *therapist_words,
    )
    gaps = _gaps(scores, study, assessed[data.arm])
    return ObservedDesign(study, allocation, scores, alliance, gaps, assessed, assumed)


def _study(
    data: ClientData,
    arms: Mapping[str, str],
    options: DesignOptions,
    length: Length,
    assessed: Flags,
) -> tuple[Study, str]:
    """Return the study, and words for its ending rule and its sample."""
    trial = len(data.arms) > 1
    rule = options.rule or ("fixed" if trial or assessed.all() else "good_enough")
    known_name("rule", rule, RULES, where="data.rule")
    at_weeks = data.week[
        assessed[data.arm[data.client]] & (data.week <= length.last + length.gap / 2)
    ]
    steps = np.unique(length.step(at_weeks))
    follow_up = tuple(week - length.last for week in length.follow_up)
    sample, sample_words = _sample(options, trial, data.instrument)
    study = Study(
        "fit",
        tuple(_arm(name, arms, length.sessions, rule) for name in data.arms),
        Schedule(length.sessions, length.gap, tuple(map(int, steps[steps > 0])), follow_up),
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


def _score_words(assessed: Flags, arms: Sequence[str]) -> list[str]:
    """Return what is assumed of when scores are given (data.measured)."""
    by_weeks = [arm for arm, flag in zip(arms, assessed, strict=True) if flag]
    if len(by_weeks) == len(arms):
        return [
            "scores are assessments of everybody, in treatment or not; what is missing is missing "
            "as in the data (data.measured=sessions: given in sessions)"
        ]
    words = (
        "scores are given in sessions, so they end when care ends; gaps before, and follow-ups, "
        "are as in the data (data.measured=weeks: assessments of everybody)"
    )
    if not by_weeks:
        return [words]
    return [words, f"without sessions, measured as in the data: arm {', '.join(by_weeks)}"]


def _treatment_words(study: Study, words: str) -> str:
    """Return what is assumed of treatment and of who comes."""
    return words + "".join(f"; arm {arm.name}: {_therapy_name(arm)}" for arm in study.arms)


def _check_arms(names: Sequence[str], arms: Mapping[str, str]) -> None:
    """Refuse arms of which nothing was said, and therapies that do not exist."""
    only_arm = list(arms) == ["care"]
    unknown = [name for name in names if name not in arms]
    if unknown and not only_arm:
        raise BadInput(_ask_for_therapies(names, arms, unknown))
    therapies = [*library.therapies(), "waitlist"]
    for name, therapy in arms.items():
        if is_path(therapy):
            library.find_therapy(therapy)
        elif therapy not in NONE and therapy not in therapies:
            where = "data.therapy" if only_arm else f"data.arms: {name}"
            raise BadInput(
                f"{where}: there is no therapy '{therapy}'.{nearest(therapy, therapies)} "
                f"Therapies: {', '.join(therapies)} (none)."
            )


def _ask_for_therapies(
    names: Sequence[str], arms: Mapping[str, str], unknown: Sequence[str]
) -> str:
    """Return how to say which therapy each arm got."""
    shown = " and ".join(map(repr, unknown[:2])) + f" and {len(unknown) - 2} more" * (
        len(unknown) > 2
    )
    word = setting_word("data.arms", [f"{name}:{arms.get(name, 'cbt')}" for name in names])
    if short_enough(word):
        ask = f"Write {word} with the therapies that are right; waitlist for none."
    else:
        ask = 'Write \'data.arms=["NAME:cbt","NAME:waitlist"]\', a pair each; waitlist for none.'
    return f"data.arms: which therapy did {shown} get? {ask}"


def _therapy_name(arm: Arm) -> str:
    return arm.phases[0].therapy.name if arm.phases else "none"


def _therapy_of(name: str, arms: Mapping[str, str]) -> str:
    """Return what was said of an arm of the data, or of everybody."""
    return str(arms.get(name, arms.get("care")))


def _arm(name: str, arms: Mapping[str, str], sessions: int, rule: str) -> Arm:
    """Return an arm of the data with its therapy."""
    therapy = _therapy_of(name, arms)
    if therapy in NONE:
        return Arm(name, ())
    return Arm(name, (Phase(library.find_therapy(therapy), 1, sessions),), rule)


def _allocation(data: ClientData, study: Study, seed: int) -> tuple[Allocation, list[str]]:
    """Return arms as in the data, and therapists as in the data or, if unknown, drawn."""
    arm = data.arm.astype(np.int32)
    if (data.therapist >= 0).any():
        return _known_therapists(data, _has_therapist(study)[data.arm])
    drawn = allocate(study, max(4, len(study.arms)) * data.clients + 8, seed, 0)
    therapist = np.full(data.clients, -1, np.int32)
    for code in range(len(study.arms)):  # the first so many clients of each arm
        clients = np.flatnonzero(arm == code)
        therapist[clients] = drawn.therapist[np.flatnonzero(drawn.arm == code)[: len(clients)]]
    mean = study.caseload.mean
    words = f"who treated whom is unknown: therapists with {mean:g} clients on average were drawn"
    if not (therapist >= 0).any():
        return Allocation(arm, therapist, drawn.caseload), []
    return Allocation(arm, therapist, drawn.caseload), [words]


def _known_therapists(data: ClientData, treated: Flags) -> tuple[Allocation, list[str]]:
    """Return the therapists of the data; a treated client without a name gets an own one."""
    therapist = np.where(treated, data.therapist, -1)
    named = len(np.unique(therapist[therapist >= 0]))
    words = [f"{named} therapists as in the data"]
    nameless = np.flatnonzero(treated & (data.therapist < 0))
    if len(nameless):
        therapist[nameless] = int(data.therapist.max()) + 1 + np.arange(len(nameless))
        words.append(
            f"{len(nameless)} of {int(treated.sum())} treated clients have no therapist in the "
            "data: each was given one of their own"
        )
    loads = np.bincount(therapist[therapist >= 0], minlength=1)
    allocation = Allocation(
        data.arm.astype(np.int32),
        therapist.astype(np.int32),
        np.maximum(loads, 1).astype(np.float32),
    )
    return allocation, words


def _has_therapist(study: Study) -> Flags:
    """Return whether each arm has therapists, `(arm,)`."""
    return np.array([any(phase.therapy.human for phase in arm.phases) for arm in study.arms])


def _on_grid(
    data: ClientData, study: Study, length: Length
) -> tuple[Floats, Floats, tuple[str, ...]]:
    """Return scores and alliance scores, `(step, client)`, NaN where there is none; and words.

    A step is a session or a follow-up. Where several weeks of a client are nearest to one session,
    their scores are averaged, unless there are many.
    """
    step = _step_of(study, data.week, length)
    shape = (studies.plan_study(study).weeks.size, data.clients)
    place = np.ravel_multi_index((step, data.client), shape)
    again = len(place) - len(np.unique(place))
    refuse_shared_sessions(again, len(place), 1 / length.gap)
    words = (f"{again} scores were averaged into the session next to them",) * bool(again)
    grids = (_mean_at(place, values, shape) for values in (data.score, data.alliance))
    return next(grids), next(grids), words


def _mean_at(place: Codes, values: Floats, shape: tuple[int, int]) -> Floats:
    """Return the mean of the known values at each place, NaN where there is none."""
    known, size = ~np.isnan(values), shape[0] * shape[1]
    counts = np.bincount(place[known], minlength=size)
    sums = np.bincount(place[known], values[known], minlength=size)
    means = np.full(size, np.nan)
    means[counts > 0] = sums[counts > 0] / counts[counts > 0]
    return means.reshape(shape)


def _step_of(study: Study, week: Floats, length: Length) -> Codes:
    """Return the step at which each week is measured: a session or a follow-up."""
    plan = studies.plan_study(study)
    follow_ups = np.flatnonzero(plan.occasion == FOLLOW_UP)
    step = length.step(week)
    for at, later in zip(follow_ups, length.follow_up, strict=True):
        step = np.where(np.isclose(week, later), at, step)
    return step


def _gaps(scores: Floats, study: Study, by_weeks: Flags) -> Flags:
    """Return where a client who is still measured has no score; `by_weeks` (client,): assessed.

    Of assessments and follow-ups: wherever the data have none. Of sessions: at intake and before
    the client's last session as in the data; after it, where the simulated client may stay longer,
    at random with the same frequency.
    """
    known, end = ~np.isnan(scores), study.schedule.sessions + 1
    in_sessions = known[:end]
    steps = np.arange(end)[:, None]
    last = np.where(in_sessions, steps, 0).max(axis=0)
    before = (steps < last) & ~by_weeks
    share = int((~in_sessions & before)[1:].sum()) / max(int(before[1:].sum()), 1)
    drawn = np.asarray(np.random.default_rng(GAP_SEED).random(scores.shape))[:end]
    of_sessions = np.where(before, ~in_sessions, (drawn < share) & (steps > last))
    of_sessions[0] = ~known[0]
    gaps = ~known
    gaps[:end] = np.where(by_weeks, ~in_sessions, of_sessions)
    return np.asarray(gaps)
