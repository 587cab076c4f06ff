"""How often facts are repeated: until they are clear, or as often as the scoreboard."""

import math

import pytest

from dyadsim.evidence import enough_repeats
from dyadsim.evidence.benchmark import evaluate_facts
from dyadsim.evidence.enough_repeats import FIRST, MOST, is_clear
from dyadsim.evidence.fact import load_facts
from dyadsim.evidence.verdict import judge_fact
from dyadsim.model import worlds

FACTS = {fact.id: fact for fact in load_facts()}
BAND, SIGN = FACTS["alliance_outcome"], FACTS["course_flattens"]


@pytest.mark.parametrize(
    ("values", "clear"),
    [
        ([0.277, 0.278, 0.279, 0.278] * 2, True),
        ([0.41, 0.40, 0.39, 0.40] * 2, True),  # violated, far outside
        ([0.298, 0.299, 0.300, 0.299] * 2, False),
        ([0.25, 0.27, 0.29, 0.31] * 2, False),
        ([0.278], False),
        ([math.nan, 0.3], True),  # undefined: more repeats do not define it
    ],
)
def test_clear_of_every_edge(values: list[float], clear: bool) -> None:
    assert is_clear(BAND, values) is clear
    assert is_clear(SIGN, [value - BAND.high for value in values]) in (True, False)


def test_a_fact_that_is_clear_and_met_has_an_error_below_a_third_of_its_half_band() -> None:
    half = (BAND.high - BAND.low) / 2
    for error in (half / 3.2, half / 3.0, half / 2.5):
        assert judge_fact(BAND, BAND.low + half, error, level=enough_repeats.CLEAR) == "undecided"


def test_only_what_is_not_clear_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dyadsim.evidence.benchmark.STEPS", (4, 8, 12))
    world = worlds.world_parameters("null")
    wanted = [fact for fact in load_facts() if fact.id in ("remission_6m", "dropout", "g_waitlist")]
    now = {result.fact.id: result.simulated for result in evaluate_facts(world, 500, facts=wanted)}
    wanted = [  # the value lies at an edge of the band
        fact._replace(low=now["dropout"], high=now["dropout"] + 0.02)
        if fact.id == "dropout"
        else fact
        for fact in wanted
    ]
    decided = evaluate_facts(world, 500, replicates=4, until_decided=True, facts=wanted)
    by_id = {result.fact.id: result for result in decided}
    assert by_id["g_waitlist"].repeats == 4  # nothing heals: clear at once
    assert by_id["dropout"].repeats == 12  # at an edge: 2,000 clients are too few
    longer = evaluate_facts(world, 500, replicates=12, facts=wanted, threads=1)
    assert by_id["dropout"] == next(result for result in longer if result.fact.id == "dropout")


def test_the_most_clients_are_those_of_the_scoreboard() -> None:
    assert MOST * enough_repeats.CLIENTS == 240_000
    assert FIRST * enough_repeats.CLIENTS == 32_000
