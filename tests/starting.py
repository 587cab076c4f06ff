"""A world at its hand-set values, so that a test of the model does not move with calibration."""

from collections.abc import Mapping

from dyadsim.model import worlds
from dyadsim.model.parameters import Parameters, changed


def starting(name: str, values: Mapping[str, float] | None = None) -> Parameters:
    """Return the parameters that calibration of a world starts from, with `values` put in."""
    world = worlds.named(name)
    return changed(Parameters(), {**world.start, **(values or {}), **world.fixed})
