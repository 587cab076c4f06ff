"""What calibration may move, and what follows from it.

FREE are the parameters that are declared `likely` beside their default: those of which one standard
deviation of the prior (`prior`) moves at least one published fact by a quarter of its band's
half-width or more, measured at a calibrated point of the hybrid world, and a few that carry one
fact alone; all others stay at their default. Reliabilities are not free: they are published
constants. TIED follow from others: untreated, the population keeps the spread of distress it starts
with, which fixes the impact of events and the noise.
"""

import math
from collections.abc import Mapping

from scipy.special import ndtr

from dyadsim.errors import BadInput
from dyadsim.model.declarations import free_parameters
from dyadsim.model.parameters import catalogue

FREE = free_parameters()
TIED = ("distress.event_impact", "distress.distress_noise")
MOST_SHARE = 0.97  # chronic and life-event shares of the variance leave room for fluctuation


def tie_parameters(values: Mapping[str, float]) -> dict[str, float]:
    """Return the values with the tied parameters put in.

    The variance of the untreated population is a chronic part, what distress follows of life
    events, and fluctuation. Distress follows with a lag: with k = 1 - rate, f = 1 - load_decay, a
    first-order filter of a first-order autoregression has the share
    (1 - k)(1 + k f) / ((1 + k)(1 - k f)) of its input's variance. Events are so strong that what is
    followed keeps the variance `load_share`; the noise is that of a first-order autoregression. A
    week's event beyond the threshold t has the second moment
    2 ((1 + t^2)(1 - Phi(t)) - t phi(t)).

    Parameters
    ----------
    values
        Values of parameters by name. All others have their default.

    Returns
    -------
    dict of str to float
        The same values, and those of `TIED`.

    Raises
    ------
    BadInput
        The shares leave no variance for fluctuation, or events are too rare for their share of it.
    """
    known = catalogue()

    def value(name: str) -> float:
        return values.get(name, known[name].default)

    variance = value("population.distress_sd") ** 2
    persistence, memory = 1 - value("distress.rate"), 1 - value("distress.load_decay")
    load = value("population.load_share") * variance
    lagged = (1 - persistence) * (1 + persistence * memory)
    followed = lagged / ((1 + persistence) * (1 - persistence * memory))
    events = load / followed * (1 - memory**2)
    impact = math.sqrt(events / _event_variance(value("distress.event_threshold")))
    fluctuation = variance * (1 - value("population.stable_share")) - load
    if fluctuation <= (1 - MOST_SHARE) * variance:
        raise BadInput(
            "population.stable_share and population.load_share leave no variance of distress for "
            "fluctuation from week to week."
        )
    calmed = 1 - value("distress.fluctuation_decay")
    tied = {TIED[0]: impact, TIED[1]: math.sqrt((1 - calmed**2) * fluctuation)}
    for name, size in tied.items():
        _check_range(name, size, known[name].about.high)
    return {**values, **tied}


def _event_variance(threshold: float) -> float:
    """Return the second moment of a week's event: a normal draw's part beyond the threshold."""
    return float(
        2
        * (
            (1 + threshold**2) * ndtr(-threshold)
            - threshold * math.exp(-(threshold**2) / 2) / math.sqrt(2 * math.pi)
        )
    )


def _check_range(name: str, size: float, high: float) -> None:
    if size > high:
        raise BadInput(
            f"to keep the untreated population as spread as it is, {name} would be {size:.3g}, "
            f"above its range, which ends at {high:g}. Lower population.distress_sd or "
            "distress.event_threshold."
        )
