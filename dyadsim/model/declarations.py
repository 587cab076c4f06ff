"""What the mechanisms declare, gathered: what can be removed, fixed, calibrated, called a cause."""

from collections.abc import Mapping
from functools import cache

from dyadsim.model.mechanism import Factor, Latent, Pathway
from dyadsim.model.parameters import catalogue, mechanisms


@cache
def pathways() -> dict[str, Pathway]:
    """Return what `do(remove)` takes away, by name: pathways into distress first."""
    declared = [path for item in mechanisms().values() for path in item.pathways.items()]
    return dict(sorted(declared, key=lambda path: path[1].factor is None))


@cache
def latents() -> dict[str, Latent]:
    """Return what `do(hold)` fixes, by name, in model order."""
    return {name: item for owner in mechanisms().values() for name, item in owner.latents.items()}


@cache
def causes() -> dict[str, str]:
    """Return the causes of the effect of therapy: name to the latent that carries it.

    Specific ingredients come first, then common factors; each kind by name.
    """
    declared = [(item, name) for name, item in latents().items() if item.cause]
    declared.sort(key=lambda pair: (pair[0].factor is not Factor.SPECIFIC, pair[0].cause))
    return {item.cause: name for item, name in declared}


@cache
def free_parameters() -> tuple[str, ...]:
    """Return the full names of the parameters that calibration may move, in model order."""
    return tuple(name for name, item in catalogue().items() if item.about.free)


def without(*factors: Factor) -> dict[str, float]:
    """Return the parameters that a world fixes in which some kinds of factor heal nothing.

    Parameters
    ----------
    factors
        Kinds of factor.

    Returns
    -------
    dict
        Full name of the strength of every such pathway into distress, each to 0.
    """
    return {
        path.strength: 0.0
        for factor in factors
        for path in pathways().values()
        if path.factor is factor
    }


def idle_mechanisms(fixed: Mapping[str, float]) -> tuple[str, ...]:
    """Return the mechanisms that do nothing to distress where some parameters are fixed.

    Parameters
    ----------
    fixed
        Full names of parameters to the values that a world's claim fixes.

    Returns
    -------
    tuple
        Names of mechanisms, in model order.
    """
    return tuple(
        owner
        for owner, item in mechanisms().items()
        if any(fixed.get(name) == value for name, value in item.idle)
    )
