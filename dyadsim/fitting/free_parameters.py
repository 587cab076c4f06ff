"""What is fitted: a world with free parameters, and their prior.

Half of the one small door of fitting: a `Problem` turns coordinates into a world's parameters; an
`Evidence` (`evidence.py`) turns these into numbers of the same kind as the data's.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from dyadsim.calibration.prior import STABLE, Floats, Space, prior_of, space
from dyadsim.errors import BadInput, nearest
from dyadsim.model import worlds
from dyadsim.model.parameters import Parameters, catalogue, changed, flat

FREE = (  # what a fit moves unless told otherwise: who comes, how fast, what heals, who leaves
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


class Problem(NamedTuple):
    """A world with some free parameters.

    space: of the free parameters, and after them of those that vary as `rest` says: everything
    else that calibration may move, `rest` prior SDs about its calibrated value. What is not known
    of them is so part of the posterior and of the choice among worlds.
    """

    world: str
    space: Space
    free: int
    rest: float
    ends: tuple[Floats, Floats]  # lowest and highest coordinates of all parameters

    @property
    def names(self) -> tuple[str, ...]:
        """The free parameters."""
        return self.space.names[: self.free]

    @property
    def low(self) -> Floats:
        """The lowest coordinates of the free parameters."""
        return self.ends[0][: self.free]

    @property
    def high(self) -> Floats:
        """The highest coordinates of the free parameters."""
        return self.ends[1][: self.free]


def problem(
    world: str,
    free: Sequence[str] = FREE,
    held: Mapping[str, float] | None = None,
    rest: float = REST,
) -> Problem:
    """Return what is fitted: `free` parameters of `world` that its claim does not fix.

    Priors are as in calibration (`prior`), about the world's calibrated values.

    Parameters
    ----------
    world
        its name. free: names of parameters.
    held
        parameters that stay at a value.
    rest
        how far all others that calibration moved may be from it, in prior SDs; 0: not.

    Raises
    ------
    BadInput
        an unknown parameter, none left free, or a held one that the claim fixes.
    """
    one, known = worlds.named(world), catalogue()
    for name in free:
        if name not in known:
            raise BadInput(f"task.free: there is no parameter '{name}'.{nearest(name, known)}")
    if not 0 <= rest <= 1:
        raise BadInput(f"task.rest must lie in [0, 1] prior SDs, not {rest:g}.")
    values = flat(worlds.parameters(world, held))
    calibrated = space(world, held)
    idle = {**one.fixed, **(held or {})}
    first = tuple(name for name in free if name not in idle)
    if not first:
        raise BadInput(f"task.free: nothing is left free in the world '{world}'.")
    names = (*first, *(name for name in calibrated.names if name not in first and rest > 0))
    stay = {name: value for name, value in values.items() if name not in names}
    stay |= {"measurement.missing": 0.0, "measurement.missing_assessment": 0.0}  # gaps say it
    priors = tuple(prior_of(known[name], values[name], values[STABLE]) for name in names)
    made = Space(world, names, priors, stay)
    return Problem(world, made, len(first), rest, (made.low, made.high))


def _whole(one: Problem, free: Floats, dice: np.random.Generator) -> Floats:
    """Return coordinates of all parameters: the free ones given, the others drawn."""
    others = one.rest * dice.normal(size=len(one.space.names) - one.free)
    whole = np.concatenate([free, others])
    return np.asarray(np.minimum(np.maximum(whole, one.ends[0]), one.ends[1]))


def parameters(one: Problem, free: Floats, luck: int, seed: int) -> Parameters:
    """Return the world at free coordinates (parameter,), the others drawn by `luck`.

    Where these exclude each other, the others are drawn again, and at last left where they are.

    Raises
    ------
    BadInput
        the free values alone exclude each other.
    """
    dice = np.random.default_rng([seed, luck, 2])
    for _ in range(TRIES):
        try:
            return changed(Parameters(), one.space.values(_whole(one, free, dice)))
        except BadInput:
            continue
    none = one._replace(rest=0.0)
    return changed(Parameters(), none.space.values(_whole(none, free, dice)))


def draw(one: Problem, count: int, dice: np.random.Generator) -> Floats:
    """Return free coordinates drawn from the prior, `(draw, parameter)`.

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


def values(one: Problem, coordinates: Floats) -> pd.DataFrame:
    """Return the values of the free parameters at coordinates, `(draw, parameter)` both."""
    priors = one.space.priors
    return pd.DataFrame(
        {
            name: [priors[k].value(float(x)) for x in coordinates[:, k]]
            for k, name in enumerate(one.names)
        }
    )
