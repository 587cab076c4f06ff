"""What a point of a sweep yields: outcomes from sums, a study's statistics, facts, accountings.

Outcomes come from the streaming sums of many points in one call (`batch`), each with its
Monte-Carlo error in a column of the same name and `.se`. The others take a run of their own per
point. All but the accountings carry no formula for their error: replicates give it.
"""

import functools
import hashlib
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from dyadsim.attribution.estimated_shares import decompose
from dyadsim.attribution.true_shares import Care
from dyadsim.calibration import search
from dyadsim.errors import BadInput, nearest
from dyadsim.evidence import fact as facts
from dyadsim.evidence import named_statistic
from dyadsim.evidence.outcomes import OUTCOMES, outcome_columns, outcomes
from dyadsim.model.display import full_repr
from dyadsim.model.parameters import Parameters, catalogue, changed, flat
from dyadsim.simulation import many_points, simulate
from dyadsim.simulation.specificity import dial
from dyadsim.studies import study as designs
from dyadsim.studies.study import Study
from dyadsim.sweeps import sampling
from dyadsim.sweeps.content_keys import Keys
from dyadsim.sweeps.store import Values

type Points = np.ndarray[Any, np.dtype[np.float32]]

SE = ".se"
_SHOWN = ("variance", "effect", "effect lost", "estimators", "gain")  # accountings, one a column


class Job(NamedTuple):
    """All that is the same for every point of a case.

    common: every point has the same luck; else luck of its own, drawn from its key. columns: the
    outputs, as `columns_of` spells them. care, repeats: of the accountings.
    """

    study: Study
    base: Parameters
    clients: int
    seed: int
    replicate: int
    common: bool
    axes: tuple[str, ...]
    columns: tuple[str, ...]
    care: Care = Care()
    repeats: int = 4

    @property
    def digest(self) -> str:
        """A hash of all but the points."""
        about = full_repr((self._replace(base=Parameters(), axes=()), tuple(flat(self.base))))
        return hashlib.blake2b(about.encode(), digest_size=16).hexdigest()


@functools.cache
def accounting_columns() -> tuple[str, ...]:
    """Return the columns that the output 'accountings' stands for: accounting/group."""
    table = decompose(Parameters(), clients=200, replicates=2, threads=1)
    return tuple(
        dict.fromkeys(
            f"{one}/{group}"
            for one, group in zip(table["accounting"], table["group"], strict=True)
            if one in _SHOWN
        )
    )


def columns_of(wanted: Sequence[str], studies: Sequence[Study]) -> tuple[str, ...]:
    """Return the columns that outputs stand for, in the order asked; none asked: all outcomes.

    An output is an outcome ('gain' in all arms, or 'gain.cbt'), a statistic of `facts.csv` computed
    in this study ('process_outcome_r(alliance_score@3)') or in an arm ('remission@26_weeks.cbt'; of
    whole numbers of weeks or sessions, whichever are wanted), the id of a fact in its own design,
    'facts' (all, and how many are met) or 'accountings'. Where studies differ in what they can
    have, the others leave the column empty.

    Raises
    ------
    BadInput
        an unknown output, or one that none of the studies can have.
    """
    found: dict[str, None] = {}
    for name in wanted or list(OUTCOMES):
        refused = []
        for study in studies:
            try:
                found |= dict.fromkeys(_columns(name, study, outcome_columns(study)))
            except BadInput as error:
                refused.append(error)
        if len(refused) == len(studies) and wanted:
            raise refused[0]
    return tuple(found)


def _is_outcome(column: str) -> bool:
    """Return whether a column is an outcome or its error, of whatever arms."""
    return "." in column and column.partition(".")[0] in OUTCOMES


def _columns(name: str, study: Study, mine: Sequence[str]) -> list[str]:
    """Return the columns of one output."""
    known = {one.id: one for one in facts.load()}
    group = [column for column in mine if column.startswith(f"{name}.") or column == name]
    if group:
        return group
    if name in OUTCOMES:
        raise BadInput(f"outputs: {name} needs {OUTCOMES[name].needs}; study {study.name} has not.")
    if name == "facts":
        return [*known, "facts_met"]
    if name in known:
        return [name]
    if name == "accountings":
        return [column for one in accounting_columns() for column in (one, one + SE)]
    if named_statistic.is_statistic(name):
        return [named_statistic.checked(name, study)]
    statistics = {one.statistic for one in known.values()}
    every = [*OUTCOMES, *mine, *known, *statistics, "facts", "accountings"]
    raise BadInput(
        f"outputs: there is no output '{name}'.{nearest(name, every)} Outputs: "
        f"{', '.join(OUTCOMES)}; a statistic of facts.csv; the id of a fact; facts; accountings."
    )


def canonical(job: Job, points: Points) -> Points:
    """Return what is hashed for each point: every parameter, and the dial (NaN: not turned)."""
    names = [*catalogue(), sampling.DIAL]
    made = np.tile(np.array([*flat(job.base).values(), np.nan], np.float32), (len(points), 1))
    for k, name in enumerate(job.axes):
        made[:, names.index(name)] = points[:, k]
    return made


def rows(job: Job, points: Points) -> tuple[Points, list[str]]:
    """Return points (point, axis) as rows (point, parameter) of the model, and what forbids each.

    The dial is solved point by point. A point that cannot be has NaN for its row.
    """
    made, errors = canonical(job, points), [""] * len(points)
    turned, made = made[:, -1], made[:, :-1]
    names = list(catalogue())
    shares = [names.index(f"population.{one}_share") for one in ("stable", "load")]
    for place in np.flatnonzero(made[:, shares].sum(axis=1) >= 1):
        errors[place] = (
            "population.stable_share + population.load_share must stay below 1; they add to "
            f"{made[place, shares].sum():g}."
        )
    for place in np.flatnonzero(~np.isnan(turned)):
        if not errors[place]:
            try:
                solved = dial(parameters_at(made[place]), float(turned[place]))
                made[place] = list(flat(solved).values())
            except BadInput as error:
                errors[place] = str(error)
    return made, errors


def parameters_at(row: Points) -> Parameters:
    """Return the parameters of a row (parameter,)."""
    return changed(Parameters(), dict(zip(catalogue(), map(float, row), strict=True)))


def compute(
    job: Job, points: Points, replicate: int, keys: Keys, threads: int
) -> tuple[Values, list[str]]:
    """Return the outputs (point, column) of points, and an error text ('' = none) for each."""
    made, errors = rows(job, points)
    found = np.full((len(points), len(job.columns)), np.nan, np.float32)
    fine = np.flatnonzero([not error for error in errors])
    luck = _lucks(job, replicate, keys)
    mine = outcome_columns(job.study)
    if set(job.columns) & set(mine):
        outcome = outcomes(job.study, _sums(job, made[fine], luck[fine], threads))
        for name in set(job.columns) & set(mine):
            found[fine, job.columns.index(name)] = outcome[name]
    if not all(map(_is_outcome, job.columns)):
        for place in fine:
            try:
                values = _slow(job, parameters_at(made[place]), int(luck[place]), threads)
            except (ValueError, ArithmeticError, LookupError) as error:
                errors[place] = f"{type(error).__name__}: {error}"
                continue
            for k, name in enumerate(job.columns):
                found[place, k] = values.get(name, found[place, k])
    return found, errors


def _lucks(job: Job, replicate: int, keys: Keys) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return each point's replicate: the same for all, or one drawn from its key."""
    if job.common:
        return np.full(len(keys), job.replicate + replicate, np.int64)
    return (keys[:, 0] >> np.uint64(33)).astype(np.int64)


def _sums(
    job: Job, made: Points, luck: np.ndarray[Any, np.dtype[np.int64]], threads: int
) -> many_points.Totals:
    """Return the streaming sums of points, `(point, arm, step, sum)`."""
    alone = job.study.case is not None or any(one.matched for one in job.study.arms)

    def one(k: int) -> many_points.Totals:
        address = job.clients, job.seed, int(luck[k])
        if alone:
            return simulate.stream(job.study, parameters_at(made[k]), *address, 1).values[None]
        return many_points.run(job.study, made[k : k + 1], *address, 1)

    if not alone and (job.common or not len(made)):
        return many_points.run(
            job.study, made, job.clients, job.seed, int(luck[0]) if len(luck) else 0, threads
        )
    with ThreadPoolExecutor(threads) as pool:
        return np.concatenate(list(pool.map(one, range(len(made)))))


def _asks_statistic(column: str, known: Collection[str]) -> bool:
    """Return whether a column is a statistic of the study, and not the id of a fact."""
    return column not in known and named_statistic.is_statistic(column)


def _slow(job: Job, parameters: Parameters, luck: int, threads: int) -> dict[str, float]:
    """Return the outputs that need runs of their own, by column."""
    known = {one.id: one for one in facts.load()}
    statistics = [name for name in job.columns if _asks_statistic(name, known)]
    wanted = [known[name] for name in job.columns if name in known]
    found: dict[str, float] = {}
    if statistics:
        run = simulate.run(job.study, parameters, job.clients, job.seed, luck, 0, threads)
        found |= named_statistic.values(statistics, run)
    if wanted:
        values = search.facts_at(parameters, wanted, job.clients, job.seed, luck, threads)
        met = sum(facts.met(one, values[one.id], 0.0) for one in wanted)
        found |= {**values, "facts_met": met}
    if any("/" in name for name in job.columns):
        # Their repeats have replicate numbers of their own, so the luck is moved by the seed.
        seed = job.seed + (luck << 24)
        table = decompose(parameters, job.care, job.clients, job.repeats, seed, threads)
        for row in table.drop_duplicates(["accounting", "group"]).to_dict("records"):
            found[f"{row['accounting']}/{row['group']}"] = row["share"]
            found[f"{row['accounting']}/{row['group']}{SE}"] = row["se"]
    return found


def seconds(job: Job) -> float:
    """Return about how long a point takes on one thread of a small machine (docs/scale.md)."""
    steps = designs.plan(job.study).weeks.size
    known = {one.id for one in facts.load()}
    mine = set(outcome_columns(job.study))
    cost = 2e-5
    if mine & set(job.columns):
        cost += job.clients * steps * 55e-9
    if known & set(job.columns):
        cost += 0.08 + job.clients * 7e-5
    if any("/" in name for name in job.columns):
        cost += 0.3 + job.clients * job.repeats * 5e-4
    if any(_asks_statistic(name, known) for name in job.columns):
        cost += 0.01 + job.clients * steps * 1e-6
    return cost


def about(columns: Sequence[str]) -> Mapping[str, str]:
    """Return what each column means, in words with its unit."""
    known = {one.id: one for one in facts.load()}
    told = {}
    for name in columns:
        plain, error = name.removesuffix(SE), name.endswith(SE)
        head, _, arms = plain.partition(".")
        if head in OUTCOMES and arms:
            one = OUTCOMES[head]
            text = f"{one.meaning} ({one.unit}), {arms.replace('.', ' against ')}"
        elif plain in known:
            text = f"{known[plain].statistic} in {known[plain].design}"
        elif "/" in plain:
            text = f"{plain.replace('/', ': ')} (%)"
        else:
            text = "facts that lie in their interval" if plain == "facts_met" else plain
        told[name] = f"Monte-Carlo error of {plain}" if error else text
    return told
