"""The specificity dial moves how change is made, not how much."""

import pytest

from dyadsim.errors import BadInput
from dyadsim.model import worlds
from dyadsim.simulation.specificity import dial, mean_effect

HYBRID = worlds.world_parameters("hybrid")


@pytest.mark.parametrize("specificity", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_the_mean_effect_stays(specificity: float) -> None:
    moved = dial(HYBRID, specificity)
    assert moved.distress.specificity == specificity
    assert mean_effect(moved) == pytest.approx(mean_effect(HYBRID), abs=2e-3)
    # With a seed that the solver never saw the effect differs by sampling: 4,096 paired clients,
    # standard error of each mean about .01.
    assert mean_effect(moved, seed=99) == pytest.approx(mean_effect(HYBRID, seed=99), abs=0.03)


def test_the_gain_is_not_the_same_at_both_ends(hand_set_world) -> None:
    ends = [dial(hand_set_world("hybrid"), end).distress.treatment_gain for end in (0.0, 1.0)]
    assert ends[1] > 1.05 * ends[0]


def test_worlds_that_heal_start_with_the_same_effect(hand_set_world) -> None:
    effects = [mean_effect(hand_set_world(name)) for name in ("medical", "contextual", "hybrid")]
    assert effects == pytest.approx([0.85, 0.85, 0.85], abs=0.01)
    assert mean_effect(worlds.world_parameters("null")) == 0


def test_a_world_without_a_treatment_path_has_no_dial() -> None:
    with pytest.raises(BadInput, match="no treatment path"):
        dial(worlds.world_parameters("null"), 0.5)


def test_a_world_can_be_named() -> None:
    assert dial("hybrid", 0.5) == dial(HYBRID, 0.5)
    with pytest.raises(BadInput, match="Did you mean hybrid"):
        dial("hybird", 0.5)
