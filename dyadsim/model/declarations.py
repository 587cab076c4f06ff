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

    Specific ingredients come first, then common factors, then what harms; each kind by name.
    """
    kinds = list(Factor)
    declared = [
        (kinds.index(item.factor), item.cause, name)
        for name, item in latents().items()
        if item.cause and item.factor is not None
    ]
    return {cause: name for _, cause, name in sorted(declared)}


@cache
def free_parameters() -> tuple[str, ...]:
    """Return the full names of the parameters that calibration may move, in model order."""
    return tuple(name for name, item in catalogue().items() if item.about.likely is not None)


@cache
def shared_parameters() -> tuple[str, ...]:
    """Return those free parameters that have one value in all worlds, in model order.

    They say what people are like, how distress moves without therapy, how the alliance goes, how
    people leave and how forms err.
    """
    known = catalogue()
    likely = [(name, known[name].about.likely) for name in free_parameters()]
    return tuple(name for name, item in likely if item is not None and not item.own)


def own_parameters(fixed: Mapping[str, float]) -> tuple[str, ...]:
    """Return those free parameters that belong to one world: its pathways from therapy to distress.

    Parameters
    ----------
    fixed
        Full names of parameters to the values that the world's claim fixes.

    Returns
    -------
    tuple
        Full names, in model order: what is not shared, fixed or in an idle mechanism. None where
        the claim fixes every pathway into distress at 0.
    """
    strengths = [path.strength for path in pathways().values() if path.factor is not None]
    if all(fixed.get(name) == 0 for name in strengths):
        return ()
    shared = set(shared_parameters())
    idle = tuple(f"{owner}." for owner in idle_mechanisms(fixed))
    return tuple(
        name
        for name in free_parameters()
        if name not in shared and name not in fixed and not name.startswith(idle)
    )


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
