"""The design of a researcher's data, ready to be simulated: who, what, when, what is missing."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from dyadsim.calibration.prior import Floats
from dyadsim.errors import BadInput, nearest
from dyadsim.fitting.client_data import Data
from dyadsim.kernel import allocation as population
from dyadsim.kernel.allocation import Allocation
from dyadsim.studies import study as studies
from dyadsim.studies import therapy as library
from dyadsim.studies.designs.rct import TRIAL_CASELOAD
from dyadsim.studies.designs.waitlist import UNTREATED
from dyadsim.studies.study import (
    FOLLOW_UP,
    ROUTINE,
    SAMPLES,
    TRIAL,
    Arm,
    Caseload,
    Phase,
    Schedule,
    Study,
)

NONE = (*UNTREATED, "none")  # what may be said of an arm without a therapy
WAVES = 8  # distinct weeks up to which data are assessments of everybody, not sessions
LEAST = 0.35  # share of clients at a typical week, from which on it is taken for an assessment


class Observed(NamedTuple):
    """The design of the data, ready to be simulated, and the data on its grid.

    scores, alliance (step, client), NaN where there is none; step 0 = intake; gaps (step, client):
    True where the client, still being measured, has no score; waves: scores are assessments of
    everybody, not of those in care.
    """

    study: Study
    allocation: Allocation
    scores: Floats
    alliance: Floats
    gaps: np.ndarray[Any, np.dtype[np.bool_]]
    waves: bool
    assumed: tuple[str, ...]


def observed(
    data: Data,
    arms: Mapping[str, str],
    sessions: int | None = None,
    rule: str | None = None,
    sample: str | None = None,
    seed: int = 1,
    threshold: float | None = None,
) -> Observed:
    """Return the design of data.

    Parameters
    ----------
    arms
        name of an arm in the data -> therapy ('waitlist' or 'untreated' for none).
    sessions
        weekly sessions of a treatment; None: up to the last week measured.
    rule
        how treatment ends, `study.RULES`; None: 'fixed' in a trial, else 'good_enough'.
    sample
        'trial' or 'routine'; None: trial where there are two arms or more.
    threshold
        score from which people came or were let in; None: the sample's.

    Raises
    ------
    BadInput
        an arm without a therapy, an unknown therapy, rule or sample.
    """
    weeks = np.unique(data.week)
    typical = float(np.median(np.bincount(np.searchsorted(weeks, data.week)))) / data.clients
    _check_arms(data.arms, arms)
    waves = len(weeks) <= WAVES and typical >= LEAST
    most = sessions or int(weeks[-1])
    trial = len(data.arms) > 1
    rule = rule or ("fixed" if trial or waves else "good_enough")
    if rule not in studies.RULES:
        raise BadInput(
            f"data.rule: there is no '{rule}'.{nearest(rule, studies.RULES)} Rules: "
            f"{', '.join(studies.RULES)}."
        )
    who = sample or ("trial" if trial else "routine")
    if who not in SAMPLES:
        raise BadInput(f"data.sample must be one of {', '.join(SAMPLES)}, not '{who}'.")
    later = tuple(float(week - most) for week in weeks if week > most)
    met = tuple(int(week) for week in weeks[1:] if week <= most) if waves else ()
    drawn = TRIAL if who == "trial" else ROUTINE
    if threshold is not None:
        form = data.instrument
        latent = (threshold - form.intercept) / form.slope
        drawn = drawn._replace(seeking_threshold=latent)
        who += f" sample with scores from about {threshold:g}"
    else:
        who += " sample"
    chosen = tuple(_arm(name, arms, most, rule) for name in data.arms)
    study = studies.check(
        Study(
            "fit",
            chosen,
            Schedule(most, 1.0, met, later),
            drawn,
            TRIAL_CASELOAD if trial else Caseload(),
            data.instrument,
        )
    )
    allocation, told = _allocation(data, study, seed)
    step = _step_of(study, data.week)
    shape = (studies.plan(study).weeks.size, data.clients)
    scores, alliance = np.full(shape, np.nan), np.full(shape, np.nan)
    scores[step, data.client], alliance[step, data.client] = data.score, data.alliance
    assumed = [
        f"treatment is {most} weekly sessions at most, ending rule '{rule}', clients as in a "
        f"{who}" + "".join(f"; arm {a.name}: {_therapy_name(a)}" for a in chosen),
        "scores are assessments of everybody, in treatment or not; what is missing is missing "
        "as in the data"
        if waves
        else "scores are given in sessions, so they end when care ends; gaps before are as in "
        "the data",
        told,
    ]
    gaps = _gaps(scores, waves)
    return Observed(study, allocation, scores, alliance, gaps, waves, tuple(assumed))


def _check_arms(names: Sequence[str], arms: Mapping[str, str]) -> None:
    """Refuse arms of which nothing was said, and therapies that do not exist."""
    open_ones = [name for name in names if name not in arms]
    if open_ones and list(arms) != ["care"]:
        pairs = ",".join(f"{name}:{arms.get(name, 'cbt')}" for name in names)
        raise BadInput(
            f"data.arms: which therapy did {' and '.join(map(repr, open_ones))} get? Write "
            f"'data.arms=[{pairs}]' with the therapies that are right; waitlist for none."
        )
    for name, therapy in arms.items():
        if therapy not in NONE and therapy not in library.therapies():
            known = [*library.therapies(), "waitlist"]
            where = "data.therapy" if list(arms) == ["care"] else f"data.arms: {name}"
            raise BadInput(
                f"{where}: there is no therapy '{therapy}'.{nearest(therapy, known)} "
                f"Therapies: {', '.join(known)} (none)."
            )


def _therapy_name(one: Arm) -> str:
    return one.phases[0].therapy.name if one.phases else "none"


def _arm(name: str, arms: Mapping[str, str], sessions: int, rule: str) -> Arm:
    """Return an arm of the data with its therapy."""
    therapy = str(arms.get(name, arms.get("care")))
    if therapy in NONE:
        return Arm(name, ())
    return Arm(name, (Phase(library.named(therapy), 1, sessions),), rule)


def _allocation(data: Data, study: Study, seed: int) -> tuple[Allocation, str]:
    """Return arms as in the data, and therapists as in the data or, if unknown, drawn."""
    human = np.array([any(p.therapy.human for p in one.phases) for one in study.arms])[data.arm]
    arm = data.arm.astype(np.int32)
    if (data.therapist >= 0).any():
        therapist = np.where(human, data.therapist, -1).astype(np.int32)
        loads = np.bincount(therapist[therapist >= 0], minlength=int(therapist.max()) + 1)
        told = f"{len(np.unique(therapist[therapist >= 0]))} therapists as in the data"
        return Allocation(arm, therapist, np.maximum(loads, 1).astype(np.float32)), told
    drawn = population.allocate(study, 4 * data.clients + 8, seed, 0)
    therapist = np.full(data.clients, -1, np.int32)
    for code in range(len(study.arms)):  # the first so many clients of each arm
        mine = np.flatnonzero(arm == code)
        therapist[mine] = drawn.therapist[np.flatnonzero(drawn.arm == code)[: len(mine)]]
    mean = study.caseload.mean
    return Allocation(arm, therapist, drawn.caseload), (
        f"who treated whom is unknown: therapists with {mean:g} clients on average were drawn"
    )


def _step_of(study: Study, week: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the step at which each week is measured: a session or a follow-up."""
    plan = studies.plan(study)
    at = np.rint(np.cumsum(plan.weeks)).astype(int)
    there = np.flatnonzero(
        (np.arange(at.size) <= study.schedule.sessions) | (plan.occasion == FOLLOW_UP)
    )
    return there[np.searchsorted(at[there], week)]


def _gaps(scores: Floats, waves: bool) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return where a client who is still measured has no score.

    Of waves: wherever the data have none. Of sessions: before the client's last score as in the
    data; after it, where the simulated client may stay longer, by lot with the same frequency.
    """
    known = ~np.isnan(scores)
    if waves:
        return ~known
    steps = np.arange(len(scores))[:, None]
    last = np.where(known, steps, 0).max(axis=0)
    before = steps < last
    share = int((~known & before)[1:].sum()) / max(int(before[1:].sum()), 1)
    lot = np.random.default_rng(20261125).random(scores.shape) < share
    gaps = np.where(before, ~known, lot & (steps > last))
    gaps[0] = False
    return np.asarray(gaps)
