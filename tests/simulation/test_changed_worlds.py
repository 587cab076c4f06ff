"""What a world is called: calibrated only as it was calibrated."""

import pytest

from dyadsim.model.worlds import WORLDS, world_parameters
from dyadsim.simulation import changed_worlds
from dyadsim.simulation.specificity import dial

RATE = {"alliance.rate": 0.4}


@pytest.mark.parametrize("world", WORLDS)
def test_a_world_as_it_was_calibrated(world: str) -> None:
    parameters = world_parameters(world)
    assert changed_worlds.world_label(world, parameters) == f"{world} world (calibrated)"
    about = {"world": world, "calibrated": True, "changed": {}}
    assert changed_worlds.world_for_json(world, parameters) == about
    assert changed_worlds.changes_in_worlds({world: parameters}) == ""


@pytest.mark.parametrize("world", WORLDS)
def test_a_changed_world_is_never_called_calibrated(world: str) -> None:
    parameters = world_parameters(world, RATE)
    label = changed_worlds.world_label(world, parameters)
    assert "alliance.rate = 0.4" in label
    assert "calibrated" not in label
    about = {"world": world, "calibrated": False, "changed": RATE}
    assert changed_worlds.world_for_json(world, parameters) == about
    assert f"{world} changed" in changed_worlds.changes_in_worlds({world: parameters})


def test_the_value_that_it_has_anyway_changes_nothing() -> None:
    own = world_parameters("hybrid").alliance.rate
    parameters = world_parameters("hybrid", {"alliance.rate": own})
    assert changed_worlds.world_state("hybrid", parameters) == "calibrated"


def test_the_dial_changes_two_parameters() -> None:
    changed = changed_worlds.changed_values("hybrid", dial("hybrid", 0.2))
    assert set(changed) == {"distress.specificity", "distress.treatment_gain"}


def test_many_changes_are_counted() -> None:
    label = changed_worlds.world_label("hybrid", world_parameters("medical"))
    assert label.count("=") == changed_worlds.SHOWN
    assert " more)" in label


def test_a_world_of_ones_own_has_no_values_to_differ_from() -> None:
    assert changed_worlds.world_label("mine", world_parameters("hybrid")) == "mine world"


def test_what_all_worlds_share_is_said_once() -> None:
    several = {name: world_parameters(name, RATE) for name in WORLDS}
    text = changed_worlds.changes_in_worlds(several)
    assert text == "medical, contextual, hybrid, null changed: alliance.rate = 0.4"
    several["null"] = world_parameters("null")
    assert changed_worlds.changes_in_worlds(several).startswith(
        "medical, contextual, hybrid changed"
    )
