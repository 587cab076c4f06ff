"""What is believed of a parameter before any fact, and the coordinates in which that is simple.

Every free parameter declares a likely range (`model.parameter.Likely`), which holds 95 % of its
prior. Its coordinate has a standard normal prior, so one step means the same for all of them, and
the distance from 0 is what the prior has against a point:

log      ln value = middle of ln low and ln high, + x (ln high - ln low) / 4
plain    value = (low + high) / 2 + x (high - low) / 4
uniform  value = low + (high - low) Phi(x)
odds     as log, of the odds that life events, not fluctuation, make up what the chronic part
         leaves of the variance of distress

Calibration keeps `KEPT_CLEAR` of the range away from both of its ends: a value at an end would say
that the range, not the facts, has decided.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from dyadsim.calibration.free_parameters import MOST_SHARE, tie_parameters
from dyadsim.model import worlds
from dyadsim.model.declarations import own_parameters, shared_parameters
from dyadsim.model.parameter import Likely, Parameter
from dyadsim.model.parameters import catalogue

Floats = np.ndarray[Any, np.dtype[np.float64]]
FURTHEST = 3.0  # standard deviations of the prior
KEPT_CLEAR = 0.025  # share of the likely range at each of its ends that calibration leaves free
ROUNDED = 1e-5  # kept from the most, so that rounded values go together too
STABLE, LOAD = "population.stable_share", "population.load_share"


class Prior(NamedTuple):
    """The prior of one parameter.

    `spread` is the standard deviation, of the logarithm for "log" and "odds"; for "uniform" it is
    the width of the range, with `middle` in the middle. `low` and `high` are the lowest and highest
    value that it may take. All of them are odds for "odds".
    """

    shape: str
    middle: float
    spread: float
    low: float
    high: float

    def value(self, coordinate: float) -> float:
        """Return the value at a coordinate, inside the range (odds: the odds)."""
        if self.shape == "uniform":
            value = self.middle + self.spread * (float(ndtr(coordinate)) - 0.5)
        elif self.shape == "plain":
            value = self.middle + self.spread * coordinate
        else:
            value = self.middle * math.exp(self.spread * coordinate)
        return min(max(value, self.low), self.high)

    def coordinate(self, value: float) -> float:
        """Return the coordinate of a value (odds: of the odds), within `FURTHEST`."""
        if self.shape == "uniform":
            share = 0.5 + (value - self.middle) / self.spread
            coordinate = float(ndtri(min(max(share, 0.0), 1.0)))
        elif self.shape == "plain":
            coordinate = (value - self.middle) / self.spread
        else:
            coordinate = math.log(value / self.middle) / self.spread if value > 0 else -FURTHEST
        return min(max(coordinate, -FURTHEST), FURTHEST)


def likely_prior(likely: Likely) -> Prior:
    """Return the prior that a likely range stands for.

    Parameters
    ----------
    likely
        The range, which holds 95 % of the prior (shape "uniform": all of it), and its shape.

    Returns
    -------
    Prior
        Its values stay `KEPT_CLEAR` of the range away from both ends.

    Examples
    --------
    >>> from dyadsim.model.parameter import likely
    >>> prior = likely_prior(likely(0.5, 2.0, "twice or half of usual"))
    >>> prior.shape, prior.middle, round(prior.value(1.0), 3)
    ('log', 1.0, 1.414)
    """
    low, high = likely.low, likely.high
    clear = KEPT_CLEAR * (high - low)
    middle, spread = (low + high) / 2, (high - low) / 4
    if likely.shape in ("log", "odds"):
        middle, spread = math.sqrt(low * high), math.log(high / low) / 4
    elif likely.shape == "uniform":
        spread = high - low
    return Prior(likely.shape, middle, spread, low + clear, high - clear)


def weak_prior(item: Parameter, middle: float, stable: float) -> Prior:
    """Return a prior about a value that says little: for people unlike those of published studies.

    A factor of 2 is one standard deviation where a parameter cannot be below 0, a sixth of its
    range elsewhere (assumptions); a likely range that is uniform gives a uniform prior.

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
        Over the whole range of the parameter.
    """
    if item.name == LOAD:
        return Prior("odds", middle / (1 - stable - middle), math.log(2), 0.0, math.inf)
    low, high = item.about.low, item.about.high
    if item.about.likely is not None and item.about.likely.shape == "uniform":
        return Prior("uniform", (low + high) / 2, high - low, low, high)
    if low >= 0 and middle > 0:
        return Prior("log", middle, math.log(2), low, high)
    return Prior("plain", middle, (high - low) / 6, low, high)


def prior_about(likely: Likely, value: float, stable: float) -> Prior:
    """Return a prior as wide as that of a likely range, about another value.

    Parameters
    ----------
    likely
        The likely range.
    value
        Where coordinate 0 lies.
    stable
        The stable share of the variance, which matters to the share of life events alone.

    Returns
    -------
    Prior
        Inside the likely range; "uniform" becomes "plain", a quarter of the range wide.
    """
    prior = likely_prior(likely)
    if prior.shape == "odds":
        value = value / max(1 - stable - value, 1e-9)
    elif prior.shape == "uniform":
        prior = prior._replace(shape="plain", spread=prior.spread / 4)
    elif prior.shape == "log" and value <= 0:
        return prior
    return prior._replace(middle=value, low=min(prior.low, value), high=max(prior.high, value))


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
        """The coordinates of the priors' middles, `(parameter,)`: 0."""
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
            most = min(MOST_SHARE - ROUNDED - stable, about.high)
            share = min(odds / (1 + odds) * (1 - stable), most)
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


def free_names(world: str) -> tuple[str, ...]:
    """Return what calibration may move in a world: shared parameters first, then its own."""
    claim = worlds.find_world(world)
    return (*shared_parameters(), *own_parameters(claim.fixed))


def calibration_space(world: str, fixed: Mapping[str, float] | None = None) -> Space:
    """Return the space of one world: what all worlds share, and its own.

    Parameters
    ----------
    world
        Name of the world.
    fixed
        Parameters that stay at a value, by name.

    Returns
    -------
    Space
        All free parameters that neither the world's claim nor `fixed` takes away.

    Raises
    ------
    BadInput
        An unknown world or parameter, or a parameter that the world's claim fixes.
    """
    claim, fixed = worlds.find_world(world), dict(fixed or {})
    worlds.world_parameters(claim, fixed)  # refuses what cannot be fixed
    names = tuple(name for name in free_names(world) if name not in fixed)
    priors = tuple(likely_prior(claim.likely_range(name)) for name in names)
    return Space(claim.name, names, priors, fixed)
