"""All worlds at one point: evaluated once, the same numbers counted once."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from dyadsim.calibration import joint_distances
from dyadsim.calibration.distances import MISSING_DISTANCE, distance_simulator
from dyadsim.calibration.joint_distances import (
    Studies,
    counted,
    inside,
    is_same_everywhere,
    joint_simulator,
    simulate_points,
)
from dyadsim.calibration.joint_space import space_of_worlds
from dyadsim.evidence.fact import load_facts

SPACE = space_of_worlds()
IDS = ("dropout", "response_waitlist", "g_waitlist", "remission_3m", "alliance_outcome")
FACTS = [fact for fact in load_facts() if fact.id in IDS]
POINT = SPACE.middle


def test_what_no_pathway_touches_is_the_same_in_every_world() -> None:
    facts = load_facts()
    studies = Studies(facts, 300, 1)
    values = np.array(
        [
            simulate_points(SPACE, POINT[None], studies, [0], map, worlds=(world,))[0, 0]
            for world in SPACE.worlds
        ]
    )
    for place, fact in enumerate(facts):
        if is_same_everywhere(fact) and fact.design != "naturalistic_caseness":
            assert len(set(values[:, place])) == 1, fact.id
        elif is_same_everywhere(fact):  # those who come a second time
            assert np.ptp(values[:, place]) < 0.02 * values[0, place], fact.id
    differ = [len(set(column)) > 1 for column in values.T]
    same = [is_same_everywhere(fact) for fact in facts]
    assert np.mean(np.array(differ) == ~np.array(same)) > 0.9
    together = simulate_points(SPACE, POINT[None], studies, [0], map)[0]
    np.testing.assert_allclose(together, values, rtol=0.02)


def test_distances_of_a_world_are_those_of_its_own_space() -> None:
    studies = Studies(FACTS, 300, 7)
    joint = joint_simulator(SPACE, studies, map)(POINT[None], 300, [2])[0]
    counts = counted(SPACE.worlds, FACTS)
    for place, world in enumerate(SPACE.worlds):
        alone = distance_simulator(SPACE.space_of(world), FACTS, seed=7, parallel_map=map)
        expected = alone(POINT[SPACE.columns_of(world)][None], 300, [2])[0]
        part = slice(place * len(FACTS), (place + 1) * len(FACTS))
        np.testing.assert_array_equal(joint[part][counts[part]], expected[counts[part]])
        again = ~counts[part]  # simulated in the first world alone
        np.testing.assert_array_equal(joint[part][again], joint[: len(FACTS)][again])
    assert counts[: len(FACTS)].all()
    assert counts.sum() == len(FACTS) + 2 * sum(not is_same_everywhere(fact) for fact in FACTS)


def test_a_neighbour_in_one_world_costs_one_world() -> None:
    jobs = []

    def recorded(function: Any, items: Iterable[Any]) -> list[list[float]]:
        jobs.extend(list(items))
        return [[0.0] * len(job.facts) for job in jobs]

    own = SPACE.owners.index(SPACE.worlds[1])
    shared = SPACE.owners.index("")
    points = np.tile(POINT, (3, 1))
    points[1, own] += 0.3
    points[2, shared] += 0.3
    simulate_points(SPACE, points, Studies(FACTS, 100, 1), [0, 0, 0], recorded)
    assert len(jobs) == 3 + 1 + 3
    assert joint_distances.evaluations_of_slopes(SPACE) == SPACE.owners.count("") * 3 + sum(
        map(bool, SPACE.owners)
    )


def test_a_point_that_cannot_be_is_missing() -> None:
    space = space_of_worlds(fixed={"population.stable_share": 0.6, "population.load_share": 0.39})
    distances = joint_simulator(space, Studies(FACTS, 100, 1), map)(space.middle[None], 100, [0])
    assert joint_distances.impossible(distances[0])
    assert (distances[0][counted(space.worlds, FACTS)] == MISSING_DISTANCE).all()


def test_inside_is_the_published_interval() -> None:
    middles = np.array([(fact.low + fact.high) / 2 for fact in FACTS])  # type: ignore[operator]
    assert inside(middles, FACTS).all()
    assert not inside(middles + 9, FACTS).any()
