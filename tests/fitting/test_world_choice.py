"""The choice among worlds, where the probabilities are known."""

import numpy as np
import pytest

from dyadsim.fitting.world_choice import WorldChoice, choose_world


def _choose(place: float, odds: tuple[float, float] | None = None) -> WorldChoice:
    rng = np.random.default_rng(3)
    first, second = rng.normal(size=(3000, 3)), rng.normal(size=(3000, 3)) + np.array([1.0, 0, 0])
    data = np.array([place, 0.3, -0.2])
    return choose_world([first, second], ("a", "b"), real=data, used=np.ones(3, bool), odds=odds)


@pytest.mark.parametrize("place", [0.5, 2.0])
def test_worlds_are_distinguished_as_far_as_they_can_be(place: float) -> None:
    choice = _choose(place)
    assert choice.probability[1] == pytest.approx(1 / (1 + np.exp(0.5 - place)), abs=0.05)
    at_odds = _choose(place, odds=(9, 1))
    assert at_odds.probability[1] == pytest.approx(1 / (1 + 9 * np.exp(0.5 - place)), abs=0.05)


def test_stated_probabilities_are_right_and_skill_is_moderate() -> None:
    choice = _choose(2.0)
    assert np.abs(choice.curve["stated"] - choice.curve["found"]).max() < 0.06
    assert choice.confusion.loc["a", "a"] == pytest.approx(0.6, abs=0.05)
    assert 0 < choice.skill < 0.4
