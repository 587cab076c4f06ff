"""The same therapy, five attributions: what causes the outcome, and what studies make of it.

1 causal share of variance   groups of random numbers drawn again (pick-freeze), Shapley effects
2 causal share of the effect what therapy does against no treatment, causes taken away in turn
3 what estimators say        eta squared of arm, squared correlations, therapist variance, R squared
4 mean gains                 waitlist, supportive therapy, full therapy
5 the claimed pie            40 / 30 / 15 / 15, a judgement that was never computed

No two have the same denominator, so no two can be compared without it. Every row is in per cent of
its own denominator. This module computes 1 and 2, which only a simulation can know.

1: let Y be a client's outcome and Y_u the outcome of the same client when all random numbers but
those of the groups u are drawn again. v(u) = Cov(Y, Y_u) is the variance that the groups u explain,
with all their interactions; Shapley's formula (`analysis.shapley`) divides the interactions
equally. Clients stay with their therapists: what is drawn again of a therapist is the same for all
of his clients.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.monte_carlo import error_of_mean
from dyadsim.analysis.shapley import pair_interactions, shapley_shares, shares_alone, shares_last
from dyadsim.errors import BadInput
from dyadsim.model.declarations import causes
from dyadsim.model.parameters import Parameters
from dyadsim.numerics import random_streams
from dyadsim.numerics.random_streams import EVERY_GROUP, Group
from dyadsim.simulation import simulate
from dyadsim.simulation.counterfactual import finish_under
from dyadsim.simulation.intervention import Intervention
from dyadsim.studies import therapy as therapies
from dyadsim.studies.study import ROUTINE, Arm, Caseload, Sample, Schedule, Study, arm
from dyadsim.studies.study import check_study as check_study
from dyadsim.studies.therapy import Therapy

Floats = np.ndarray[Any, np.dtype[np.float64]]

GROUPS = tuple(group.name.lower() for group in Group)
# A cause is taken away by fixing what carries it at 0; the relationship is bond, goals and tasks.
CAUSES: Mapping[str, str] = causes()
VARIANCE = "variance of clients' distress at the post-test"
ADJUSTED = f"{VARIANCE}, severity at intake taken out"
EFFECT = "mean effect of therapy against no treatment on distress at the post-test"
COLUMNS = ["attribution", "group", "share", "se", "denominator"]


class Care(NamedTuple):
    """The care whose outcome is attributed.

    Clients get one of the `treatments` at random; doses differ by `dose_spread` (0-1).
    """

    treatments: tuple[str, ...] = ("cbt", "interpersonal", "supportive")
    dose_spread: float = 0.0
    sessions: int = 12
    sample: Sample = ROUTINE
    caseload: Caseload = Caseload(20.0, 0.5)


class Replication(NamedTuple):
    """How an attribution is simulated.

    `clients` in each of `replicates` independent repeats, whose spread gives the errors (with one
    there are none); the random seed; and how many threads, for any of which the same numbers come
    out. The causal shares need fewer clients than what studies find: at most `lives` for those of
    the variance, each lived 64 times (and for mean gains, with the same clients in every arm), and
    `twins` for those of the mean effect.
    """

    clients: int = 20_000
    replicates: int = 8
    seed: int = 1
    threads: int | None = None
    lives: int = 5_000
    twins: int = 5_000


USUAL_CARE, DEFAULT_REPLICATION, UNCHANGED = Care(), Replication(), Intervention()


def attribution_study(care: Care) -> Study:
    """Return the study: one arm a treatment, all by the same therapists, no planned early end.

    Parameters
    ----------
    care
        With a `dose_spread` above 0 every treatment comes in two arms, with doses 1 - spread and
        1 + spread times its own; with 0 everybody gets the treatment's dose.

    Returns
    -------
    Study
        A study with a post-test after the last session.

    Raises
    ------
    BadInput
        An unknown treatment, or one without a therapist.
    """
    arms = [arm for name in care.treatments for arm in _arms(name, care)]
    schedule = Schedule(care.sessions, 1.0, (care.sessions,))
    return check_study(Study("decompose", tuple(arms), schedule, care.sample, care.caseload))


def _arms(name: str, care: Care) -> list[Arm]:
    """Return the arms of one treatment."""
    therapy = therapies.find_therapy(name)
    if not therapy.human:
        raise BadInput(f"decompose: {name} has no therapist; clients must be able to share theirs.")
    if not care.dose_spread:
        return [arm(name, _scaled(therapy, 1 - care.dose_spread, name), care.sessions)]
    arms = []
    for factor in (1 - care.dose_spread, 1 + care.dose_spread):
        label = f"{name}_{factor:g}"
        arms.append(arm(label, _scaled(therapy, factor, label), care.sessions))
    return arms


def _scaled(therapy: Therapy, factor: float, name: str) -> Therapy:
    first, second, third, fourth = (factor * dose for dose in therapy.dose)
    return therapy._replace(dose=(first, second, third, fourth), name=name)


def _outcome(
    study: Study,
    parameters: Parameters,
    clients: int,
    seed: int,
    replicate: int,
    intervention: Intervention = UNCHANGED,
) -> tuple[Floats, Floats]:
    """Return distress at intake and at the post-test, `(client,)`."""
    run = simulate.start(
        study,
        parameters,
        clients,
        seed=seed,
        replicate=replicate,
        keep_truth=False,
        threads=1,
    )
    finish_under(run, intervention, threads=1)
    return run.clients.initial_distress.astype(float), run.clients.distress.astype(float)


def closed_variances(outcomes: Floats) -> Floats:
    """Return the variance v(u) that each subset u of groups explains.

    Two lives of a client that share the random numbers of the groups u alone have covariance v(u).
    The 2^k lives hold 2^(k-1) such pairs for every u, and all of them count: what a small group
    adds, v(u + i) - v(u), is then a mean of products of two differences that this group makes, in
    which what it does not touch cancels.

    Parameters
    ----------
    outcomes
        Outcomes `(2^groups, client)` of the same clients; the row is the bit mask of the groups
        drawn again.

    Returns
    -------
    ndarray
        v(u) `(2^groups,)`, in the unit of the outcome squared. v(all) is the mean variance of a
        life; v(none), the covariance of lives that share nothing, differs from 0 by chance only:
        shares are differences of v, of v(all) - v(none).

    Examples
    --------
    Four clients with two groups; the second group does nothing:

    >>> first, second = np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 4.0, 1.0, 3.0])
    >>> lives = np.stack([first, second, first, second])
    >>> (closed_variances(lives)[2:] - closed_variances(lives)[:2]).round(6).tolist()
    [0.0, 0.0]
    """
    last = outcomes.shape[0] - 1
    centred = outcomes - outcomes.mean(axis=1, keepdims=True)
    covariances = centred @ centred.T / (centred.shape[1] - 1)
    lives = np.arange(last + 1)
    return np.array([covariances[lives, lives ^ last ^ u].mean() for u in lives])


def variance_shares(
    care: Care,
    parameters: Parameters,
    *,
    replication: Replication = DEFAULT_REPLICATION,
    progress: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> pd.DataFrame:
    """Return attribution 1: Shapley, first-order and total share of each group, raw and adjusted.

    Parameters
    ----------
    care
        The care whose outcome is attributed.
    parameters
        One world's parameters.
    replication
        Clients, replicates, seed and threads.
    progress
        Wraps the replicates, to show progress.

    Returns
    -------
    DataFrame
        `COLUMNS`; shares are in per cent.
    """
    study = attribution_study(care)
    variances = np.stack(
        [
            _closed_variances(study, parameters, replication, replicate)
            for replicate in progress(range(replication.replicates))
        ]
    )
    parts = [_shares(variances[:, k], name) for k, name in enumerate((VARIANCE, ADJUSTED))]
    return pd.concat(parts, ignore_index=True)


def _closed_variances(
    study: Study, parameters: Parameters, replication: Replication, replicate: int
) -> Floats:
    """Return v(u) of distress at the post-test, raw and adjusted, `(2, 2^6)`."""
    outcomes = redrawn_outcomes(
        study,
        parameters,
        clients=min(replication.clients, replication.lives),
        seed=replication.seed,
        replicate=replicate,
        threads=replication.threads,
    )
    pre, post = outcomes[:, 0], outcomes[:, 1]
    slope = float(np.cov(pre[0], post[0])[0, 1] / np.var(pre[0], ddof=1))
    return np.stack([closed_variances(post), closed_variances(post - slope * pre)])


def redrawn_outcomes(
    study: Study,
    parameters: Parameters,
    *,
    clients: int,
    seed: int,
    replicate: int = 0,
    threads: int | None = None,
) -> Floats:
    """Return outcomes of the same clients with each subset of groups drawn again.

    Parameters
    ----------
    study
        Who gets what when.
    parameters
        One world's parameters.
    clients
        Number of clients.
    seed, replicate
        Random seed and number of the replicate.
    threads
        How many; None: every processor. The numbers are the same for any.

    Returns
    -------
    ndarray
        Distress at intake and at the post-test, `(2^groups, 2, client)`; the row is the bit mask of
        the groups whose random numbers are drawn again.
    """

    def outcome(groups: int) -> tuple[Floats, Floats]:
        redrawn = random_streams.redrawn(replicate, groups)
        return _outcome(study, parameters, clients, seed, redrawn)

    with ThreadPoolExecutor(threads or simulate.default_threads()) as pool:
        return np.array(list(pool.map(outcome, range(EVERY_GROUP + 1))))


def _shares(variances: Floats, denominator: str) -> pd.DataFrame:
    """Return the three kinds of share from closed variances `(replicate, subset)`."""
    kinds = {
        "variance": shapley_shares,
        "variance alone": shares_alone,
        "variance total": shares_last,
    }
    total = variances[:, -1:] - variances[:, :1]
    tables = [
        share_rows(name, GROUPS, 100 * kind(variances) / total, denominator=denominator)
        for name, kind in kinds.items()
    ]
    return pd.concat(tables, ignore_index=True)


def share_rows(
    attribution: str, groups: Iterable[str], shares: Floats, *, denominator: str
) -> pd.DataFrame:
    """Return tidy rows of shares.

    Parameters
    ----------
    attribution
        Name of the attribution.
    groups
        Name of each group.
    shares
        Shares in per cent, `(replicate, group)`.
    denominator
        What is 100 per cent.

    Returns
    -------
    DataFrame
        `COLUMNS`: the mean over replicates and its Monte-Carlo error, a row a group.
    """
    values = {"share": shares.mean(axis=0), "se": error_of_mean(shares)}
    table = pd.DataFrame({"group": list(groups), **values})
    return table.assign(attribution=attribution, denominator=denominator)[COLUMNS]


def effect_worths(
    care: Care,
    parameters: Parameters,
    *,
    clients: int,
    replicate: int,
    seed: int = 1,
    threads: int | None = None,
) -> Floats:
    """Return the mean effect of the first treatment with each subset of causes left.

    Parameters
    ----------
    care
        The care; its first treatment is compared with no treatment.
    parameters
        One world's parameters.
    clients
        Number of clients.
    replicate, seed
        Number of the replicate and random seed.
    threads
        How many; None: every processor. The numbers are the same for any.

    Returns
    -------
    ndarray
        Effects `(2^6,)` in standard deviations of distress at intake, above 0 = less distress than
        untreated; the place is the bit mask of the causes left.
    """
    study = attribution_study(care._replace(treatments=care.treatments[:1]))
    untreated_study = study._replace(arms=(arm("untreated", None, care.sessions),))
    start, untreated = _outcome(untreated_study, parameters, clients, seed, replicate)

    def worth(left: int) -> float:
        gone = [latent for bit, latent in enumerate(CAUSES.values()) if not left >> bit & 1]
        without = Intervention(hold=dict.fromkeys(gone, 0.0))
        treated = _outcome(study, parameters, clients, seed, replicate, without)[1]
        return float((untreated - treated).mean() / start.std(ddof=1))

    with ThreadPoolExecutor(threads or simulate.default_threads()) as pool:
        return np.array(list(pool.map(worth, range(1 << len(CAUSES)))))


def _percent(part: Floats, total: Floats) -> Floats:
    """Return per cent of the total; NaN where there is none to divide (the null world)."""
    return np.divide(100 * part, total, out=np.full_like(part, np.nan), where=total != 0)


def effect_shares(worths: Floats) -> pd.DataFrame:
    """Return attribution 2: Shapley shares of the mean effect, losses and interactions.

    Parameters
    ----------
    worths
        Effects `(replicate, 2^6)` with each subset of causes left (`effect_worths`).

    Returns
    -------
    DataFrame
        `COLUMNS`; shares are in per cent, NaN where therapy has no effect. What is left when all
        causes are gone has a row of its own, "rest", in the first table and is in no loss.
    """
    total, names = worths[:, -1:], list(CAUSES)
    shares = _percent(np.hstack([shapley_shares(worths), worths[:, :1]]), total)
    losses = _percent(shares_last(worths), total)
    pairs = list(combinations(range(len(names)), 2))
    interactions = pair_interactions(worths)
    joint = np.stack([interactions[:, i, j] for i, j in pairs], axis=1)
    labels = [f"{names[i]} and {names[j]}" for i, j in pairs]
    sums = losses.sum(axis=1, keepdims=True)
    tables = [
        share_rows("effect", [*names, "rest"], shares, denominator=EFFECT),
        share_rows("effect lost", names, losses, denominator=EFFECT),
        share_rows("effect pairs", labels, _percent(joint, total), denominator=EFFECT),
        share_rows("effect lost", ["sum"], sums, denominator=EFFECT),
    ]
    return pd.concat(tables, ignore_index=True)
