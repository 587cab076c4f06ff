"""Polish a calibrated point: Gauss-Newton steps on common luck, with a margin and a memory.

Each step simulates the point and one neighbour per quantity on the same luck (common random
numbers), which gives the slope of every fact in every quantity at the price of as many evaluations;
slopes are averaged over steps, because those of one luck are noisy. In the linear picture the best
step is a convex problem (SciPy's L-BFGS-B). Several step lengths are tried on two lucks, and the
best is taken if it is better than staying.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.optimize import minimize

Floats = np.ndarray[Any, np.dtype[np.float64]]
# simulated(points (point, quantity), clients, luck) -> signed distances (point, fact), in
# half-widths from the middle of each fact's interval: -1 and 1 are its edges.
Simulated = Callable[[Floats, int, int], Floats]

NEIGHBOUR = 0.35  # how far a neighbour is, in search steps
NEWEST = 0.6  # weight of the newest slopes in their running mean
STEEPEST = 15.0  # slopes beyond are an accident of luck (half-widths a search step)
DAMPING = (0.02, 0.1, 0.3, 1.0, 3.0)  # the step lengths that are tried
LONGEST = 1.5  # of any quantity in one step
HOME = 0.003  # pull towards the start: of points as good, the nearer one
SECOND_LUCK = 1 << 20


def price(far: Floats, room: float) -> Floats:
    """Return what signed distances cost: 0 up to `room`, then square, far outside linear."""
    beyond = np.maximum(np.abs(far) - room, 0.0)
    return np.asarray(2 * (np.sqrt(1 + beyond**2) - 1))


def _price_slope(far: Floats, room: float) -> Floats:
    beyond = np.maximum(np.abs(far) - room, 0.0)
    return np.asarray(2 * beyond / np.sqrt(1 + beyond**2) * np.sign(far))


def best_step(
    far: Floats, slopes: Floats, at: Floats, low: Floats, high: Floats, room: float, damping: float
) -> Floats:
    """Return the step that is best if facts were linear, `(quantity,)`, inside [low, high].

    far: signed distances `(fact,)`; slopes `(fact, quantity)`; at: the point. `damping` prices the
    squared length of the step.
    """

    def cost(step: Floats) -> tuple[float, Floats]:
        there, moved = far + slopes @ step, at + step
        whole = price(there, room).sum() + damping * step @ step + HOME * moved @ moved
        return float(whole), slopes.T @ _price_slope(there, room) + 2 * (
            damping * step + HOME * moved
        )

    least, most = np.maximum(low - at, -LONGEST), np.minimum(high - at, LONGEST)
    ends = list(zip(np.minimum(least, 0.0), np.maximum(most, 0.0), strict=True))
    found = minimize(cost, np.zeros(at.size), jac=True, method="L-BFGS-B", bounds=ends)
    return np.asarray(found.x)


def polish(
    simulated: Simulated, start: Floats, low: Floats, high: Floats,
    stages: Sequence[tuple[int, int, float]], first_luck: int = 0,
    told: Callable[[], None] = lambda: None,
) -> tuple[Floats, list[dict[str, float]]]:  # fmt: skip
    """Return the polished point `(quantity,)` and a row a step: clients, cost before and after.

    stages: (clients, steps, room) each; `room` is how far from the middle a fact may lie free of
    charge, in half-widths. first_luck: number of the first luck; every step has its own.
    """
    at, memory = np.clip(start, low, high), None
    course: list[dict[str, float]] = []
    luck = first_luck
    for clients, steps, room in stages:
        for _ in range(steps):
            side = np.where(at + NEIGHBOUR > high, -NEIGHBOUR, NEIGHBOUR)
            found = simulated(np.vstack([at, at + np.diag(side)]), clients, luck)
            newest = np.clip(((found[1:] - found[0]) / side[:, None]).T, -STEEPEST, STEEPEST)
            memory = newest if memory is None else NEWEST * newest + (1 - NEWEST) * memory
            tried = np.array(
                [at, *(at + best_step(found[0], memory, at, low, high, room, damping)
                       for damping in DAMPING)]
            )  # fmt: skip
            again = simulated(tried, clients, luck + SECOND_LUCK)
            both = np.vstack([found[:1], simulated(tried[1:], clients, luck)])
            mean = (both + again) / 2
            costs = price(mean, room).sum(axis=1) + HOME * (tried**2).sum(axis=1)
            best = int(np.argmin(costs))
            at = tried[best]
            course.append(
                {"clients": clients, "cost_before": float(costs[0]), "cost": float(costs[best])}
            )
            luck += 1
            told()
    return at, course
