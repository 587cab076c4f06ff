"""Planted distributions are recovered: selection, traits, caseloads, arms.

Seeded; thresholds are about 5 standard errors a comparison (file-wide false-alarm rate < 1e-3).
"""

import numpy as np
import pytest

from dyadsim.kernel import allocation
from dyadsim.model import worlds
from dyadsim.simulation import simulate
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.study import ROUTINE, TRIAL, Caseload, Sample

HYBRID = worlds.world_parameters("hybrid")
Q = HYBRID.population
COUNT = 40_000


@pytest.mark.parametrize("sample", [ROUTINE, TRIAL], ids=["routine", "trial"])
def test_entering_near_the_worst_equals_brute_force_selection(sample: Sample) -> None:
    study = cohort(follow_up=())._replace(sample=sample)
    run = simulate.start(study, HYBRID, COUNT, 5, keep_truth=False)
    rng = np.random.default_rng(5)
    size, sd = 2_000_000, Q.distress_sd
    rest = 1 - Q.stable_share - Q.load_share
    stable = Q.distress_mean + rng.normal(0, sd * Q.stable_share**0.5, size)
    load = rng.normal(0, sd * Q.load_share**0.5, size)
    distress = stable + load + rng.normal(0, sd * rest**0.5, size)
    seeks = distress + rng.normal(0, sample.seeking_noise, size) > sample.seeking_threshold
    for drawn, brute in (
        (run.clients.distress, distress),
        (run.clients.set_point, stable),
        (run.clients.load, load),
    ):
        chosen = brute[seeks]
        error = chosen.std() / COUNT**0.5
        assert abs(drawn.mean() - chosen.mean()) < 6 * error
        assert drawn.std() == pytest.approx(chosen.std(), rel=0.03)
    brute_r = np.corrcoef(distress[seeks], stable[seeks])[0, 1]
    drawn_r = np.corrcoef(run.clients.distress, run.clients.set_point)[0, 1]
    assert abs(brute_r - drawn_r) < 0.03


def test_client_traits_correlate_as_planted() -> None:
    people = simulate.start(cohort(), HYBRID, COUNT, 5, keep_truth=False).clients
    planted = Q.wellbeing_attachment * Q.wellbeing_resources
    r = np.corrcoef(people.attachment, people.resources)[0, 1]
    assert abs(r - planted) < 5 / COUNT**0.5
    ready = np.corrcoef(people.readiness, people.expectancy)[0, 1]
    assert abs(ready - Q.wellbeing_readiness * Q.wellbeing_expectancy) < 0.03  # clipping bends it


def test_therapist_traits_form_one_facilitative_block() -> None:
    study = cohort()._replace(caseload=Caseload(2.0, 0.3))
    people = simulate.start(study, HYBRID, COUNT, 5, keep_truth=False).therapists
    error = 5 / people.word.size**0.5
    block = np.corrcoef([people.empathy, people.congruence, people.regard])
    assert np.abs(block[np.triu_indices(3, 1)] - Q.facilitative_loading**2).max() < error
    other = np.corrcoef(people.repair_skill, people.competence[0])[0, 1]
    assert abs(other - Q.skill_loading**2) < error
    assert people.empathy.std() == pytest.approx(Q.therapist_spread, rel=0.03)


def test_caseloads_are_unequal_with_the_planted_mean() -> None:
    run = simulate.start(cohort(), HYBRID, COUNT, 5, keep_truth=False)
    sizes = run.therapists.caseload
    assert sizes.mean() == pytest.approx(40, rel=0.1)
    assert np.log2(sizes).std() == pytest.approx(0.7, rel=0.1)
    clients = np.bincount(run.clients.therapist)
    np.testing.assert_array_equal(clients[:-1], sizes[: clients.size - 1])


def test_nested_therapists_work_in_one_arm_and_crossed_ones_in_several() -> None:
    nested = rct(("cbt", "interpersonal", "waitlist"))
    crossed = nested._replace(caseload=Caseload(8.0, 0.5, nested=False))
    for study, several in ((nested, False), (crossed, True)):
        people = simulate.start(study, HYBRID, 3000, 5, keep_truth=False).clients
        guided = people.therapist >= 0
        assert np.all(people.arm[guided] < 2)
        arms = [set(people.arm[people.therapist == number]) for number in range(40)]
        assert any(len(treated) > 1 for treated in arms) == several


def test_arms_are_balanced_in_every_block() -> None:
    study = rct(("cbt", "interpersonal", "waitlist"))
    arm = allocation.allocate(study, 600, 5, 0).arm
    for block in arm.reshape(-1, 6):
        assert np.bincount(block).tolist() == [2, 2, 2]


def test_weights_and_preferences_are_shares() -> None:
    people = simulate.start(cohort(), HYBRID, 2000, 5, keep_truth=False).clients
    np.testing.assert_allclose(people.weight.sum(axis=0), 1, rtol=1e-5)
    np.testing.assert_allclose(people.preference.sum(axis=0), 1, rtol=1e-5)
    assert np.corrcoef(people.weight[0], people.preference[0])[0, 1] > 0.2  # insight


def test_therapist_spread_makes_the_therapist_effect() -> None:
    study = cohort(follow_up=())
    shares = []
    for spread in (0.0, 1.0, 2.0):
        world = worlds.world_parameters("medical", {"population.therapist_spread": spread})
        people = simulate.advance(simulate.start(study, world, 20_000, 5)).clients
        change = people.initial_distress - people.distress
        clients = np.bincount(people.therapist)
        means = np.bincount(people.therapist, change) / np.maximum(clients, 1)
        within = change.var() / clients[clients > 10].mean()
        shares.append(means[clients > 10].var() / within)
    assert shares[0] == pytest.approx(1.0, abs=0.5)  # chance alone (unequal caseloads raise it)
    assert shares[0] < shares[1] < shares[2]
