"""Outcomes of a sweep's points: from streaming sums, and client by client where these do not do."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from dyadsim.evidence import first_and_last
from dyadsim.evidence.outcomes import needs_last_scores, outcomes_from_sums
from dyadsim.simulation import many_points, simulate
from dyadsim.sweeps.job import Job, Points, Replicates, parameters_at

type Floats = np.ndarray[Any, np.dtype[np.float64]]


def outcomes_of_points(
    job: Job, rows: Points, replicates: Replicates, threads: int
) -> dict[str, Floats]:
    """Return every outcome of points, and its Monte-Carlo error.

    Parameters
    ----------
    job
        Of the condition.
    rows
        `(point, parameter)`, as the model takes them.
    replicates
        Of each point's random numbers.
    threads
        The outcomes are the same for any number.

    Returns
    -------
    dict
        By column of `evidence.outcomes.outcome_columns`, `(point,)` each.
    """
    sums = _sums(job, rows, replicates, threads)
    pairs = first_and_last.pairs_from_sums(job.study, sums)
    unpaired = np.flatnonzero(
        first_and_last.unpaired(job.study, sums) & needs_last_scores(job.columns)
    )

    def follow(place: int) -> Floats:
        return first_and_last.follow_pairs(
            job.study,
            parameters_at(rows[place]),
            job.clients,
            seed=job.seed,
            replicate=int(replicates[place]),
        )

    for place, followed in zip(unpaired, _each(follow, unpaired, threads), strict=True):
        pairs[place] = followed
    return outcomes_from_sums(job.study, sums, pairs)


def _each[T](compute: Callable[[int], T], places: Any, threads: int) -> list[T]:
    """Return what a function gives at every place, in order, computed on threads."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(compute, map(int, places)))


def _sums(job: Job, rows: Points, replicates: Replicates, threads: int) -> many_points.Totals:
    """Return the streaming sums of points, `(point, arm, step, sum)`."""
    alone = job.study.case is not None or any(arm.matched for arm in job.study.arms)

    def sums_of(rows: Points, replicate: int, threads: int) -> many_points.Totals:
        return many_points.stream_points(
            job.study, rows, job.clients, seed=job.seed, replicate=replicate, threads=threads
        )

    def sums_at(k: int) -> many_points.Totals:
        replicate = int(replicates[k])
        if not alone:
            return sums_of(rows[k : k + 1], replicate, 1)
        parameters = parameters_at(rows[k])
        return simulate.stream(
            job.study, parameters, job.clients, seed=job.seed, replicate=replicate, threads=1
        ).values[None]

    if not alone and (job.common or not len(rows)):
        return sums_of(rows, int(replicates[0]) if len(replicates) else 0, threads)
    return np.concatenate(_each(sums_at, range(len(rows)), threads))
