"""Designs: what each orders, what it refuses, and what it can show where the truth is known.

Statistical comparisons allow 5 standard errors (false-alarm rate of the file < 1e-4).
"""

import numpy as np
import pytest

from dyadsim.errors import BadInput
from dyadsim.model import worlds
from dyadsim.simulation import observe, simulate
from dyadsim.studies import study
from dyadsim.studies.designs.additive import additive
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.dismantling import dismantling
from dyadsim.studies.designs.feedback import feedback
from dyadsim.studies.designs.n_of_1 import n_of_1
from dyadsim.studies.designs.preference import preference

COUNT = 12_000


def _true_difference(design: study.Study, world: str) -> tuple[float, float]:
    """Return the mean difference of true distress, second arm minus first, and its error."""
    run = simulate.advance(
        simulate.start(design, worlds.world_parameters(world), COUNT, 5, keep_truth=False),
        design.schedule.sessions,
    )
    first, second = (run.clients.distress[run.clients.arm == k].astype(float) for k in (0, 1))
    error = (first.var() / first.size + second.var() / second.size) ** 0.5
    return float(second.mean() - first.mean()), float(error)


@pytest.mark.parametrize(
    ("design", "first", "second"),
    [(additive(), "full_plus", "full"), (dismantling(), "full", "reduced")],
    ids=["additive", "dismantling"],
)
def test_components_differ_in_one_dose_only(design: study.Study, first: str, second: str) -> None:
    left, right = (arm.phases[0].therapy for arm in design.arms)
    assert [arm.name for arm in design.arms] == [first, second]
    assert sum(a != b for a, b in zip(left.dose, right.dose, strict=True)) == 1
    assert left._replace(name="", dose=right.dose) == right._replace(name="")
    assert sum(left.dose) > sum(right.dose)


@pytest.mark.parametrize("design", [additive(), dismantling()], ids=["additive", "dismantling"])
def test_a_component_matters_only_where_the_match_heals(design: study.Study) -> None:
    gain, error = _true_difference(design, "medical")
    assert gain > 3 * error
    for world in ("contextual", "null"):
        gain, error = _true_difference(design, world)
        assert abs(gain) < 5 * error


def test_feedback_gives_alerts_in_one_arm_only() -> None:
    run = simulate.run(feedback(), worlds.world_parameters("hybrid"), 600, 5)
    alerts = simulate.latent(run, "alert").sum(axis=0)
    assert alerts[run.clients.arm == 0].sum() > 0
    assert alerts[run.clients.arm == 1].sum() == 0


def test_the_same_therapists_treat_in_both_arms() -> None:
    for design in (additive(), dismantling(), feedback(), preference()):
        people = simulate.start(design, worlds.world_parameters("hybrid"), 800, 5).clients
        both = set(people.therapist[people.arm == 0]) & set(people.therapist[people.arm == 1])
        assert len(both) > 5


def test_the_preferred_therapy_is_the_one_nearest_to_the_clients_theory() -> None:
    run = simulate.run(preference(), worlds.world_parameters("hybrid"), 600, 5)
    clients = observe.observed_records(run).clients
    preferred = (clients["therapy"] == clients["preferred_therapy"]).to_numpy()
    assert 0.35 < preferred.mean() < 0.65  # allocation does not know
    first = simulate.start(preference(), worlds.world_parameters("hybrid"), 600, 5)
    match = simulate.advance(first, 1).clients.match
    for arm in (0, 1):
        in_arm = run.clients.arm == arm
        assert match[in_arm & preferred].mean() > match[in_arm & ~preferred].mean() + 0.05


def test_without_two_therapies_nobody_prefers_one() -> None:
    run = simulate.run(cohort(sessions=2), worlds.world_parameters("null"), 50, 5)
    assert observe.observed_records(run).clients["preferred_therapy"].isna().all()


def test_phases_switch_treatment_on_and_off() -> None:
    run = simulate.run(
        n_of_1(phases="ABAB", weeks_per_phase=5), worlds.world_parameters("medical"), 900
    )
    sessions = np.diff(simulate.latent(run, "attended"), axis=0)[:20]
    share = sessions.reshape(4, 5, -1).mean(axis=(1, 2))
    assert share[0] == share[2] == 0
    assert share[1] > 0.8
    assert 0 < share[3] < share[1]  # some have left
    scores = simulate.latent(run, "symptom_score")[:21]
    phase = -np.diff(np.nanmean(scores[::5], axis=1))  # fall of the mean score in each phase
    assert phase[1] > phase[0]
    assert phase[1] > phase[2]


@pytest.mark.parametrize(
    ("make", "options", "words"),
    [
        (n_of_1, {"phases": "AAA"}, "letters A and B"),
        (n_of_1, {"phases": "ABC"}, "letters A and B"),
        (n_of_1, {"weeks_per_phase": 1}, r"whole number from 2 to 1000, not '1'"),
        (n_of_1, {"weeks_per_phase": 2.5}, "whole number"),
        (additive, {"component": "emotinal"}, "Did you mean emotional"),
        (additive, {"dose": 0}, r"dose must be a number in \(0, 5\], not '0'"),
        (additive, {"dose": 5}, r"dose.interpersonal must be a number in \[0, 5\]"),
        (additive, {"therapy": "cbd"}, "Did you mean cbt"),
        (dismantling, {"component": "music"}, "there is no process 'music'"),
        (dismantling, {"therapy": "medication"}, "ingredient to leave out"),
        (feedback, {"therapy": "self_help"}, "no therapist who could see"),
        (feedback, {"rule": "godenough"}, "there is no ending rule"),
        (preference, {"arms": ["cbt"]}, "two arms"),
    ],
)
def test_bad_input_in_words(make, options, words) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BadInput, match=words):
        make(**options)
