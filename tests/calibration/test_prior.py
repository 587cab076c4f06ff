"""The prior of a world: what may move, coordinates as standard deviations, bounds."""

import numpy as np
import pytest
from scipy.stats import norm

from dyadsim.calibration.prior import (
    KEPT_CLEAR,
    LOAD,
    STABLE,
    calibration_space,
    likely_prior,
    prior_about,
    weak_prior,
)
from dyadsim.errors import BadInput
from dyadsim.model import worlds
from dyadsim.model.declarations import free_parameters, shared_parameters
from dyadsim.model.parameter import likely
from dyadsim.model.parameters import catalogue

LOG, PLAIN = likely(0.5, 8.0, "test"), likely(-1.0, 3.0, "test")
FLAT = likely(0.2, 1.2, "test", shape="uniform")


@pytest.mark.parametrize("world", list(worlds.WORLDS))
def test_a_worlds_claim_is_never_free(world: str) -> None:
    space, claim = calibration_space(world), worlds.find_world(world)
    assert not set(space.names) & set(claim.fixed)
    assert set(space.names) <= set(free_parameters())
    assert set(shared_parameters()) <= set(space.names)
    assert space.middle == pytest.approx(np.zeros(len(space.names)))
    worlds.world_parameters(world, space.values(space.middle))


def test_null_has_nothing_of_its_own_and_no_world_more_than_25() -> None:
    own = {
        name: len(calibration_space(name).names) - len(shared_parameters())
        for name in worlds.WORLDS
    }
    assert own.pop("null") == 0
    assert all(0 < count <= 25 for count in own.values()), own


@pytest.mark.parametrize("range_", [LOG, PLAIN], ids=["log", "plain"])
def test_a_likely_range_holds_95_percent_of_the_prior(range_) -> None:
    prior = likely_prior(range_)
    wide = prior._replace(low=range_.low / 9 - 9, high=range_.high * 9)
    assert [wide.value(x) for x in (-2, 2)] == pytest.approx([range_.low, range_.high])
    drawn = np.array([wide.value(x) for x in norm.ppf(np.linspace(0.0005, 0.9995, 1000))])
    inside = (drawn > range_.low) & (drawn < range_.high)
    assert inside.mean() == pytest.approx(0.955, abs=0.002)


def test_coordinates_are_standard_deviations_of_the_prior() -> None:
    log, plain, flat = map(likely_prior, (LOG, PLAIN, FLAT))
    assert [log.value(x) for x in (0, 1, -1)] == pytest.approx([2, 4, 1])
    assert [plain.value(x) for x in (0, 1, -1)] == pytest.approx([1, 2, 0])
    assert [flat.value(x) for x in (0, norm.ppf(0.75))] == pytest.approx([0.7, 0.95])
    assert (log.coordinate(0.0), log.coordinate(4.0)) == (-3, pytest.approx(1))


@pytest.mark.parametrize("range_", [LOG, PLAIN, FLAT], ids=["log", "plain", "uniform"])
def test_values_stay_clear_of_both_ends(range_) -> None:
    prior, clear = likely_prior(range_), KEPT_CLEAR * (range_.high - range_.low)
    for coordinate in (-3.0, 3.0):
        value = prior.value(coordinate)
        assert value - range_.low >= clear - 1e-12
        assert range_.high - value >= clear - 1e-12
        assert prior.value(prior.coordinate(value)) == pytest.approx(value)


def test_no_calibrated_value_lies_within_two_percent_of_an_end() -> None:
    for world in worlds.WORLDS:
        space, claim = calibration_space(world), worlds.find_world(world)
        for end in space.bounds:
            values = space.untied_values(end)
            for name in set(space.names) - {LOAD}:
                range_ = claim.likely_range(name)
                width = range_.high - range_.low
                assert range_.low + 0.02 * width < values[name] < range_.high - 0.02 * width, name


def test_values_and_coordinates_are_inverse() -> None:
    space = calibration_space("hybrid")
    assert {prior.shape for prior in space.priors} == {"log", "plain", "uniform", "odds"}
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


def test_a_weak_prior_spans_the_whole_range_about_a_value() -> None:
    item = catalogue()["ending.dropout_base"]  # may be negative
    weak = weak_prior(item, -1.5, 0.4)
    assert (weak.shape, weak.value(0.0)) == ("plain", -1.5)
    assert weak.spread == pytest.approx((item.about.high - item.about.low) / 6)
    positive = weak_prior(catalogue()["distress.rate"], 0.15, 0.4)
    assert positive.value(1.0) == pytest.approx(0.3)
    odds = weak_prior(catalogue()[LOAD], 0.5, 0.4)
    assert odds.value(0.0) == pytest.approx(5)


def test_a_prior_about_another_value_is_as_wide() -> None:
    moved = prior_about(LOG, 3.0, 0.4)
    assert (moved.value(0.0), moved.spread) == (pytest.approx(3.0), likely_prior(LOG).spread)
    flat = prior_about(FLAT, 0.3, 0.4)
    assert (flat.shape, flat.value(0.0), flat.spread) == ("plain", 0.3, 0.25)


def test_what_cannot_be_fixed_is_refused() -> None:
    with pytest.raises(BadInput, match=r"no parameter 'distress.rte'. Did you mean distress.rate"):
        calibration_space("hybrid", {"distress.rte": 0.5})
    with pytest.raises(BadInput, match="is fixed at 1 in the world 'medical'"):
        calibration_space("medical", {"distress.specificity": 0.5})
