"""What a world is called: calibrated only with the values that were calibrated, else what differs.

A world of one's own never is: it is named with its base and what differs from that.

A world of which a parameter was changed, on the command line, in a file or by the dial of
specificity, no longer is the one that was fitted to the published facts. Every title, figure,
report and JSON takes its words from here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dyadsim.checks import shown_number
from dyadsim.errors import BadInput
from dyadsim.model.parameters import Parameters, flat
from dyadsim.model.worlds import World, find_world, world_parameters

SHOWN = 6  # changed parameters that a label names; the others are counted
NOT_CALIBRATED = "NOT calibrated: starting values set by hand"


def _known(world: str) -> World | None:
    """Return the world of a name; None for a name that is no world."""
    try:
        return find_world(world)
    except BadInput:
        return None


def changed_values(world: str, parameters: Parameters) -> dict[str, tuple[float, float]]:
    """Return the parameters that differ from a world's calibrated values; of one's own, its base's.

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
    known = _known(world)
    if known is None:
        return {}
    own = flat(world_parameters(known.base or known))
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
    own = any(map(_origin, changed))
    if len(alike) > 1 and not own and all(values == alike[0] for values in alike):
        values = [f"{name} = {shown_number(value)}" for name, value in alike[0].items()]
        return f"{', '.join(name for name, own in changed.items() if own)} {_listed(values)}"
    texts = {
        name: ", ".join(filter(None, (_origin(name), changes_text(values))))
        for name, values in changed.items()
    }
    return "; ".join(f"{name} {text}" for name, text in texts.items() if text)


def _origin(world: str) -> str:
    """Return where a world of one's own comes from, in words; "" for any other."""
    known = _known(world)
    return f"is your own, from {known.base}" if known and known.base else ""


def world_state(world: str, parameters: Parameters) -> str:
    """Return "calibrated", "changed: " with what differs, or that nothing was calibrated.

    A world of one's own is named with its base.

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
    known = _known(world)
    if known is None:
        return ""
    changes = changes_text(changed_values(world, parameters))
    if known.base:
        return f"your own, from {known.base}; {changes or 'nothing changed'}"
    return changes or ("calibrated" if known.calibrated else NOT_CALIBRATED)


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
        world, calibrated, changed (full name -> value); of a world of one's own also base.

    Examples
    --------
    >>> world_for_json("hybrid", world_parameters("hybrid", {"alliance.rate": 0.4}))
    {'world': 'hybrid', 'calibrated': False, 'changed': {'alliance.rate': 0.4}}
    """
    changed, known = changed_values(world, parameters), _known(world)
    return {
        "world": world,
        **({"base": known.base} if known and known.base else {}),
        "calibrated": known is not None and known.calibrated and not changed,
        "changed": {name: value for name, (value, _) in changed.items()},
    }
