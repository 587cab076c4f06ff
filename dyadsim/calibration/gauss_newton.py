"""Refine a calibrated point by Gauss-Newton steps, on common random numbers.

Each step simulates the point and one neighbour per parameter with the same random numbers (common
random numbers). This gives the slope of every fact in every parameter for as many evaluations as
there are parameters. Slopes are averaged over steps, because those of one replicate are noisy. If
facts were linear, the best step would solve a convex problem (SciPy's L-BFGS-B). Several step
lengths are tried on several replicates, and the best is taken if it is better than staying.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize

Floats = np.ndarray[Any, np.dtype[np.float64]]
type Bounds = tuple[Floats, Floats]  # lowest and highest coordinates, (parameter,) both
# simulate(points (point, parameter), clients, replicates (point,)) -> distances (point, fact), in
# half-widths from the middle of each fact's interval: -1 and 1 are its edges.
DistanceSimulator = Callable[[Floats, int, Sequence[int]], Floats]

# Lengths in coordinates of the prior (standard deviations). All numbers are assumptions.
NEIGHBOUR = 0.3  # how far a neighbour is
WIDE = 1.0  # how far on both sides, where slopes are to hold in all that the prior allows
NEWEST = 0.5  # weight of the newest slopes in their running mean
STEEPEST = 60.0  # slopes beyond are a jump, such as that of a median (half-widths)
DAMPING = (0.02, 0.1, 0.3, 1.0, 3.0)  # the step lengths that are tried
LONGEST = 1.5  # of any parameter in one step
PRIOR_WEIGHT = 0.01  # pull towards the prior's middle: of points as good, the nearer one
REPLICATES = 4  # of the point and of every step tried; neighbours have the first of them


class Penalty(NamedTuple):
    """The cost of a distance: 0 up to `margin`, then square, levelling off near `ceiling` squared.

    It levels off so that a fact which a world cannot meet does not spoil those that it can. Both
    numbers are in half-widths.
    """

    margin: float
    ceiling: float

    def __call__(self, distances: Floats) -> Floats:
        """Return the cost of each distance; at most `ceiling` squared."""
        beyond = np.maximum(np.abs(distances) - self.margin, 0.0) ** 2
        return np.asarray(beyond / (1 + beyond / self.ceiling**2))

    def slope(self, distances: Floats) -> Floats:
        """Return the derivative of the cost."""
        beyond = np.maximum(np.abs(distances) - self.margin, 0.0)
        return np.asarray(2 * beyond * self.weight(distances) * np.sign(distances))

    def weight(self, distances: Floats) -> Floats:
        """Return how much a fact still counts at a distance: 1 where it is met, towards 0 far out.

        It is the share that is left of the slope of a plain square.
        """
        beyond = np.maximum(np.abs(distances) - self.margin, 0.0)
        return np.asarray((1 + (beyond / self.ceiling) ** 2) ** -2.0)


class Stage(NamedTuple):
    """Some steps of one kind: clients of each study, number of steps, and what a point costs."""

    clients: int
    steps: int
    penalty: Penalty
    prior_weight: float = PRIOR_WEIGHT


class Outlook(NamedTuple):
    """What is known at a point: distances and weights `(fact,)`, slopes `(fact, parameter)`."""

    point: Floats
    distances: Floats
    slopes: Floats
    weight: Floats | float = 1.0


def best_step(outlook: Outlook, bounds: Bounds, *, stage: Stage, damping: float) -> Floats:
    """Return the step that would be best if facts were linear.

    The search starts from no step and ends in the nearest valley.

    Parameters
    ----------
    outlook
        The point, and distances, slopes and weights of the facts there.
    bounds
        Lowest and highest coordinates.
    stage
        What a distance costs, and the squared distance from the prior's middle.
    damping
        Cost of the squared length of the step.

    Returns
    -------
    ndarray
        The step, `(parameter,)`; the point plus the step lies inside the bounds.
    """
    point, distances, slopes, weight = outlook

    def cost(step: Floats) -> tuple[float, Floats]:
        expected, coordinates = distances + slopes @ step, point + step
        penalties = (weight * stage.penalty(expected)).sum()
        prior_cost = stage.prior_weight * coordinates @ coordinates
        total = penalties + damping * step @ step + prior_cost
        gradient = slopes.T @ (weight * stage.penalty.slope(expected))
        return float(total), gradient + 2 * (damping * step + stage.prior_weight * coordinates)

    lowest = np.maximum(bounds[0] - point, -LONGEST)
    highest = np.minimum(bounds[1] - point, LONGEST)
    ends = list(zip(np.minimum(lowest, 0.0), np.maximum(highest, 0.0), strict=True))
    solution = minimize(cost, np.zeros(point.size), jac=True, method="L-BFGS-B", bounds=ends)
    return np.asarray(solution.x)


def slopes_at(
    simulate: DistanceSimulator,
    point: Floats,
    *,
    high: Floats,
    clients: int,
    replicates: Sequence[int],
) -> tuple[Floats, Floats]:
    """Return distances at a point in each replicate, and slopes in the first one.

    Slopes come from one neighbour a parameter, simulated with the same random numbers.

    Parameters
    ----------
    simulate
        Simulates points.
    point
        Coordinates, `(parameter,)`.
    high
        Highest coordinates; a neighbour that would lie beyond them is put on the other side.
    clients
        Clients of each study.
    replicates
        Numbers of the replicates; neighbours have the first.

    Returns
    -------
    tuple of ndarray
        Distances `(replicate, fact)` and slopes `(fact, parameter)`, both in half-widths.
    """
    side = np.where(point + NEIGHBOUR > high, -NEIGHBOUR, NEIGHBOUR)
    points = np.vstack([np.tile(point, (len(replicates), 1)), point + np.diag(side)])
    distances = simulate(points, clients, [*replicates, *[replicates[0]] * point.size])
    slopes = ((distances[len(replicates) :] - distances[0]) / side[:, None]).T
    return distances[: len(replicates)], np.clip(slopes, -STEEPEST, STEEPEST)


def wide_slopes_at(
    simulate: DistanceSimulator, point: Floats, bounds: Bounds, *, clients: int, replicate: int
) -> tuple[Floats, Floats]:
    """Return distances at a point, and slopes from a neighbour on each side, far away.

    Parameters
    ----------
    simulate
        Simulates points.
    point
        Coordinates, `(parameter,)`.
    bounds
        Lowest and highest coordinates, where neighbours end too.
    clients
        Clients of each study.
    replicate
        Number of the replicate, the same for all.

    Returns
    -------
    tuple of ndarray
        Distances `(fact,)` and slopes `(fact, parameter)`, both in half-widths.
    """
    low, high = np.maximum(point - WIDE, bounds[0]), np.minimum(point + WIDE, bounds[1])
    points = np.vstack([point, point + np.diag(low - point), point + np.diag(high - point)])
    distances = simulate(points, clients, [replicate] * len(points))
    below, above = distances[1 : 1 + point.size], distances[1 + point.size :]
    slopes = ((above - below) / (high - low)[:, None]).T
    return distances[0], np.clip(slopes, -STEEPEST, STEEPEST)


class Refining(NamedTuple):
    """How far a search along slopes has come: all that the next step needs.

    `slopes` are the running mean, None before the first step; `noise` has the variance of the mean
    distances in every step of the stage so far; `course` has a row a step.
    """

    point: Floats
    slopes: Floats | None = None
    noise: tuple[Floats, ...] = ()
    course: tuple[dict[str, float], ...] = ()


def refine_once(
    simulate: DistanceSimulator,
    state: Refining,
    *,
    bounds: Bounds,
    stage: Stage,
    measured: bool = True,
) -> Refining:
    """Return the state after one more step, with replicates of its own.

    A fact counts 1 / (1 + 4 s^2), where s is the Monte-Carlo error of its mean over the replicates
    (half-widths), averaged over the steps of the stage.

    Parameters
    ----------
    simulate
        Simulates points.
    state
        What the steps before have left.
    bounds
        Lowest and highest coordinates.
    stage
        Clients of each study, and what a point costs.
    measured
        Measure slopes on neighbours; without them only what the steps do corrects the slopes.

    Returns
    -------
    Refining
        The better point, or the same one.
    """
    point, memory, noise, course = state
    replicates = [REPLICATES * len(course) + number for number in range(REPLICATES)]
    if measured or memory is None:
        here, newest = slopes_at(
            simulate, point, high=bounds[1], clients=stage.clients, replicates=replicates
        )
        memory = newest if memory is None else NEWEST * newest + (1 - NEWEST) * memory
    else:
        here = simulate(np.tile(point, (REPLICATES, 1)), stage.clients, replicates)
    noise = (*noise, here.var(axis=0, ddof=1) / REPLICATES)
    weight = 1 / (1 + 4 * np.mean(noise, axis=0))
    outlook = Outlook(point, here.mean(axis=0), memory, weight)
    point, memory, row = _take_step(simulate, outlook, bounds, stage, replicates)
    return Refining(point, memory, noise, (*course, row))


def refine_point(
    simulate: DistanceSimulator,
    start: Floats,
    *,
    bounds: Bounds,
    stages: Sequence[Stage],
    slopes: Floats | None = None,
    on_step: Callable[[], None] = lambda: None,
) -> tuple[Floats, list[dict[str, float]]]:
    """Return a better point near a start, and what each step reached.

    Parameters
    ----------
    simulate
        Simulates points.
    start
        Coordinates to start from, `(parameter,)`.
    bounds
        Lowest and highest coordinates.
    stages
        Steps of one kind after another.
    slopes
        Slopes `(fact, parameter)` that are known already; they are corrected by what the steps do.
        Without them every step measures slopes on neighbours.
    on_step
        Called after every step.

    Returns
    -------
    tuple
        The point `(parameter,)`, and a row a step: clients, cost before and after.
    """
    state, measured = Refining(np.clip(start, *bounds), slopes), slopes is None
    for stage in stages:
        state = state._replace(noise=())
        for _ in range(stage.steps):
            state = refine_once(simulate, state, bounds=bounds, stage=stage, measured=measured)
            on_step()
    return state.point, list(state.course)


def _take_step(
    simulate: DistanceSimulator,
    outlook: Outlook,
    bounds: Bounds,
    stage: Stage,
    replicates: list[int],
) -> tuple[Floats, Floats, dict[str, float]]:
    """Return the best of the steps tried, the corrected slopes, and the row of the course."""
    steps = np.array(
        [best_step(outlook, bounds, stage=stage, damping=damping) for damping in DAMPING]
    )
    points = np.vstack([outlook.point, outlook.point + steps])
    simulated = simulate(
        np.repeat(points[1:], REPLICATES, axis=0), stage.clients, replicates * len(DAMPING)
    )
    means = simulated.reshape(len(DAMPING), REPLICATES, -1).mean(axis=1)
    means = np.vstack([outlook.distances, means])
    penalties = (outlook.weight * stage.penalty(means)).sum(axis=1)
    costs = penalties + stage.prior_weight * (points**2).sum(axis=1)
    slopes = outlook.slopes
    for step, distances in zip(steps, means[1:], strict=True):
        slopes = corrected_slopes(slopes, step, distances - outlook.distances)
    best = int(np.argmin(costs))
    before, after = float(costs[0]), float(costs[best])
    return points[best], slopes, {"clients": stage.clients, "cost_before": before, "cost": after}


def corrected_slopes(slopes: Floats, step: Floats, change: Floats) -> Floats:
    """Return slopes that predict what a step did (Broyden's rank-one update).

    Parameters
    ----------
    slopes
        Of the facts, `(fact, parameter)`.
    step
        The step, `(parameter,)`.
    change
        What it did to the distances, `(fact,)`.
    """
    length = float(step @ step)
    return slopes if length == 0 else slopes + np.outer(change - slopes @ step, step) / length


def significant_slopes(slopes: Floats) -> Floats:
    """Return mean slopes over replicates `(replicate, fact, parameter)`, 0 below two errors.

    Parameters
    ----------
    slopes
        Of every replicate; from one, all are taken as they are.

    Returns
    -------
    ndarray
        `(fact, parameter)`.
    """
    mean = np.asarray(slopes.mean(axis=0))
    if len(slopes) == 1:
        return mean
    error = np.sqrt(slopes.var(axis=0, ddof=1).mean(axis=1, keepdims=True) / len(slopes))
    return np.where(np.abs(mean) > 2 * error, mean, 0.0)
