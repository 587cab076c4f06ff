"""Accountings and published facts at many points of the space of worlds, in one tidy table each.

A point is a world with all its parameters and the care that is accounted for. All points share one
seed (common random numbers), so that what differs between two points is the worlds, not the luck.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from dyadsim.attribution.estimated_shares import decompose
from dyadsim.attribution.true_shares import Care
from dyadsim.evidence.benchmark import evaluate
from dyadsim.model.parameters import Parameters


class Point(NamedTuple):
    """One point: what it is called (dial: value), its world and its care."""

    dials: Mapping[str, Any]
    parameters: Parameters
    care: Care


class Grid(NamedTuple):
    """What was found: columns of both tables begin with the dials.

    shares: accounting, group, share (%), se, denominator.
    facts: fact, simulated, se, low, high, met.
    """

    shares: pd.DataFrame
    facts: pd.DataFrame


def facts_table(parameters: Parameters, clients: int, replicates: int, seed: int) -> pd.DataFrame:
    """Return fact, simulated, se, low, high, met: a row a published fact."""
    return pd.DataFrame(
        [
            (one.fact.id, one.simulated, one.standard_error, one.fact.low, one.fact.high, one.met)
            for one in evaluate(parameters, clients, replicates, seed)
        ],
        columns=["fact", "simulated", "se", "low", "high", "met"],
    )


def over(
    points: Sequence[Point],
    clients: int,
    replicates: int,
    clients_of_facts: int,
    seed: int = 1,
    threads: int | None = None,
    each: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> Grid:
    """Return the five accountings and the verdicts of all facts at every point.

    Parameters
    ----------
    points
        at least one; facts are simulated once for points that share their parameters
        (care is not part of a fact's design).
    clients, replicates
        of the accountings, as in `field_accountings.decompose`.
    clients_of_facts
        clients of each study and repeat of the facts.
    seed
        of the luck, the same for all. threads: how many; changes nothing but the time.
    each
        wraps the points, to show progress.
    """
    shares: list[pd.DataFrame] = []
    facts: list[pd.DataFrame] = []
    known: dict[Parameters, pd.DataFrame] = {}
    for point in each(points):
        found = decompose(point.parameters, point.care, clients, replicates, seed, threads)
        if point.parameters not in known:
            known[point.parameters] = facts_table(
                point.parameters, clients_of_facts, replicates, seed
            )
        for tables, table in ((shares, found), (facts, known[point.parameters])):
            tables.append(table.assign(**point.dials)[[*point.dials, *table.columns]])
    return Grid(pd.concat(shares, ignore_index=True), pd.concat(facts, ignore_index=True))
