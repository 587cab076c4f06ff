"""What a point of a sweep yields: outcomes, statistics of a study, facts, attribution.

Outcomes come mostly from the streaming sums of many points in one call, each with its Monte-Carlo
error in a column of the same name with `.se`. The other outputs take a run of their own per point.
Only the attribution comes with an error; for statistics and facts, replicates give it.
"""

import functools
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from dyadsim.attribution.estimated_shares import decompose_outcome
from dyadsim.attribution.true_shares import Replication
from dyadsim.calibration.distances import simulate_fact_values
from dyadsim.errors import BadInput, nearest
from dyadsim.evidence import fact as facts
from dyadsim.evidence import named_statistic
from dyadsim.evidence.outcomes import OUTCOMES, needs_last_scores, outcome_columns
from dyadsim.evidence.verdict import is_inside
from dyadsim.model.parameters import Parameters, catalogue, flat
from dyadsim.simulation import simulate
from dyadsim.simulation.specificity import dial
from dyadsim.studies import study as designs
from dyadsim.studies.study import Study
from dyadsim.sweeps import sampling
from dyadsim.sweeps.content_keys import Keys
from dyadsim.sweeps.job import Job as Job
from dyadsim.sweeps.job import Points, parameters_at, replicates_of
from dyadsim.sweeps.point_outcomes import outcomes_of_points
from dyadsim.sweeps.store import Values
from dyadsim.sweeps.sweep import Condition

SE = ".se"
ATTRIBUTION = "accountings"  # the output that stands for all columns of the attribution
_SHOWN = ("variance", "effect", "effect lost", "estimators", "gain")  # attributions, one a column


@functools.cache
def attribution_columns() -> tuple[str, ...]:
    """Return the columns of the attribution: attribution/group."""
    table = decompose_outcome(
        Parameters(), replication=Replication(clients=200, replicates=2, threads=1)
    )
    return tuple(
        dict.fromkeys(
            f"{attribution}/{group}"
            for attribution, group in zip(table["attribution"], table["group"], strict=True)
            if attribution in _SHOWN
        )
    )


def columns_of(names: Sequence[str], studies: Sequence[Study]) -> tuple[str, ...]:
    """Return the columns that outputs stand for.

    An output is an outcome ('gain' in all arms, or 'gain.cbt'), a statistic of `facts.csv` computed
    in this study ('process_outcome_r(alliance_score@3)') or in one arm ('remission@26_weeks.cbt',
    at any whole number of weeks or sessions), the id of a fact in its own design, 'facts' (all of
    them, and how many are met) or 'accountings' (the attribution). Where studies differ in what
    they can have, a column stays empty for the others.

    Parameters
    ----------
    names
        The outputs; none: all outcomes.
    studies
        Of the sweep's conditions.

    Returns
    -------
    tuple
        The columns, in the order of the outputs.

    Raises
    ------
    BadInput
        An unknown output, or one that none of the studies can have.
    """
    columns: dict[str, None] = {}
    for name in names or list(OUTCOMES):
        refusals = []
        for study in studies:
            try:
                columns |= dict.fromkeys(_columns(name, study, outcome_columns(study)))
            except BadInput as error:
                refusals.append(error)
        if len(refusals) == len(studies) and names:
            raise refusals[0]
    return tuple(columns)


def _is_outcome(column: str) -> bool:
    """Return whether a column is an outcome or its error, of any arms."""
    return "." in column and column.partition(".")[0] in OUTCOMES


def _is_statistic(column: str, fact_ids: Collection[str]) -> bool:
    """Return whether a column is a statistic of the study, and not the id of a fact."""
    return column not in fact_ids and named_statistic.is_statistic(column)


def _is_attribution(column: str) -> bool:
    """Return whether a column belongs to the attribution."""
    return "/" in column


def _columns(name: str, study: Study, outcomes: Sequence[str]) -> list[str]:
    """Return the columns of one output; `outcomes`: the study's columns of outcomes."""
    known = {fact.id: fact for fact in facts.load_facts()}
    group = [column for column in outcomes if column.startswith(f"{name}.") or column == name]
    if group:
        return group
    if name in OUTCOMES:
        raise BadInput(
            f"outputs: {name} needs {OUTCOMES[name].needs}, which study {study.name} does not have."
        )
    if name == "facts":
        return [*known, "facts_met"]
    if name in known:
        return [name]
    if name == ATTRIBUTION:
        return [column for share in attribution_columns() for column in (share, share + SE)]
    if named_statistic.is_statistic(name):
        return [named_statistic.check_statistic(name, study)]
    statistics = {fact.statistic for fact in known.values()}
    spellings = [*OUTCOMES, *outcomes, *known, *statistics, "facts", ATTRIBUTION]
    raise BadInput(
        f"outputs: there is no output '{name}'.{nearest(name, spellings)} Outputs: "
        f"{', '.join(OUTCOMES)}; a statistic of facts.csv; the id of a fact; facts; {ATTRIBUTION}."
    )


def canonical_points(job: Job, points: Points) -> Points:
    """Return what is hashed for each point.

    Parameters
    ----------
    job
        Of the condition.
    points
        `(point, axis)`.

    Returns
    -------
    array
        `(point, parameter + 1)`: every parameter, then the dial (NaN where no axis turns it).
    """
    names = [*catalogue(), sampling.DIAL]
    base = np.array([*flat(job.base).values(), np.nan], np.float32)
    rows = np.tile(base, (len(points), 1))
    for k, name in enumerate(job.axes):
        rows[:, names.index(name)] = points[:, k]
    return rows


def model_rows(job: Job, points: Points) -> tuple[Points, list[str]]:
    """Return points as the model takes them; the dial is solved point by point.

    Parameters
    ----------
    job
        Of the condition.
    points
        `(point, axis)`.

    Returns
    -------
    rows, errors
        Rows `(point, parameter)`, and for each point what makes it impossible ('' = nothing). The
        row of an impossible point cannot be used.
    """
    canonical, errors = canonical_points(job, points), [""] * len(points)
    rows, dials = canonical[:, :-1], canonical[:, -1]
    names = list(catalogue())
    shares = [names.index(f"population.{group}_share") for group in ("stable", "load")]
    for place in np.flatnonzero(rows[:, shares].sum(axis=1) >= 1):
        errors[place] = (
            "population.stable_share + population.load_share must stay below 1; they add to "
            f"{rows[place, shares].sum():g}."
        )
    for place in np.flatnonzero(~np.isnan(dials)):
        if not errors[place]:
            try:
                solved = dial(parameters_at(rows[place]), float(dials[place]))
                rows[place] = list(flat(solved).values())
            except BadInput as error:
                errors[place] = str(error)
    return rows, errors


def condition_of(
    job: Job, labels: Mapping[str, object], points: Points | sampling.Floats
) -> Condition:
    """Return the condition of a sweep whose points yield the outputs of a job.

    Parameters
    ----------
    job
        What is computed at each point.
    labels
        Choice -> value, such as world: hybrid.
    points
        `(point, axis)`, in the order of `job.axes`.
    """
    return Condition(
        labels,
        job.digest,
        functools.partial(compute_outputs, job),
        functools.partial(canonical_points, job),
        points.astype(np.float32),
    )


def compute_outputs(
    job: Job, points: Points, replicate: int, keys: Keys, threads: int
) -> tuple[Values, list[str]]:
    """Return the outputs of points (a `Condition.compute`).

    Parameters
    ----------
    job
        Of the condition.
    points
        `(point, axis)`.
    replicate
        Of the sweep.
    keys
        `(point, 2)`; they decide the random numbers of points that do not share them.
    threads
        The outputs are the same for any number.

    Returns
    -------
    values, errors
        Outputs `(point, column)`, NaN where a point has none, and an error text ('' = none) for
        each point.
    """
    rows, errors = model_rows(job, points)
    values = np.full((len(points), len(job.columns)), np.nan, np.float32)
    possible = np.flatnonzero([not error for error in errors])
    replicates = replicates_of(job, replicate, keys)
    columns = set(job.columns) & set(outcome_columns(job.study))
    if columns:
        outcomes = outcomes_of_points(job, rows[possible], replicates[possible], threads)
        for name in columns:
            values[possible, job.columns.index(name)] = outcomes[name]
    if all(map(_is_outcome, job.columns)):
        return _finite(values), errors
    for place in possible:
        try:
            outputs = _run_outputs(
                job, parameters_at(rows[place]), int(replicates[place]), threads=threads
            )
        except (ValueError, ArithmeticError, LookupError) as error:
            errors[place] = f"{type(error).__name__}: {error}"
            continue
        for k, name in enumerate(job.columns):
            values[place, k] = outputs.get(name, values[place, k])
    return _finite(values), errors


def _finite(values: Values) -> Values:
    """Return outputs of which an infinite one, such as the error of one client, is no value."""
    return np.where(np.isfinite(values), values, np.float32(np.nan))


def _run_outputs(
    job: Job, parameters: Parameters, replicate: int, *, threads: int
) -> dict[str, float]:
    """Return the outputs of one point that need runs of their own, by column."""
    known = {fact.id: fact for fact in facts.load_facts()}
    statistics = [
        name for name in job.columns if _is_statistic(name, known) and _can_have(name, job.study)
    ]
    wanted = [known[name] for name in job.columns if name in known]
    size = {"clients": job.clients, "seed": job.seed, "replicate": replicate, "threads": threads}
    outputs: dict[str, float] = {}
    if statistics:
        run = simulate.run(job.study, parameters, **size)
        outputs |= named_statistic.statistic_values(statistics, run)
    if wanted:
        simulated = simulate_fact_values(parameters, wanted, **size)
        met = sum(is_inside(fact, simulated[fact.id]) for fact in wanted)
        outputs |= {**simulated, "facts_met": met}
    if any(map(_is_attribution, job.columns)):
        outputs |= _attribution(job, parameters, replicate, threads=threads)
    return outputs


@functools.lru_cache(maxsize=1000)
def _can_have(name: str, study: Study) -> bool:
    """Return whether a statistic can be computed in a study; of others its column stays empty."""
    try:
        named_statistic.check_statistic(name, study)
    except BadInput:
        return False
    return True


def _attribution(
    job: Job, parameters: Parameters, replicate: int, *, threads: int
) -> dict[str, float]:
    """Return the shares of the attribution and their errors, by column.

    Its repeats number their own replicates, so the sweep's replicate moves the seed.
    """
    table = decompose_outcome(
        parameters,
        job.care,
        replication=Replication(job.clients, job.repeats, job.seed + (replicate << 24), threads),
    )
    outputs: dict[str, float] = {}
    for row in table.drop_duplicates(["attribution", "group"]).to_dict("records"):
        column = f"{row['attribution']}/{row['group']}"
        outputs |= {column: row["share"], column + SE: row["se"]}
    return outputs


def seconds_per_point(job: Job) -> float:
    """Return about how many seconds a point takes on one thread (docs/how_to/scale.md)."""
    steps = designs.plan_study(job.study).weeks.size
    fact_ids = {fact.id for fact in facts.load_facts()}
    columns = set(job.columns)
    seconds = 2e-5
    if columns & set(outcome_columns(job.study)):
        seconds += job.clients * steps * 32e-9
    if needs_last_scores(columns):  # each client followed, where somebody has no last score
        seconds += 1e-3 + job.clients * steps * 5e-8
    if columns & fact_ids:
        seconds += 0.08 + job.clients * 7e-5
    if any(map(_is_attribution, columns)):
        seconds += 0.3 + job.clients * job.repeats * 5e-4
    if any(_is_statistic(name, fact_ids) for name in columns):
        seconds += 0.01 + job.clients * steps * 1e-6
    return seconds


def what_is_run(job: Job) -> set[str]:
    """Return what a job needs runs of its own for: statistics, facts, attribution."""
    fact_ids = {fact.id for fact in facts.load_facts()}
    kinds = {
        "statistics": any(_is_statistic(name, fact_ids) for name in job.columns),
        "facts": bool(fact_ids & set(job.columns)),
        "attribution": any(map(_is_attribution, job.columns)),
    }
    return {kind for kind, is_run in kinds.items() if is_run}


def column_meanings(columns: Sequence[str], studies: Sequence[Study]) -> Mapping[str, str]:
    """Return what each column means, in words with its unit, and whose clients count.

    Parameters
    ----------
    columns
        Of the sweep's table.
    studies
        Of the sweep's conditions.
    """
    return {name: _meaning(name, studies) for name in columns}


def _meaning(column: str, studies: Sequence[Study]) -> str:
    """Return what a column means."""
    if column.endswith(SE):
        return f"Monte-Carlo error of {column.removesuffix(SE)}"
    known = {fact.id: fact for fact in facts.load_facts()}
    head, _, arms = column.partition(".")
    if head in OUTCOMES and arms:
        outcome = OUTCOMES[head]
        return f"{outcome.meaning} ({outcome.unit}), {arms.replace('.', ' against ')}"
    if column in known:
        return f"{known[column].statistic} in {known[column].design}"
    if _is_attribution(column):
        return f"{column.replace('/', ': ')} (%)"
    if column == "facts_met":
        return "facts whose value lies in its band, before its Monte-Carlo error"
    who = {named_statistic.who_counts(column, study): None for study in studies}
    return ", of ".join([column, " or ".join(filter(None, who))]).removesuffix(", of ")
