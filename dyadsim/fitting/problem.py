"""What is fitted: the observed design simulated anew, and the quantities that may move.

The one small door of fitting: a `Problem` turns coordinates into simulated data of the same shape
as the real ones (same clients, arms, therapists, weeks and gaps), and nothing above it knows the
model. Any other way of inference can stand on it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from dyadsim import observe, population, simulate, worlds
from dyadsim import study as studies
from dyadsim import therapies as library
from dyadsim.designs.rct import TRIAL_CASELOAD
from dyadsim.designs.waitlist import UNTREATED
from dyadsim.fitting.data import Data
from dyadsim.parameters import Parameters, catalogue, changed, flat
from dyadsim.population import Allocation
from dyadsim.prior import STABLE, Floats, Space, prior_of, space
from dyadsim.quantity import BadInput, nearest
from dyadsim.study import FOLLOW_UP, ROUTINE, SAMPLES, TRIAL, Arm, Caseload, Phase, Schedule, Study

FREE = (  # what a fit moves unless told otherwise: who comes, how fast, what heals, who leaves
    "population.distress_mean", "population.distress_sd", "distress.rate",
    "distress.treatment_gain", "distress.expectancy_effect", "distress.bond_effect",
    "distress.specificity", "ending.dropout_base",
)  # fmt: skip
REST = 0.5  # prior SDs that calibrated quantities beside them may be off (assumption)
TRIES = 20  # draws of these before they are left where they are
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


class Problem(NamedTuple):
    """A world with some free quantities, and the design in which it is simulated.

    space: of the free quantities, and after them of those that vary as `rest` says: everything
    else that calibration may move, `rest` prior SDs about its calibrated value. What is not known
    of them is so part of the posterior and of the choice among worlds.
    """

    world: str
    space: Space
    free: int
    rest: float
    observed: Observed
    with_alliance: bool
    ends: tuple[Floats, Floats]  # lowest and highest coordinates of all quantities

    @property
    def names(self) -> tuple[str, ...]:
        """The free quantities."""
        return self.space.names[: self.free]

    @property
    def low(self) -> Floats:
        """The lowest coordinates of the free quantities."""
        return self.ends[0][: self.free]

    @property
    def high(self) -> Floats:
        """The highest coordinates of the free quantities."""
        return self.ends[1][: self.free]


def observed(
    data: Data, arms: Mapping[str, str], sessions: int | None = None, rule: str | None = None,
    sample: str | None = None, seed: int = 1,
) -> Observed:  # fmt: skip
    """Return the design of data.

    Args:
        arms: name of an arm in the data -> therapy ('waitlist' or 'untreated' for none).
        sessions: weekly sessions of a treatment; None: up to the last week measured.
        rule: how treatment ends, `study.RULES`; None: 'fixed' in a trial, else 'good_enough'.
        sample: 'trial' or 'routine'; None: trial where there are two arms or more.

    Raises:
        BadInput: an arm without a therapy, an unknown therapy, rule or sample.
    """
    weeks = np.unique(data.week)
    typical = float(np.median(np.bincount(np.searchsorted(weeks, data.week)))) / data.clients
    waves = len(weeks) <= WAVES and typical >= LEAST
    most = sessions or int(weeks[-1])
    trial = len(data.arms) > 1
    rule = rule or ("fixed" if trial or waves else "good_enough")
    if rule not in studies.RULES:
        raise BadInput(f"data.rule: there is no '{rule}'.{nearest(rule, studies.RULES)} Rules: "
                       f"{', '.join(studies.RULES)}.")  # fmt: skip
    who = sample or ("trial" if trial else "routine")
    if who not in SAMPLES:
        raise BadInput(f"data.sample must be one of {', '.join(SAMPLES)}, not '{who}'.")
    later = tuple(float(week - most) for week in weeks if week > most)
    met = tuple(int(week) for week in weeks[1:] if week <= most) if waves else ()
    chosen = tuple(_arm(name, arms, most, rule) for name in data.arms)
    study = studies.check(
        Study("fit", chosen, Schedule(most, 1.0, met, later), TRIAL if who == "trial" else ROUTINE,
              TRIAL_CASELOAD if trial else Caseload(), data.instrument)
    )  # fmt: skip
    allocation, told = _allocation(data, study, seed)
    step = _step_of(study, data.week)
    shape = (studies.plan(study).weeks.size, data.clients)
    scores, alliance = np.full(shape, np.nan), np.full(shape, np.nan)
    scores[step, data.client], alliance[step, data.client] = data.score, data.alliance
    assumed = [
        f"treatment is {most} weekly sessions at most, ending rule '{rule}', clients as in a "
        f"{who} sample" + "".join(f"; arm {a.name}: {_therapy_name(a)}" for a in chosen),
        "scores are assessments of everybody, in treatment or not; what is missing is missing "
        "as in the data" if waves else
        "scores are given in sessions, so they end when care ends; gaps before are as in the data",
        told,
    ]  # fmt: skip
    gaps = _gaps(scores, waves, study)
    return Observed(study, allocation, scores, alliance, gaps, waves, tuple(assumed))


def _therapy_name(one: Arm) -> str:
    return one.phases[0].therapy.name if one.phases else "none"


def _arm(name: str, arms: Mapping[str, str], sessions: int, rule: str) -> Arm:
    """Return an arm of the data with its therapy."""
    if name not in arms and not (len(arms) == 1 and "care" in arms):
        raise BadInput(
            f"data.arms: which therapy did the arm '{name}' get? Write data.arms.{name}=cbt, or "
            "=waitlist for none."
        )
    therapy = str(arms.get(name, arms.get("care")))
    if therapy in UNTREATED:
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
    there = np.flatnonzero((np.arange(at.size) <= study.schedule.sessions)
                           | (plan.occasion == FOLLOW_UP))  # fmt: skip
    return there[np.searchsorted(at[there], week)]


def _gaps(scores: Floats, waves: bool, study: Study) -> np.ndarray[Any, np.dtype[np.bool_]]:
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


def problem(
    world: str, seen: Observed, free: Sequence[str] = FREE,
    held: Mapping[str, float] | None = None, rest: float = REST,
) -> Problem:  # fmt: skip
    """Return what is fitted: `free` quantities of `world` that its claim does not fix.

    Priors are as in calibration (`prior`), about the world's calibrated values.

    Args:
        world: its name. seen: the design. free: names of quantities.
        held: quantities that stay at a value.
        rest: how far all others that calibration moved may be from it, in prior SDs; 0: not.

    Raises:
        BadInput: an unknown quantity, none left free, or a held one that the claim fixes.
    """
    one, known = worlds.named(world), catalogue()
    for name in free:
        if name not in known:
            raise BadInput(f"fit.free: there is no quantity '{name}'.{nearest(name, known)}")
    if not 0 <= rest <= 1:
        raise BadInput(f"fit.rest must lie in [0, 1] prior SDs, not {rest:g}.")
    values = flat(worlds.parameters(world, held))
    calibrated = space(world, held)
    idle = {**one.fixed, **(held or {})}
    first = tuple(name for name in free if name not in idle)
    if not first:
        raise BadInput(f"fit.free: nothing is left free in the world '{world}'.")
    names = (*first, *(name for name in calibrated.names if name not in first and rest > 0))
    stay = {name: value for name, value in values.items() if name not in names}
    stay |= {"measurement.missing": 0.0, "measurement.missing_assessment": 0.0}  # gaps say it
    priors = tuple(prior_of(known[name], values[name], values[STABLE]) for name in names)
    alliance = bool((~np.isnan(seen.alliance)).any())
    made = Space(world, names, priors, stay)
    return Problem(world, made, len(first), rest, seen, alliance, (made.low, made.high))


def _whole(one: Problem, free: Floats, dice: np.random.Generator) -> Floats:
    """Return coordinates of all quantities: the free ones given, the others drawn."""
    others = one.rest * dice.normal(size=len(one.space.names) - one.free)
    whole = np.concatenate([free, others])
    return np.asarray(np.minimum(np.maximum(whole, one.ends[0]), one.ends[1]))


def parameters(one: Problem, free: Floats, luck: int, seed: int) -> Parameters:
    """Return the world at free coordinates (quantity,), the others drawn by `luck`.

    Where these exclude each other, the others are drawn again, and at last left where they are.

    Raises:
        BadInput: the free values alone exclude each other.
    """
    dice = np.random.default_rng([seed, luck, 2])
    for _ in range(TRIES):
        try:
            return changed(Parameters(), one.space.values(_whole(one, free, dice)))
        except BadInput:
            continue
    none = one._replace(rest=0.0)
    return changed(Parameters(), none.space.values(_whole(none, free, dice)))


def simulated(one: Problem, free: Floats, luck: int, seed: int) -> tuple[Floats, Floats]:
    """Return scores and alliance scores (step, client) as data of this design would have them."""
    seen = one.observed
    run = simulate.advance(
        simulate.start(seen.study, parameters(one, free, luck, seed), len(seen.allocation.arm),
                       seed, luck, allocation=seen.allocation), threads=1,
    )  # fmt: skip
    truth = dict(simulate.variables(run.truth))
    there = observe.seen(run) & ~seen.gaps
    scores = np.where(there, truth["symptom_score"], np.nan).astype(float)
    if not one.with_alliance:
        return scores, np.full_like(scores, np.nan)
    rated = observe.scores(run)["alliance_score"]
    known = ~np.isnan(seen.alliance).all(axis=1)[:, None]
    return scores, np.where(there & known, rated, np.nan).astype(float)


def draw(one: Problem, count: int, dice: np.random.Generator) -> Floats:
    """Return free coordinates drawn from the prior, `(draw, quantity)`.

    Those outside their ranges, or which exclude each other, are drawn again.
    """
    found: list[Floats] = []
    alone = one._replace(rest=0.0)
    while len(found) < count:
        x = dice.normal(size=one.free)
        if (x < one.low).any() or (x > one.high).any():
            continue
        try:
            changed(Parameters(), one.space.values(_whole(alone, x, dice)))
        except BadInput:
            continue
        found.append(x)
    return np.array(found)
