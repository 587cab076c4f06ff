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
NEWEST = 0.5  # weight of the newest slopes in their running mean
STEEPEST = 60.0  # slopes beyond are a jump, such as that of a median (half-widths)
DAMPING = (0.02, 0.1, 0.3, 1.0, 3.0)  # the step lengths that are tried
LONGEST = 1.5  # of any parameter in one step
PRIOR_WEIGHT = 0.003  # pull towards the prior's middle: of points as good, the nearer one
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
        flattening = (1 + (beyond / self.ceiling) ** 2) ** 2
        return np.asarray(2 * beyond / flattening * np.sign(distances))


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

    Every step has replicates of its own. A fact counts 1 / (1 + 4 s^2), where s is the Monte-Carlo
    error of its mean over them (half-widths).

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
    point, memory = np.clip(start, *bounds), slopes
    course: list[dict[str, float]] = []
    for stage in stages:
        noise: list[Floats] = []
        for _ in range(stage.steps):
            replicates = [REPLICATES * len(course) + number for number in range(REPLICATES)]
            if slopes is None or memory is None:
                here, newest = slopes_at(
                    simulate, point, high=bounds[1], clients=stage.clients, replicates=replicates
                )
                memory = newest if memory is None else NEWEST * newest + (1 - NEWEST) * memory
            else:
                here = simulate(np.tile(point, (REPLICATES, 1)), stage.clients, replicates)
            noise.append(here.var(axis=0, ddof=1) / REPLICATES)
            weight = 1 / (1 + 4 * np.mean(noise, axis=0))
            outlook = Outlook(point, here.mean(axis=0), memory, weight)
            point, memory, row = _take_step(simulate, outlook, bounds, stage, replicates)
            course.append(row)
            on_step()
    return point, course


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
        slopes = _corrected_slopes(slopes, step, distances - outlook.distances)
    best = int(np.argmin(costs))
    before, after = float(costs[0]), float(costs[best])
    return points[best], slopes, {"clients": stage.clients, "cost_before": before, "cost": after}


def _corrected_slopes(slopes: Floats, step: Floats, change: Floats) -> Floats:
    """Return slopes that predict what a step did (Broyden's rank-one update)."""
    length = float(step @ step)
    return slopes if length == 0 else slopes + np.outer(change - slopes @ step, step) / length
