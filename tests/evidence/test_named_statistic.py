"""Statistics named by the user, of a whole study or of one arm."""

import numpy as np
import pytest

from dyadsim.analysis.effects import hedges_g
from dyadsim.errors import BadInput
from dyadsim.evidence.named_statistic import check_statistic, statistic_values
from dyadsim.evidence.observed_study import observe_study
from dyadsim.model import worlds
from dyadsim.simulation import simulate
from dyadsim.simulation.simulate import Run
from dyadsim.studies.designs.rct import rct


@pytest.fixture(scope="module")
def run() -> Run:
    study = rct(arms=["cbt", "waitlist"], sessions=6, follow_up=())
    return simulate.run(
        study, worlds.world_parameters("hybrid"), 400, seed=1, replicate=0, threads=1
    )


def test_a_statistic_of_one_arm_sees_that_arm_alone(run: Run) -> None:
    score = dict(simulate.variables(run.truth))["symptom_score"]
    distance = np.abs(np.cumsum(run.plan.weeks) - 6)
    nearest = np.full(score.shape[1], np.nan)
    for step in np.argsort(distance, kind="stable"):
        if distance[step] <= 2:
            nearest = np.where(np.isnan(nearest), score[step], nearest)
    counted = (run.clients.arm == 0) & ~np.isnan(nearest) & (score[0] > 0)
    by_hand = (nearest[counted] <= 0.5 * score[0, counted]).mean()
    names = ["response_50pct@6_weeks.cbt", "response_50pct@6_weeks"]
    of_arm, of_all = (statistic_values(names, run)[name] for name in names)
    assert of_arm == pytest.approx(by_hand)
    assert of_arm > of_all + 0.02


def test_an_unknown_arm_is_refused(run: Run) -> None:
    with pytest.raises(ValueError, match="no arm 'cbd'"):
        statistic_values(["remission@6_weeks.cbd"], run)


def test_a_gain_is_of_the_arm_that_is_named(run: Run) -> None:
    """Of the waitlist it was NaN: it looked for the treated among those who wait."""
    pairs = observe_study(run).outcome
    for arm in ("cbt", "waitlist"):
        mine = pairs[pairs["arm"] == arm]
        name = f"mean_gain(BDI).{arm}"
        right = (mine["pre"] - mine["post"]).mean()
        assert statistic_values([name], run)[name] == pytest.approx(right)
    names = ["mean_gain(BDI)", "mean_gain(BDI).cbt"]
    trial, cbt = statistic_values(names, run).values()
    assert trial == cbt  # as the fact does: the treated arm of a trial


def test_what_is_asked_for_is_what_is_computed(run: Run) -> None:
    """`d_groups` took the alliance of session 3, whatever stood in the brackets."""
    names = [
        f"d_groups({score}@{at};dropped_vs_completed).cbt"
        for score, at in (("alliance_score", 3), ("alliance_score", 1), ("empathy_score", 3))
    ]
    values = statistic_values(names, run)
    assert len(set(values.values())) == 3
    tables = observe_study(run)
    first = tables.sessions.query("session == 1 and arm == 'cbt'")
    left = first["client"].isin(tables.clients.query("dropped")["client"])
    right = hedges_g(
        first.loc[~left, "alliance_score"],
        first.loc[left, "alliance_score"],
        higher_is_better=True,
    )
    assert values[names[1]] == pytest.approx(right.value)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("d_groups(alliance_score@3;men_vs_women)", "compares dropped_vs_completed, not men_vs"),
        ("mean_gain(PHQ9).cbt", r"scores are bdi2, so write mean_gain\(bdi2\)"),
        ("share_reliable_recovery(alliance)", "scores are bdi2, so write bdi2"),
        ("therapist_effect_pct(alliance)", r"only therapist_effect_pct\(y_post\)"),
        ("r(alliance_score@3;bond_score@3;task_score@3)", "reads nothing more in brackets"),
        ("g_between(active;waitlist).cbt", r"compares arms, so leave out '\.cbt'"),
        ("response_50pct@6_sessions.cbt", "time is in weeks, as in @13_weeks, not 'sessions'"),
        ("remission@40_weeks.cbt", "within 2 weeks of week 40; measured until week 6"),
        ("process_outcome_r(alliance_score@30)", "nobody has alliance_score at session 30"),
        ("process_outcome_r(alliance_score@3).waitlist", "arm waitlist has no sessions"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_words(run: Run, name: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        check_statistic(name, run.study)


def test_a_gain_without_an_arm_in_a_trial_without_cbt() -> None:
    with pytest.raises(BadInput, match=r"write mean_gain\.supportive or mean_gain\.waitlist"):
        check_statistic("mean_gain(BDI)", rct(["supportive", "waitlist"], 6, follow_up=()))
