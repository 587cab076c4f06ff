"""What is fitted: a world with free parameters, and their prior.

This is half of the small interface of fitting: a `Problem` turns coordinates into a world's
parameters; an `Evidence` (`target`) turns these into numbers of the same kind as the data's.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.calibration.prior import (
    STABLE,
    Floats,
    Space,
    calibration_space,
    prior_about,
    weak_prior,
)
from dyadsim.errors import BadInput, nearest
from dyadsim.model import worlds
from dyadsim.model.parameters import Parameters, catalogue, changed, flat

FREE = (  # what a fit moves by default: who comes, how fast, what heals, who leaves
    "population.distress_mean",
    "population.distress_sd",
    "distress.rate",
    "distress.treatment_gain",
    "distress.expectancy_effect",
    "distress.bond_effect",
    "distress.specificity",
    "ending.dropout_base",
)
REST = 0.5  # prior SDs that calibrated parameters beside them may be off (assumption)
TRIES = 20  # draws of these before they are left where they are
# What the data's gaps say already.
NO_MISSING = {"measurement.missing": 0.0, "measurement.missing_assessment": 0.0}


class Problem(NamedTuple):
    """A world with some free parameters.

    The `space` holds the `free` free parameters and after them those that vary by `rest`:
    everything else that calibration may move, `rest` prior SDs about its calibrated value. So what
    is not known of them is part of the posterior and of the choice among worlds. `bounds` are the
    lowest and highest coordinates of all these parameters.
    """

    world: str
    space: Space
    free: int
    rest: float
    bounds: tuple[Floats, Floats]

    @property
    def names(self) -> tuple[str, ...]:
        """The free parameters."""
        return self.space.names[: self.free]

    @property
    def low(self) -> Floats:
        """The lowest coordinates of the free parameters."""
        return self.bounds[0][: self.free]

    @property
    def high(self) -> Floats:
        """The highest coordinates of the free parameters."""
        return self.bounds[1][: self.free]


def fitting_problem(
    world: str,
    free: Sequence[str] = FREE,
    *,
    fixed: Mapping[str, float] | None = None,
    rest: float = REST,
) -> Problem:
    """Return what is fitted: free parameters of a world that its claim does not fix.

    The prior of a free parameter is weak (`calibration.prior.weak_prior`), about the world's
    calibrated value: a researcher's clients may be unlike those of published studies. All others
    that calibration moved vary by their likely ranges about their calibrated values.

    Parameters
    ----------
    world
        Name of the world.
    free
        Names of parameters.
    fixed
        Parameters that stay at a value.
    rest
        How far all others that calibration moved may be from it, in prior SDs; 0: they stay.

    Returns
    -------
    Problem
        The free parameters, in the order of `free`, and their prior.

    Raises
    ------
    BadInput
        An unknown parameter, none left free, or a fixed one that the claim fixes.
    """
    claim, known, fixed = worlds.find_world(world), catalogue(), dict(fixed or {})
    for name in free:
        if name not in known:
            raise BadInput(f"task.free: there is no parameter '{name}'.{nearest(name, known)}")
    if not 0 <= rest <= 1:
        raise BadInput(f"task.rest must lie in [0, 1] prior SDs, not {rest:g}.")
    values = flat(worlds.world_parameters(world, fixed))
    calibrated = calibration_space(world, fixed)
    first = tuple(name for name in free if name not in {**claim.fixed, **fixed})
    if not first:
        raise BadInput(f"task.free: nothing is left free in the world '{world}'.")
    names = (*first, *(name for name in calibrated.names if name not in first and rest > 0))
    constant = {name: value for name, value in values.items() if name not in names} | NO_MISSING
    stable = values[STABLE]
    priors = (
        *(weak_prior(known[name], values[name], stable) for name in first),
        *(
            prior_about(claim.likely_range(name), values[name], stable)
            for name in names[len(first) :]
        ),
    )
    space = Space(world, names, priors, constant)
    return Problem(world, space, len(first), rest, space.bounds)


def _all_coordinates(problem: Problem, free: Floats, rng: np.random.Generator) -> Floats:
    """Return coordinates of all parameters: the free ones as they are, the others drawn."""
    others = problem.rest * rng.normal(size=len(problem.space.names) - problem.free)
    low, high = problem.bounds
    return np.asarray(np.minimum(np.maximum(np.concatenate([free, others]), low), high))


def world_at(problem: Problem, free: Floats, *, replicate: int, seed: int) -> Parameters:
    """Return the world at free coordinates, all other parameters drawn.

    Where the values exclude each other, the others are drawn again, and finally left where they
    are.

    Parameters
    ----------
    problem
        What is fitted.
    free
        Coordinates of the free parameters, `(parameter,)`.
    replicate, seed
        Number of the replicate and random seed, by which the others are drawn.

    Returns
    -------
    model.parameters.Parameters
        All parameters of the world.

    Raises
    ------
    BadInput
        The free values alone exclude each other.
    """
    rng = np.random.default_rng([seed, replicate, 2])
    for _ in range(TRIES):
        try:
            return _world(problem, free, rng)
        except BadInput:
            continue
    return _world(problem._replace(rest=0.0), free, rng)


def _world(problem: Problem, free: Floats, rng: np.random.Generator) -> Parameters:
    return changed(Parameters(), problem.space.values(_all_coordinates(problem, free, rng)))


def draw_prior(problem: Problem, count: int, rng: np.random.Generator) -> Floats:
    """Return free coordinates drawn from the prior.

    Draws outside their ranges, or which exclude each other, are drawn again.

    Parameters
    ----------
    problem
        What is fitted.
    count
        Number of draws.
    rng
        The random stream.

    Returns
    -------
    ndarray
        Coordinates, `(draw, parameter)`.
    """
    draws: list[Floats] = []
    alone = problem._replace(rest=0.0)
    while len(draws) < count:
        free = rng.normal(size=problem.free)
        if (free < problem.low).any() or (free > problem.high).any():
            continue
        try:
            _world(alone, free, rng)
        except BadInput:
            continue
        draws.append(free)
    return np.array(draws)


def parameter_values(problem: Problem, coordinates: Floats) -> pd.DataFrame:
    """Return the values of the free parameters at coordinates, `(draw, parameter)` both."""
    priors = problem.space.priors
    return pd.DataFrame(
        {
            name: [priors[k].value(float(coordinate)) for coordinate in coordinates[:, k]]
            for k, name in enumerate(problem.names)
        }
    )
