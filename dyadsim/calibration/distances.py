"""How far a world is from the facts: simulated values and their signed distances."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import repeat
from typing import Any

import numpy as np

from dyadsim.analysis.one_thread import one_blas_thread
from dyadsim.calibration.gauss_newton import DistanceSimulator
from dyadsim.calibration.prior import Floats, Space
from dyadsim.calibration.worker_processes import worker_map
from dyadsim.errors import BadInput
from dyadsim.evidence import fact as fact_data
from dyadsim.evidence.benchmark import fact_values
from dyadsim.evidence.fact import Fact
from dyadsim.evidence.studies_of_facts import needed_studies
from dyadsim.model import worlds
from dyadsim.model.parameters import Parameters
from dyadsim.simulation import simulate

# Clients of each study as a multiple of the budget's, about in proportion to the Monte-Carlo
# error of the study's facts against their bands (measured; results/scoreboard/README.md).
SIZES = {"care": 2.5, "trial": 1.0, "feedback": 2.0, "medication": 1.5, "usual_care": 1.2}
_OTHER = 0.6
MISSING_DISTANCE = 6.0  # of a statistic that cannot be computed
FARTHEST = 40.0  # half-widths; beyond, a distance says no more than that (assumption)

ParallelMap = Callable[..., Iterable[Any]]


@one_blas_thread()
def simulate_fact_values(
    parameters: Parameters,
    facts: Sequence[Fact],
    *,
    clients: int,
    seed: int,
    replicate: int,
    threads: int = 1,
) -> dict[str, float]:
    """Return the simulated value of every fact.

    Parameters
    ----------
    parameters
        The parameters of one world.
    facts
        The published facts.
    clients
        Clients of a study; studies with a larger Monte-Carlo error get more (`SIZES`).
    seed, replicate
        Random seed and number of the replicate.
    threads
        How many; the numbers are the same for any.

    Returns
    -------
    dict of str to float
        Value by the fact's id; NaN where none comes out.
    """
    values: dict[str, float] = dict.fromkeys((fact.id for fact in facts), np.nan)
    for name, study in needed_studies(facts).items():
        size = round(clients * SIZES.get(name, _OTHER))
        try:
            run = simulate.run(study, parameters, size, seed, replicate=replicate, threads=threads)
            values |= fact_values(facts, name, run)
        except ValueError:  # such as nobody left in an arm: all facts of that study are missing
            continue
    return values


def signed_distances(values: Mapping[str, float], facts: Iterable[Fact]) -> Floats:
    """Return every fact's distance from the middle of its interval, with its sign.

    Parameters
    ----------
    values
        Simulated values by the fact's id; NaN: missing.
    facts
        The published facts.

    Returns
    -------
    ndarray
        Distances `(fact,)` in half-widths; -1 and 1 are the edges. A fact that is a sign has 0
        where it is met, else the distance of `evidence.fact`; a bound is never below 0. None lies
        beyond `FARTHEST`.
    """
    signed = [_signed_distance(fact, values[fact.id]) for fact in facts]
    return np.clip(signed, -FARTHEST, FARTHEST)


def _signed_distance(fact: Fact, value: float) -> float:
    if np.isnan(value):
        return MISSING_DISTANCE
    if fact.low is None or fact.high is None:
        distance = fact_data.distance(fact, value)
        return 0.0 if np.isnan(distance) else distance
    distance = (2 * value - fact.low - fact.high) / (fact.high - fact.low)
    return max(distance, 0.0) if fact.kind == "bound" else distance


def fact_values_at(
    space: Space,
    coordinates: Floats,
    facts: Sequence[Fact],
    clients: int,
    seed: int,
    replicate: int,
) -> dict[str, float]:
    """Return the value of every fact at one point of a world; NaN where the point cannot be.

    Parameters
    ----------
    space
        The free parameters of the world.
    coordinates
        Of the point, `(parameter,)`.
    facts
        The published facts.
    clients
        Clients of each study.
    seed, replicate
        Random seed and number of the replicate.
    """
    try:
        parameters = worlds.world_parameters(space.world, space.values(coordinates))
        return simulate_fact_values(
            parameters, facts, clients=clients, seed=seed, replicate=replicate
        )
    except BadInput:  # parameters that exclude each other
        return dict.fromkeys((fact.id for fact in facts), np.nan)


def _distances_at(
    space: Space,
    coordinates: Floats,
    facts: Sequence[Fact],
    clients: int,
    seed: int,
    replicate: int,
) -> Floats:
    """Return the signed distances at one point, `(fact,)`."""
    values = fact_values_at(space, coordinates, facts, clients, seed, replicate)
    return signed_distances(values, facts)


@contextmanager
def process_map(workers: int) -> Iterator[ParallelMap]:
    """Give a `map` over that many fresh processes; the plain `map` where it is one."""
    with one_blas_thread():
        if workers == 1:
            yield map
            return
        with worker_map(workers) as parallel_map:
            yield parallel_map


def distance_simulator(
    space: Space,
    facts: Sequence[Fact],
    *,
    seed: int,
    parallel_map: ParallelMap,
    first_replicate: int = 0,
) -> DistanceSimulator:
    """Return a function that simulates points and returns their signed distances.

    Parameters
    ----------
    space
        The free parameters of the world.
    facts
        The published facts.
    seed
        Random seed.
    parallel_map
        A `map`, over processes or not; the numbers are the same.
    first_replicate
        The number that replicate 0 stands for.

    Returns
    -------
    DistanceSimulator
        A function of points, clients and replicates.
    """

    def simulate(points: Floats, clients: int, replicates: Sequence[int]) -> Floats:
        numbers = [first_replicate + replicate for replicate in replicates]
        same = map(repeat, (facts, clients, seed))
        return np.array(list(parallel_map(_distances_at, repeat(space), points, *same, numbers)))

    return simulate
