"""Give all worlds their best chance: the point of the joint space that is nearest to the facts.

From the middle of the prior, Gauss-Newton steps (`gauss_newton`) with studies that grow by stages.
Every step has random numbers of its own, the same for all its candidates, so no point can win by
chance, and slopes are averaged over the steps. The end is the mode. Its slopes are then measured
again, from far neighbours on both sides and on several replicates: the ensemble (`ensemble`) starts
from them, and its members lie far from the mode wherever facts say little. Published scores come
from random numbers that no search has seen (`dyadsim facts`).
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from dyadsim.calibration.distances import ParallelMap
from dyadsim.calibration.gauss_newton import (
    DAMPING,
    REPLICATES,
    Penalty,
    Refining,
    Stage,
    refine_once,
    significant_slopes,
    wide_slopes_at,
)
from dyadsim.calibration.joint_distances import (
    Studies,
    evaluations_of_slopes,
    joint_simulator,
)
from dyadsim.calibration.joint_space import JointSpace
from dyadsim.calibration.kept_steps import Arrays, KeptSteps
from dyadsim.calibration.prior import Floats
from dyadsim.evidence.fact import Fact

# Half-widths from the middle that cost nothing, and those beyond about which a fact is given up:
# far from the facts, nearer, and in the last steps (assumptions).
SEARCH_PENALTY, NEAR_PENALTY, FINAL_PENALTY = (
    Penalty(0.6, 2.5),
    Penalty(0.7, 1.5),
    Penalty(0.65, 1.0),
)
# Added to the seed: no part of a calibration sees the random numbers of another.
SEARCH_SEED, CHOICE_SEED, SLOPES_SEED, MEMBER_SEED = 1 << 40, 2 << 40, 4 << 40, 5 << 40
PER_STEP = 1 << 20  # replicates between one step's and the next one's


class Budget(NamedTuple):
    """What a calibration may cost.

    Attributes
    ----------
    stages
        Of the search for the mode.
    slopes
        Clients of each study, and replicates, for the slopes at the mode.
    members
        Of the ensemble, the mode among them.
    clients_of_member
        Of each study, in the corrections of a member.
    judged
        Clients of each study in which mode and members are judged, on random numbers of its own.
    """

    stages: tuple[Stage, ...]
    slopes: tuple[int, int]
    members: int
    clients_of_member: int
    judged: int

    @property
    def steps(self) -> tuple[Stage, ...]:
        """The stage of every step of the search, in order."""
        return tuple(stage for stage in self.stages for _ in range(stage.steps))


BUDGETS = {
    "small": Budget(
        (Stage(150, 1, SEARCH_PENALTY), Stage(250, 1, FINAL_PENALTY)), (150, 1), 5, 150, 300
    ),
    "standard": Budget(
        (
            Stage(1500, 4, SEARCH_PENALTY),
            Stage(3000, 6, NEAR_PENALTY),
            Stage(8000, 6, FINAL_PENALTY),
        ),
        (4000, 2),
        120,
        5000,
        8000,
    ),
    "large": Budget(
        (
            Stage(2000, 6, SEARCH_PENALTY),
            Stage(5000, 10, NEAR_PENALTY),
            Stage(15000, 6, FINAL_PENALTY),
        ),
        (8000, 3),
        240,
        8000,
        20000,
    ),
}


class Mode(NamedTuple):
    """The point nearest to the facts, and what is known there.

    `point` `(column,)` is in coordinates. `distances` `(world x fact,)` and `slopes` `(world x
    fact, column)` are in half-widths. `noise` `(world x fact,)` is the Monte-Carlo variance of a
    distance, times the clients of each study. `course` has clients, cost before and cost after of
    each step.
    """

    point: Floats
    distances: Floats
    noise: Floats
    slopes: Floats
    course: Floats


class Problem(NamedTuple):
    """What is calibrated on what: the space, the facts, the seed, and a map over processes."""

    space: JointSpace
    facts: Sequence[Fact]
    seed: int
    parallel_map: ParallelMap

    def studies(self, offset: int, clients: int, first_replicate: int = 0) -> Studies:
        """Return the studies of one part of the calibration, with random numbers of its own."""
        return Studies(self.facts, clients, self.seed + offset, first_replicate)


def step_work(space: JointSpace) -> int:
    """Return the evaluations of one world that a step of the search takes."""
    tried = REPLICATES * (1 + len(DAMPING)) * len(space.worlds)
    return tried + evaluations_of_slopes(space)


def mode_work(space: JointSpace, budget: Budget) -> float:
    """Return what finding the mode and its slopes costs, in clients x evaluations of one world."""
    search = sum(stage.clients for stage in budget.steps) * step_work(space)
    clients, replicates = budget.slopes
    return search + clients * replicates * slopes_work(space)


def slopes_work(space: JointSpace) -> int:
    """Return the evaluations of one world that the slopes at the mode take, in one replicate."""
    return len(space.worlds) + 2 * evaluations_of_slopes(space)


def find_point(problem: Problem, stages: Sequence[Stage], kept: KeptSteps) -> Refining:
    """Return where the steps end that start in the middle of the prior.

    Parameters
    ----------
    problem
        Space, facts and random numbers.
    stages
        Steps of one kind after another.
    kept
        Where every step is kept.

    Returns
    -------
    Refining
        The last point, its slopes, and the course.
    """
    space = problem.space
    state, number = Refining(np.clip(space.middle, *space.bounds)), 0
    for stage in stages:
        state = state._replace(noise=())
        for _ in range(stage.steps):
            state = _step(problem, state, stage, number, kept)
            number += 1
    return state


def _step(
    problem: Problem, state: Refining, stage: Stage, number: int, kept: KeptSteps
) -> Refining:
    """Return the state after one step, read where it is kept."""

    def compute() -> Arrays:
        simulate = joint_simulator(
            problem.space,
            problem.studies(SEARCH_SEED, stage.clients, PER_STEP * number),
            problem.parallel_map,
        )
        after = refine_once(simulate, state, bounds=problem.space.bounds, stage=stage)
        last = np.array(list(after.course[-1].values()))
        slopes = np.asarray(after.slopes)
        return {"point": after.point, "slopes": slopes, "noise": after.noise[-1], "course": last}

    work = stage.clients * step_work(problem.space)
    arrays = kept.step(f"step-{number:02d}", work, compute)
    clients, before, after = arrays["course"].tolist()
    row = {"clients": clients, "cost_before": before, "cost": after}
    noise = (*state.noise, arrays["noise"])
    return Refining(arrays["point"], arrays["slopes"], noise, (*state.course, row))


def find_mode(problem: Problem, budget: Budget, kept: KeptSteps) -> Mode:
    """Return the point nearest to the facts, with its distances and slopes.

    Slopes that lie below two errors of their mean over replicates count as 0: else noise would pass
    for knowledge.

    Parameters
    ----------
    problem
        Space, facts and random numbers.
    budget
        One of `BUDGETS`, or another.
    kept
        Where every step is kept.

    Returns
    -------
    Mode
        The mode.
    """
    end, space = find_point(problem, budget.stages, kept), problem.space
    clients, replicates = budget.slopes
    simulate = joint_simulator(space, problem.studies(SLOPES_SEED, clients), problem.parallel_map)

    def measure(replicate: int) -> Arrays:
        distances, slopes = wide_slopes_at(
            simulate, end.point, space.bounds, clients=clients, replicate=replicate
        )
        return {"distances": distances, "slopes": slopes}

    work = clients * slopes_work(space)
    pairs = [
        kept.step(f"slopes-{number}", work, partial(measure, number))
        for number in range(replicates)
    ]
    distances = np.array([pair["distances"] for pair in pairs])
    return Mode(
        end.point,
        distances.mean(axis=0),
        np.mean(end.noise, axis=0) * REPLICATES * budget.stages[-1].clients,
        significant_slopes(np.array([pair["slopes"] for pair in pairs])),
        np.array([list(row.values()) for row in end.course]),
    )
