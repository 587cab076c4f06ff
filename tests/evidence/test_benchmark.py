"""Facts beside their simulated values."""

import math

from dyadsim.evidence.benchmark import evaluate_facts
from dyadsim.evidence.fact import load_facts
from dyadsim.evidence.studies_of_facts import SERVED
from dyadsim.model import worlds


def test_every_served_fact_gets_a_value_with_an_error() -> None:
    results = evaluate_facts(worlds.world_parameters("hybrid"), 2000, replicates=2, seed=3)
    assert [result.fact.id for result in results] == [fact.id for fact in load_facts()]
    for result in results:
        assert bool(result.needs) == (result.fact.design not in SERVED)
        assert result.needs or math.isfinite(result.simulated)


def test_only_the_facts_wanted() -> None:
    (result,) = evaluate_facts(
        worlds.world_parameters("null"), 300, replicates=2, only=["remission_3m"]
    )
    assert result.fact.id == "remission_3m"
    assert 0 < result.simulated < 1
