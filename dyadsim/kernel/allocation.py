"""Who is in which arm and with whom, and the therapists; what clients are like stands in `intake`.

Every draw is addressed by client or therapist number, so adding clients behind the first ones
changes nothing for the first ones; the allocation to arms (permuted blocks) and to therapists
(caseloads filled one after another) is built so that it keeps this.
"""

import math
from typing import NamedTuple

import numpy as np

from dyadsim.kernel.intake import own_share, trait_lanes
from dyadsim.model.parameters import Parameters
from dyadsim.model.population import Population
from dyadsim.model.variable import Array, IntArray, declared_variables
from dyadsim.model.variables import Clients, Therapists, empty_clients
from dyadsim.numerics import random_streams
from dyadsim.numerics.float32 import ONE, ZERO, fill_exp2
from dyadsim.numerics.jit import compiled
from dyadsim.numerics.random_streams import ONCE, Stream, fill_normal
from dyadsim.studies.study import Caseload, Study, treatments

_TRAIT, _COMPETENCE = np.int64(Stream.THERAPIST_TRAIT), np.int64(Stream.COMPETENCE)
_ALLEGIANCE = np.int64(Stream.ALLEGIANCE)
PRESENT = np.float32(0.8)  # presence before the first session (assumption)
CLINIC = 10  # therapists who share an intake list, where clients are matched (assumption)


class Allocation(NamedTuple):
    """Who is in which arm and with whom.

    Attributes
    ----------
    arm, therapist
        Index of the client's arm and therapist, `(client,)`; -1 is no therapist.
    caseload
        Clients on the books of each therapist, `(therapist,)`.
    """

    arm: IntArray
    therapist: IntArray
    caseload: Array


class _Pool(NamedTuple):
    """Therapists who share their clients: numbers first, first + step, ...

    Their number is rounded up to a multiple of `multiple`.
    """

    first: int
    step: int
    multiple: int


def _exp2(x: Array) -> Array:
    out = np.empty_like(x)
    fill_exp2(out, x)
    return out


def _arms(study: Study, count: int, seed: int, replicate: int) -> IntArray:
    """Return each client's arm by permuted blocks of twice the allocation ratio, `(client,)`."""
    block = np.repeat(np.arange(len(study.arms)), [2 * arm.share for arm in study.arms])
    blocks = -(-count // block.size)
    drawn = random_streams.uniforms(
        random_streams.words(0, blocks * block.size), seed, replicate, 0, Stream.ALLOCATION
    )
    order = np.argsort(drawn.reshape(blocks, block.size), axis=1, kind="stable")
    return block[order].reshape(-1)[:count].astype(np.int32)


def _caseloads(need: int, caseload: Caseload, pool: _Pool, *, seed: int, replicate: int) -> Array:
    """Return the caseloads of a pool's therapists, as many as have room for `need` clients."""
    mean = math.log2(caseload.mean) - 0.5 * math.log(2) * caseload.spread**2
    drawn: list[Array] = []
    room, chunk = 0, pool.multiple * max(16, int(2 * need / caseload.mean))
    if need == 0:
        return np.zeros(0, np.float32)
    while room < need:
        start = pool.first + pool.step * sum(map(len, drawn))
        words = np.ascontiguousarray(random_streams.words(start, chunk * pool.step)[:: pool.step])
        z = random_streams.normals(words, seed, replicate, 0, Stream.CASELOAD)
        sizes = np.maximum(np.floor(_exp2(np.float32(mean) + np.float32(caseload.spread) * z)), 1)
        drawn.append(sizes.astype(np.float32))
        room += int(sizes.sum())
    sizes = np.concatenate(drawn)
    enough = int(np.searchsorted(np.cumsum(sizes), need)) + 1
    return sizes[: -(-enough // pool.multiple) * pool.multiple]


def _pools(study: Study) -> list[list[int]]:
    """Return the arms that share therapists, pool by pool; arms without any are left out."""
    guided = [
        number
        for number, arm in enumerate(study.arms)
        if any(phase.therapy.human for phase in arm.phases)
    ]
    return [[number] for number in guided] if study.caseload.nested else [guided] * bool(guided)


def allocate(study: Study, count: int, seed: int, replicate: int) -> Allocation:
    """Return arms and therapists of a study's clients.

    Therapists take clients in the order of entry until their caseload is full; crossed therapists
    treat in every arm that has therapists, nested ones in a single arm.

    Parameters
    ----------
    study
        Who gets what when.
    count
        The number of clients.
    seed, replicate
        The address of the random numbers.

    Returns
    -------
    Allocation
        Arm and therapist of every client.
    """
    arm, pools = _arms(study, count, seed, replicate), _pools(study)
    therapist = np.full(count, -1, np.int32)
    multiple = CLINIC if any(arm.matched for arm in study.arms) else 1
    caseloads = []
    for number, arms in enumerate(pools):
        members = np.flatnonzero(np.isin(arm, arms))
        pool = _Pool(number, len(pools), multiple)
        sizes = _caseloads(len(members), study.caseload, pool, seed=seed, replicate=replicate)
        rank = np.repeat(np.arange(len(sizes)), sizes.astype(np.int64))[: len(members)]
        therapist[members] = number + len(pools) * rank
        caseloads.append(sizes)
    return Allocation(arm, therapist, _interleave(caseloads))


def _interleave(caseloads: list[Array]) -> Array:
    """Return the caseloads of all therapists by their number, `(therapist,)`; at least one."""
    pools = len(caseloads)
    ends = [number + pools * (len(sizes) - 1) + 1 for number, sizes in enumerate(caseloads)]
    every = np.zeros(max([1, *ends]), np.float32)
    for number, sizes in enumerate(caseloads):
        every[number::pools][: len(sizes)] = sizes
    return every


def matched(
    allocation: Allocation,
    study: Study,
    people: Therapists,
    parameters: Parameters,
    seed: int,
    replicate: int,
) -> Allocation:
    """Return the allocation of a study whose clinics give some arms the therapist who fits best.

    A clinic is `CLINIC` therapists who follow one another; it takes clients in the order of entry
    until all their places are full. A client of a matched arm gets, among the therapists with a
    place left, the one with the largest sum of competence times the client's weights; any other
    client a therapist at random. Both are known without error here: as good as matching can be. A
    clinic, and so every client, is settled before the next one enters.

    Parameters
    ----------
    allocation
        The allocation without matching.
    study
        The study; its arms say who is matched.
    people
        The therapists.
    parameters
        A world's parameters: the spread of the clients' weights.
    seed, replicate
        The address of the random numbers.

    Returns
    -------
    Allocation
        The same arms and caseloads, other therapists.
    """
    fit = np.array([arm.matched for arm in study.arms])[allocation.arm]
    words = random_streams.words(0, allocation.arm.size)
    lot = random_streams.uniforms(words, seed, replicate, 1, Stream.ALLOCATION)
    z = np.stack(
        [random_streams.normals(words, seed, replicate, 0, Stream.WEIGHT + k) for k in range(4)]
    )
    weight = _shares(np.float32(parameters.population.weight_spread) * z)
    chosen = allocation.therapist.copy()
    first, left = -CLINIC, np.zeros(0, np.int64)
    for client in np.flatnonzero(allocation.therapist >= 0):
        if not left.any():
            first += CLINIC
            left = allocation.caseload[first : first + CLINIC].astype(np.int64)
            skill = people.competence[:, first : first + CLINIC]
        free = np.flatnonzero(left)
        best = np.argmax(weight[:, client] @ skill[:, free]) if fit[client] else None
        place = free[int(lot[client] * free.size) if best is None else best]
        left[place] -= 1
        chosen[client] = first + place
    return allocation._replace(therapist=chosen)


@compiled
def draw_therapists(th, spread, warm, skilled, seed, replicate):
    """Draw the traits of therapists in place; `presence` is left alone.

    A trait is spread (loading B + sqrt(1 - loading^2) n), B the block that all traits share;
    `warm` loads empathy, congruence and regard, `skilled` the other skills. Allegiance is apart.
    """
    block = np.empty(th.word.shape[0], np.float32)
    fill_normal(block, th.word, seed, replicate, ONCE, _TRAIT)
    traits = (th.empathy, th.congruence, th.regard, th.repair_skill, th.formulation_skill)
    scale = (ZERO, spread)
    for k in range(5):
        loading = warm if k < 3 else skilled
        fill_normal(traits[k], th.word, seed, replicate, ONCE, _TRAIT + 1 + k)
        trait_lanes(traits[k], block, traits[k], (loading, own_share(loading)), scale)
    for k in range(4):
        fill_normal(th.competence[k], th.word, seed, replicate, ONCE, _COMPETENCE + k)
        loadings = (skilled, own_share(skilled))
        trait_lanes(th.competence[k], block, th.competence[k], loadings, scale)
    for k in range(th.allegiance.shape[0]):
        fill_normal(th.allegiance[k], th.word, seed, replicate, ONCE, _ALLEGIANCE + k)
        trait_lanes(th.allegiance[k], block, th.allegiance[k], (ZERO, ONE), scale)


def empty_therapists(allocation: Allocation, therapies: int, steps: int) -> Therapists:
    """Return an allocation's therapists, traits 0, present at every step as usual (0.8).

    Parameters
    ----------
    allocation
        Their caseloads.
    therapies, steps
        How many therapies and steps the study has.
    """
    total = allocation.caseload.size
    sizes = {"": (), "4": (4,), "therapy": (max(1, therapies),), "step": (steps,)}
    rows = {
        name: np.zeros((*sizes[item.shape], total), np.float32)
        for name, item in declared_variables(Therapists).items()
    }
    rows |= {"caseload": allocation.caseload, "presence": rows["presence"] + PRESENT}
    return Therapists(word=random_streams.words(0, total), **rows)


def therapists(
    allocation: Allocation,
    study: Study,
    steps: int,
    *,
    population: Population,
    seed: int,
    replicate: int,
) -> Therapists:
    """Draw the therapists of an allocation; the walk of their presence is left to `sessions`.

    Parameters
    ----------
    allocation
        Their caseloads.
    study
        The study: its sample and its therapies.
    steps
        How many steps it has, intake included.
    population
        Parameters of the population.
    seed, replicate
        The address of the random numbers.

    Returns
    -------
    Therapists
        Their traits, drawn; present as usual.
    """
    people = empty_therapists(allocation, len(treatments(study)), steps)
    draw_therapists(
        people,
        np.float32(population.therapist_spread) * np.float32(study.sample.therapist_selection),
        np.float32(population.facilitative_loading),
        np.float32(population.skill_loading),
        seed,
        replicate,
    )
    return people


def _shares(z: Array) -> Array:
    """Return four positive shares `(4, client)` that add to 1 from log2 weights."""
    raw = _exp2(np.ascontiguousarray(z).reshape(-1)).reshape(z.shape)
    shares: Array = raw / (raw[0] + raw[1] + raw[2] + raw[3])
    return shares


def clients(allocation: Allocation, table: bool = True) -> Clients:
    """Return the clients of an allocation, still to be drawn (`intake.enter`).

    Parameters
    ----------
    allocation
        Their arms and therapists.
    table
        Whether they get a table of variables; without one the kernel leaves nothing of them.
    """
    count = allocation.arm.size
    people = empty_clients(count if table else 0)
    return people._replace(
        word=random_streams.words(0, count), arm=allocation.arm, therapist=allocation.therapist
    )
