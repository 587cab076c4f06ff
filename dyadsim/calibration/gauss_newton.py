"""Polish a calibrated point: Gauss-Newton steps on common luck, with a margin and a memory.

Each step simulates the point and one neighbour per parameter on the same luck (common random
numbers), which gives the slope of every fact in every parameter for as many evaluations;
slopes are averaged over steps, because those of one luck are noisy. In the linear picture the best
step is a convex problem (SciPy's L-BFGS-B). Several step lengths are tried on several lucks, and
the best is taken if it is better than staying.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize

Floats = np.ndarray[Any, np.dtype[np.float64]]
# simulated(points (point, parameter), clients, lucks (point,)) -> distances (point, fact), in
# half-widths from the middle of each fact's interval: -1 and 1 are its edges.
Simulated = Callable[[Floats, int, Sequence[int]], Floats]

# Lengths in coordinates of the prior (standard deviations). All numbers are assumptions.
NEIGHBOUR = 0.3  # how far a neighbour is
NEWEST = 0.5  # weight of the newest slopes in their running mean
STEEPEST = 60.0  # slopes beyond are a jump, such as that of a median (half-widths)
DAMPING = (0.02, 0.1, 0.3, 1.0, 3.0)  # the step lengths that are tried
LONGEST = 1.5  # of any parameter in one step
HOME = 0.003  # pull towards the prior's middle: of points as good, the nearer one
LUCKS = 4  # of the point and of every step tried; neighbours have the first of them


class Price(NamedTuple):
    """What a signed distance costs: 0 up to `room`, then square, levelling off about `given_up`.

    It levels off so that a fact which a world cannot meet does not spoil those that it can. Both in
    half-widths.
    """

    room: float
    given_up: float

    def __call__(self, far: Floats) -> Floats:
        """Return the cost of each distance; at most `given_up` squared."""
        beyond = np.maximum(np.abs(far) - self.room, 0.0) ** 2
        return np.asarray(beyond / (1 + beyond / self.given_up**2))

    def slope(self, far: Floats) -> Floats:
        """Return the derivative of the cost."""
        beyond = np.maximum(np.abs(far) - self.room, 0.0)
        return np.asarray(2 * beyond / (1 + (beyond / self.given_up) ** 2) ** 2 * np.sign(far))


def best_step(
    far: Floats,
    slopes: Floats,
    at: Floats,
    low: Floats,
    high: Floats,
    price: Price,
    damping: float,
    weight: Floats | float = 1.0,
    home: float = HOME,
) -> Floats:
    """Return the step that is best if facts were linear, `(parameter,)`, inside [low, high].

    It starts from no step, and finds the valley that is nearest.

    far: signed distances `(fact,)`; slopes `(fact, parameter)`; at: the point. `damping` prices the
    squared length of the step; `weight` `(fact,)` is what each fact counts; `home` prices the
    squared distance from the prior's middle.
    """

    def cost(step: Floats) -> tuple[float, Floats]:
        there, moved = far + slopes @ step, at + step
        prices = (weight * price(there)).sum()
        whole = prices + damping * step @ step + home * moved @ moved
        slope = slopes.T @ (weight * price.slope(there))
        return float(whole), slope + 2 * (damping * step + home * moved)

    least, most = np.maximum(low - at, -LONGEST), np.minimum(high - at, LONGEST)
    ends = list(zip(np.minimum(least, 0.0), np.maximum(most, 0.0), strict=True))
    found = minimize(cost, np.zeros(at.size), jac=True, method="L-BFGS-B", bounds=ends)
    return np.asarray(found.x)


def slopes_at(
    simulated: Simulated, at: Floats, high: Floats, clients: int, lucks: Sequence[int]
) -> tuple[Floats, Floats]:
    """Return signed distances at a point on each luck `(luck, fact)`, and slopes on the first.

    Slopes `(fact, parameter)` come from one neighbour a parameter, on the same random numbers; a
    neighbour beyond `high` lies on the other side.
    """
    side = np.where(at + NEIGHBOUR > high, -NEIGHBOUR, NEIGHBOUR)
    points = np.vstack([np.tile(at, (len(lucks), 1)), at + np.diag(side)])
    found = simulated(points, clients, [*lucks, *[lucks[0]] * at.size])
    slopes = ((found[len(lucks) :] - found[0]) / side[:, None]).T
    return found[: len(lucks)], np.clip(slopes, -STEEPEST, STEEPEST)


def polish(
    simulated: Simulated,
    start: Floats,
    low: Floats,
    high: Floats,
    stages: Sequence[tuple[int, int, Price]],
    told: Callable[[], None] = lambda: None,
    home: float = HOME,
    slopes: Floats | None = None,
    fresh: bool = True,
) -> tuple[Floats, list[dict[str, float]]]:
    """Return the polished point `(parameter,)` and a row a step: clients, cost before and after.

    stages: (clients, steps, price of a distance) each. Every step has lucks of its own. A fact
    counts 1 / (1 + 4 s^2), where s is the Monte-Carlo error of its mean over them (half-widths).
    `home` as in `best_step`; `slopes` `(fact, parameter)`, if some are known already: without
    `fresh` ones from neighbours they are only mended by what the steps do.
    """
    at, memory = np.clip(start, low, high), slopes
    course: list[dict[str, float]] = []
    for clients, steps, price in stages:
        noise = []
        for _ in range(steps):
            lucks = [LUCKS * len(course) + one for one in range(LUCKS)]
            if fresh or memory is None:
                here, newest = slopes_at(simulated, at, high, clients, lucks)
                memory = newest if memory is None else NEWEST * newest + (1 - NEWEST) * memory
            else:
                here = simulated(np.tile(at, (LUCKS, 1)), clients, lucks)
            noise.append(here.var(axis=0, ddof=1) / LUCKS)
            weight = 1 / (1 + 4 * np.mean(noise, axis=0))
            far = here.mean(axis=0)
            steps_tried = np.array(
                [
                    best_step(far, memory, at, low, high, price, damping, weight, home)
                    for damping in DAMPING
                ]
            )
            points = np.vstack([at, at + steps_tried])
            found = simulated(np.repeat(points[1:], LUCKS, axis=0), clients, lucks * len(DAMPING))
            means = np.vstack([far, found.reshape(len(DAMPING), LUCKS, -1).mean(axis=1)])
            costs = (weight * price(means)).sum(axis=1) + home * (points**2).sum(axis=1)
            for step, there in zip(steps_tried, means[1:], strict=True):
                memory = _learnt(memory, step, there - far)
            best = int(np.argmin(costs))
            at = points[best]
            course.append(
                {"clients": clients, "cost_before": float(costs[0]), "cost": float(costs[best])}
            )
            told()
    return at, course


def _learnt(slopes: Floats, step: Floats, moved: Floats) -> Floats:
    """Return slopes that predict what a step did (Broyden's rank-one update)."""
    length = float(step @ step)
    return slopes if length == 0 else slopes + np.outer(moved - slopes @ step, step) / length
