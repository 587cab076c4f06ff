"""The main comparison and the facts: tables, verdict, and truths that must come out."""

import math

import numpy as np
import pytest
from starting import starting

from dyadsim.evidence import benchmark, compare_worlds
from dyadsim.evidence import fact as facts
from dyadsim.model import worlds

WORLDS = {name: worlds.parameters(name) for name in ("medical", "null")}


@pytest.fixture(scope="module")
def found() -> compare_worlds.Comparison:
    return compare_worlds.compare(WORLDS, 1500, 7)


def test_therapy_helps_where_something_heals_and_not_in_the_null_world(
    found: compare_worlds.Comparison,
) -> None:
    g = found.statistics.query("fact == 'g_waitlist'").set_index("world")
    assert g.loc["medical", "simulated"] > 0.3
    # 500 clients an arm: the standard error of g is about .065, so |g| > .3 is a bug.
    assert abs(g.loc["null", "simulated"]) < 0.3


def test_where_only_healing_differs_the_same_people_wait_in_every_world() -> None:
    alike = {name: starting(name) for name in WORLDS}
    waiting = compare_worlds.compare(alike, clients=500, seed=3).courses.query("arm == 'waitlist'")
    one, two = (waiting[waiting["world"] == name]["mean"].to_numpy() for name in WORLDS)
    np.testing.assert_array_equal(one, two)


def test_alliance_predicts_outcome_even_where_nothing_heals(
    found: compare_worlds.Comparison,
) -> None:
    r = found.statistics.query("fact == 'alliance_outcome'").set_index("world")["simulated"]
    assert r["null"] > 0.05


def test_met_follows_the_published_interval(found: compare_worlds.Comparison) -> None:
    for row in found.statistics.itertuples():
        inside = (
            row.low <= row.simulated - 1.96 * row.se and row.simulated + 1.96 * row.se <= row.high
        )
        assert row.met == inside


def test_verdict_counts_what_the_table_says(found: compare_worlds.Comparison) -> None:
    rows = found.statistics
    inside = (rows["low"] <= rows["simulated"]) & (rows["simulated"] <= rows["high"])
    one, two = (
        f"{name} {rows.loc[mine, 'met'].sum()} ({inside[mine].sum()})"
        for name, mine in (
            ("medical", rows["world"] == "medical"),
            ("null", rows["world"] == "null"),
        )
    )
    assert "Of 12 published intervals each world meets" in found.verdict
    assert f": {one}, {two}." in found.verdict


def test_same_seed_same_tables(found: compare_worlds.Comparison) -> None:
    again = compare_worlds.compare(WORLDS, 1500, 7, threads=1)
    assert found.statistics.equals(again.statistics)
    assert found.courses.equals(again.courses)


def test_every_served_fact_gets_a_value_with_an_error() -> None:
    results = benchmark.evaluate(worlds.parameters("hybrid"), 2000, 2, seed=3)
    assert [one.fact.id for one in results] == [one.id for one in facts.load()]
    for one in results:
        assert bool(one.needs) == (one.fact.design not in benchmark.SERVED)
        assert one.needs or math.isfinite(one.simulated)


def test_only_the_facts_wanted() -> None:
    (one,) = benchmark.evaluate(worlds.parameters("null"), 300, 2, only=["remission_3m"])
    assert one.fact.id == "remission_3m"
    assert 0 < one.simulated < 1
