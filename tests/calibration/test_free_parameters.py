"""What calibration may move, and the parameters that follow from others."""

import pytest

from dyadsim.calibration.free_parameters import FREE, TIED, tie_parameters
from dyadsim.errors import BadInput
from dyadsim.model.parameters import catalogue
from dyadsim.simulation import simulate
from dyadsim.studies.designs.waitlist import waitlist
from dyadsim.studies.study import Sample

EVERYBODY = Sample(seeking_threshold=-9.0)


def test_free_and_tied_parameters_exist_and_do_not_overlap() -> None:
    assert set(FREE) | set(TIED) <= set(catalogue())
    assert not set(FREE) & set(TIED)
    assert len(FREE) == len(set(FREE))


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"population.distress_sd": 1.0, "distress.load_decay": 0.1, "distress.rate": 0.6},
        {"population.load_share": 0.2, "population.stable_share": 0.6},
    ],
)
def test_tied_parameters_keep_the_untreated_population_as_spread_as_it_is(
    values: dict[str, float], hand_set_world
) -> None:
    world = hand_set_world("null", tie_parameters({**values, "distress.buffer": 0.0}))
    run = simulate.run(waitlist(52, (52,))._replace(sample=EVERYBODY), world, 20_000, 3)
    distress = dict(simulate.variables(run.truth))["distress"]
    assert distress[0].std() == pytest.approx(world.population.distress_sd, rel=0.03)
    assert distress[52].std() == pytest.approx(world.population.distress_sd, rel=0.03)


def test_shares_that_leave_no_fluctuation_are_refused() -> None:
    with pytest.raises(BadInput, match="leave no variance"):
        tie_parameters({"population.load_share": 0.6, "population.stable_share": 0.5})


def test_events_too_rare_for_their_share_are_refused() -> None:
    rare = {
        "distress.event_threshold": 4.0,
        "population.load_share": 0.3,
        "population.distress_sd": 2.0,
    }
    with pytest.raises(BadInput, match="above its range"):
        tie_parameters(rare)
