"""The main comparison: tables, verdict, and truths that it must show."""

import numpy as np
import pytest

from dyadsim.errors import BadInput
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


def test_verdicts_follow_the_published_interval(comparison: Comparison) -> None:
    for row in comparison.statistics.itertuples():
        inside = row.low <= row.simulated_low and row.simulated_high <= row.high
        outside = row.simulated_high < row.low or row.simulated_low > row.high
        expected = "met" if inside else "violated" if outside else "undecided"
        assert row.verdict == expected
        assert row.met == inside
        assert row.se > 0  # of a share of nobody, too


def test_the_verdict_counts_all_facts(comparison: Comparison) -> None:
    assert (
        "Of all 67 published facts medical: 56 met, 9 violated, 2 undecided" in comparison.verdict
    )
    assert "null: 31 met, 33 violated, 3 undecided" in comparison.verdict
    assert "Every world was fitted" in comparison.verdict
    assert not any(comparison.changed.values())


def test_changed_worlds_are_not_called_fitted() -> None:
    changed = {"null": worlds.world_parameters("null", {"alliance.rate": 0.4})}
    comparison = simulate_comparison(changed, 200)
    assert comparison.changed == {"null": {"alliance.rate": 0.4}}
    assert "NOT as they were fitted to the facts: null changed" in comparison.verdict


@pytest.mark.parametrize("clients", [1, 5, 199])
def test_too_few_clients_are_refused(clients: int) -> None:
    with pytest.raises(BadInput, match=f"clients must be 200 or more to compare, not {clients}"):
        simulate_comparison("null", clients)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_fewest_clients_are_enough(seed: int) -> None:
    assert len(simulate_comparison(list(worlds.WORLDS), 200, seed=seed).statistics) == 4 * 12


def test_same_seed_same_tables(comparison: Comparison) -> None:
    again = simulate_comparison(WORLDS, 1500, seed=7, threads=1)
    assert comparison.statistics.equals(again.statistics)
    assert comparison.courses.equals(again.courses)
