"""How far all worlds together are from the facts, at points of the joint space.

Every world is evaluated once for each set of its own and the shared coordinates, so a neighbour in
one world's parameter costs one world. What no pathway from therapy touches (people on waiting
lists, questionnaires at intake) is the same number in every world: it is simulated in the first
one, and counts once.
"""

from collections.abc import Sequence
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np

from dyadsim.calibration.distances import (
    MISSING_DISTANCE,
    ParallelMap,
    fact_values_at,
    signed_distances,
)
from dyadsim.calibration.gauss_newton import DistanceSimulator
from dyadsim.calibration.joint_space import JointSpace, Mask
from dyadsim.calibration.prior import Floats, Space
from dyadsim.evidence.fact import Fact
from dyadsim.evidence.statistic_text import parse_statistic
from dyadsim.evidence.verdict import is_inside

UNTREATED = ("waitlist", "untreated", "rct_control_arm")
"""Designs of which only people without therapy are counted."""
ONE_SIDED = ("sign", "bound")


def is_same_everywhere(fact: Fact) -> bool:
    """Return whether no pathway from therapy touches a fact: it is equal in all worlds.

    Intake of those who are measured a second time depends on therapy by who stays; that is nearly
    nothing (below a hundredth of a half-width) and counts as equal.

    Examples
    --------
    >>> from dyadsim.evidence.fact import load_facts
    >>> [fact.id for fact in load_facts() if is_same_everywhere(fact)][:2]
    ['gain_control_bdi', 'response_waitlist']
    """
    name, arguments = parse_statistic(fact.statistic)
    intake = name in ("mean", "sd") and bool(arguments) and all(item.at == 0 for item in arguments)
    return fact.design in UNTREATED or intake


class _Job(NamedTuple):
    """One evaluation of one world."""

    space: Space
    coordinates: Floats
    facts: Sequence[Fact]
    clients: int
    seed: int
    replicate: int


def _simulate_job(job: _Job) -> list[float]:
    values = fact_values_at(*job)
    return [values[fact.id] for fact in job.facts]


class Studies(NamedTuple):
    """What is simulated at every point: facts, clients of each study, and random numbers."""

    facts: Sequence[Fact]
    clients: int
    seed: int
    first_replicate: int = 0


def simulate_points(
    space: JointSpace,
    points: Floats,
    studies: Studies,
    replicates: Sequence[int],
    parallel_map: ParallelMap,
    *,
    worlds: Sequence[str] | None = None,
) -> Floats:
    """Return the value of every fact in every world at some points.

    Parameters
    ----------
    space
        The joint space.
    points
        Coordinates, `(point, column)`.
    studies
        Facts, clients and random numbers.
    replicates
        Number of the replicate of each point.
    parallel_map
        A `map`, over processes or not; the numbers are the same.
    worlds
        Which; None: those of the space. Null is the shared population with every pathway off.

    Returns
    -------
    ndarray
        Values `(point, world, fact)`; NaN where none comes out.
    """
    names = tuple(worlds or space.worlds)
    facts, same = list(studies.facts), np.array([is_same_everywhere(f) for f in studies.facts])
    jobs: dict[tuple[Any, ...], _Job] = {}
    keys = []
    for world in names:
        mine, of_world = space.columns_of(world), space.space_of(world)
        needed = [
            f for f, is_same in zip(facts, same, strict=True) if world == names[0] or not is_same
        ]
        for point, replicate in zip(points, replicates, strict=True):
            number = studies.first_replicate + replicate
            key = (world, number, point[mine].tobytes())
            job = _Job(of_world, point[mine], needed, studies.clients, studies.seed, number)
            jobs.setdefault(key, job)
            keys.append(key)
    results = dict(zip(jobs, parallel_map(_simulate_job, jobs.values()), strict=True))
    values = np.full((len(names), len(points), len(facts)), np.nan)
    everything = np.ones(len(facts), bool)
    for number, key in enumerate(keys):
        place, row = divmod(number, len(points))
        values[place, row, ~same if place else everything] = results[key]
    values[1:, :, same] = values[0, :, same].T
    return values.transpose(1, 0, 2)


def counted(worlds: Sequence[str], facts: Sequence[Fact]) -> Mask:
    """Return which facts of which world count, `(world x fact,)`: the same numbers only once."""
    same = np.array([is_same_everywhere(fact) for fact in facts])
    return np.concatenate([np.ones(len(facts), bool), *repeat(~same, len(worlds) - 1)])


def distances_of_worlds(values: Floats, facts: Sequence[Fact]) -> Floats:
    """Return the signed distances of values `(point, world, fact)`, as `(point, world x fact)`."""
    points, worlds, _ = values.shape
    ids = [fact.id for fact in facts]
    signed = [
        signed_distances(dict(zip(ids, row, strict=True)), facts)
        for row in values.reshape(points * worlds, -1)
    ]
    return np.array(signed).reshape(points, -1)


def inside(values: Floats, facts: Sequence[Fact]) -> Mask:
    """Return whether values `(..., fact)` lie in the published intervals."""
    flat = values.reshape(-1, len(facts))
    rows = [[is_inside(*pair) for pair in zip(facts, row, strict=True)] for row in flat]
    return np.array(rows, bool).reshape(values.shape)


def joint_simulator(
    space: JointSpace, studies: Studies, parallel_map: ParallelMap
) -> DistanceSimulator:
    """Return a function that simulates points and returns their signed distances.

    Parameters
    ----------
    space
        The joint space.
    studies
        Facts and random numbers; its clients are those of the call.
    parallel_map
        A `map`, over processes or not; the numbers are the same.

    Returns
    -------
    DistanceSimulator
        A function of points, clients and replicates; `(point, world x fact)`.
    """

    def simulate(points: Floats, clients: int, replicates: Sequence[int]) -> Floats:
        sized = studies._replace(clients=clients)
        values = simulate_points(space, points, sized, replicates, parallel_map)
        return distances_of_worlds(values, studies.facts)

    return simulate


def evaluations_of_slopes(space: JointSpace) -> int:
    """Return how many evaluations of one world the neighbours of a point take."""
    own = sum(bool(owner) for owner in space.owners)
    return own + (len(space.owners) - own) * len(space.worlds)


def impossible(distances: Floats) -> bool:
    """Return whether distances are those of a point that cannot be: every value is missing."""
    return bool((distances[distances != 0] == MISSING_DISTANCE).all())
