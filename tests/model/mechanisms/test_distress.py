"""Distress: level and fluctuation, need, harm, and nothing at all in the null world."""

from collections.abc import Callable

import numpy as np
import pytest

from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate
from dyadsim.simulation.counterfactual import do
from dyadsim.simulation.intervention import Intervention
from dyadsim.simulation.runs import Run
from dyadsim.studies.designs.n_of_1 import n_of_1
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.designs.waitlist import waitlist

type Only = Callable[..., Parameters]
type Truth = Callable[[Run], dict[str, np.ndarray]]

COUNT = 4000
TRIAL = rct(("cbt", "waitlist"), 10, follow_up=())
DRUG = rct(("medication", "waitlist"), 10, follow_up=())


def _slow(effect: np.ndarray, rate: float) -> np.ndarray:
    """What a level that closes `rate` of its gap makes of a relief `(step, client)`, by hand."""
    level = np.zeros_like(effect)
    for step in range(1, len(effect)):
        level[step] = level[step - 1] + rate * (effect[step] - level[step - 1])
    return level


def test_the_fluctuation_is_an_autoregression_with_the_same_spread_for_any_step(
    only: Only, truth: Truth
) -> None:
    world = only(distress__fluctuation_decay=0.4)
    for weeks in (1.0, 3.0):
        study = waitlist(40, (40,))
        study = study._replace(schedule=study.schedule._replace(weeks_between=weeks))
        week = truth(simulate.run(study, world, COUNT, 3))["fluctuation"][30:]
        planted = world.distress.distress_noise / (1 - 0.6**2) ** 0.5
        assert week.std() == pytest.approx(planted, rel=0.02)
        kept = np.corrcoef(week[5], week[6])[0, 1]
        assert kept == pytest.approx(0.6**weeks, abs=5 / COUNT**0.5)


def test_distress_is_its_level_and_its_fluctuation_and_only_the_level_follows(
    only: Only, truth: Truth
) -> None:
    world = only(distress__rate=0.2, distress__distress_noise=0.0, distress__event_impact=0.0)
    run = simulate.run(waitlist(6, (6,)), world, 500, 3)
    course = truth(run)
    start = run.clients.set_point + course["load"][0]
    np.testing.assert_allclose(course["distress"][0], start + course["fluctuation"][0], atol=1e-5)
    week = course["fluctuation"][0] * (1 - world.distress.fluctuation_decay) ** 6
    np.testing.assert_allclose(course["fluctuation"][6], week, atol=1e-5)
    level = _slow(course["load"] - course["load"][0], 0.2) + course["load"][0]
    np.testing.assert_allclose(
        course["distress"][6], run.clients.set_point + level[6] + week, atol=1e-4
    )


def test_what_helps_does_more_where_distress_at_intake_is_higher(only: Only, truth: Truth) -> None:
    effect = {"distress__medication_effect": 0.8, "distress__rate": 0.3}
    without, plain, scaled = (
        truth(simulate.run(DRUG, only(**values), COUNT, 3))
        for values in ({"distress__rate": 0.3}, effect, effect | {"distress__need": 0.4})
    )
    run = simulate.run(DRUG, only(), COUNT, 3)
    treated = run.clients.arm == 0
    dose = run.study.arms[0].phases[0].therapy.medication
    helped = 0.8 * dose * treated * np.ones((11, 1)) * (np.arange(11) > 0)[:, None]
    fall = without["distress"] - plain["distress"]
    np.testing.assert_allclose(fall, _slow(helped, 0.3), atol=1e-4)
    more = np.maximum(1 + 0.4 * (run.clients.initial_distress - 2), 0)
    fall = without["distress"] - scaled["distress"]
    np.testing.assert_allclose(fall, _slow(helped * more, 0.3), atol=1e-4)
    assert more.min() < 0.7
    assert more.max() > 1.5


def test_unresolved_strain_harms_as_long_as_there_is_contact(only: Only, truth: Truth) -> None:
    study = rct(("cbt", "waitlist"), 10, follow_up=(8.0,))
    worlds = (only(distress__rate=0.3), only(distress__rate=0.3, distress__harm=1.2))
    well, harmed = (truth(simulate.run(study, world, COUNT, 3)) for world in worlds)
    worse = harmed["distress"] - well["distress"]
    hurt = 1.2 * harmed["contact"] * harmed["strain"]
    np.testing.assert_allclose(worse[:11], _slow(hurt, 0.3)[:11], atol=1e-4)
    assert worse[10].max() > 0.5
    assert np.all(worse > -1e-4)
    assert worse[-1].mean() < worse[10].mean() / 2  # it fades with contact


def test_taking_harm_away_leaves_distress_as_without_it(only: Only) -> None:
    removed = do(TRIAL, only(distress__harm=1.2), 500, Intervention(remove=("harm",)))
    unstrained = do(TRIAL, only(distress__harm=1.2), 500, Intervention(hold={"strain": 0.0}))
    without = simulate.run(TRIAL, only(), 500)
    np.testing.assert_array_equal(removed.clients.distress, without.clients.distress)
    assert not unstrained.clients.strain.any()
    np.testing.assert_allclose(unstrained.clients.distress, without.clients.distress, atol=1e-4)


def test_nothing_of_therapy_touches_distress_in_the_null_world(
    hand_set_world, truth: Truth
) -> None:
    null = hand_set_world("null")
    events = Intervention(add_rupture=(2, 3, 4), add_alert=(5,))
    plain, strained = simulate.run(TRIAL, null, 500), do(TRIAL, null, 500, events)
    assert truth(strained)["sudden_gain"].any()
    assert truth(strained)["strain"].mean() > 2 * truth(plain)["strain"].mean()
    waiting = do(TRIAL, null, 500, Intervention(arm="waitlist"))
    for run in (plain, strained):
        np.testing.assert_array_equal(truth(run)["distress"], truth(waiting)["distress"])


def test_only_the_matched_ingredient_heals_in_the_medical_world(hand_set_world) -> None:
    medical = hand_set_world("medical", {"distress.harm": 0.0})
    plain = simulate.run(TRIAL, medical, 500)
    no_dose = do(TRIAL, medical, 500, Intervention(hold={"process": 0.0}))
    waiting = do(TRIAL, medical, 500, Intervention(arm="waitlist"))
    np.testing.assert_array_equal(no_dose.clients.distress, waiting.clients.distress)
    assert plain.clients.distress.mean() < waiting.clients.distress.mean() - 0.1


def test_a_case_card_says_where_distress_stands_without_a_fluctuation(only: Only) -> None:
    study = n_of_1(card="anna", phases="AB")
    people = simulate.start(study, only(), 20, 3).clients
    np.testing.assert_allclose(people.fluctuation, 0, atol=1e-6)
    np.testing.assert_allclose(people.distress, people.set_point + people.load, atol=1e-6)
