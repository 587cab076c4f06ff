"""What calibration may move, and what follows from it.

FREE are the parameters that are declared `free` beside their default: those of which one standard
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


def tied(values: Mapping[str, float]) -> dict[str, float]:
    """Return the values with the tied parameters put in.

    Variance of the untreated population: chronic + life events, as distress follows them with lag,
    + fluctuation. With k = 1 - rate, f = 1 - load_decay, a first-order filter of a first-order
    autoregression has variance (1 - k)(1 + k f) / ((1 + k)(1 - k f)) of its input's; a week's event
    beyond the threshold t has second moment 2 ((1 + t^2)(1 - Phi(t)) - t phi(t)).

    Raises
    ------
    BadInput
        the shares leave no variance for fluctuation, or events are too rare for their
        share of it.
    """
    known = catalogue()

    def value(name: str) -> float:
        return values.get(name, known[name].default)

    variance, edge = value("population.distress_sd") ** 2, value("distress.event_threshold")
    kept, faded = 1 - value("distress.rate"), 1 - value("distress.load_decay")
    events = 2 * (
        (1 + edge**2) * ndtr(-edge) - edge * math.exp(-(edge**2) / 2) / math.sqrt(2 * math.pi)
    )
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
    for name, size in found.items():
        if size > known[name].about.high:
            raise BadInput(
                f"to keep the untreated population as spread as it is, {name} would be {size:.3g}, "
                f"above its range, which ends at {known[name].about.high:g}. Lower "
                "population.distress_sd or distress.event_threshold."
            )
    return {**values, **found}
