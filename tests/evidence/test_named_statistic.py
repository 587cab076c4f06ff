"""Statistics named by the user, of a whole study or of one arm."""

import numpy as np
import pytest

from dyadsim.analysis.effects import hedges_g
from dyadsim.errors import BadInput
from dyadsim.evidence.fact import load_facts
from dyadsim.evidence.named_statistic import (
    COMPARE_ARMS,
    check_statistic,
    counted_arms,
    statistic_values,
    who_counts,
)
from dyadsim.evidence.observed_study import observe_study
from dyadsim.evidence.statistic_text import parse_statistic
from dyadsim.model import worlds
from dyadsim.model.variables import DROPOUT
from dyadsim.simulation import simulate
from dyadsim.simulation.simulate import Run
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.designs.waitlist import waitlist


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
    names = [f"response_50pct@6_weeks{arm}" for arm in (".cbt", "", ".waitlist")]
    of_arm, unsaid, waiting = (statistic_values(names, run)[name] for name in names)
    assert of_arm == unsaid == pytest.approx(by_hand)
    assert of_arm > waiting + 0.04


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


def test_a_gain_without_an_arm_in_a_trial_of_two_other_therapies() -> None:
    study = rct(["supportive", "interpersonal", "waitlist"], 6, follow_up=())
    with pytest.raises(BadInput, match=r"write mean_gain\.supportive or mean_gain\.interpersonal"):
        check_statistic("mean_gain(BDI)", study)


OF_ONE_ARM = sorted(
    fact.statistic
    for fact in {fact.statistic: fact for fact in load_facts()}.values()
    if parse_statistic(fact.statistic)[0] not in COMPARE_ARMS
)


@pytest.fixture(scope="module")
def trials() -> dict[str, Run]:
    """Trials of the same length, by name."""
    arms = {
        "cbt": ["waitlist", "cbt", "interpersonal"],
        "supportive": ["waitlist", "supportive"],
        "two": ["supportive", "waitlist", "interpersonal"],
    }
    world = worlds.world_parameters("hybrid")
    return {
        name: simulate.run(rct(list(part), 12, follow_up=(13, 52)), world, 900, seed=2, threads=1)
        for name, part in arms.items()
    }


def _value(name: str, run: Run) -> float | str:
    """The value, or why there is none."""
    try:
        return statistic_values([name], run)[name]
    except (ValueError, KeyError) as error:
        return type(error).__name__


@pytest.mark.parametrize("statistic", OF_ONE_ARM)
def test_without_an_arm_the_treated_one_counts(statistic: str, trials: dict[str, Run]) -> None:
    """share_dropout of a trial with a waiting list was .245, though .351 of the treated left."""
    for trial in ("cbt", "supportive"):
        unsaid, said = (_value(name, trials[trial]) for name in (statistic, f"{statistic}.{trial}"))
        assert unsaid == said or (unsaid != unsaid and said != said)


@pytest.mark.parametrize("name", COMPARE_ARMS)
def test_what_compares_arms_sees_them_all(name: str, trials: dict[str, Run]) -> None:
    served = {parse_statistic(fact.statistic)[0]: fact.statistic for fact in load_facts()}
    text = served[name].replace("usual_care", "control").replace("medication", "interpersonal")
    assert np.isfinite(statistic_values([text], trials["cbt"])[text])


def test_several_treated_arms_count_together_and_untreated_ones_where_there_is_no_other(
    trials: dict[str, Run],
) -> None:
    run = trials["two"]
    assert counted_arms("share_dropout", run.study) == ("supportive", "interpersonal")
    treated = run.clients.arm != 1
    value = statistic_values(["share_dropout"], run)["share_dropout"]
    assert value == pytest.approx((run.clients.ended == DROPOUT)[treated].mean())
    waiting = waitlist()
    assert counted_arms("response_50pct@8_weeks", waiting) == tuple(a.name for a in waiting.arms)
    assert who_counts("share_dropout", run.study) == "clients of arms supportive and interpersonal"
    assert who_counts("g_between(active;waitlist)", run.study) == ""
    assert who_counts("share_dropout", waiting) == ""
