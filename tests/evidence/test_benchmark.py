"""Facts beside their simulated values."""

import math

import pytest

from dyadsim.errors import BadInput
from dyadsim.evidence.benchmark import evaluate_facts
from dyadsim.evidence.fact import load_facts
from dyadsim.evidence.studies_of_facts import SERVED
from dyadsim.evidence.verdict import judge_fact
from dyadsim.model import worlds

NULL = worlds.world_parameters("null")


def test_every_served_fact_gets_a_value_with_an_error() -> None:
    results = evaluate_facts(worlds.world_parameters("hybrid"), 2000, replicates=2, seed=3)
    assert [result.fact.id for result in results] == [fact.id for fact in load_facts()]
    for result in results:
        assert bool(result.needs) == (result.fact.design not in SERVED)
        assert result.needs or math.isfinite(result.simulated)
        assert (result.repeats, result.clients) == (2, 2000)
        assert result.met == (result.verdict == "met")
        judged = judge_fact(result.fact, result.simulated, result.standard_error, repeats=2)
        assert result.verdict == judged


def test_only_the_facts_wanted() -> None:
    (result,) = evaluate_facts(NULL, 300, replicates=2, only=["remission_3m"])
    assert result.fact.id == "remission_3m"
    assert 0 < result.simulated < 1


def test_one_fact_alone_is_what_it_is_among_all() -> None:
    among = {result.fact.id: result for result in evaluate_facts(NULL, 300, replicates=2)}
    for name in ("regard_outcome", "attachment_alliance", "alliance_dropout", "therapist_effect"):
        (alone,) = evaluate_facts(NULL, 300, replicates=2, only=[name], threads=1)
        assert alone == among[name] or math.isnan(alone.standard_error)
        assert alone.simulated == among[name].simulated


@pytest.mark.parametrize(
    ("only", "message"),
    [
        (["x"], "There is no fact 'x'. Known: alliance_outcome"),
        (["remision_3m"], "Did you mean remission_3m?"),
        ("remission_3m", "only must be a list of names, not 'remission_3m'"),
    ],
)
def test_an_unknown_fact_is_refused(only: list[str] | str, message: str) -> None:
    with pytest.raises(BadInput) as error:
        evaluate_facts(NULL, 300, only=only)
    assert message in str(error.value)


def test_one_repeat_has_no_error_and_decides_nothing() -> None:
    (result,) = evaluate_facts(NULL, 300, replicates=1, only=["g_waitlist"])
    assert math.isnan(result.standard_error)
    assert result.verdict == "undecided"
