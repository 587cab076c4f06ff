"""Therapists, caseloads and who is in which arm; what clients are like stands in `entry`.

Every draw is addressed by client or therapist number, so adding clients behind the first ones
changes nothing for the first ones; the allocation to arms (permuted blocks) and to therapists
(caseloads filled one after another) is built so that it keeps this.
"""

import math
from typing import NamedTuple

import numpy as np

from dyadsim.kernel.intake import own_share, trait_lanes
from dyadsim.model.parameters import Parameters, Population
from dyadsim.model.variables import Array, Clients, IntArray, Therapists, empty_clients
from dyadsim.numerics import random_streams
from dyadsim.numerics.float32 import ONE, ZERO, fill_exp2
from dyadsim.numerics.jit import compiled
from dyadsim.numerics.random_streams import ONCE, Stream, fill_normal
from dyadsim.studies.study import Caseload, Sample, Study

_TRAIT, _COMPETENCE = np.int64(Stream.THERAPIST_TRAIT), np.int64(Stream.COMPETENCE)
_ALLEGIANCE = np.int64(Stream.ALLEGIANCE)
PRESENT = np.float32(0.8)  # presence before the first session (assumption)
CLINIC = 10  # therapists who share an intake list, where clients are matched (assumption)


class Allocation(NamedTuple):
    """Who is in which arm and with whom: `arm`, `therapist` (client,), -1 = no therapist."""

    arm: IntArray
    therapist: IntArray
    caseload: Array


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


def _caseloads(
    need: int, caseload: Caseload, seed: int, replicate: int, first: int, by: int, whole: int = 1
) -> Array:
    """Return caseloads of therapists first, first + by, ... until they hold `need` clients.

    Their number is rounded up to a multiple of `whole`.
    """
    mean = math.log2(caseload.mean) - 0.5 * math.log(2) * caseload.spread**2
    drawn: list[Array] = []
    held, chunk = 0, whole * max(16, int(2 * need / caseload.mean))
    if need == 0:
        return np.zeros(0, np.float32)
    while held < need:
        start = first + by * sum(map(len, drawn))
        numbers = random_streams.words(start, chunk * by)[::by]
        z = random_streams.normals(
            np.ascontiguousarray(numbers), seed, replicate, 0, Stream.CASELOAD
        )
        sizes = np.maximum(np.floor(_exp2(np.float32(mean) + np.float32(caseload.spread) * z)), 1)
        drawn.append(sizes.astype(np.float32))
        held += int(sizes.sum())
    sizes = np.concatenate(drawn)
    enough = int(np.searchsorted(np.cumsum(sizes), need)) + 1
    return sizes[: -(-enough // whole) * whole]


def allocate(study: Study, count: int, seed: int, replicate: int) -> Allocation:
    """Return arms and therapists of `count` clients.

    Therapists take clients in the order of entry until their caseload is full; crossed therapists
    treat in every arm that has one, nested ones in a single arm.
    """
    arm = _arms(study, count, seed, replicate)
    guided = [
        index
        for index, one in enumerate(study.arms)
        if any(phase.therapy.human for phase in one.phases)
    ]
    groups = [[index] for index in guided] if study.caseload.nested else [guided] * bool(guided)
    therapist = np.full(count, -1, np.int32)
    pools = []
    whole = CLINIC if any(one.matched for one in study.arms) else 1
    for place, group in enumerate(groups):
        chosen = np.zeros(len(study.arms), bool)
        chosen[group] = True
        members = np.flatnonzero(chosen[arm])
        sizes = _caseloads(len(members), study.caseload, seed, replicate, place, len(groups), whole)
        rank = np.repeat(np.arange(len(sizes)), sizes.astype(np.int64))[: len(members)]
        therapist[members] = place + len(groups) * rank
        pools.append(sizes)
    total = max([1] + [place + len(groups) * (len(s) - 1) + 1 for place, s in enumerate(pools)])
    caseload = np.zeros(total, np.float32)
    for place, sizes in enumerate(pools):
        caseload[place :: len(groups)][: len(sizes)] = sizes
    return Allocation(arm, therapist, caseload)


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
    client a therapist by lot. Both are known without error here: as good as matching can be. A
    clinic, and so every client, is settled before the next one enters.
    """
    wants = np.array([one.matched for one in study.arms])
    who = np.flatnonzero(allocation.therapist >= 0)
    words = random_streams.words(0, allocation.arm.size)
    lot = random_streams.uniforms(words, seed, replicate, 1, Stream.ALLOCATION)
    z = np.stack(
        [random_streams.normals(words, seed, replicate, 0, Stream.WEIGHT + k) for k in range(4)]
    )
    weight = _shares(np.float32(parameters.population.weight_spread) * z)
    fit = wants[allocation.arm]
    chosen = allocation.therapist.copy()
    clinic, left = -1, np.zeros(0, np.int64)
    for client in who:
        if not left.any():
            clinic += 1
            first = clinic * CLINIC
            left = allocation.caseload[first : first + CLINIC].astype(np.int64)
            skill = people.competence[:, first : first + CLINIC]
        free = np.flatnonzero(left)
        if fit[client]:
            place = free[np.argmax(weight[:, client] @ skill[:, free])]
        else:
            place = free[int(lot[client] * free.size)]
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
    for k in range(5):
        loading = warm if k < 3 else skilled
        fill_normal(traits[k], th.word, seed, replicate, ONCE, _TRAIT + 1 + k)
        trait_lanes(traits[k], block, traits[k], loading, own_share(loading), ZERO, spread)
    for k in range(4):
        fill_normal(th.competence[k], th.word, seed, replicate, ONCE, _COMPETENCE + k)
        trait_lanes(
            th.competence[k], block, th.competence[k], skilled, own_share(skilled), ZERO, spread
        )
    for k in range(th.allegiance.shape[0]):
        fill_normal(th.allegiance[k], th.word, seed, replicate, ONCE, _ALLEGIANCE + k)
        trait_lanes(th.allegiance[k], block, th.allegiance[k], ZERO, ONE, ZERO, spread)


def empty_therapists(allocation: Allocation, therapies: int, steps: int) -> Therapists:
    """Return an allocation's therapists, traits 0, present at every step as usual (0.8)."""
    total = allocation.caseload.size
    empathy, congruence, regard, repair, formulation = np.zeros((5, total), np.float32)
    return Therapists(
        random_streams.words(0, total),
        empathy,
        congruence,
        regard,
        repair,
        formulation,
        np.zeros((4, total), np.float32),
        np.zeros((max(1, therapies), total), np.float32),
        allocation.caseload,
        np.full((steps, total), PRESENT, np.float32),
    )


def therapists(
    allocation: Allocation,
    population: Population,
    sample: Sample,
    therapies: int,
    steps: int,
    seed: int,
    replicate: int,
) -> Therapists:
    """Draw the therapists of an allocation; `presence` rows are left to the kernel."""
    people = empty_therapists(allocation, therapies, steps)
    draw_therapists(
        people,
        np.float32(population.therapist_spread) * np.float32(sample.therapist_selection),
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
    """Return the clients of an allocation, still to be drawn (`entry.enter`, in the kernel).

    Without `table` nothing but word, arm and therapist is kept of them.
    """
    count = allocation.arm.size
    people = empty_clients(count if table else 0)
    return people._replace(
        word=random_streams.words(0, count), arm=allocation.arm, therapist=allocation.therapist
    )
