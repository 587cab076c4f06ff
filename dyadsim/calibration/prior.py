"""What is believed of a parameter before any fact, and the coordinates in which that is simple.

Every free parameter has a coordinate with a standard normal prior. One step means the same for all
of them, and the distance from 0 is what the prior has against a point:

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

from dyadsim.calibration.free_parameters import FREE, MOST_SHARE, tie_parameters
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
            value = self.middle + coordinate * (self.high - self.low) / 6
        else:
            value = self.middle * 2.0**coordinate
        return min(max(value, self.low), self.high)

    def coordinate(self, value: float) -> float:
        """Return the coordinate of a value (a share: of the odds), within `FURTHEST`."""
        if self.shape == "uniform":
            coordinate = float(ndtri((value - self.low) / (self.high - self.low)))
        elif self.shape == "plain":
            coordinate = (value - self.middle) / (self.high - self.low) * 6
        else:
            coordinate = math.log2(value / self.middle) if value > 0 else -FURTHEST
        return min(max(coordinate, -FURTHEST), FURTHEST)


def prior_of(item: Parameter, middle: float, stable: float) -> Prior:
    """Return the prior of a parameter.

    Parameters
    ----------
    item
        The parameter, with its range.
    middle
        The value in the middle of the prior.
    stable
        The stable share of the variance, which matters to the share of life events alone.

    Returns
    -------
    Prior
        Its shape follows from the parameter.
    """
    if item.name == LOAD:
        return Prior("share", middle / (1 - stable - middle), 0.0, math.inf)
    low, high = item.about.low, item.about.high
    if item.about.prior == "uniform":
        return Prior("uniform", middle, low, high)
    return Prior("log" if low >= 0 and middle > 0 else "plain", middle, low, high)


class Space(NamedTuple):
    """The free parameters of one world, by coordinate.

    `priors` are in the order of `names`; `fixed` holds the parameters that stay at a value.
    """

    world: str
    names: tuple[str, ...]
    priors: tuple[Prior, ...]
    fixed: Mapping[str, float]

    @property
    def low(self) -> Floats:
        """The lowest coordinates, `(parameter,)`."""
        return np.array([prior.coordinate(prior.low) for prior in self.priors])

    @property
    def high(self) -> Floats:
        """The highest coordinates, `(parameter,)`."""
        return np.array([prior.coordinate(prior.high) for prior in self.priors])

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """The lowest and the highest coordinates."""
        return self.low, self.high

    @property
    def middle(self) -> Floats:
        """The coordinates of the hand-set values, `(parameter,)`: 0, but for uniform priors."""
        return np.array([prior.coordinate(prior.middle) for prior in self.priors])

    def values(self, coordinates: Floats) -> dict[str, float]:
        """Return all values that coordinates stand for: free, fixed and tied."""
        return tie_parameters(self.untied_values(coordinates))

    def untied_values(self, coordinates: Floats) -> dict[str, float]:
        """Return the free and fixed values, which need not go together."""
        pairs = zip(self.names, self.priors, coordinates, strict=True)
        free = {name: prior.value(float(coordinate)) for name, prior, coordinate in pairs}
        values = {**self.fixed, **free}
        if LOAD in self.names:
            odds, stable = values[LOAD], values.get(STABLE, catalogue()[STABLE].default)
            about = catalogue()[LOAD].about
            share = min(odds / (1 + odds) * (1 - stable), MOST_SHARE - stable, about.high)
            values[LOAD] = max(share, about.low)
        return values

    def coordinates(self, values: Mapping[str, float]) -> Floats:
        """Return the coordinates of values that contain every free parameter."""
        plain = dict(values)
        if LOAD in self.names:
            remainder = 1 - plain.get(STABLE, catalogue()[STABLE].default) - plain[LOAD]
            plain[LOAD] = plain[LOAD] / max(remainder, 1e-9)
        pairs = zip(self.names, self.priors, strict=True)
        return np.array([prior.coordinate(plain[name]) for name, prior in pairs])


def calibration_space(world: str, fixed: Mapping[str, float] | None = None) -> Space:
    """Return the space in which a world is calibrated.

    Parameters
    ----------
    world
        Name of the world.
    fixed
        Parameters that stay at a value, by name.

    Returns
    -------
    Space
        All parameters of `FREE` that neither the world's claim nor `fixed` takes away.

    Raises
    ------
    BadInput
        An unknown world or parameter, or a parameter that the world's claim fixes.
    """
    claim, known, fixed = worlds.find_world(world), catalogue(), dict(fixed or {})
    worlds.world_parameters(claim, fixed)  # refuses what cannot be fixed
    idle = tuple(f"{owner}." for owner in idle_mechanisms(claim.fixed))
    names = tuple(
        name for name in FREE if name not in {*claim.fixed, *fixed} and not name.startswith(idle)
    )
    stable = known[STABLE].default
    middles = [claim.start.get(name, known[name].default) for name in names]
    priors = tuple(
        prior_of(known[name], middle, stable) for name, middle in zip(names, middles, strict=True)
    )
    return Space(claim.name, names, priors, fixed)
