"""do(...) and counterfactual twins."""

import numpy as np
import pytest

from dyadsim.errors import BadInput
from dyadsim.model import worlds
from dyadsim.model.parameters import catalogue
from dyadsim.simulation.counterfactual import twins
from dyadsim.simulation.intervention import HOLDABLE, PATHS, Intervention
from dyadsim.studies.designs.rct import rct

STUDY = rct(("cbt", "waitlist"), follow_up=(4.0,))
HYBRID = worlds.world_parameters("hybrid")


def _same(first: np.ndarray, second: np.ndarray) -> bool:
    return np.array_equal(first.view(np.int32), second.view(np.int32))


def test_nothing_done_changes_no_bit() -> None:
    pair = twins(STUDY, HYBRID, 600, Intervention(start=5))
    assert _same(pair.factual.truth, pair.counterfactual.truth)


def test_removing_a_path_that_is_off_changes_no_bit() -> None:
    pair = twins(STUDY, worlds.world_parameters("medical"), 600, Intervention(remove=("bond",)))
    assert _same(pair.factual.truth, pair.counterfactual.truth)


def test_nothing_changes_before_the_start() -> None:
    pair = twins(STUDY, HYBRID, 600, Intervention(arm="waitlist", start=6))
    assert _same(pair.factual.truth[:, :6], pair.counterfactual.truth[:, :6])
    assert not _same(pair.factual.truth[:, 6], pair.counterfactual.truth[:, 6])


def test_moving_to_the_waitlist_takes_the_effect_away() -> None:
    pair = twins(STUDY, HYBRID, 2000, Intervention(arm="waitlist"))
    treated = pair.factual.clients.arm == 0
    assert pair.effect(12)[treated].mean() < -0.5
    assert np.all(pair.effect(12)[~treated] == 0)


def test_a_fixed_alliance_stays_where_it_is_fixed() -> None:
    pair = twins(STUDY, HYBRID, 400, Intervention(hold={"alliance": 0.9}, start=3))
    bond = pair.counterfactual.clients.bond
    assert np.all(bond == np.float32(0.9))
    treated = pair.factual.clients.arm == 0
    assert pair.effect(12)[treated].mean() > 0


def test_another_therapist_changes_only_treated_clients() -> None:
    pair = twins(STUDY, HYBRID, 400, Intervention(therapist=0))
    treated = pair.factual.clients.arm == 0
    assert np.any(pair.effect(12)[treated] != 0)
    assert np.all(pair.effect(12)[~treated] == 0)


@pytest.mark.parametrize(
    ("intervention", "message"),
    [
        (Intervention(remove=("bnd",)), "no path to remove 'bnd'. Did you mean bond?"),
        (Intervention(hold={"aliance": 0.5}), "Did you mean alliance?"),
        (
            Intervention(hold={"alliance": 2.0}),
            "hold.alliance must be a number in [0, 1], not '2'",
        ),
        (Intervention(arm="waitlst"), "Did you mean waitlist?"),
        (Intervention(start=99), "from 1 to 12, not 99"),
        (Intervention(therapist=10**6), "there is no therapist 1000000"),
    ],
)
def test_impossible_interventions(intervention: Intervention, message: str) -> None:
    with pytest.raises(BadInput, match=message.replace("[", r"\[").replace("?", r"\?")):
        twins(STUDY, HYBRID, 100, intervention)


def test_paths_and_rates_name_parameters() -> None:
    assert set(PATHS.values()) <= set(catalogue())
    assert {rate for latent in HOLDABLE.values() for rate in latent.rates} <= set(catalogue())


@pytest.mark.parametrize("interventions", ["waitlist", {"arm": "waitlist"}, 3, ["waitlist"]])
def test_what_is_no_intervention_is_refused_with_an_example(interventions: object) -> None:
    with pytest.raises(BadInput, match=r"such as dyadsim\.Intervention\(arm='waitlist'\)"):
        twins(STUDY, HYBRID, 20, interventions)


def test_an_effect_needs_a_step_of_the_study() -> None:
    pair = twins(STUDY, "hybrid", 20, Intervention(arm="waitlist"))
    assert pair.effect(0).shape == (20,)
    with pytest.raises(BadInput, match="step must be a whole number from -14 to 13, not '14'"):
        pair.effect(14)


def test_twins_show_themselves_shortly() -> None:
    pair = twins(STUDY, HYBRID, 20, Intervention(arm="waitlist"))
    assert repr(pair).startswith("<Twins in study rct: 20 clients, mean effect on distress")
    assert "<td>waitlist</td><td>10</td><td>0.000</td>" in pair._repr_html_()
