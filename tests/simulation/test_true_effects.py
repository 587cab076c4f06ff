"""The known truth of each world, where theory gives it exactly."""

from collections.abc import Mapping

import pandas as pd
import pytest

from dyadsim.evidence import compare_worlds
from dyadsim.model import worlds
from dyadsim.simulation.true_effects import known_truth

TRIAL = compare_worlds.comparison_studies()["trial"]


def _truth(world: str, values: Mapping[str, float] | None = None) -> pd.DataFrame:
    return known_truth(TRIAL, worlds.world_parameters(world, values), 900, 7).set_index("question")


def test_nothing_heals_in_the_null_world() -> None:
    assert (_truth("null")[["effect", "se"]] == 0).all(axis=None)


def test_the_matched_ingredient_is_all_of_the_medical_world_and_none_of_the_contextual() -> None:
    medical, contextual = _truth("medical")["effect"], _truth("contextual")["effect"]
    assert medical["therapy"] > 0.5
    assert medical["matched_ingredient"] == pytest.approx(medical["therapy"], rel=0.1)
    assert contextual["therapy"] > 0.5
    assert contextual["matched_ingredient"] == 0


def test_alliance_acts_in_the_medical_world_only_by_keeping_clients_and_preventing_harm() -> None:
    """Alliance heals nothing there: once ruptures cannot harm, nothing of it is left by itself."""
    medical = _truth("medical", {"distress.harm": 0.0})["effect"]
    contextual = _truth("contextual")["effect"]
    assert medical["alliance"] > 0.05
    assert abs(medical["alliance_alone"]) < 1e-6
    assert contextual["alliance"] > contextual["alliance_alone"] > 0.05
