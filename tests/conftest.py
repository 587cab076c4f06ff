"""Fixtures for all tests."""

from collections.abc import Callable, Mapping

import pytest

from dyadsim.model import worlds
from dyadsim.model.parameters import Parameters, changed

type HandSetWorld = Callable[..., Parameters]


@pytest.fixture(scope="session")
def hand_set_world() -> HandSetWorld:
    """A world at its hand-set values: a test of the model must not move with calibration.

    The function takes the name of a world and, optionally, values to put in.
    """

    def world(name: str, values: Mapping[str, float] | None = None) -> Parameters:
        claim = worlds.find_world(name)
        return changed(Parameters(), {**claim.start, **(values or {}), **claim.fixed})

    return world
