"""Four worlds: the same machinery, nested by parameters.

A world is a claim, the parameters that the claim fixes, and values for the rest. A claim that some
kind of factor does not heal fixes the strength of every pathway into distress of that kind, as the
mechanisms declare them (`declarations.without`). Starting values are set by hand: `treatment_gain`
was solved once so that each world that heals has the same true effect against waitlist
(`specificity.mean_effect`); nothing else differs. Calibrated values (`dyadsim calibrate`) stand in
`conf/world/<name>.yaml` and take their place.
"""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from dyadsim.choices import conf_folder
from dyadsim.errors import BadInput, nearest
from dyadsim.model.declarations import without
from dyadsim.model.mechanism import Factor
from dyadsim.model.parameters import Parameters, changed


class World(NamedTuple):
    """A claim, the values that it fixes, and those that calibration starts from, by full name."""

    name: str
    claim: str
    fixed: Mapping[str, float]
    start: Mapping[str, float]

    @property
    def calibrated_values(self) -> Mapping[str, float]:
        """The values in `conf/world/<name>.yaml`; empty where nothing was calibrated."""
        return {name: float(value) for name, value in (self._file["parameters"] or {}).items()}

    @property
    def calibration(self) -> Mapping[str, Any]:
        """How these values were calibrated (facts, seed, budget, commit); empty if never."""
        return dict(self._file.get("calibration") or {})

    @property
    def calibrated(self) -> bool:
        """Whether the values were calibrated on `facts.csv`."""
        return bool(self.calibration)

    @property
    def _file(self) -> Mapping[str, Any]:
        return _read(conf_folder() / "world" / f"{self.name}.yaml")


@functools.cache
def _read(path: Path) -> Mapping[str, Any]:
    """Return a world's file, read once a process."""
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


WORLDS = {
    world.name: world
    for world in (
        World(
            "medical",
            "Only the matched ingredient heals; alliance follows from the therapist and from "
            "improvement, and does nothing to distress itself.",
            {
                "distress.specificity": 1.0,
                "process_change.gating": 0.0,
                **without(Factor.COMMON),
            },
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
                **without(Factor.SPECIFIC, Factor.MEDICATION, Factor.COMMON),
            },
            {},
        ),
    )
}


def find_world(name: str) -> World:
    """Return the world of a name.

    Raises
    ------
    BadInput
        There is no such world; the message offers the nearest name.
    """
    if name not in WORLDS:
        known = ", ".join(WORLDS)
        raise BadInput(f"There is no world '{name}'.{nearest(name, WORLDS)} Worlds: {known}.")
    return WORLDS[name]


def world_parameters(world: World | str, values: Mapping[str, float] | None = None) -> Parameters:
    """Return the parameters of a world, calibrated, with some values of your own.

    Parameters
    ----------
    world
        A world or its name: medical, contextual, hybrid or null.
    values
        Full names of parameters to numbers; they take the place of the calibrated ones.

    Returns
    -------
    parameters.Parameters
        All parameters.

    Raises
    ------
    BadInput
        An unknown or impossible value, or one that the world's claim fixes.
    """
    world = world if isinstance(world, World) else find_world(world)
    if not isinstance(values, Mapping | None):
        raise BadInput(
            "the values of a world map full names of parameters to numbers, such as "
            f"{{'alliance.rate': 0.3}}, not '{values}'."
        )
    values = dict(values or {})
    for name in values:
        if name in world.fixed:
            raise BadInput(
                f"{name} is fixed at {world.fixed[name]:g} in the world '{world.name}': that is "
                "its claim. Use world=hybrid, where it is free."
            )
    return changed(
        Parameters(), {**world.start, **world.calibrated_values, **values, **world.fixed}
    )
