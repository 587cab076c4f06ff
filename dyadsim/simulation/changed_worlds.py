"""What a world is called: calibrated only with the values that were calibrated, else what differs.

A world of which a parameter was changed, on the command line, in a file or by the dial of
specificity, no longer is the one that was fitted to the published facts. Every title, figure,
report and JSON takes its words from here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dyadsim.checks import shown_number
from dyadsim.model.parameters import Parameters, flat
from dyadsim.model.worlds import WORLDS, find_world, world_parameters

SHOWN = 3  # changed parameters that a label names; the others are counted
NOT_CALIBRATED = "NOT calibrated: starting values set by hand"


def changed_values(world: str, parameters: Parameters) -> dict[str, tuple[float, float]]:
    """Return the parameters that differ from a world's own values.

    Parameters
    ----------
    world
        Its name; a name that is no world has no values of its own.
    parameters
        The parameters that are simulated.

    Returns
    -------
    dict
        Full name -> value that is simulated, value of the world.

    Examples
    --------
    >>> changed_values("null", world_parameters("null", {"alliance.start": 0.7}))
    {'alliance.start': (0.7, 0...)}
    """
    if world not in WORLDS:
        return {}
    own = flat(world_parameters(world))
    return {
        name: (value, own[name]) for name, value in flat(parameters).items() if value != own[name]
    }


def changes_text(changed: Mapping[str, tuple[float, float]]) -> str:
    """Return what differs, in words; "" where nothing does.

    Parameters
    ----------
    changed
        As `changed_values`.

    Examples
    --------
    >>> changes_text({"alliance.rate": (0.4, 0.664228)})
    'changed: alliance.rate = 0.4 (not 0.664)'
    """
    if not changed:
        return ""
    return _listed(
        [
            f"{name} = {shown_number(value)} (not {shown_number(own)})"
            for name, (value, own) in changed.items()
        ]
    )


def _listed(parts: Sequence[str]) -> str:
    """Return the first `SHOWN` changes, and how many more there are."""
    more = f" and {len(parts) - SHOWN} more" if len(parts) > SHOWN else ""
    return f"changed: {', '.join(parts[:SHOWN])}{more}"


def changes_in_worlds(worlds: Mapping[str, Parameters]) -> str:
    """Return what differs in several worlds, in words; "" where nothing does.

    Parameters
    ----------
    worlds
        Name -> the parameters that are simulated.

    Examples
    --------
    >>> rate = {"alliance.rate": 0.4}
    >>> changes_in_worlds(
    ...     {name: world_parameters(name, rate) for name in ("medical", "hybrid")}
    ... )
    'medical, hybrid changed: alliance.rate = 0.4'
    >>> changes_in_worlds({"medical": world_parameters("medical")})
    ''
    """
    changed = {name: changed_values(name, parameters) for name, parameters in worlds.items()}
    alike = [
        {name: value for name, (value, _) in values.items()}
        for values in changed.values()
        if values
    ]
    if len(alike) > 1 and all(values == alike[0] for values in alike):
        values = [f"{name} = {shown_number(value)}" for name, value in alike[0].items()]
        return f"{', '.join(name for name, own in changed.items() if own)} {_listed(values)}"
    texts = {name: changes_text(values) for name, values in changed.items()}
    return "; ".join(f"{name} {text}" for name, text in texts.items() if text)


def world_state(world: str, parameters: Parameters) -> str:
    """Return "calibrated", "changed: " with what differs, or that nothing was calibrated.

    Parameters
    ----------
    world
        Its name; "" comes back for a name that is no world.
    parameters
        The parameters that are simulated.

    Examples
    --------
    >>> world_state("hybrid", world_parameters("hybrid"))
    'calibrated'
    """
    if world not in WORLDS:
        return ""
    changes = changes_text(changed_values(world, parameters))
    return changes or ("calibrated" if find_world(world).calibrated else NOT_CALIBRATED)


def world_label(world: str, parameters: Parameters) -> str:
    """Return what a world is called in a title: its name, and whether it is as calibrated.

    Parameters
    ----------
    world
        Its name.
    parameters
        The parameters that are simulated.

    Examples
    --------
    >>> world_label("hybrid", world_parameters("hybrid", {"alliance.rate": 0.4}))
    'hybrid world (changed: alliance.rate = 0.4 (not 0...))'
    """
    state = world_state(world, parameters)
    return f"{world} world ({state})" if state else f"{world} world"


def world_for_json(world: str, parameters: Parameters) -> dict[str, Any]:
    """Return a world's name, whether it is as calibrated, and its changed parameters.

    Parameters
    ----------
    world
        Its name.
    parameters
        The parameters that are simulated.

    Returns
    -------
    dict
        world, calibrated, changed (full name -> value).

    Examples
    --------
    >>> world_for_json("hybrid", world_parameters("hybrid", {"alliance.rate": 0.4}))
    {'world': 'hybrid', 'calibrated': False, 'changed': {'alliance.rate': 0.4}}
    """
    changed = changed_values(world, parameters)
    return {
        "world": world,
        "calibrated": world in WORLDS and find_world(world).calibrated and not changed,
        "changed": {name: value for name, (value, _) in changed.items()},
    }
