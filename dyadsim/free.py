"""What calibration may move, and what follows from it.

FREE are the quantities of which a doubling (or a sixth of the range, where the range reaches below
0) moves at least one published fact by a quarter of its band's half-width or more, measured at a
calibrated point of the hybrid world, and a few that carry one fact alone; all others stay at their
default. Reliabilities are not free: they are published constants. Ranges
and the uniform prior are those of the quantity. TIED follow from others: untreated, the population
keeps the spread of distress it starts with, which fixes the impact of events and the noise.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import norm

from dyadsim import worlds
from dyadsim.parameters import catalogue
from dyadsim.quantity import BadInput, nearest

Floats = np.ndarray[Any, np.dtype[np.float64]]

FREE = (
    "population.distress_mean", "population.distress_sd", "population.stable_share",
    "population.load_share", "population.wellbeing_readiness", "population.wellbeing_expectancy",
    "population.wellbeing_attachment", "population.readiness_mean", "population.readiness_sd",
    "population.expectancy_mean", "population.expectancy_sd", "population.weight_spread",
    "population.good_enough_mean", "population.good_enough_sd", "population.therapist_spread",
    "population.facilitative_loading", "population.skill_loading",
    "responsiveness.formulation_start", "responsiveness.formulation_rate", "rupture.base",
    "rupture.goal_distance", "rupture.repair_base", "rupture.rupture_cost", "alliance.bond_base",
    "alliance.goal_base", "alliance.task_base", "alliance.empathy", "alliance.regard",
    "alliance.congruence", "alliance.attachment", "alliance.match", "alliance.credibility",
    "alliance.readiness", "alliance.fit", "alliance.strain", "alliance.reverse", "alliance.rate",
    "alliance.alliance_noise", "alliance.start", "expectancy.credibility_base",
    "expectancy.rationale", "expectancy.match", "expectancy.congruence", "expectancy.bona_fide",
    "expectancy.learning_rate", "readiness.growth", "process_change.gating",
    "process_change.learning_rate", "action.learning_rate", "action.unfit_coherence",
    "distress.rate", "distress.load_decay", "distress.event_threshold", "distress.specificity",
    "distress.treatment_gain", "distress.expectancy_effect", "distress.bond_effect",
    "distress.medication_effect", "distress.contact_fade", "distress.improvement_memory",
    "ending.good_enough_base", "ending.good_enough_slope", "ending.dropout_base",
    "ending.low_alliance", "ending.progress", "ending.mismatch", "ending.skill",
    "ending.removal_base", "measurement.style",
)  # fmt: skip
TIED = ("distress.event_impact", "distress.distress_noise")
MOST_SHARE = 0.97  # chronic and life-event shares of the variance leave room for fluctuation


class Space(NamedTuple):
    """The free quantities of one world in units of their search step, start at 0.

    value = start + step * coordinate, inside [low, high].
    """

    world: str
    names: tuple[str, ...]
    start: Floats
    step: Floats
    low: Floats
    high: Floats
    held: Mapping[str, float]

    def values(self, coordinates: Floats) -> dict[str, float]:
        """Return all values that coordinates stand for: free, held and tied."""
        found = np.clip(self.start + self.step * coordinates, self.low, self.high)
        return tied({**self.held, **dict(zip(self.names, map(float, found), strict=True))})

    def coordinates(self, values: Mapping[str, float]) -> Floats:
        """Return the coordinates of values that hold every free quantity."""
        given = np.array([values[name] for name in self.names])
        return np.asarray((given - self.start) / self.step)


def _idle(one: worlds.World) -> tuple[str, ...]:
    """Return the mechanisms that a claim cuts off from distress: nothing in them is free."""
    if one.fixed.get("distress.treatment_gain") == 0:
        return ("process_change.", "action.")
    share = one.fixed.get("distress.specificity")
    return {0.0: ("process_change.",), 1.0: ("action.",)}.get(-1.0 if share is None else share, ())


def space(world: str, held: Mapping[str, float] | None = None) -> Space:
    """Return the space in which a world is calibrated, with some quantities held at a value.

    A search step is a quarter of the start value, at least a 25th of the range (assumption).

    Raises:
        BadInput: an unknown world or quantity to hold, or one that the world's claim fixes.
    """
    one, known = worlds.named(world), catalogue()
    given = dict(held or {})
    for name in given:
        if name not in known:
            raise BadInput(f"there is no quantity '{name}'.{nearest(name, known)}")
    worlds.parameters(one, given)
    names = tuple(n for n in FREE if n not in {*one.fixed, *given} and not n.startswith(_idle(one)))
    start = np.array([one.start.get(name, known[name].default) for name in names])
    low = np.array([known[name].about.low for name in names])
    high = np.array([known[name].about.high for name in names])
    step = np.maximum(np.abs(start) / 4, (high - low) / 25)
    return Space(one.name, names, start, step, low, high, given)


def tied(values: Mapping[str, float]) -> dict[str, float]:
    """Return the values with the tied quantities put in.

    Variance of the untreated population: chronic + life events, as distress follows them with lag,
    + fluctuation. With k = 1 - rate, f = 1 - load_decay, a first-order filter of a first-order
    autoregression has variance (1 - k)(1 + k f) / ((1 + k)(1 - k f)) of its input's; a week's event
    beyond the threshold t has second moment 2 ((1 + t^2)(1 - Phi(t)) - t phi(t)).

    Raises:
        BadInput: the shares leave no variance for fluctuation.
    """
    known = catalogue()

    def value(name: str) -> float:
        return values.get(name, known[name].default)

    variance, edge = value("population.distress_sd") ** 2, value("distress.event_threshold")
    kept, faded = 1 - value("distress.rate"), 1 - value("distress.load_decay")
    events = 2 * ((1 + edge**2) * norm.sf(edge) - edge * norm.pdf(edge))
    load = value("population.load_share") * variance
    impact = math.sqrt(load * (1 - faded**2) / events)
    followed = load * (1 - kept) * (1 + kept * faded) / ((1 + kept) * (1 - kept * faded))
    left = variance * (1 - value("population.stable_share")) - followed
    if left <= (1 - MOST_SHARE) * variance:
        raise BadInput(
            "population.stable_share and population.load_share leave no variance of distress for "
            "fluctuation from week to week."
        )
    found = {TIED[0]: impact, TIED[1]: math.sqrt((1 - kept**2) * left)}
    ends = {name: min(size, known[name].about.high) for name, size in found.items()}
    return {**values, **ends}
