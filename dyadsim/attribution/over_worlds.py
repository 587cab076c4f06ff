"""Attributions and published facts at many points of the space of worlds, in one tidy table each.

A point is a world with all its parameters and the care whose outcome is attributed. All points
share one seed (common random numbers), so that what differs between two points is the worlds, not
chance.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from dyadsim.attribution.estimated_shares import decompose_outcome
from dyadsim.attribution.kept_points import (
    PointJob,
    facts_of_point,
    facts_rows,
    shares_of_point,
)
from dyadsim.attribution.true_shares import Care, Replication
from dyadsim.evidence.benchmark import evaluate_facts
from dyadsim.model.parameters import Parameters


class Point(NamedTuple):
    """One point: its dials (name: value), its world and its care."""

    dials: Mapping[str, Any]
    parameters: Parameters
    care: Care


class Grid(NamedTuple):
    """Two tables whose first columns are the dials.

    `shares` has attribution, group, share (%), se, denominator; `facts` has fact, simulated, se,
    low, high, verdict, met.
    """

    shares: pd.DataFrame
    facts: pd.DataFrame


def facts_table(
    parameters: Parameters, *, clients: int, replicates: int, seed: int
) -> pd.DataFrame:
    """Return every published fact beside its simulated value.

    Parameters
    ----------
    parameters
        One world's parameters.
    clients, replicates
        Clients of each study, and how often it is repeated.
    seed
        Random seed.

    Returns
    -------
    DataFrame
        fact, simulated, se, low, high, verdict, met; a row a published fact.
    """
    results = evaluate_facts(parameters, clients, replicates=replicates, seed=seed)
    return facts_rows(results)


def decompose_points(
    points: Sequence[Point],
    *,
    replication: Replication,
    clients_of_facts: int,
    progress: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> Grid:
    """Return the five attributions and the verdicts of all facts at every point.

    Parameters
    ----------
    points
        At least one; facts are simulated once for points that share their parameters (care is not
        part of a fact's design).
    replication
        Clients, replicates, seed and threads of the attributions; all points have the same.
    clients_of_facts
        Clients of each study and replicate of the facts.
    progress
        Wraps the points, to show progress.

    Returns
    -------
    Grid
        One table of shares and one of facts.
    """
    shares: list[pd.DataFrame] = []
    facts: list[pd.DataFrame] = []
    known: dict[Parameters, pd.DataFrame] = {}
    for point in progress(points):
        share = decompose_outcome(point.parameters, point.care, replication=replication)
        if point.parameters not in known:
            known[point.parameters] = facts_table(
                point.parameters,
                clients=clients_of_facts,
                replicates=replication.replicates,
                seed=replication.seed,
            )
        for tables, table in ((shares, share), (facts, known[point.parameters])):
            tables.append(table.assign(**point.dials)[[*point.dials, *table.columns]])
    return Grid(pd.concat(shares, ignore_index=True), pd.concat(facts, ignore_index=True))


def grid_of_points(
    points: Sequence[tuple[PointJob, Mapping[str, float], Mapping[str, Any]]],
) -> Grid:
    """Return kept points as one table of shares and one of facts.

    Parameters
    ----------
    points
        Job, numbers by column (`kept_points`) and dials of each point; at least one.
    """
    shares: list[pd.DataFrame] = []
    facts: list[pd.DataFrame] = []
    for job, numbers, dials in points:
        both = (shares_of_point(job, numbers), facts_rows(facts_of_point(job, numbers)))
        for tables, table in zip((shares, facts), both, strict=True):
            tables.append(table.assign(**dials)[[*dials, *table.columns]])
    return Grid(pd.concat(shares, ignore_index=True), pd.concat(facts, ignore_index=True))
