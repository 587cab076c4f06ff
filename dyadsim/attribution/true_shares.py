"""The same therapy, five percentages: what causes the outcome, and what studies make of it.

1 causal share of variance   groups of luck drawn again (pick-freeze), Shapley effects
2 causal share of the effect what therapy does against no treatment, causes taken away in turn
3 what estimators say        eta squared of arm, squared correlations, therapist variance, R squared
4 mean gains                 waitlist, supportive therapy, full therapy
5 the claimed pie            40 / 30 / 15 / 15, a judgement that was never computed

No two have the same denominator, so no two can be compared without it. Every row is in per cent of
its own denominator.

1: let Y be a client's outcome and Y_u the outcome of the same client when all luck but that of the
groups u is drawn again. v(u) = Cov(Y, Y_u) is the variance that the groups u explain, with all
their interactions; Shapley's formula (`analysis.shapley`) divides the interactions equally. Clients
stay with their therapists: what is drawn again of a therapist is the same for all of his clients.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.shapley import alone, last, pairs, shapley
from dyadsim.errors import BadInput
from dyadsim.model.declarations import causes
from dyadsim.model.parameters import Parameters
from dyadsim.numerics import random_streams
from dyadsim.numerics.random_streams import EVERY_GROUP, Group
from dyadsim.simulation import simulate
from dyadsim.simulation.counterfactual import do
from dyadsim.simulation.intervention import Intervention
from dyadsim.studies import therapy
from dyadsim.studies.study import ROUTINE, Caseload, Sample, Schedule, Study, arm, check
from dyadsim.studies.therapy import Therapy

Floats = np.ndarray[Any, np.dtype[np.float64]]

GROUPS = tuple(one.name.lower() for one in Group)
# A cause is taken away by holding what carries it at 0; the relationship is bond, goals and tasks.
CAUSES: Mapping[str, str] = causes()
VARIANCE = "variance of clients' distress at the post-test"
ADJUSTED = f"{VARIANCE}, severity at intake taken out"
EFFECT = "mean effect of therapy against no treatment on distress at the post-test"
COLUMNS = ["accounting", "group", "share", "se", "denominator"]


class Care(NamedTuple):
    """What is accounted for: the treatments that clients get by lot, and how far they differ."""

    treatments: tuple[str, ...] = ("cbt", "interpersonal", "supportive")
    dose_spread: float = 0.0
    sessions: int = 12
    sample: Sample = ROUTINE
    caseload: Caseload = Caseload(20.0, 0.5)


def study(care: Care) -> Study:
    """Return the study: one arm a treatment, all by the same therapists, no planned early end.

    `dose_spread` (0-1) makes every treatment come in two arms, with doses 1 - spread and 1 + spread
    times its own; with 0 everybody gets the treatment's dose.

    Raises
    ------
    BadInput
        an unknown treatment, or one without a therapist.
    """
    arms = []
    for name in care.treatments:
        one = therapy.named(name)
        if not one.human:
            raise BadInput(
                f"decompose: {name} has no therapist; clients must be able to share theirs."
            )
        for share in (1 - care.dose_spread, 1 + care.dose_spread)[: 2 if care.dose_spread else 1]:
            label = f"{name}_{share:g}" if care.dose_spread else name
            arms.append(arm(label, _times(one, share)._replace(name=label), care.sessions))
    schedule = Schedule(care.sessions, 1.0, (care.sessions,))
    return check(Study("decompose", tuple(arms), schedule, care.sample, care.caseload))


def _times(one: Therapy, share: float) -> Therapy:
    first, second, third, fourth = (share * dose for dose in one.dose)
    return one._replace(dose=(first, second, third, fourth))


def _outcome(
    care: Study, parameters: Parameters, clients: int, seed: int, address: int
) -> tuple[Floats, Floats]:
    """Return distress at intake and at the post-test, `(client,)`."""
    run = simulate.start(care, parameters, clients, seed, address, keep_truth=False, threads=1)
    simulate.advance(run, threads=1)
    return run.clients.initial_distress.astype(float), run.clients.distress.astype(float)


def closed_variances(lives: Floats) -> Floats:
    """Return v(u) of all subsets `(2^groups,)`.

    lives: outcomes `(2^groups, client)`; row = bit mask of the groups drawn again, the same clients
    in each. v(none) = 0 and v(all) = the variance, by definition; every other v(u) is the mean of
    two covariances, of the first luck and of the second.
    """
    every = lives.shape[0] - 1
    centred = lives - lives.mean(axis=1, keepdims=True)
    count = centred.shape[1] - 1
    first, second = centred @ centred[0] / count, centred @ centred[every] / count
    found = np.array([(first[every ^ u] + second[u]) / 2 for u in range(every + 1)])
    found[0], found[every] = 0.0, (first[0] + second[every]) / 2
    return found


def variance_shares(
    care: Care,
    parameters: Parameters,
    clients: int,
    replicates: int,
    seed: int = 1,
    threads: int | None = None,
    each: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> pd.DataFrame:
    """Return accounting 1: Shapley, first-order and total share of each group, raw and adjusted.

    clients: in each of `replicates` (>= 2) independent repeats; the error is their spread.
    """
    planned = study(care)
    worths = np.stack(
        [
            _worths(planned, parameters, clients, seed, replicate, threads)
            for replicate in each(range(replicates))
        ]
    )
    parts = [_shares(worths[:, place], name) for place, name in enumerate((VARIANCE, ADJUSTED))]
    return pd.concat(parts, ignore_index=True)


def _worths(
    planned: Study,
    parameters: Parameters,
    clients: int,
    seed: int,
    replicate: int,
    threads: int | None,
) -> Floats:
    """Return v(u) of distress at the post-test, raw and adjusted, `(2, 2^6)`."""
    found = lives(planned, parameters, clients, seed, replicate, threads)
    starts, ends = found[:, 0], found[:, 1]
    slope = float(np.cov(starts[0], ends[0])[0, 1] / np.var(starts[0], ddof=1))
    return np.stack([closed_variances(ends), closed_variances(ends - slope * starts)])


def lives(
    planned: Study,
    parameters: Parameters,
    clients: int,
    seed: int,
    replicate: int = 0,
    threads: int | None = None,
) -> Floats:
    """Return distress at intake and at the post-test `(2^groups, 2, client)` of the same clients.

    Row = bit mask of the groups whose luck is drawn again.
    """

    def life(groups: int) -> tuple[Floats, Floats]:
        return _outcome(
            planned, parameters, clients, seed, random_streams.redrawn(replicate, groups)
        )

    with ThreadPoolExecutor(threads or simulate.default_threads()) as pool:
        return np.array(list(pool.map(life, range(EVERY_GROUP + 1))))


def _shares(worth: Floats, denominator: str) -> pd.DataFrame:
    """Return the three kinds of share from closed variances `(replicate, subset)`."""
    kinds = {"variance": shapley, "variance alone": alone, "variance total": last}
    whole = worth[:, -1:] - worth[:, :1]
    tables = [
        rows(name, GROUPS, 100 * kind(worth) / whole, denominator) for name, kind in kinds.items()
    ]
    return pd.concat(tables, ignore_index=True)


def rows(accounting: str, groups: Iterable[str], shares: Floats, denominator: str) -> pd.DataFrame:
    """Return tidy rows from shares `(replicate, group)`: mean and Monte-Carlo error."""
    error = shares.std(axis=0, ddof=1) / np.sqrt(shares.shape[0])
    table = pd.DataFrame({"group": list(groups), "share": shares.mean(axis=0), "se": error})
    return table.assign(accounting=accounting, denominator=denominator)[COLUMNS]


def effect_worths(
    care: Care, parameters: Parameters, clients: int, replicate: int, seed: int = 1
) -> Floats:
    """Return the mean effect of the first treatment with each subset of causes left, `(2^5,)`.

    In standard deviations of distress at intake, above 0 = less distress than untreated.
    """
    planned = study(care._replace(treatments=care.treatments[:1]))
    nobody = planned._replace(arms=(arm("untreated", None, care.sessions),))
    start, untreated = _outcome(nobody, parameters, clients, seed, replicate)
    found = np.empty(1 << len(CAUSES))
    for left in range(found.size):
        gone = [held for bit, held in enumerate(CAUSES.values()) if not left >> bit & 1]
        what = Intervention(hold=dict.fromkeys(gone, 0.0))
        run = do(planned, parameters, clients, what, seed, replicate)
        treated = dict(simulate.variables(run.truth))["distress"][care.sessions]
        found[left] = (untreated - treated.astype(float)).mean() / start.std(ddof=1)
    return found


def _percent(part: Floats, whole: Floats) -> Floats:
    """Return per cent of the whole; NaN where there is none to divide (the null world)."""
    return np.divide(100 * part, whole, out=np.full_like(part, np.nan), where=whole != 0)


def effect_shares(worth: Floats) -> pd.DataFrame:
    """Return accounting 2 from worths `(replicate, 2^5)`: Shapley shares, losses, interactions.

    What is left when all five are gone has a row of its own in the first and is in no loss. NaN
    where therapy has no effect.
    """
    whole = worth[:, -1:]
    names = [*CAUSES, "rest"]
    shares = _percent(np.hstack([shapley(worth), worth[:, :1]]), whole)
    losses = _percent(last(worth), whole)
    both = list(combinations(range(len(CAUSES)), 2))
    joint = np.stack([pairs(worth)[:, i, j] for i, j in both], axis=1)
    known = list(CAUSES)
    couples = [f"{known[i]} and {known[j]}" for i, j in both]
    tables = [
        rows("effect", names, shares, EFFECT),
        rows("effect lost", CAUSES, losses, EFFECT),
        rows("effect pairs", couples, _percent(joint, whole), EFFECT),
        rows("effect lost", ["sum"], losses.sum(axis=1, keepdims=True), EFFECT),
    ]
    return pd.concat(tables, ignore_index=True)
