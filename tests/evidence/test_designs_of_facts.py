"""A statistic counts whom the fact's design looks at, and reads or refuses every time it names."""

import functools
import math

import pytest

import dyadsim
from dyadsim.evidence.fact import load_facts
from dyadsim.evidence.named_statistic import statistic_values
from dyadsim.evidence.statistics import fact_value
from dyadsim.evidence.studies_of_facts import SERVED, fact_studies
from dyadsim.evidence.study_scores import ScoreArrays, score_arrays

OF_ARM = {
    "rct_active_arm": "cbt",
    "rct_control_arm": "waitlist",
    "naturalistic_oq45": "no_feedback",
}
OF_PEOPLE = (
    "d_pre_post",
    "mean(n_sessions)",
    "sd(n_sessions)",
    "share_of(improved)",
    "share_reliable_improvement",
    "share_reliable_deterioration({form};GAD7)",
)


@functools.cache
def scores_of(design: str) -> ScoreArrays:
    """Return the scores of the study that serves a design."""
    study = fact_studies()[SERVED[design]]
    run = dyadsim.run(study, dyadsim.world("hybrid"), clients=600, seed=4)
    return score_arrays(run, True)


def value(statistic: str, design: str) -> float:
    """Return a statistic as a fact of that design has it."""
    fact = load_facts()[0]._replace(statistic=statistic, design=design)
    return fact_value(fact, scores_of(design))


@pytest.mark.parametrize("statistic", OF_PEOPLE)
@pytest.mark.parametrize("design", OF_ARM)
def test_a_design_of_one_arm_counts_that_arm(design: str, statistic: str) -> None:
    """The same number as the statistic in that arm alone, which another path computes."""
    if "n_sessions" in statistic and design == "rct_control_arm":
        with pytest.raises(ValueError, match="at least 3 clients, it has 0"):
            value(statistic, design)
        return
    run = scores_of(design).run
    text = statistic.format(form=run.study.instrument)
    name = f"{text}.{OF_ARM[design]}"
    assert value(text, design) == pytest.approx(statistic_values([name], run)[name], nan_ok=True)


def test_an_arm_without_therapy_has_no_therapists_and_no_alliance() -> None:
    """The arm of therapy was counted there."""
    alliance = "d_groups(alliance_score@3;dropped_vs_completed)"
    assert value(alliance, "rct_active_arm") > 0
    assert math.isnan(value(alliance, "rct_control_arm"))
    assert value("therapist_effect_pct(y_post)", "rct_active_arm") >= 0
    with pytest.raises(ValueError, match=r"clients|therapist"):
        value("therapist_effect_pct(y_post)", "rct_control_arm")


@pytest.mark.parametrize("statistic", ["mean_gain", "d_pre_post", "share_of(improved)"])
def test_cases_alone_gain_more_than_everybody(statistic: str) -> None:
    assert value(statistic, "naturalistic_caseness") > value(statistic, "naturalistic") + 0.05


def test_an_arm_called_like_a_role_is_that_arm() -> None:
    """`supportive` stood for intent-to-fail wherever there was such an arm."""
    trial = dyadsim.rct(["cbt", "supportive", "intent_to_fail"], sessions=6)
    scores = score_arrays(dyadsim.run(trial, dyadsim.world("hybrid"), clients=900, seed=4), False)
    fact = load_facts()[0]._replace(design="")
    both = [
        fact_value(fact._replace(statistic=f"g_between(cbt;{arm})"), scores)
        for arm in ("supportive", "intent_to_fail")
    ]
    assert both[0] != both[1]


@pytest.mark.parametrize(
    ("statistic", "rule"),
    [
        ("mean({form}@0_to_5)", "a range begins with session 1"),
        ("between_client_share(alliance_score@3)", "it is of all sessions"),
        ("r(alliance_score@0_to_3;y_post)", "a range begins with session 1"),
        ("g_early_response(percent@25_to_60;session@4)", "percent@25 or points@6"),
        ("g_early_response(percent@25;session@4_to_9)", "written session@4"),
        ("within_client_lag(alliance_score@1_to_400)", "nobody has alliance_score at session 400"),
        ("trend(alliance_score@5_to_6;alliance_score@10)", "trend is between two sessions"),
    ],
)
def test_a_time_that_is_not_read_is_refused(statistic: str, rule: str) -> None:
    text = statistic.format(form=scores_of("naturalistic").run.study.instrument)
    with pytest.raises(ValueError, match=rule):
        value(text, "naturalistic")


@pytest.mark.parametrize(
    "statistic", ["g_between(active@3;waitlist)", "risk_ratio(improved;active@3;waitlist)"]
)
def test_arms_have_no_time(statistic: str) -> None:
    with pytest.raises(ValueError, match="compared by their last scores"):
        value(statistic, "rct_waitlist")


def test_intake_is_no_later_score() -> None:
    """Those who wait are measured at weeks 0, 8, 13, 26 and 52."""
    assert math.isnan(value("response_50pct@1_weeks", "waitlist"))
    assert value("response_50pct@8_weeks", "waitlist") > 0
