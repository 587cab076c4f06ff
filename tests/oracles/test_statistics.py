"""Two ways to every fact's statistic: from a researcher's tables, and from arrays of scores."""

import math

import pytest
from oracles.statistics_from_tables import FROM_TABLES, statistic_from_tables

from dyadsim.evidence.fact import load_facts
from dyadsim.evidence.observed_study import observe_study
from dyadsim.evidence.statistic_text import parse_statistic
from dyadsim.evidence.statistics import STATISTICS, fact_value
from dyadsim.evidence.studies_of_facts import SERVED, fact_studies
from dyadsim.evidence.study_scores import score_arrays
from dyadsim.model import worlds
from dyadsim.simulation import simulate

CLIENTS = {"care": 1500, "waitlist": 400}
NOT_IN_FACTS = {  # statistics that can be named and that no published number of the table needs
    "care": (
        "partial_process_outcome_r(alliance_score@3;symptom_score@3)",
        "process_outcome_r(alliance_score@3_to_5)",
        "mean(alliance_score@3_to_5)",
        "median(empathy_score@2)",
        "sd(PHQ9@4_to_6)",
        "share_of(recovered)",
        "share_of(responded)",
        "share_of(remitted)",
        "share_reliable_recovery(PHQ9)",
        "share_reliable_deterioration",
        "therapist_share_pct(improved)",
        "recovery_by_length(sessions@3_to_6)",
        "g_early_response(points@6;session@4)",
    ),
    "trial": (
        "g_early_response(percent@25;session@4)",
        "share_sudden_gain",
        "risk_ratio(recovered;therapy;waitlist)",
        "odds_ratio(improved;therapy;waitlist)",
        "within_client_lag(alliance_score@8_to_12)",
        "between_client_share(alliance_score)",
    ),
    "medication": (
        "share_of(relapsed@26_weeks_after)",
        "risk_ratio(relapsed@52_weeks_after;therapy;medication)",
        "d_follow_up@26_weeks_after",
        "d_follow_up@52_weeks_after",
    ),
}
NEAR = {"within_client_lag": 1e-6, "therapist_share_pct": 0.02}  # two ways up the same hill
UNDEFINED = ("therapist_skill_share",)  # where therapists do not differ


@pytest.mark.parametrize("study", list(fact_studies()))
@pytest.mark.parametrize("world", ["hybrid", "null"])
def test_every_statistic_is_the_same_from_arrays_as_from_tables(study: str, world: str) -> None:
    parameters = worlds.world_parameters(world)
    run = simulate.run(fact_studies()[study], parameters, CLIENTS.get(study, 800), 7, replicate=2)
    tables, scores = observe_study(run), score_arrays(run, study in ("care", "trial"))
    served = [fact for fact in load_facts() if SERVED[fact.design] == study]
    assert served
    for text in NOT_IN_FACTS.get(study, ()):
        served.append(served[0]._replace(id=text, statistic=text, design=""))
    for fact in served:
        slow, fast = statistic_from_tables(fact, tables), fact_value(fact, scores)
        near = NEAR.get(parse_statistic(fact.statistic)[0], 1e-9)
        assert fast == pytest.approx(slow, abs=near, nan_ok=True), fact.id
        assert not math.isnan(fast) or fact.id in UNDEFINED, fact.id


def test_every_statistic_has_a_twin() -> None:
    assert set(FROM_TABLES) == set(STATISTICS)


def test_every_statistic_is_computed_in_a_study() -> None:
    written = [fact.statistic for fact in load_facts()]
    written += [text for texts in NOT_IN_FACTS.values() for text in texts]
    assert {parse_statistic(text)[0] for text in written} == set(STATISTICS)
