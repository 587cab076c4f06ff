"""The joint space: shared columns once, each world's own beside them."""

import numpy as np
import pytest

from dyadsim.calibration.joint_space import held_space, space_of_worlds
from dyadsim.calibration.prior import calibration_space
from dyadsim.errors import BadInput
from dyadsim.model import worlds
from dyadsim.model.declarations import shared_parameters

JOINT = space_of_worlds()
DRAWN = JOINT.draw(3, np.random.default_rng(1))


def test_every_world_gets_what_its_own_space_has() -> None:
    assert set(JOINT.worlds) == set(worlds.WORLDS) - {"null"}
    for world in (*JOINT.worlds, "null"):
        space = JOINT.space_of(world)
        assert space.names == calibration_space(world).names
        assert space.priors == calibration_space(world).priors
        mine = JOINT.columns_of(world)
        assert JOINT.values(world, DRAWN[0]) == space.values(DRAWN[0][mine])
        worlds.world_parameters(world, JOINT.values(world, DRAWN[0]))


def test_worlds_share_people_and_differ_in_their_own_alone() -> None:
    first, second = (JOINT.values(world, DRAWN[0]) for world in JOINT.worlds[:2])
    assert all(first[name] == second[name] for name in shared_parameters())
    assert first["distress.treatment_gain"] != second["distress.treatment_gain"]


def test_columns_are_shared_first_and_have_a_name_of_their_own() -> None:
    count = len(shared_parameters())
    assert JOINT.labels[:count] == shared_parameters()
    assert "hybrid/distress.treatment_gain" in JOINT.labels[count:]
    assert len(set(JOINT.labels)) == len(JOINT.labels)


def test_draws_are_the_prior_inside_the_bounds() -> None:
    drawn = JOINT.draw(2000, np.random.default_rng(2))
    low, high = JOINT.bounds
    assert ((drawn >= low) & (drawn <= high)).all()
    symmetric = np.isclose(-low, high, atol=1e-6)
    assert np.abs(drawn[:, symmetric].mean(axis=0)).max() < 0.1
    assert 0.8 < drawn[:, symmetric].std(axis=0).mean() < 1


def test_a_row_holds_all_that_every_world_needs() -> None:
    row = JOINT.row(DRAWN[0])
    assert set(JOINT.labels) < set(row)
    shared = {name: value for name, value in row.items() if "/" not in name}
    for world in JOINT.worlds:
        own = {name.split("/")[1]: row[name] for name in row if name.startswith(f"{world}/")}
        exact = JOINT.values(world, DRAWN[0])
        assert {**shared, **own} == pytest.approx(exact, rel=2e-5, abs=1e-7)


def test_what_is_fixed_is_no_column_and_stays() -> None:
    fixed = {"distress.specificity": 0.4, "ending.dropout_base": -1.4}
    space = space_of_worlds(fixed=fixed)
    assert not set(fixed) & set(space.names)
    assert space.values("hybrid", space.middle)["distress.specificity"] == 0.4
    assert "distress.specificity" not in space.space_of("medical").fixed  # its claim
    assert space.row(space.middle)["ending.dropout_base"] == -1.4


def test_one_world_beside_those_that_are_there() -> None:
    space = held_space("hybrid", {"distress.harm": 0.2})
    assert space.worlds == ("hybrid",)
    assert set(space.owners) == {"hybrid"}
    values = space.values("hybrid", space.middle)
    calibrated = worlds.find_world("hybrid").calibrated_values
    assert values["population.distress_sd"] == calibrated["population.distress_sd"]
    assert values["distress.harm"] == 0.2


@pytest.mark.parametrize(
    ("fixed", "message"),
    [
        ({"distress.rte": 0.5}, "Did you mean distress.rate"),
        ({"distress.rate": 7.0}, "must lie in"),
    ],
)
def test_bad_values(fixed: dict[str, float], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        space_of_worlds(fixed=fixed)


def test_null_has_nothing_to_calibrate() -> None:
    with pytest.raises(BadInput, match="no parameters of its own"):
        held_space("null", {})
    with pytest.raises(BadInput, match="is fixed at 1 in the world 'medical'"):
        space_of_worlds(["medical"], {"distress.specificity": 0.5})
