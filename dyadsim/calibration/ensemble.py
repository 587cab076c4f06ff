"""A sample of points that the facts allow: randomised maximum likelihood about the mode.

A published interval's half-width is about two standard errors. Each member gets errors of the facts
of its own, and a draw of the prior; it is the point that lies nearest to both:

    |x - drawn|^2 + sum over facts of weight ((distance(x) + error) / sigma)^2

If facts are linear in the coordinates, such points are an exact sample of the posterior (tested);
where facts bend they are near one, which planted worlds check (docs/background/calibration.md). A
member starts from the solution with the slopes at the mode, and is corrected by what its own
simulations say, with random numbers of its own and with control of the step's length. A fact's
weight is what the search's penalty leaves of it at the mode: a fact that the worlds cannot meet
does not drag the members along. Sigma is half a half-width, plus the Monte-Carlo error of one
simulation, so that a noisy fact says less.
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy.optimize import lsq_linear

from dyadsim.analysis.one_thread import one_blas_thread
from dyadsim.calibration.gauss_newton import corrected_slopes
from dyadsim.calibration.joint_distances import (
    ONE_SIDED,
    Studies,
    counted,
    distances_of_worlds,
    impossible,
    simulate_points,
)
from dyadsim.calibration.joint_space import JointSpace
from dyadsim.calibration.kept_steps import Arrays, KeptSteps
from dyadsim.calibration.prior import Floats
from dyadsim.calibration.search import (
    CHOICE_SEED,
    FINAL_PENALTY,
    MEMBER_SEED,
    Budget,
    Mode,
    Problem,
    find_mode,
)

HALF = 0.5  # standard error of a published figure, in half-widths of its interval
LENGTHS = (1.0, 0.4)  # of a step towards the solution that are tried (assumption)
CORRECTIONS = 3  # after the start (assumption): more bring a member little nearer
AT_ONCE = 6  # members between two writes


class Target(NamedTuple):
    """What a member is nearest to: a draw of the prior `(column,)`, and the facts with errors.

    `error`, `precision` and `variance` are `(world x fact,)`: what is added to the distances, the
    weight over sigma squared, and sigma squared.
    """

    drawn: Floats
    error: Floats
    precision: Floats
    variance: Floats

    @property
    def counting(self) -> float:
        """How many facts count, each by its weight."""
        return float((self.precision * self.variance).sum())

    def cost(self, point: Floats, distances: Floats) -> float:
        """Return how far a point is from both; infinite where it cannot be."""
        if impossible(distances):
            return np.inf
        away = point - self.drawn
        return float(away @ away + self.precision @ (distances + self.error) ** 2)

    def solution(
        self, point: Floats, distances: Floats, slopes: Floats, bounds: tuple[Floats, Floats]
    ) -> Floats:
        """Return the nearest point if facts were linear about `point`, inside the bounds."""
        root = np.sqrt(self.precision)
        rows = np.vstack([np.eye(point.size), root[:, None] * slopes])
        wanted = np.concatenate([self.drawn, root * (slopes @ point - distances - self.error)])
        return np.asarray(lsq_linear(rows, wanted, bounds).x)


class _Job(NamedTuple):
    """All that one member is made from."""

    space: JointSpace
    studies: Studies
    target: Target
    mode: Mode
    number: int


def draw_target(problem: Problem, mode: Mode, clients: int, number: int) -> Target:
    """Return what a member is to be nearest to.

    Parameters
    ----------
    problem
        Space, facts and random seed.
    mode
        The mode, whose distances say which facts count.
    clients
        Of each study in the member's simulations.
    number
        Of the member, which draws its own errors.

    Returns
    -------
    Target
        A sign or a bound has no error: it is met, or it is not.
    """
    rng = np.random.default_rng([problem.seed, number, MEMBER_SEED])
    worlds = problem.space.worlds
    counts = counted(worlds, problem.facts)
    variance = HALF**2 + mode.noise / clients
    errors = rng.normal(size=counts.size) * np.sqrt(variance)
    one_sided = np.tile([fact.kind in ONE_SIDED for fact in problem.facts], len(worlds))
    weight = np.where(counts, FINAL_PENALTY.weight(mode.distances), 0.0)
    drawn = problem.space.draw(1, rng)[0]
    return Target(drawn, np.where(one_sided, 0.0, errors), weight / variance, variance)


def make_member(job: _Job) -> Floats:
    """Return the coordinates of one member, `(column,)`, and before them its cost.

    The cost is per fact that counts: about 1 where the member is as near as its errors let it be.
    """
    space, target, bounds = job.space, job.target, job.space.bounds
    facts = job.studies.facts

    def distances_at(points: Floats) -> Floats:
        replicates = [job.number] * len(points)
        return distances_of_worlds(
            simulate_points(space, points, job.studies, replicates, map), facts
        )

    point, distances, slopes = job.mode.point, job.mode.distances, job.mode.slopes
    cost, scale = np.inf, 1.0  # the mode was simulated with other random numbers
    for _ in range(1 + CORRECTIONS):
        step = scale * (target.solution(point, distances, slopes, bounds) - point)
        points = np.clip([point + length * step for length in LENGTHS], *bounds)
        results = distances_at(points)
        costs = [target.cost(*pair) for pair in zip(points, results, strict=True)]
        known = [pair for pair in zip(points, results, strict=True) if not impossible(pair[1])]
        if not known:
            scale /= 4
            continue
        best = int(np.argmin(costs))
        if np.isfinite(cost):
            known.append((point, distances))
        if costs[best] < cost:
            point, distances, cost = points[best], results[best], costs[best]
        for place, result in known:
            slopes = corrected_slopes(slopes, place - point, result - distances)
    return np.array([cost / max(target.counting, 1), *point])


def member_evaluations(space: JointSpace) -> int:
    """Return how many evaluations of one world a member takes."""
    return (1 + CORRECTIONS) * len(LENGTHS) * len(space.worlds)


def make_members(problem: Problem, mode: Mode, budget: Budget, kept: KeptSteps) -> Floats:
    """Return the members besides the mode, in the order of their numbers.

    Parameters
    ----------
    problem
        Space, facts and random numbers.
    mode
        The mode.
    budget
        How many, and of how many clients.
    kept
        Where every few members are kept.

    Returns
    -------
    ndarray
        Coordinates, `(member, column)`.
    """
    studies = problem.studies(MEMBER_SEED, budget.clients_of_member)

    def compute(numbers: Sequence[int]) -> Arrays:
        jobs = [
            _Job(
                problem.space,
                studies,
                draw_target(problem, mode, budget.clients_of_member, number),
                mode,
                number,
            )
            for number in numbers
        ]
        rows = np.array(list(problem.parallel_map(make_member, jobs)))
        return {"points": rows[:, 1:], "misfit": rows[:, 0]}

    parts = [np.empty((0, mode.point.size))]
    for first in range(1, budget.members, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, budget.members))
        work = len(numbers) * budget.clients_of_member * member_evaluations(problem.space)
        name = f"members-{first:03d}"
        parts.append(kept.step(name, work, partial(compute, numbers))["points"])
    return np.concatenate(parts)


class Ensemble(NamedTuple):
    """The members in the order of their cost.

    `points` `(member, column)` are coordinates, `values` `(member, world, fact)` those of the facts
    on random numbers that no search has seen, `costs` `(member,)` the penalties of all worlds.
    """

    points: Floats
    values: Floats
    costs: Floats


def judge_members(problem: Problem, points: Floats, budget: Budget, kept: KeptSteps) -> Ensemble:
    """Return members in the order of their cost on unseen random numbers.

    Parameters
    ----------
    problem
        Space, facts and random numbers.
    points
        Coordinates `(member, column)`.
    budget
        Clients of each study.
    kept
        Where every few members are kept.

    Returns
    -------
    Ensemble
        The members.
    """
    studies = problem.studies(CHOICE_SEED, budget.judged)

    def compute(some: Floats) -> Arrays:
        zeros = [0] * len(some)
        return {
            "values": simulate_points(problem.space, some, studies, zeros, problem.parallel_map)
        }

    parts = []
    for first in range(0, len(points), AT_ONCE):
        some = points[first : first + AT_ONCE]
        work = len(some) * budget.judged * len(problem.space.worlds)
        name = f"judged-{first:03d}"
        parts.append(kept.step(name, work, partial(compute, some))["values"])
    values = np.concatenate(parts)
    costs = FINAL_PENALTY(distances_of_worlds(values, problem.facts)).sum(axis=1)
    order = np.argsort(costs, kind="stable")
    return Ensemble(points[order], values[order], costs[order])


def ensemble_work(space: JointSpace, budget: Budget) -> float:
    """Return what the ensemble costs, in clients x evaluations of one world."""
    others = (budget.members - 1) * budget.clients_of_member * member_evaluations(space)
    return others + budget.members * budget.judged * len(space.worlds)


@one_blas_thread()
def calibrate_worlds(problem: Problem, budget: Budget, kept: KeptSteps) -> tuple[Mode, Ensemble]:
    """Return the mode of a calibration, and the ensemble about it.

    Parameters
    ----------
    problem
        Space, facts, random seed, and a map over processes; the bits are the same for any.
    budget
        One of `search.BUDGETS`, or another.
    kept
        Where every step is kept: a calibration that was killed goes on from there, to the same
        bits.

    Returns
    -------
    tuple
        The mode, and the ensemble, of which it is a member.
    """
    mode = find_mode(problem, budget, kept)
    others = make_members(problem, mode, budget, kept)
    points = np.vstack([mode.point[None], others])
    return mode, judge_members(problem, points, budget, kept)
