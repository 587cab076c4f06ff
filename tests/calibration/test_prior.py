"""The prior of a world: what may move, coordinates as standard deviations, bounds."""

import numpy as np
import pytest

from dyadsim.calibration.prior import LOAD, STABLE, Prior, calibration_space
from dyadsim.errors import BadInput
from dyadsim.model import worlds
from dyadsim.model.parameters import catalogue


@pytest.mark.parametrize("world", list(worlds.WORLDS))
def test_a_worlds_claim_is_never_free(world: str) -> None:
    space, claim, known = calibration_space(world), worlds.find_world(world), catalogue()
    assert not set(space.names) & set(claim.fixed)
    middle = space.values(space.middle)
    for name in space.names:
        start = claim.start.get(name, known[name].default)
        assert middle[name] == pytest.approx(start), name
    assert space.coordinates(middle) == pytest.approx(space.middle)


def test_coordinates_are_standard_deviations_of_the_prior() -> None:
    log, plain = Prior("log", 2.0, 0.0, 10.0), Prior("plain", 1.0, -3.0, 3.0)
    assert [log.value(x) for x in (0, 1, -1, 3)] == pytest.approx([2, 4, 1, 10])
    assert [plain.value(x) for x in (0, 1, -2, 3)] == pytest.approx([1, 2, -1, 3])
    uniform = Prior("uniform", 0.5, 0.0, 2.0)
    assert [uniform.value(x) for x in (0, 0.6744898, -9)] == pytest.approx([1, 1.5, 0])
    assert (log.coordinate(0.0), log.coordinate(8.0)) == (-3, 2)


def test_values_and_coordinates_are_inverse() -> None:
    space = calibration_space("hybrid")
    assert {prior.shape for prior in space.priors} == {"log", "plain", "uniform", "share"}
    drawn = np.clip(np.random.default_rng(1).normal(size=len(space.names)), *space.bounds)
    assert space.coordinates(space.values(drawn)) == pytest.approx(drawn)


def test_no_coordinates_stand_for_shares_of_variance_above_one() -> None:
    space = calibration_space("hybrid")
    places = [space.names.index(name) for name in (STABLE, LOAD)]
    for stable in space.bounds:
        for load in space.bounds:
            point = space.middle
            for place, ends in zip(places, (stable, load), strict=True):
                point[place] = ends[place]
            values = space.values(point)
            worlds.world_parameters("hybrid", values)
            assert values[STABLE] + values[LOAD] <= 0.97


def test_what_cannot_be_fixed_is_refused() -> None:
    with pytest.raises(BadInput, match=r"no parameter 'distress.rte'. Did you mean distress.rate"):
        calibration_space("hybrid", {"distress.rte": 0.5})
    with pytest.raises(BadInput, match="is fixed at 1 in the world 'medical'"):
        calibration_space("medical", {"distress.specificity": 0.5})
