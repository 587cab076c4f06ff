"""Trials that a world makes: simulated anew by the kernel, many trials in one run.

Trial t's clients and therapists have numbers of their own in a larger run, so that all trials of a
size are simulated together and are independent. A trial without an effect keeps everything but the
effect: the mean difference of the arms (and its slope on the moderator) over all trials is taken
off, process scores are those of the next trial's clients, clients are dealt anew to therapists.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from dyadsim.analysis.arrays import Floats, Mask
from dyadsim.errors import BadInput
from dyadsim.kernel.allocation import Allocation
from dyadsim.model.parameters import Parameters
from dyadsim.model.variables import DROPOUT
from dyadsim.planning.drawn_trials import allocate_clients
from dyadsim.planning.power_design import ARMS, MODERATOR, PROCESS, THERAPISTS, Assumptions
from dyadsim.planning.power_formulas import Size
from dyadsim.planning.power_grid import BATCH
from dyadsim.planning.trial_batch import NOBODY, Trials, Whole
from dyadsim.simulation import observe, simulate
from dyadsim.simulation.simulate import Run
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.feedback import feedback
from dyadsim.studies.designs.preference import preference
from dyadsim.studies.designs.process import process
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.study import Arm, Study

COMPARATORS = {
    "bona_fide": "interpersonal",
    "waiting": "waitlist",
    "supportive": "supportive",
    "usual_care": "usual_care",
    "preference": "interpersonal",
    "moderator": "usual_care",
}
"""What the therapy is compared with, where nothing else is said."""
ARRAYS = Trials._fields[:5]
EARLY = 3  # session at which the alliance is rated, as in the published studies
CHUNK = 20_000  # clients of a run, of which every step may be kept


class WorldPlan(NamedTuple):
    """How a world's trials are done.

    Attributes
    ----------
    assumptions
        Design, layout, spread of caseloads and share in the first arm; the rest is the world's.
    study
        What is done, as `world_study` returns it.
    members
        Parameters of a world; of an ensemble several, which share the trials.
    assessed
        Whether dropouts are assessed at the end; else they have no outcome.
    seed
        Random seed.
    threads
        None = every processor.
    """

    assumptions: Assumptions
    study: Study
    members: tuple[Parameters, ...]
    assessed: bool = False
    seed: int = 1
    threads: int | None = None


def world_study(
    design: str, therapy: str, comparator: str, sessions: int, *, instrument: str | None = None
) -> Study:
    """Return the study of a design, without follow-up.

    Parameters
    ----------
    design
        A key of `power_design.DESIGNS`.
    therapy, comparator
        Names of treatments; the comparator counts where two treatments are compared.
    sessions
        The planned number.
    instrument
        The questionnaire; None = the design's own.

    Returns
    -------
    Study
        With the therapy in its first arm.

    Raises
    ------
    BadInput
        An unknown treatment, or a plan that does not fit.

    Examples
    --------
    >>> world_study("waiting", "cbt", "waitlist", 12)
    <Study rct: cbt, waitlist; 12 sessions; bdi2>
    """
    if design == "feedback":
        return feedback(therapy, sessions, follow_up=(), instrument=instrument)
    if design == "therapists":
        return cohort(therapy, sessions, rule="fixed", follow_up=(), instrument=instrument)
    if design == "process":
        return process(therapy, sessions, follow_up=(), instrument=instrument)
    if therapy == comparator:
        raise BadInput(f"power: '{therapy}' is compared with itself: task.comparator.")
    build = preference if design == "preference" else rct
    return build((therapy, comparator), sessions, follow_up=(), instrument=instrument)


def check_layout(plan: WorldPlan) -> WorldPlan:
    """Return a plan whose therapists are where its treatments need them.

    Parameters
    ----------
    plan
        How trials are done.

    Raises
    ------
    BadInput
        A treatment without therapists in an arm that has some, or the other way round.
    """
    guided = [_has_therapist(arm) for arm in plan.study.arms]
    if not guided[0]:
        raise BadInput(
            f"power: '{plan.study.arms[0].name}' has no therapist: take another task.therapy."
        )
    if plan.assumptions.two_arms:
        one_arm, name = plan.assumptions.layout == "one_arm", plan.study.arms[1].name
        if guided[1] == one_arm:
            layout = "nested or crossed" if one_arm else "one_arm"
            raise BadInput(
                f"power: '{name}' has {'' if one_arm else 'no '}therapists: "
                f"task.layout must be {layout}."
            )
    return plan


def _has_therapist(arm: Arm) -> bool:
    return any(phase.therapy.human for phase in arm.phases)


class WorldBatches:
    """Gives the trials of a world in batches; the last size is kept, for trials without effect.

    Parameters
    ----------
    plan
        How trials are done.
    """

    def __init__(self, plan: WorldPlan) -> None:
        self.plan = check_layout(plan)
        self._last: tuple[Size, int, Trials] | None = None

    def __call__(self, size: Size, trials: int, effect: bool) -> Iterator[Trials]:
        """Give the trials of one size, with or without an effect."""
        if self._last is None or self._last[:2] != (size, trials):
            self._last = (size, trials, simulate_trials(self.plan, size, trials))
        every = self._last[2]
        if not effect:
            every = without_effect(every, self.plan.assumptions.kind, self.plan.seed)
        most = max(1, BATCH // size.clients)
        for first in range(0, trials, most):
            yield _part(every, slice(first, first + most))


def _part(trials: Trials, places: slice) -> Trials:
    """Return some of the trials."""
    return trials._replace(**{name: getattr(trials, name)[places] for name in ARRAYS})


def member_of_trial(trials: int, members: int) -> Whole:
    """Return the number of the member that makes each trial, `(trial,)`.

    Examples
    --------
    >>> member_of_trial(5, 2).tolist()
    [0, 0, 0, 1, 1]
    """
    return np.arange(trials) * members // trials


def simulate_trials(plan: WorldPlan, size: Size, trials: int) -> Trials:
    """Return the trials of a world, their outcome in SDs within arms.

    Parameters
    ----------
    plan
        How trials are done.
    size
        Clients and therapists of each.
    trials
        How many, shared among the members.

    Returns
    -------
    Trials
        Scores alone. Outcome: minus the last score, over its SD within arms in all trials.
        Predictor: the alliance at session `EARLY`, or the intake score as moderator.
    """
    parts: list[Trials] = []
    most = max(1, CHUNK // size.clients)
    member = member_of_trial(trials, len(plan.members))
    for number, parameters in enumerate(plan.members):
        count = int((member == number).sum())
        for first in range(0, count, most):
            some = min(most, count - first)
            parts.append(_run_trials(plan, parameters, size, some, len(parts)))
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in ARRAYS
    }
    every = parts[0]._replace(**joined)
    return every._replace(outcome=every.outcome / _spread(every))


def _spread(trials: Trials) -> float:
    """Return the SD of the outcome within arms, over all trials."""
    left = np.empty(trials.outcome.shape)
    for arm in (0, 1):
        mine = np.asarray(trials.treated == arm)
        known = trials.outcome[mine]
        left[mine] = known - (np.nanmean(known) if known.size else 0.0)
    return float(np.nanstd(left))


def _run_trials(
    plan: WorldPlan, parameters: Parameters, size: Size, count: int, number: int
) -> Trials:
    """Return some trials of one member; `number` addresses the random numbers."""
    rng = np.random.default_rng([plan.seed, *size, number])
    assumptions, (clients, therapists) = plan.assumptions, size
    treated, owner = allocate_clients(assumptions, clients, therapists, trials=count, rng=rng)
    second = 1 if assumptions.two_arms else 0
    arm = np.where(treated == 1, 0, second).astype(np.int32).ravel()
    place = np.where(owner == NOBODY, NOBODY, owner + therapists * np.arange(count)[:, None])
    mine = place[place != NOBODY]
    load = np.bincount(mine, minlength=count * therapists).astype(np.float32)
    allocation = Allocation(arm, place.astype(np.int32).ravel(), load)
    study, process_scores = plan.study, assumptions.kind == PROCESS
    run = simulate.start(
        study,
        parameters,
        arm.size,
        plan.seed,
        replicate=number,
        keep_truth=process_scores,
        allocation=allocation,
        threads=plan.threads,
    )
    before = run.clients.symptom_score.astype(float).copy()
    run = simulate.advance(run, threads=plan.threads)
    outcome = -run.clients.last_score.astype(float)
    if not plan.assessed:
        outcome[_dropped(run)] = np.nan
    predictor = np.zeros(arm.size)
    if process_scores:
        alliance = observe.instrument_scores(run)["alliance_score"]
        predictor = alliance[min(EARLY, len(alliance) - 1)].astype(float)
    elif assumptions.kind == MODERATOR:
        predictor = before.copy()
    if assumptions.design == "preference":
        liked = observe.preferred_therapy(run) == observe.first_therapy(run)
        treated = np.array(liked, dtype=np.float64).reshape(count, clients)
    shape = (count, clients)
    return Trials(
        outcome.reshape(shape),
        -before.reshape(shape),
        treated,
        predictor.reshape(shape),
        owner,
        therapists,
    )


def _dropped(run: Run) -> Mask:
    """Return who dropped out of treatment, `(client,)`."""
    treated = np.array([bool(arm.phases) for arm in run.study.arms])[run.clients.arm]
    return np.asarray(treated & (run.clients.ended.astype(int) == DROPOUT))


def without_effect(trials: Trials, kind: str, seed: int = 1) -> Trials:
    """Return the same trials with nothing to find.

    Parameters
    ----------
    trials
        Trials of a world.
    kind
        What is asked: a kind of `power_design.Design`.
    seed
        Random seed, for dealing clients anew to therapists.

    Returns
    -------
    Trials
        The arms' difference over all trials is taken off (in SDs and by SD of the moderator); or
        process scores are those of the next trial; or clients are dealt anew to therapists.
    """
    if kind == PROCESS:
        return trials._replace(predictor=np.roll(trials.predictor, 1, axis=0))
    if kind == THERAPISTS:
        order = np.random.default_rng([seed, 3]).random(trials.outcome.shape).argsort(axis=1)
        outcome, before = (
            np.take_along_axis(values, order, axis=1) for values in (trials.outcome, trials.before)
        )
        return trials._replace(outcome=outcome, before=before)
    outcome = trials.outcome.copy()
    for arm in (0, 1):
        mine = np.asarray((trials.treated == arm) & trials.completed)
        outcome[mine] -= _expected(outcome[mine], trials.predictor[mine], kind)
    return trials._replace(outcome=outcome)


def _expected(outcome: Floats, predictor: Floats, kind: str) -> Floats:
    """Return an arm's mean outcome, or its regression on the moderator."""
    mean = np.full(outcome.shape, outcome.mean())
    if kind == ARMS or predictor.std() == 0:
        return mean
    centred = predictor - predictor.mean()
    return np.asarray(mean + centred * (centred @ outcome) / (centred @ centred))
