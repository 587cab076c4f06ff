"""Two ways to every fact's statistic: from a researcher's tables, and from arrays of scores."""

import math

import pytest
from oracles.statistics_from_tables import FROM_TABLES, statistic_from_tables

from dyadsim.evidence.fact import load_facts
from dyadsim.evidence.observed_study import observe_study
from dyadsim.evidence.statistics import STATISTICS, fact_value
from dyadsim.evidence.studies_of_facts import SERVED, fact_studies
from dyadsim.evidence.study_scores import score_arrays
from dyadsim.model import worlds
from dyadsim.simulation import simulate

CLIENTS = {"care": 1500, "waitlist": 400}


@pytest.mark.parametrize("study", list(fact_studies()))
@pytest.mark.parametrize("world", ["hybrid", "null"])
def test_every_statistic_is_the_same_from_arrays_as_from_tables(study: str, world: str) -> None:
    parameters = worlds.world_parameters(world)
    run = simulate.run(fact_studies()[study], parameters, CLIENTS.get(study, 800), 7, replicate=2)
    tables, scores = observe_study(run), score_arrays(run, study in ("care", "trial"))
    served = [fact for fact in load_facts() if SERVED[fact.design] == study]
    assert served
    for fact in served:
        slow, fast = statistic_from_tables(fact, tables), fact_value(fact, scores)
        assert fast == pytest.approx(slow, abs=1e-9, nan_ok=True), fact.id
        assert not math.isnan(fast) or fact.id == "therapist_skill_share"


def test_every_statistic_has_a_twin() -> None:
    assert {*FROM_TABLES, "mean_gain"} == set(STATISTICS)
