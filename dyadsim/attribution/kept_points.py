"""One point of a grid as numbers in columns, so that a sweep's store can keep it.

A point is a world and the care whose outcome is attributed. Its numbers are the shares of the
attributions with their Monte-Carlo errors, and of every fact the simulated value, its error and
the number of repeats; the verdicts follow from those.
"""

import functools
import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.attribution.estimated_shares import (
    claimed_pie,
    decompose_outcome,
)
from dyadsim.attribution.true_shares import (
    COLUMNS,
    VARIANCE,
    Care,
    Replication,
    attribution_study,
    effect_shares,
    effect_worths,
    variance_shares,
)
from dyadsim.errors import BadInput
from dyadsim.evidence.benchmark import FactResult, evaluate_facts
from dyadsim.evidence.fact import Fact
from dyadsim.evidence.verdict import UNDECIDED, judge_fact
from dyadsim.model.display import full_repr
from dyadsim.model.parameters import Parameters, changed, flat
from dyadsim.simulation.specificity import GAIN, mean_effect, with_mean_effect

type Values = np.ndarray[Any, np.dtype[np.float32]]
type Outcome = tuple[Values, list[str]]

SE, REPEATS = ".se", ".repeats"
CLIENTS_OF_EFFECTS = 500  # of a repeat, where only the causal shares are computed
SEVERITY = "population.distress_sd"  # who comes: turned after the gain was solved
_JUDGED = "claimed pie"  # has no error, and is the same everywhere


class PointJob(NamedTuple):
    """What is computed for one world, and for each of the cares given in it.

    Attributes
    ----------
    parameters
        The world's.
    cares
        Whose outcome is attributed; None: the facts alone.
    replication
        Clients, repeats and seed of the attributions; the seed serves the facts too.
    facts
        Published numbers that are judged; none: only shares.
    clients_of_facts, repeats_of_facts, until_decided
        As `evidence.benchmark.evaluate_facts` takes them.
    own
        A calibrated world whose mean effect the world is given, by its treatment gain; then only
        the causal shares are computed, those of the effect at the usual dose. None: the world is
        taken as it is, and all attributions are computed.
    """

    parameters: Parameters
    cares: tuple[Care | None, ...]
    replication: Replication
    facts: tuple[Fact, ...] = ()
    clients_of_facts: int = 4000
    repeats_of_facts: int = 4
    until_decided: bool = False
    own: Parameters | None = None

    @property
    def digest(self) -> str:
        """A hash of all but the cares and the number of threads."""
        plain = self._replace(
            parameters=Parameters(),
            own=None,
            cares=(),
            replication=self.replication._replace(threads=None),
        )
        own = self.own and tuple(flat(self.own).items())
        return _hash((plain, tuple(flat(self.parameters).items()), own)).hex()


def _hash(value: object) -> bytes:
    return hashlib.blake2b(full_repr(value).encode(), digest_size=16).digest()


def _what_decides(care: Care | None) -> object:
    """Return a care with what its treatments are: a file keeps its name when it is edited."""
    return care if care is None else (care, attribution_study(care))


def canonical_cares(job: PointJob, points: Values) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    """Return what is hashed for each point `(row, 1)`, the number of a care: `(row, 16)`."""
    hashes = [_hash(_what_decides(job.cares[int(point[0])])) for point in points]
    return np.frombuffer(b"".join(hashes), np.uint8).reshape(len(points), 16)


@functools.cache
def share_rows_of(every: bool) -> pd.DataFrame:
    """Return attribution, group and denominator of all shares that a point has, a row a share."""
    tiny = Replication(clients=200, replicates=2, threads=1)
    if every:
        table = decompose_outcome(Parameters(), replication=tiny)
        table = table[table["attribution"] != _JUDGED]
    else:
        table = _causal_shares(Parameters(), Care(), tiny)
    return table[["attribution", "group", "denominator"]].reset_index(drop=True)


def _share_names(every: bool) -> list[str]:
    """Return the column of each share: attribution/group, "raw " before that of raw variance."""
    rows = share_rows_of(every).itertuples(index=False, name=None)
    return [
        f"{'raw ' * (denominator == VARIANCE)}{attribution}/{group}"
        for attribution, group, denominator in rows
    ]


def columns_of(job: PointJob) -> tuple[str, ...]:
    """Return the columns of a job's points."""
    columns = [GAIN]
    if job.cares != (None,):
        columns += [name + end for name in _share_names(job.own is None) for end in ("", SE)]
    ends = ("", SE, REPEATS)
    return (*columns, *(f"fact {fact.id}{end}" for fact in job.facts for end in ends))


def compute_points(
    job: PointJob, points: Values, replicate: int, keys: Any, threads: int
) -> Outcome:
    """Return the numbers of points (a sweep's `Condition.compute`).

    Parameters
    ----------
    job
        Of the condition.
    points
        `(row, 1)`: the number of a care.
    replicate, keys
        Not used: all points share their random numbers.
    threads
        The same numbers come out for any.

    Returns
    -------
    values, errors
        `(row, column)`, and what was wrong with each point ('' = nothing). A world that no
        treatment gain in its range gives the mean effect of `own` has no values and no error.
    """
    values = np.full((len(points), len(columns_of(job))), np.nan, np.float32)
    errors = [""] * len(points)
    try:
        solved = _solved(job.parameters, job.own)
    except BadInput:
        return values, errors
    for place, point in enumerate(points):
        try:
            row = _numbers(job, solved, job.cares[int(point[0])], threads)
        except (ValueError, ArithmeticError, LookupError) as error:
            errors[place] = f"{type(error).__name__}: {error}"
            continue
        values[place] = row
    return values, errors


@functools.lru_cache(8)
def _solved(parameters: Parameters, own: Parameters | None) -> Parameters:
    """Return the world with the mean effect of its calibrated member, if it has one.

    The gain is solved for those who come to the member; then severity moves, which changes who
    comes and not what treatment does.
    """
    if own is None:
        return parameters
    severity = {SEVERITY: flat(parameters)[SEVERITY]}
    same_clients = changed(parameters, {SEVERITY: flat(own)[SEVERITY]})
    return changed(with_mean_effect(same_clients, mean_effect(own)), severity)


def _numbers(job: PointJob, world: Parameters, care: Care | None, threads: int) -> list[float]:
    """Return one point's numbers, in the order of its columns."""
    numbers = [flat(world)[GAIN]]
    if care is not None:
        replication = job.replication._replace(threads=threads)
        of_point = decompose_outcome if job.own is None else _causal_shares
        table = of_point(world, care, replication=replication)
        shares = table[table["attribution"] != _JUDGED][["share", "se"]].to_numpy(float)
        numbers += shares.ravel().tolist()
    facts = job._replace(cares=(), own=None, parameters=world)
    return [*numbers, *_fact_numbers(facts, threads)]


def _causal_shares(world: Parameters, care: Care, replication: Replication) -> pd.DataFrame:
    """Return the shares of variance of a care, and of the mean effect at the usual dose."""
    usual = care._replace(dose_spread=0.0)
    effect = _shares_of_effect(world, usual, replication._replace(threads=None))
    return pd.concat(
        [variance_shares(care, world, replication=replication), effect], ignore_index=True
    )


@functools.lru_cache(8)
def _shares_of_effect(world: Parameters, care: Care, replication: Replication) -> pd.DataFrame:
    """Return the shares of the mean effect, once for all spreads of doses."""
    few = min(replication.clients, CLIENTS_OF_EFFECTS)
    worths = [
        effect_worths(care, world, clients=few, replicate=replicate, seed=replication.seed)
        for replicate in range(replication.replicates)
    ]
    return effect_shares(np.stack(worths))


@functools.lru_cache(8)
def _fact_numbers(job: PointJob, threads: int) -> tuple[float, ...]:
    """Return value, error and repeats of every fact: no fact's design knows of the care."""
    if not job.facts:
        return ()
    results = evaluate_facts(
        job.parameters,
        job.clients_of_facts,
        replicates=job.repeats_of_facts,
        until_decided=job.until_decided,
        seed=job.replication.seed,
        facts=job.facts,
        threads=threads,
    )
    return tuple(
        float(number)
        for result in results
        for number in (result.simulated, result.standard_error, result.repeats)
    )


def shares_of_point(job: PointJob, numbers: Mapping[str, float]) -> pd.DataFrame:
    """Return the shares of one point as a table.

    Parameters
    ----------
    job
        Of the point.
    numbers
        By column.

    Returns
    -------
    DataFrame
        attribution, group, share (%), se, denominator; the claimed pie with all attributions.
    """
    every = job.own is None
    names = _share_names(every)
    table = share_rows_of(every).assign(
        share=[float(numbers[name]) for name in names],
        se=[float(numbers[name + SE]) for name in names],
    )[COLUMNS]
    return pd.concat([table, claimed_pie()], ignore_index=True) if every else table


def facts_of_point(job: PointJob, numbers: Mapping[str, float]) -> list[FactResult]:
    """Return every fact of one point with its verdict.

    Parameters
    ----------
    job
        Of the point.
    numbers
        By column.
    """
    return [_result(fact, numbers, job.clients_of_facts) for fact in job.facts]


def _result(fact: Fact, numbers: Mapping[str, float], clients: int) -> FactResult:
    """Return a fact's value and verdict from its numbers."""
    value, error, repeats = (float(numbers[f"fact {fact.id}{end}"]) for end in ("", SE, REPEATS))
    if math.isnan(repeats) or not repeats:
        return FactResult(fact, math.nan, math.nan, UNDECIDED, needs=fact.design)
    verdict = judge_fact(fact, value, error, repeats=repeats)
    return FactResult(fact, value, error, verdict, repeats=int(repeats), clients=clients)


def facts_rows(results: Sequence[FactResult]) -> pd.DataFrame:
    """Return facts as a table.

    Returns
    -------
    DataFrame
        fact, simulated, se, low, high, verdict, met; a row a published fact.
    """
    names = ["fact", "simulated", "se", "low", "high", "verdict", "met"]
    rows = [
        (
            result.fact.id,
            result.simulated,
            result.standard_error,
            result.fact.low,
            result.fact.high,
            result.verdict,
            result.met,
        )
        for result in results
    ]
    return pd.DataFrame(rows, columns=names)
