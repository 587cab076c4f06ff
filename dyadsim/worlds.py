"""Four worlds: the same machinery, nested by parameters.

A world is a claim, the quantities that the claim fixes (its switches), and starting values for
the rest. Starting values are set by hand and marked so: `treatment_gain` was solved once so that
each world that heals has the same true effect against waitlist (`specificity.mean_effect`);
nothing else differs between worlds. Calibration on `facts.csv` will replace them.
"""

from collections.abc import Mapping
from typing import NamedTuple

from dyadsim.parameters import Parameters, changed
from dyadsim.quantity import BadInput, nearest


class World(NamedTuple):
    """A claim, what it fixes, and its starting values (full names to numbers)."""

    name: str
    claim: str
    fixed: Mapping[str, float]
    start: Mapping[str, float]
    calibrated: bool = False


_NO_RELATION = {
    "distress.bond_effect": 0.0,
    "distress.expectancy_effect": 0.0,
    "distress.regulation_effect": 0.0,
}

WORLDS = {
    world.name: world
    for world in (
        World(
            "medical",
            "Only the matched ingredient heals; alliance follows from the therapist and from "
            "improvement, and does nothing to distress itself.",
            {"distress.specificity": 1.0, "process_change.gating": 0.0, **_NO_RELATION},
            {"distress.treatment_gain": 1.99},
        ),
        World(
            "contextual",
            "Real relationship, expectancy, self-regulation and any credible action heal, whatever "
            "the ingredients.",
            {"distress.specificity": 0.0},
            {"distress.treatment_gain": 0.77},
        ),
        World(
            "hybrid",
            "Matched technique heals as far as the relationship lets it, beside all that heals in "
            "the contextual world.",
            {},
            {"distress.treatment_gain": 0.92},
        ),
        World(
            "null",
            "Nothing heals: natural course, regression to the mean, and improvement that raises "
            "the alliance.",
            {
                "distress.specificity": 0.0,
                "distress.treatment_gain": 0.0,
                "distress.medication_effect": 0.0,
                **_NO_RELATION,
            },
            {},
        ),
    )
}


def named(name: str) -> World:
    """Return the world called `name`.

    Raises:
        BadInput: there is no such world; offers the nearest name.
    """
    if name not in WORLDS:
        known = ", ".join(WORLDS)
        raise BadInput(f"There is no world '{name}'.{nearest(name, WORLDS)} Worlds: {known}.")
    return WORLDS[name]


def parameters(world: World | str, values: Mapping[str, float] | None = None) -> Parameters:
    """Return the quantities of `world`, with `values` (full names to numbers) put in.

    Raises:
        BadInput: an unknown or impossible value, or one that the world's claim fixes.
    """
    world = named(world) if isinstance(world, str) else world
    values = dict(values or {})
    for name in values:
        if name in world.fixed:
            raise BadInput(
                f"{name} is fixed at {world.fixed[name]:g} in the world '{world.name}': that is "
                "its claim. Use world=hybrid, where it is free."
            )
    return changed(Parameters(), {**world.start, **values, **world.fixed})
