"""The specificity dial: how change is made, at an equal mean effect against waitlist.

Moving `distress.specificity` alone would also change how much therapy does, because matched
process change and health-promoting action do not grow alike. So the strength of the treatment
path, `distress.treatment_gain`, is solved again such that the mean true effect stays what it was.
The solution uses the same clients with the same noise at every try, and is kept in memory.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from dyadsim.errors import BadInput
from dyadsim.model.parameters import Parameters, catalogue, changed
from dyadsim.simulation import simulate
from dyadsim.simulation.inputs import World, as_parameters
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.designs.waitlist import waitlist
from dyadsim.studies.study import Study, arm
from dyadsim.studies.therapy import find_therapy

CLIENTS = 4096
SEED = 20261123
SESSIONS = 12
GAIN = "distress.treatment_gain"
DIAL = "distress.specificity"


def _treated() -> Study:
    """Return the reference trial's treated arm alone: twelve weekly sessions of `cbt`."""
    study = rct(("cbt", "waitlist"), SESSIONS, follow_up=())
    return study._replace(arms=(arm("cbt", find_therapy("cbt"), SESSIONS),))


def _final(study: Study, parameters: Parameters, clients: int, seed: int) -> np.ndarray[Any, Any]:
    """Return distress after the last session, `(client,)`."""
    run = simulate.start(study, parameters, clients, seed, keep_truth=False)
    return simulate.advance(run).clients.distress.astype(np.float64)


@lru_cache(maxsize=64)
def mean_effect(parameters: Parameters, clients: int = CLIENTS, seed: int = SEED) -> float:
    """Return the mean true effect of therapy against waiting.

    Parameters
    ----------
    parameters
        One world's parameters.
    clients
        How many clients are simulated, once with twelve sessions of cbt and once without, with the
        same noise.
    seed
        The random seed.

    Returns
    -------
    float
        The mean difference of distress after the last session, in units of distress.
    """
    wait = _final(waitlist(SESSIONS, (SESSIONS,)), parameters, clients, seed)
    return float(np.mean(wait - _final(_treated(), parameters, clients, seed)))


def dial(world: World, specificity: float) -> Parameters:
    """Return a world at another specificity and with the same mean effect against waitlist.

    Parameters
    ----------
    world
        A world's name, or the parameters of one (`dyadsim.world`).
    specificity
        How much of treatment's effect runs over matched ingredients, 0 to 1.

    Returns
    -------
    model.Parameters
        The parameters with `distress.specificity` and `distress.treatment_gain` changed.

    Raises
    ------
    BadInput
        A specificity outside of [0, 1], a world without a treatment path, or an effect that no
        treatment gain in its range can reach.

    Examples
    --------
    >>> import dyadsim
    >>> dyadsim.dial("hybrid", 0.5).distress.specificity
    0.5
    >>> dyadsim.dial("null", 0.5)
    Traceback (most recent call last):
        ...
    dyadsim.errors.BadInput: distress.specificity: this world has no treatment path ...
    """
    return _dial(as_parameters(world), specificity)


@lru_cache(maxsize=256)
def _dial(parameters: Parameters, specificity: float) -> Parameters:
    """Solve for the treatment gain; see `dial`."""
    moved = changed(parameters, {DIAL: specificity})
    if parameters.distress.treatment_gain == 0:
        raise BadInput(
            f"{DIAL}: this world has no treatment path ({GAIN} = 0), so there is nothing to move."
        )
    return with_mean_effect(moved, mean_effect(parameters))


def with_mean_effect(parameters: Parameters, goal: float) -> Parameters:
    """Return a world with the treatment gain that gives it a mean effect.

    Parameters
    ----------
    parameters
        One world's parameters.
    goal
        The mean true effect against waitlist, in units of distress (`mean_effect`).

    Raises
    ------
    BadInput
        No treatment gain in its range reaches it.

    Examples
    --------
    >>> import dyadsim
    >>> world = with_mean_effect(dyadsim.world("hybrid", {"process_change.gating": 0.2}), 0.5)
    >>> round(mean_effect(world), 2)
    0.5
    """
    from scipy.optimize import brentq  # slow to import: a refused word should not wait for it

    top = catalogue()[GAIN].about.high

    def miss(gain: float) -> float:
        return mean_effect(changed(parameters, {GAIN: gain})) - goal

    if miss(0.0) > 0 or miss(top) < 0:
        share = parameters.distress.specificity
        raise BadInput(f"{DIAL}={share:g}: no {GAIN} in [0, {top:g}] keeps the mean effect.")
    return changed(parameters, {GAIN: float(brentq(miss, 0.0, top, xtol=1e-3, rtol=1e-5))})
