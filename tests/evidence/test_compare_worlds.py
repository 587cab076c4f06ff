"""The main comparison: tables, verdict, and truths that it must show."""

import numpy as np
import pytest

from dyadsim.evidence.compare_worlds import Comparison, simulate_comparison
from dyadsim.model import worlds

WORLDS = {name: worlds.world_parameters(name) for name in ("medical", "null")}


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return simulate_comparison(WORLDS, 1500, seed=7)


def test_therapy_helps_where_something_heals_and_not_in_the_null_world(
    comparison: Comparison,
) -> None:
    g = comparison.statistics.query("fact == 'g_waitlist'").set_index("world")
    assert g.loc["medical", "simulated"] > 0.3
    # 500 clients an arm: the standard error of g is about .065, so |g| > .3 is a bug.
    assert abs(g.loc["null", "simulated"]) < 0.3


def test_where_only_healing_differs_the_same_people_wait_in_every_world(hand_set_world) -> None:
    alike = {name: hand_set_world(name) for name in WORLDS}
    waiting = simulate_comparison(alike, clients=500, seed=3).courses.query("arm == 'waitlist'")
    first, second = (waiting[waiting["world"] == name]["mean"].to_numpy() for name in WORLDS)
    np.testing.assert_array_equal(first, second)


def test_alliance_predicts_outcome_even_where_nothing_heals(
    comparison: Comparison,
) -> None:
    r = comparison.statistics.query("fact == 'alliance_outcome'").set_index("world")["simulated"]
    assert r["null"] > 0.05


def test_met_follows_the_published_interval(comparison: Comparison) -> None:
    for row in comparison.statistics.itertuples():
        inside = (
            row.low <= row.simulated - 1.96 * row.se and row.simulated + 1.96 * row.se <= row.high
        )
        assert row.met == inside


def test_verdict_counts_what_the_table_says(comparison: Comparison) -> None:
    rows = comparison.statistics
    inside = (rows["low"] <= rows["simulated"]) & (rows["simulated"] <= rows["high"])
    medical, null = (
        f"{name} {rows.loc[of_world, 'met'].sum()} ({inside[of_world].sum()})"
        for name, of_world in ((name, rows["world"] == name) for name in ("medical", "null"))
    )
    assert "Of 12 published intervals each world meets" in comparison.verdict
    assert f": {medical}, {null}." in comparison.verdict


def test_same_seed_same_tables(comparison: Comparison) -> None:
    again = simulate_comparison(WORLDS, 1500, seed=7, threads=1)
    assert comparison.statistics.equals(again.statistics)
    assert comparison.courses.equals(again.courses)
