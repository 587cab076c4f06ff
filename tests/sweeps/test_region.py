"""The region: its rule, its layout, and that its highest share is not the highest of noise."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dyadsim.attribution.true_shares import Care, Replication
from dyadsim.errors import BadInput
from dyadsim.evidence.benchmark import FactResult
from dyadsim.evidence.fact import load_facts
from dyadsim.evidence.verdict import MET, UNDECIDED, VIOLATED, Verdict
from dyadsim.model.parameters import catalogue, flat
from dyadsim.sweeps import region
from dyadsim.sweeps.region import DOSE, SE, TECHNIQUE, Plan
from dyadsim.sweeps.sampling import Axis, Sampling, sample_points

RANGES = {"specificity": (0.0, 1.0), "gating": (0.0, 2.0), "severity_spread": (1.0, 1.8)}


def _plan(**changes: Any) -> Plan:
    members = (0, 1, 2)
    plan = Plan(
        "hybrid", members, {}, RANGES, 32, (0.0, 1.0), Care(), Replication(200, 2), (), 200, 2
    )
    return plan._replace(**changes)


def _results(*verdicts: Verdict) -> list[FactResult]:
    return [
        FactResult(fact, 0.0, 0.1, verdict)
        for fact, verdict in zip(load_facts(), verdicts, strict=False)
    ]


def test_only_a_violation_that_the_member_does_not_have_forbids_a_world() -> None:
    own = _results(VIOLATED, MET, UNDECIDED, MET)
    names = [fact.id for fact in load_facts()[:4]]
    assert region.further_violations(_results(VIOLATED, MET, UNDECIDED, MET), own) == []
    assert region.further_violations(_results(MET, UNDECIDED, MET, UNDECIDED), own) == []
    assert region.further_violations(_results(VIOLATED, VIOLATED, MET, MET), own) == [names[1]]
    assert region.further_violations(_results(MET, MET, VIOLATED, VIOLATED), own) == names[2:]


def test_members_come_first_and_points_lie_between_them_and_the_box() -> None:
    plan = _plan()
    places = region.places_of(plan)
    assert [place.member for place in places[:3]] == [0, 1, 2]
    assert all(place.is_own and place.parameters == place.own for place in places[:3])
    assert len(places) == 3 + 32
    for place in places[3:]:
        own, moved = flat(place.own), flat(place.parameters)
        assert not place.is_own
        turned = {name for name in own if own[name] != moved[name]}
        assert turned <= {region.DIALS[name] for name in RANGES}
        for name, (low, high) in RANGES.items():
            full = region.DIALS[name]
            assert min(low, own[full]) <= moved[full] <= max(high, own[full])
            about = catalogue()[full].about
            assert about.low <= moved[full] <= about.high


def test_points_go_a_quarter_to_all_of_the_way() -> None:
    plan = _plan(members=(0, 1), ranges={"gating": (0.0, 2.0)}, points=8)
    axis = Axis(region.DIALS["gating"], (), 0.0, 2.0)
    targets = sample_points([axis], Sampling("sobol", 8))[:, 0]
    for number, place in enumerate(region.places_of(plan)[2:]):
        own, moved = (flat(world)[axis.name] for world in (place.own, place.parameters))
        pull = (0.25, 0.25, 0.5, 0.5, 0.75, 0.75, 1.0, 1.0)[number]
        assert moved == pytest.approx(own + pull * (targets[number] - own), rel=1e-3, abs=1e-4)


def test_dials_that_a_world_fixes_or_the_user_sets_do_not_move() -> None:
    assert set(region.free_dials("hybrid", {})) == set(region.DIALS)
    assert "gating" not in region.free_dials("hybrid", {"process_change.gating": 0.3})
    assert set(region.free_dials("medical", {})) == {"therapist_spread", "severity_spread"}
    with pytest.raises(BadInput, match="technique does nothing in the world 'null'"):
        region.free_dials("null", {})


def _table(shares: np.ndarray, inside: object = True) -> pd.DataFrame:
    count = len(shares)
    return pd.DataFrame(
        {
            "place": range(count),
            "member": 0,
            DOSE: 0.0,
            TECHNIQUE: shares,
            SE: 1.0,
            "inside": inside,
        }
    )


def test_candidates_are_of_the_region_and_a_world_that_leaves_it_is_dropped() -> None:
    inside = np.arange(20) % 2 == 0
    table = _table(np.arange(20.0), inside)
    assert region.candidates(table, 3) == [14, 16, 18]
    confirmed = _table(np.array([5.0, 9.0, 7.0]), [True, False, True])
    assert region.chosen_worlds(confirmed)[TECHNIQUE].tolist() == [7.0]
    assert region.chosen_worlds(confirmed.assign(inside=False)).empty


@pytest.mark.slow
def test_the_share_that_is_printed_is_not_biased_by_having_been_chosen() -> None:
    """All worlds have a share of 10; each run has its own noise."""
    noise, first, printed = np.random.default_rng(3), [], []
    fresh = [name for name in region.GROUPS if name != TECHNIQUE]
    fresh += ["raw_share", "effect", "effect_se"]
    for _ in range(400):
        table = _table(10 + noise.normal(0, 1, 60))
        best = region.candidates(table, 5)
        confirmed = _table(10 + noise.normal(0, 0.5, 5)).assign(place=best)
        chosen = region.chosen_worlds(confirmed).assign(**dict.fromkeys(fresh, 0.0))
        last = _table(10 + noise.normal(0, 0.3, 1)).assign(**dict.fromkeys(fresh, 0.0))
        best_row = region.reported(chosen, table, last)
        first.append(table[TECHNIQUE].max())
        printed.append(best_row[TECHNIQUE].iloc[0])
        assert best_row["confirmed"].iloc[0] == confirmed[TECHNIQUE].max()
    assert np.mean(first) > 12
    assert abs(np.mean(printed) - 10) < 4 * 0.3 / math.sqrt(400)


def test_the_three_runs_share_no_random_numbers_and_grow() -> None:
    stages = (region.SCREEN, region.CONFIRM, region.REPORT)
    assert len({stage.seed for stage in stages}) == 3
    sizes = [stage.clients * stage.repeats for stage in stages]
    assert sizes == sorted(set(sizes))
    place = region.places_of(_plan())[5]
    seeds = [
        job.replication.seed
        for stage in stages
        for job in region.grid_of(_plan(), [(place, 0.0)], stage).jobs
    ]
    assert seeds == [1, 2, 3]


def test_facts_that_keep_worlds_out_are_counted_once_a_world() -> None:
    table = pd.DataFrame({"place": [0, 0, 1, 2], "further": ["a, b", "a, b", "a", ""]})
    assert region.blocking_facts(table).to_dict() == {"a": 2, "b": 1}
