"""Draw clients and therapists, make caseloads.

Clients seek care when distress, as they feel it, is high: D* = D + other reasons must exceed the
sample's threshold. D* is drawn from the truncated normal, D given D*, then the chronic set point c
and the life-event load L given D, all in closed form. What is left, D - c - L, is the week's own
fluctuation. So clients enter near their worst, and regression to the mean is what follows from it.

    D | D*   ~ N(m + k (D* - m), k o^2),        k = s^2 / (s^2 + o^2),  o = seeking_noise
    c | D    ~ N(m + rc (D - m), rc (1 - rc) s^2)                       rc = stable_share
    L | D, c ~ N(rl / (1 - rc) (D - c), rl rf / (rl + rf) s^2)          rl = load_share,
                                                                        rf = 1 - rc - rl

Every draw is addressed by client or therapist number, so adding clients behind the first ones
changes nothing for the first ones; the allocation to arms (permuted blocks) and to therapists
(caseloads filled one after another) is built so that it keeps this.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dyadsim import noise
from dyadsim.elementary import fill_exp2
from dyadsim.noise import Stream, Words
from dyadsim.parameters import Parameters, Population
from dyadsim.state import Array, Clients, Therapists, Whole, empty_clients
from dyadsim.study import Caseload, Sample, Study

_CLIENT_TRAITS = ("readiness", "expectancy", "attachment", "resources", "set_point")


CLINIC = 10  # therapists who share an intake list, where clients are matched (assumption)


class Allocation(NamedTuple):
    """Who is in which arm and with whom: `arm`, `therapist` (client,), -1 = no therapist."""

    arm: Whole
    therapist: Whole
    caseload: Array


def _exp2(x: Array) -> Array:
    out = np.empty_like(x)
    fill_exp2(out, x)
    return out


def _arms(study: Study, count: int, seed: int, replicate: int) -> Whole:
    """Return each client's arm by permuted blocks of twice the allocation ratio, `(client,)`."""
    block = np.repeat(np.arange(len(study.arms)), [2 * arm.share for arm in study.arms])
    blocks = -(-count // block.size)
    drawn = noise.uniforms(
        noise.words(0, blocks * block.size), seed, replicate, 0, Stream.ALLOCATION
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
        numbers = noise.words(start, chunk * by)[::by]
        z = noise.normals(np.ascontiguousarray(numbers), seed, replicate, 0, Stream.CASELOAD)
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
        index for index, one in enumerate(study.arms)
        if any(phase.therapy.human for phase in one.phases)
    ]  # fmt: skip
    groups = [[index] for index in guided] if study.caseload.nested else [guided] * bool(guided)
    therapist = np.full(count, -1, np.int32)
    pools = []
    whole = CLINIC if any(one.matched for one in study.arms) else 1
    for place, group in enumerate(groups):
        members = np.flatnonzero(np.isin(arm, group))
        sizes = _caseloads(len(members), study.caseload, seed, replicate, place, len(groups), whole)
        full = np.cumsum(sizes)
        rank = np.searchsorted(full, np.arange(len(members)), side="right")
        therapist[members] = place + len(groups) * rank
        pools.append(sizes)
    total = max([1] + [place + len(groups) * (len(s) - 1) + 1 for place, s in enumerate(pools)])
    caseload = np.zeros(total, np.float32)
    for place, sizes in enumerate(pools):
        caseload[place :: len(groups)][: len(sizes)] = sizes
    return Allocation(arm, therapist, caseload)


def matched(
    allocation: Allocation, study: Study, people: Therapists, parameters: Parameters, seed: int,
    replicate: int,
) -> Allocation:  # fmt: skip
    """Return the allocation of a study whose clinics give some arms the therapist who fits best.

    A clinic is `CLINIC` therapists who follow one another; it takes clients in the order of entry
    until all their places are full. A client of a matched arm gets, among the therapists with a
    place left, the one with the largest sum of competence times the client's weights; any other
    client a therapist by lot. Both are known without error here: as good as matching can be. A
    clinic, and so every client, is settled before the next one enters.
    """
    wants = np.array([one.matched for one in study.arms])
    who = np.flatnonzero(allocation.therapist >= 0)
    words = noise.words(0, allocation.arm.size)
    lot = noise.uniforms(words, seed, replicate, 1, Stream.ALLOCATION)
    z = np.stack([noise.normals(words, seed, replicate, 0, Stream.WEIGHT + k) for k in range(4)])
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


def therapists(
    allocation: Allocation, population: Population, sample: Sample, therapies: int, steps: int,
    seed: int, replicate: int,
) -> Therapists:  # fmt: skip
    """Draw the therapists of an allocation; `presence` rows are left to the kernel."""
    total = allocation.caseload.size
    words = noise.words(0, total)
    spread = np.float32(population.therapist_spread * sample.therapist_selection)

    def draw(stream: int) -> Array:
        return noise.normals(words, seed, replicate, 0, stream)

    block = draw(Stream.THERAPIST_TRAIT)

    def trait(stream: int, loading: float) -> Array:
        own = np.float32(math.sqrt(1 - loading * loading))
        return spread * (np.float32(loading) * block + own * draw(stream))

    warm, skilled = population.facilitative_loading, population.skill_loading
    return Therapists(
        word=words,
        empathy=trait(Stream.THERAPIST_TRAIT + 1, warm),
        congruence=trait(Stream.THERAPIST_TRAIT + 2, warm),
        regard=trait(Stream.THERAPIST_TRAIT + 3, warm),
        repair_skill=trait(Stream.THERAPIST_TRAIT + 4, skilled),
        formulation_skill=trait(Stream.THERAPIST_TRAIT + 5, skilled),
        competence=np.stack([trait(Stream.COMPETENCE + k, skilled) for k in range(4)]),
        allegiance=np.stack(
            [spread * draw(Stream.ALLEGIANCE + k) for k in range(max(1, therapies))]
        ),
        caseload=allocation.caseload,
        presence=np.full((steps, total), 0.8, np.float32),
    )


def _distress(words: Words, seed: int, replicate: int, q: Population, sample: Sample) -> Array:
    """Return distress at intake of people who came through the door, `(client,)`."""
    felt_sd = math.sqrt(q.distress_sd**2 + sample.seeking_noise**2)
    below = 0.5 * (
        1 + math.erf((sample.seeking_threshold - q.distress_mean) / felt_sd / math.sqrt(2))
    )
    u = noise.uniforms(words, seed, replicate, 0, Stream.INTAKE)
    z = np.empty_like(u)
    noise.fill_quantile(z, np.float32(below) + u * np.float32(1 - below))
    share = q.distress_sd**2 / felt_sd**2
    rest = np.float32(math.sqrt(share) * sample.seeking_noise)
    own = noise.normals(words, seed, replicate, 0, Stream.INTAKE + 1)
    return np.float32(q.distress_mean) + np.float32(share * felt_sd) * z + rest * own


def _shares(z: Array) -> Array:
    """Return four positive shares `(4, client)` that add to 1 from log2 weights."""
    raw = _exp2(np.ascontiguousarray(z).reshape(-1)).reshape(z.shape)
    shares: Array = raw / (raw[0] + raw[1] + raw[2] + raw[3])
    return shares


def _traits(draw: Callable[[int], Array], q: Population) -> dict[str, Array]:
    """Return the five client traits that share a part, wellbeing; standard normal."""
    wellbeing = draw(Stream.CLIENT_TRAIT)
    traits = {}
    for number, name in enumerate(_CLIENT_TRAITS, start=1):
        loading = getattr(q, f"wellbeing_{name}")
        own = np.float32(math.sqrt(1 - loading * loading))
        traits[name] = np.float32(loading) * wellbeing + own * draw(Stream.CLIENT_TRAIT + number)
    return traits


def clients(
    allocation: Allocation, parameters: Parameters, sample: Sample, first: int, last: int,
    seed: int, replicate: int,
) -> Clients:  # fmt: skip
    """Draw clients number `first` to `last` - 1 of an allocation, before intake is measured."""
    q = parameters.population
    people = empty_clients(last - first)
    words = noise.words(first, last - first)
    people.word[:] = words
    people.arm[:] = allocation.arm[first:last]
    people.therapist[:] = allocation.therapist[first:last]

    def draw(stream: int) -> Array:
        return noise.normals(words, seed, replicate, 0, stream)

    traits = _traits(draw, q)
    people.attachment[:], people.resources[:] = traits["attachment"], traits["resources"]
    _enter(people, q, sample, traits, seed, replicate)
    z = np.stack([draw(Stream.WEIGHT + k) for k in range(4)])
    other = np.stack([draw(Stream.PREFERENCE + k) for k in range(4)])
    spread = np.float32(q.weight_spread)
    mixed = np.float32(q.insight) * z + np.float32(math.sqrt(1 - q.insight**2)) * other
    people.weight[:], people.preference[:] = _shares(spread * z), _shares(spread * mixed)
    people.rater_style[:] = draw(Stream.RATER_STYLE)
    pairs = np.empty_like(words)
    noise.fill_pair_words(pairs, words, people.therapist)
    people.dyad_fit[:] = noise.normals(pairs, seed, replicate, 0, Stream.DYAD_FIT)
    level = np.float32(q.good_enough_mean) + np.float32(q.good_enough_sd) * draw(
        Stream.GOOD_ENOUGH_LEVEL
    )
    people.good_enough_level[:] = level
    guided = (people.therapist >= 0).astype(np.float32)
    people.dyad_fit[:] *= guided  # no bond and no chemistry without a therapist
    people.goal[:] = people.task[:] = np.float32(parameters.alliance.start)
    people.bond[:] = guided * np.float32(parameters.alliance.start)
    people.formulation[:] = np.float32(parameters.responsiveness.formulation_start)
    return people


def _enter(
    people: Clients, q: Population, sample: Sample, traits: dict[str, Array], seed: int,
    replicate: int,
) -> None:  # fmt: skip
    """Write distress, set point, load, readiness and expectancy at intake."""
    distress = _distress(people.word, seed, replicate, q, sample)
    rest = 1 - q.stable_share - q.load_share
    mean, stable = np.float32(q.distress_mean), np.float32(q.stable_share)
    spread = np.float32(q.distress_sd * math.sqrt(q.stable_share * (1 - q.stable_share)))
    people.set_point[:] = mean + stable * (distress - mean) + spread * traits["set_point"]
    share = np.float32(q.load_share / (q.load_share + rest))
    own = q.distress_sd * math.sqrt(q.load_share * rest / (q.load_share + rest))
    luck = noise.normals(people.word, seed, replicate, 0, Stream.INTAKE + 2)
    people.load[:] = share * (distress - people.set_point) + np.float32(own) * luck
    people.distress[:] = people.initial_distress[:] = distress
    ready = np.float32(q.readiness_mean) + np.float32(q.readiness_sd) * traits["readiness"]
    hope = np.float32(q.expectancy_mean) + np.float32(q.expectancy_sd) * traits["expectancy"]
    people.readiness[:] = np.clip(ready, np.float32(0.02), np.float32(0.98))
    people.expectancy[:] = np.clip(hope, np.float32(0.02), np.float32(0.98))
