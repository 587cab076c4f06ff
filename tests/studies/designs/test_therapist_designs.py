"""Designs about therapists and their setting: training, matching, feedback, medication, settings.

Statistical comparisons allow 5 standard errors (false-alarm rate of the file < 1e-4).
"""

import numpy as np
import pytest

from dyadsim.errors import BadInput
from dyadsim.kernel import allocation
from dyadsim.model import worlds
from dyadsim.simulation import observe, simulate
from dyadsim.simulation.simulate import Run
from dyadsim.studies import study
from dyadsim.studies.designs.cohort import SETTINGS, cohort
from dyadsim.studies.designs.feedback import feedback
from dyadsim.studies.designs.matching import matching
from dyadsim.studies.designs.process import process
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.designs.skill_training import skill_training
from dyadsim.studies.study import TRAINABLE, Study
from dyadsim.studies.therapy import find_therapy

HYBRID = worlds.world_parameters("hybrid")


def _difference(run: Run, name: str, step: int) -> tuple[float, float]:
    """Mean of the first arm minus the second arm, and its standard error."""
    values = simulate.latent(run, name)[step].astype(float)
    first, second = (values[run.clients.arm == arm] for arm in (0, 1))
    error = np.sqrt(first.var() / first.size + second.var() / second.size)
    return float(first.mean() - second.mean()), float(error)


@pytest.mark.parametrize("skill", TRAINABLE)
def test_training_raises_the_skill_of_one_arm_only(skill: str) -> None:
    run = simulate.advance(simulate.start(skill_training(skill, 1.5), HYBRID, 600, 3), 1)
    people, own = run.clients, getattr(run.therapists, skill)
    own = own[0] if own.ndim == 2 else own
    now = getattr(people, skill)
    now = now[0] if now.ndim == 2 else now
    gain = now - own[people.therapist]
    np.testing.assert_allclose(gain[people.arm == 0], 1.5, atol=1e-5)
    np.testing.assert_allclose(gain[people.arm == 1], 0, atol=1e-5)
    trained = set(people.therapist[people.arm == 0])
    assert not trained & set(people.therapist[people.arm == 1])  # therapists are randomised


def test_trained_empathy_is_felt_in_the_scores_and_untrained_repair_is_not() -> None:
    scores = observe.observed_records(
        simulate.run(skill_training("empathy", 2.0), HYBRID, 1500, 3)
    ).sessions
    felt = scores.groupby("arm")["empathy_score"].mean()
    assert felt["trained"] > felt["untrained"] + 0.3
    repair = simulate.run(skill_training("repair_skill", 2.0), HYBRID, 10_000, 3)
    strain, error = _difference(repair, "strain", 8)
    assert strain < -5 * error


def test_training_that_adds_nothing_changes_no_bit() -> None:
    empathy = simulate.run(skill_training("empathy", 0.0), HYBRID, 300, 3)
    congruence = simulate.run(skill_training("congruence", 0.0), HYBRID, 300, 3)
    assert np.array_equal(empathy.truth.view(np.int32), congruence.truth.view(np.int32))


def test_matched_clients_get_a_therapist_who_is_strong_where_they_need_it() -> None:
    people = simulate.start(matching(), HYBRID, 3000, 3)
    skill = people.therapists.competence[:, people.clients.therapist]
    fit = (people.clients.weight * skill).sum(axis=0)
    matched, usual = fit[people.clients.arm == 0], fit[people.clients.arm == 1]
    assert matched.mean() > usual.mean() + 0.3


def test_matching_keeps_caseloads_and_the_first_clients() -> None:
    few, many = (simulate.start(matching(), HYBRID, count, 3) for count in (500, 900))
    treated = np.bincount(many.clients.therapist, minlength=many.therapists.caseload.size)
    assert np.all(treated <= many.therapists.caseload)
    assert treated.sum() == 900
    assert np.array_equal(few.clients.therapist, many.clients.therapist[:500])
    assert few.therapists.caseload.size % allocation.CLINIC == 0


def test_streaming_matches_the_same_clients() -> None:
    sums = simulate.stream(matching(follow_up=()), HYBRID, 700, 3)
    run = simulate.run(matching(follow_up=()), HYBRID, 700, 3)
    score = simulate.latent(run, "symptom_score")[20]
    mean = np.nanmean(score[run.clients.arm == 0].astype(float))
    assert sums.mean_score()[0, 20] == pytest.approx(mean, rel=1e-6)


def test_support_doubles_the_alert() -> None:
    run = simulate.run(feedback(support=True), HYBRID, 900, 3)
    alert = simulate.latent(run, "alert")
    names = [arm.name for arm in run.study.arms]
    codes = {name: set(np.unique(alert[:, run.clients.arm == k])) for k, name in enumerate(names)}
    assert codes == {"feedback_support": {0, 2}, "feedback": {0, 1}, "no_feedback": {0}}


def test_continued_medication_keeps_its_effect_and_stopped_medication_loses_it() -> None:
    arms = ("medication_continued", "medication")
    run = simulate.run(rct(arms, follow_up=(12.0,)), HYBRID, 12000, 3)
    during, error = _difference(run, "distress", 12)
    assert abs(during) < 5 * error
    after, error = _difference(run, "distress", -1)
    assert after < -5 * error
    dropped = run.clients.ended == 3
    assert dropped.any()


def test_those_who_dropped_out_take_no_continued_medication() -> None:
    quitters = worlds.world_parameters("hybrid", {"ending.dropout_base": 1.0})
    pills = find_therapy("medication_continued")
    goes_on, stops = (
        rct((pills._replace(continued=continued), "waitlist"), follow_up=(12.0,))
        for continued in (True, False)
    )
    run, same = (simulate.run(trial, quitters, 3000, 3) for trial in (goes_on, stops))
    left = run.clients.ended == 3
    assert left.sum() > 1000
    assert np.array_equal(run.clients.distress[left], same.clients.distress[left])
    assert not np.array_equal(run.clients.distress, same.clients.distress)


@pytest.mark.parametrize("setting", SETTINGS)
def test_settings_differ_in_who_comes_and_how_long(setting: str) -> None:
    built = cohort(setting=setting)
    usual = SETTINGS[setting]
    assert (built.sample, built.caseload) == (usual.sample, usual.caseload)
    assert (built.schedule.sessions, built.arms[0].rule) == (usual.sessions, usual.rule)
    assert cohort(setting=setting, sessions=5, rule="fixed").schedule.sessions == 5


def test_clients_of_a_counselling_centre_enter_less_distressed_than_those_of_a_trial() -> None:
    entry = {
        name: simulate.start(cohort(setting=name), HYBRID, 2000, 3).clients.distress.mean()
        for name in SETTINGS
    }
    assert entry["counselling_centre"] < entry["routine_service"] < entry["trial_clinic"]


def test_a_process_study_has_scores_of_every_session() -> None:
    tables = observe.observed_records(simulate.run(process(), HYBRID, 400, 3))
    rows = tables.sessions.query("occasion == 'session'")
    assert rows["session"].max() == 16
    assert rows["alliance_score"].notna().mean() > 0.8


def _arms(**options: object) -> Study:
    built = skill_training()
    return built._replace(arms=(built.arms[0]._replace(**options),))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: skill_training("empaty"), "no therapist skill to train 'empaty'. Did you mean em"),
        (lambda: skill_training(gain=9.0), r"must be a number in \[-3, 3\], not '9'"),
        (lambda: skill_training(therapy="self_help"), "no therapist to be trained"),
        (lambda: matching(therapy="self_help"), "no therapist to be matched with"),
        (
            lambda: cohort(setting="trial_clnic"),
            "no setting 'trial_clnic'. Did you mean trial_clinic",
        ),
        (lambda: feedback(support="yes"), "support must be true or false"),
        (lambda: study.check_study(_arms(support=True)), "clinical support needs feedback"),
        (
            lambda: study.check_study(_arms(matched=True)),
            "cannot be matched where therapists are nested",
        ),
    ],
)
def test_bad_input_in_words(call, words) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BadInput, match=words):
        call()
