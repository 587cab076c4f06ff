"""What must hold for every setting: bounds, names without meaning, nothing without a dose."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dyadsim.analysis import change, therapists
from dyadsim.kernel import allocation
from dyadsim.model import questionnaires, worlds
from dyadsim.model.parameters import Parameters, catalogue
from dyadsim.model.variables import DROPOUT, ENDINGS, IN_CARE
from dyadsim.simulation import observe, simulate
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.study import arm
from dyadsim.studies.therapy import find_therapy

TRIAL = rct(("cbt", "usual_care", "self_help", "medication", "waitlist"), 6, follow_up=(8.0,))
SLOW = settings(
    max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
# Values at the ends of every range make extreme worlds; nothing may leave its bounds there.
ANY_VALUE = st.dictionaries(
    st.sampled_from(sorted(catalogue())), st.floats(0, 1), min_size=1, max_size=25
).map(
    lambda shares: {
        name: catalogue()[name].about.low
        + share * (catalogue()[name].about.high - catalogue()[name].about.low)
        for name, share in shares.items()
    }
)
SHARES = ("bond", "goal", "task", "expectancy", "readiness", "regulation", "action", "process")


def _world(values: dict[str, float]) -> Parameters | None:
    """Return the hybrid world with `values`, None where two values exclude each other."""
    try:
        return worlds.world_parameters("hybrid", values)
    except ValueError:
        return None


@SLOW
@given(ANY_VALUE, st.integers(0, 2**40))
def test_latents_and_scores_stay_in_bounds(values: dict[str, float], seed: int) -> None:
    world = _world(values)
    if world is None:
        return
    run = simulate.run(TRIAL, world, 60, seed)
    truth = dict(simulate.variables(run.truth))
    for name, course in truth.items():
        if name in SHARES:
            assert course.min() >= -1e-6, name
            assert course.max() <= 1 + 1e-6, name
        if name != "symptom_score":
            assert np.isfinite(course).all(), name
    instrument = questionnaires.find_instrument(TRIAL.instrument)
    scores = truth["symptom_score"]
    scores = scores[~np.isnan(scores)]
    assert scores.min() >= instrument.floor
    assert scores.max() <= instrument.ceiling
    np.testing.assert_array_equal(scores, np.round(scores))
    ended = run.clients.ended
    assert set(np.unique(ended)) <= set(range(len(ENDINGS)))


@SLOW
@given(st.integers(0, 2**40))
def test_names_of_therapists_mean_nothing(seed: int) -> None:
    run = simulate.run(
        cohort(sessions=8, follow_up=()), worlds.world_parameters("medical"), 600, seed
    )
    tables = observe.observed_records(run)
    outcome = change.pre_post(tables.sessions, carry=("arm", "therapist"))
    count = int(outcome["therapist"].max()) + 1
    names = np.random.default_rng(seed).permutation(count)
    other = outcome.assign(therapist=names[outcome["therapist"].to_numpy()])
    assert therapists.therapist_effect(outcome).percent.value == pytest.approx(
        therapists.therapist_effect(other).percent.value, abs=1e-3
    )


def test_zero_dose_is_a_waitlist_where_only_the_ingredient_heals() -> None:
    """Sessions, therapist and rationale without any ingredient leave distress as it was.

    Ruptures that nobody resolves can harm in every world where something heals; not here.
    """
    medical = worlds.world_parameters("medical", {"distress.harm": 0.0})
    study = rct(("cbt", "waitlist"), 6, follow_up=(8.0,))
    empty = find_therapy("cbt")._replace(dose=(0.0, 0.0, 0.0, 0.0))
    nothing = study._replace(arms=(arm("cbt", empty, 6), study.arms[1]))
    swapped = study._replace(arms=(study.arms[1]._replace(name="none"), study.arms[1]))
    truth = [
        dict(simulate.variables(simulate.run(design, medical, 400, 5).truth))["distress"]
        for design in (nothing, swapped, study)
    ]
    np.testing.assert_array_equal(truth[0], truth[1])
    assert (truth[2] != truth[1]).any()


def test_nobody_in_the_null_world_is_changed_by_any_arm() -> None:
    null = worlds.world_parameters("null")
    truth = [
        dict(simulate.variables(simulate.run(rct(arms, 6, follow_up=(8.0,)), null, 300, 5).truth))
        for arms in (("cbt", "usual_care"), ("waitlist", "self_help"))
    ]
    np.testing.assert_array_equal(truth[0]["distress"], truth[1]["distress"])


@SLOW
@given(st.integers(1, 2**40), st.integers(20, 300))
def test_every_client_has_one_arm_and_an_ending(seed: int, count: int) -> None:
    run = simulate.run(TRIAL, worlds.world_parameters("hybrid"), count, seed)
    sizes = np.bincount(run.clients.arm, minlength=5)
    assert sizes.sum() == count
    assert sizes.max() - sizes.min() <= 2
    alone = np.isin(run.clients.arm, [2, 4])  # self-help and waitlist
    assert np.all(run.clients.therapist[alone] == -1)
    assert np.all(run.clients.therapist[~alone] >= 0)
    waiting = run.clients.arm == 4
    assert not np.any(run.clients.ended[waiting] == DROPOUT)
    assert np.all(run.clients.attended[run.clients.ended == DROPOUT] >= 1)
    assert np.all(run.clients.attended <= 6)
    assert not np.any(run.clients.ended[~waiting] == IN_CARE)


@SLOW
@given(st.integers(0, 2**40), st.integers(1, 500))
def test_allocation_of_the_first_does_not_depend_on_the_rest(seed: int, count: int) -> None:
    few, many = (allocation.allocate(TRIAL, n, seed, 0) for n in (count, count + 137))
    np.testing.assert_array_equal(few.arm, many.arm[:count])
    np.testing.assert_array_equal(few.therapist, many.therapist[:count])
