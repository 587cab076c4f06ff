"""What is believed of a parameter before any fact, and the coordinates in which that is simple.

Every free parameter has a coordinate with a standard normal prior, so that one step means the same
for all of them, and the distance from 0 is what the prior has against a point:

log      value = middle * 2^x      cannot be below 0 and starts above: a factor of 2 is one SD
plain    value = middle + x (high - low) / 6
uniform  value = low + (high - low) Phi(x)
share    odds  = middle * 2^x      of life events' part of what stable_share leaves of the variance

The middle is the hand-set value (`worlds.World.start`, else the default in code). Coordinates end
where the parameter's range does, and at 3 standard deviations. All widths are assumptions.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from dyadsim.calibration.free_parameters import FREE, MOST_SHARE, tied
from dyadsim.errors import BadInput, nearest
from dyadsim.model import worlds
from dyadsim.model.declarations import idle_mechanisms
from dyadsim.model.parameter import Parameter
from dyadsim.model.parameters import catalogue

Floats = np.ndarray[Any, np.dtype[np.float64]]
FURTHEST = 3.0  # standard deviations of the prior
STABLE, LOAD = "population.stable_share", "population.load_share"


class Prior(NamedTuple):
    """The prior of one parameter: shape and middle as above, low and high of its range."""

    shape: str
    middle: float
    low: float
    high: float

    def value(self, coordinate: float) -> float:
        """Return the value at a coordinate, inside the range (a share: the odds)."""
        if self.shape == "uniform":
            return self.low + (self.high - self.low) * float(ndtr(coordinate))
        if self.shape == "plain":
            found = self.middle + coordinate * (self.high - self.low) / 6
        else:
            found = self.middle * 2.0**coordinate
        return min(max(found, self.low), self.high)

    def coordinate(self, value: float) -> float:
        """Return the coordinate of a value (a share: of the odds), within `FURTHEST`."""
        if self.shape == "uniform":
            found = float(ndtri((value - self.low) / (self.high - self.low)))
        elif self.shape == "plain":
            found = (value - self.middle) / (self.high - self.low) * 6
        else:
            found = math.log2(value / self.middle) if value > 0 else -FURTHEST
        return min(max(found, -FURTHEST), FURTHEST)


def prior_of(item: Parameter, middle: float, stable: float) -> Prior:
    """Return the prior of a parameter about a middle; `stable`: the stable share beside it."""
    if item.name == LOAD:
        return Prior("share", middle / (1 - stable - middle), 0.0, math.inf)
    low, high = item.about.low, item.about.high
    if item.about.prior == "uniform":
        return Prior("uniform", middle, low, high)
    return Prior("log" if low >= 0 and middle > 0 else "plain", middle, low, high)


class Space(NamedTuple):
    """The free parameters of one world by coordinate; `priors` in the order of `names`."""

    world: str
    names: tuple[str, ...]
    priors: tuple[Prior, ...]
    held: Mapping[str, float]

    @property
    def low(self) -> Floats:
        """The lowest coordinates, `(parameter,)`."""
        return np.array([one.coordinate(one.low) for one in self.priors])

    @property
    def high(self) -> Floats:
        """The highest coordinates, `(parameter,)`."""
        return np.array([one.coordinate(one.high) for one in self.priors])

    @property
    def middle(self) -> Floats:
        """The coordinates of the hand-set values: 0, but for uniform priors `(parameter,)`."""
        return np.array([one.coordinate(one.middle) for one in self.priors])

    def values(self, coordinates: Floats) -> dict[str, float]:
        """Return all values that coordinates stand for: free, held and tied."""
        pairs = zip(self.names, self.priors, coordinates, strict=True)
        found = {**self.held, **{name: one.value(float(x)) for name, one, x in pairs}}
        if LOAD in self.names:
            odds, stable = found[LOAD], found.get(STABLE, catalogue()[STABLE].default)
            about = catalogue()[LOAD].about
            share = min(odds / (1 + odds) * (1 - stable), MOST_SHARE - stable, about.high)
            found[LOAD] = max(share, about.low)
        return tied(found)

    def coordinates(self, values: Mapping[str, float]) -> Floats:
        """Return the coordinates of values that hold every free parameter."""
        given = dict(values)
        if LOAD in self.names:
            left = 1 - given.get(STABLE, catalogue()[STABLE].default) - given[LOAD]
            given[LOAD] = given[LOAD] / max(left, 1e-9)
        pairs = zip(self.names, self.priors, strict=True)
        return np.array([one.coordinate(given[name]) for name, one in pairs])


def space(world: str, held: Mapping[str, float] | None = None) -> Space:
    """Return the space in which a world is calibrated, with some parameters held at a value.

    Raises
    ------
    BadInput
        an unknown world or parameter to hold, or one that the world's claim fixes.
    """
    one, known = worlds.named(world), catalogue()
    given = dict(held or {})
    for name in given:
        if name not in known:
            raise BadInput(f"there is no parameter '{name}'.{nearest(name, known)}")
    worlds.parameters(one, given)
    idle = tuple(f"{owner}." for owner in idle_mechanisms(one.fixed))
    names = tuple(n for n in FREE if n not in {*one.fixed, *given} and not n.startswith(idle))
    stable = known[STABLE].default
    priors = tuple(prior_of(known[n], one.start.get(n, known[n].default), stable) for n in names)
    return Space(one.name, names, priors, given)
