"""Trials drawn from stated effects: no mechanism, only the variances that planners know.

    outcome = effect x (treated - 1/2) + before_r x before + v + u (treated - 1/2) + e

within-arm variance 1: v the therapist (icc), u how far the therapist's effect differs (crossed
therapists alone), e the client. Intake has no therapist part, since clients are allocated by
chance. Clients without a therapist have no v: in them the variance is smaller by icc, as in
powerlmm's partially nested model (magnusson2018). Who drops out does so by chance.
"""

import math

import numpy as np

from dyadsim.analysis.arrays import Floats
from dyadsim.planning.power_design import (
    MODERATOR,
    PROCESS,
    Assumptions,
    own_variance,
    process_correlation,
)
from dyadsim.planning.trial_batch import NOBODY, Trials, Whole


def allocate_clients(
    assumptions: Assumptions,
    clients: int,
    therapists: int,
    *,
    trials: int,
    rng: np.random.Generator,
) -> tuple[Floats, Whole]:
    """Return who is in the first arm, and with which therapist.

    Parameters
    ----------
    assumptions
        About the study: layout, share in the first arm, spread of caseloads.
    clients, therapists
        All of them, in both arms.
    trials
        Number of trials.
    rng
        Random numbers, for unequal caseloads.

    Returns
    -------
    tuple
        treated (1 or 0) and therapist, each `(trial, client)`. Crossed therapists have clients of
        both arms in turn.
    """
    spread, shape = assumptions.spread, (trials, clients)
    first = round(clients * assumptions.treated)
    if not assumptions.two_arms:
        return np.zeros(shape), _owners(clients, therapists, spread, trials=trials, rng=rng)
    if assumptions.layout == "crossed":
        count = np.floor(np.arange(clients + 1) * assumptions.treated + 1e-9)
        treated = np.broadcast_to(np.diff(count), shape).copy()
        return treated, _owners(clients, therapists, spread, trials=trials, rng=rng)
    treated = np.zeros(shape)
    treated[:, :first] = 1
    owner = np.full(shape, NOBODY)
    own = therapists_of_arms(assumptions, therapists)
    owner[:, :first] = _owners(first, own[0], spread, trials=trials, rng=rng)
    if own[1]:
        rest = _owners(clients - first, own[1], spread, trials=trials, rng=rng)
        owner[:, first:] = own[0] + rest
    return treated, owner


def therapists_of_arms(assumptions: Assumptions, therapists: int) -> tuple[int, int]:
    """Return how many therapists treat in the first arm and only in the second one.

    Parameters
    ----------
    assumptions
        About the study.
    therapists
        All of them.

    Examples
    --------
    >>> therapists_of_arms(Assumptions("bona_fide", 0.2), 12)
    (6, 6)
    """
    if not assumptions.two_arms or assumptions.layout != "nested":
        return therapists, 0
    first = round(therapists * assumptions.treated)
    return first, therapists - first


def _owners(
    clients: int, therapists: int, spread: float, *, trials: int, rng: np.random.Generator
) -> Whole:
    """Return the therapist of every client, `(trial, client)`, in order; each has a client.

    Equal caseloads differ by one at most; unequal ones are log-normal with a given total.
    """
    if spread == 0:
        even = np.arange(clients) * therapists // clients
        return np.broadcast_to(even, (trials, clients)).copy()
    share = np.exp2(spread * rng.normal(size=(trials, therapists)))
    share /= share.sum(axis=1, keepdims=True)
    sizes = 1 + rng.multinomial(clients - therapists, share)
    ends = np.cumsum(sizes, axis=1) + clients * np.arange(trials)[:, None]
    place = np.searchsorted(ends.ravel(), np.arange(trials * clients), side="right")
    owners: Whole = (place % therapists).reshape(trials, clients)
    return owners


def draw_trials(
    assumptions: Assumptions, clients: int, therapists: int, trials: int, seed: tuple[int, ...]
) -> Trials:
    """Return trials of one design and size.

    Parameters
    ----------
    assumptions
        About the study, checked.
    clients, therapists
        All of them, in both arms.
    trials
        How many.
    seed
        Whole numbers: the address of the random numbers.

    Returns
    -------
    Trials
        The trials.

    Examples
    --------
    >>> trials = draw_trials(Assumptions("bona_fide", 0.5, icc=0.0), 40, 4, 2000, (1,))
    >>> both = [trials.outcome[trials.treated == arm] for arm in (1, 0)]
    >>> round(float(np.nanmean(both[0]) - np.nanmean(both[1])), 1)
    0.5
    """
    rng = np.random.default_rng(list(seed))
    treated, owner = allocate_clients(assumptions, clients, therapists, trials=trials, rng=rng)
    before, own = rng.normal(size=(2, trials, clients))
    lost = rng.random((trials, clients)) < np.where(treated == 1, *assumptions.dropout)
    skill, process, difference = rng.normal(size=(3, trials, therapists))
    icc = assumptions.therapist_share
    therapist = math.sqrt(icc) * _of_owners(skill, owner)
    predictor = np.zeros((trials, clients))
    outcome = assumptions.before_r * before + math.sqrt(own_variance(assumptions)) * own
    if assumptions.kind == PROCESS:
        rho, noise = process_correlation(assumptions), rng.normal(size=(trials, clients))
        mixture = rho * process + math.sqrt(1 - rho**2) * skill
        therapist = math.sqrt(icc) * _of_owners(mixture, owner)
        between = math.sqrt(assumptions.process_icc) * _of_owners(process, owner)
        predictor = between + math.sqrt(1 - assumptions.process_icc) * noise
        outcome = outcome + rho * math.sqrt(1 - icc) * noise
    half = treated - 0.5
    if assumptions.kind == MODERATOR:
        predictor = rng.normal(size=(trials, clients))
        outcome = outcome + assumptions.effect * half * predictor
    elif assumptions.two_arms:
        outcome = outcome + assumptions.effect * half
    outcome += therapist + assumptions.effect_sd * _of_owners(difference, owner) * half
    outcome[lost] = np.nan
    return Trials(outcome, before, treated, predictor, owner, therapists)


def _of_owners(values: Floats, owner: Whole) -> Floats:
    """Return therapists' values `(trial, therapist)` for their clients; 0 without a therapist."""
    mine = np.take_along_axis(values, np.maximum(owner, 0), axis=1)
    return np.where(owner == NOBODY, 0.0, mine)
