"""Random numbers as a pure function of (seed, replicate, entity, session, stream).

There is no generator and no state. A 64-bit key is mixed from (seed, replicate, session,
stream) once per row of draws; the entity's own word (a 32-bit bijection of its number) passes
through two more rounds with the two halves of that key. So a draw is the same number whatever
the thread, the chunk, the shard or the machine, and the same client under another arm has the
same luck. The rounds follow the usual finaliser pattern (xor-shift, odd multiplication) with
published multipliers; `tests/unit/test_noise.py` checks moments, uniformity and independence
across entities, sessions, streams, seeds and replicates.

A uniform has 23 bits and lies strictly inside (0, 1); the normal is an odd function of it,
z = (2u - 1) P(sqrt(3 - log2(4 u (1 - u)))), P our own minimax polynomial: relative error below
1e-5 (stated in the tests against SciPy's `ndtri`), |z| <= 5.3.
"""

from enum import IntEnum
from typing import Any

import numpy as np

from dyadsim.compiled import compiled
from dyadsim.elementary import ONE, TWO, log2

type Words = np.ndarray[Any, np.dtype[np.uint32]]
type Floats = np.ndarray[Any, np.dtype[np.float32]]


class Stream(IntEnum):
    """Every use of luck has its own number: never reuse one, never renumber one.

    Entities of the first block are clients, of the second therapists. Session is 0 for what is
    drawn once per entity. `INSTRUMENT` and `MOMENT` are first numbers of ranges.
    """

    RUPTURE = 1
    REPAIR = 2
    BOND = 3
    AGREEMENT = 4
    EXPECTANCY = 5
    READINESS = 6
    LIFE_EVENT = 7
    DISTRESS = 8
    GOOD_ENOUGH = 9
    DROPOUT = 10
    REMOVAL = 11
    SYMPTOM = 12
    SYMPTOM_MISSING = 13
    GOOD_ENOUGH_LEVEL = 14
    INTAKE = 20
    CLIENT_TRAIT = 30
    WEIGHT = 50
    PREFERENCE = 60
    RATER_STYLE = 70
    DYAD_FIT = 71
    ALLOCATION = 72
    THERAPIST_TRAIT = 100
    COMPETENCE = 110
    ALLEGIANCE = 120
    CASELOAD = 180
    PRESENCE = 181
    OBSERVED_SKILL = 182
    INSTRUMENT = 200
    MOMENT = 1000


class Group(IntEnum):
    """Whose luck a stream is; a group can be drawn again while all the others are kept.

    Client: who comes, and what life brings (life events, readiness); therapist: traits and
    presence; relationship: the chemistry of the pair, ruptures and the alliance's own moves;
    expectancy: hope as far as it does not follow from the other traits, and its moves; technique:
    which arm; chance: everything else. Caseloads (who sees whom) belong to none. Where a stream
    belongs is a definition of this project.
    """

    CLIENT = 0
    THERAPIST = 1
    RELATIONSHIP = 2
    EXPECTANCY = 3
    TECHNIQUE = 4
    CHANCE = 5


EVERY_GROUP = (1 << len(Group)) - 1
_NO_GROUP = 63
_HOPE = Stream.CLIENT_TRAIT + 2  # expectancy among the traits that share wellbeing
_MEMBERS = {
    Group.CLIENT: (
        Stream.LIFE_EVENT, Stream.READINESS, Stream.GOOD_ENOUGH_LEVEL,
        *range(Stream.INTAKE, Stream.DYAD_FIT),
    ),
    Group.RELATIONSHIP: (
        Stream.RUPTURE, Stream.REPAIR, Stream.BOND, Stream.AGREEMENT, Stream.DYAD_FIT,
    ),
    Group.THERAPIST: range(Stream.THERAPIST_TRAIT, Stream.OBSERVED_SKILL + 1),
    Group.EXPECTANCY: (Stream.EXPECTANCY, _HOPE),
    Group.TECHNIQUE: (Stream.ALLOCATION,),
}  # fmt: skip
_GROUP_OF = np.full(256, Group.CHANCE, np.uint8)
for _group, _streams in _MEMBERS.items():
    _GROUP_OF[list(_streams)] = _group
_GROUP_OF[Stream.CASELOAD] = _NO_GROUP
_FIRST_MOMENT, _RELATIONSHIP = np.uint64(Stream.MOMENT), np.uint64(Group.RELATIONSHIP)
_OTHER_LUCK = np.uint64(1 << 40)


def redrawn(replicate: int, groups: int) -> int:
    """Return the address of `replicate` with the luck of some groups drawn again.

    groups: a sum of 1 << `Group`, 0 to `EVERY_GROUP`; 0 gives `replicate` itself. Every other
    stream keeps the numbers it has under `replicate`, bit for bit.
    """
    return replicate | groups << 32


_A1, _A2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_STEP = np.uint64(0x9E3779B97F4A7C15)
_M1, _M2 = np.uint32(0x7FEB352D), np.uint32(0x846CA68B)
_S9, _S15, _S16 = np.uint32(9), np.uint32(15), np.uint32(16)
_L27, _L30, _L31, _L32 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(32)
_LOW, _BYTE, _BIT = np.uint64(0xFFFFFFFF), np.uint64(255), np.uint64(1)
_GRAIN = np.float32(2.0**-23)
_HALF_GRAIN = np.float32(2.0**-24)

_FOUR, _THREE = np.float32(4.0), np.float32(3.0)
_P0, _P1 = np.float32(2.67975115776062), np.float32(1.3295608758926392)
_P2, _P3 = np.float32(0.043285664170980453), np.float32(-0.07341571897268295)
_P4, _P5 = np.float32(0.03232688084244728), np.float32(0.003750425297766924)
_P6, _P7 = np.float32(-0.008039000444114208), np.float32(0.0011251562973484397)
_P8, _P9 = np.float32(0.0009072204702533782), np.float32(-0.0002520093694329262)


@compiled
def mix64(x):
    """Return a 64-bit bijective mix of `x` (uint64): the splitmix64 finaliser."""
    x = np.uint64((x ^ (x >> _L30)) * _A1)
    x = np.uint64((x ^ (x >> _L27)) * _A2)
    return np.uint64(x ^ (x >> _L31))


@compiled
def key(seed, replicate, session, stream):
    """Return the 64-bit key of one row of draws; all arguments are whole numbers >= 0.

    `replicate` may say which groups of streams have other luck (`redrawn`).
    """
    number, groups = np.uint64(stream), np.uint64(replicate) >> _L32
    group = _RELATIONSHIP if number >= _FIRST_MOMENT else np.uint64(_GROUP_OF[number & _BYTE])
    luck = np.uint64(replicate) & _LOW
    luck = luck | _OTHER_LUCK if (groups >> group) & _BIT == _BIT else luck
    word = mix64(np.uint64(np.uint64(seed) + _STEP))
    word = mix64(np.uint64((word ^ luck) + _STEP))
    word = mix64(np.uint64((word ^ np.uint64(session)) + _STEP))
    return mix64(np.uint64((word ^ np.uint64(stream)) + _STEP))


@compiled
def entity_word(entity):
    """Return the 32-bit word of an entity number (0 ... 2^32 - 1): a bijection."""
    x = np.uint32(entity)
    x = np.uint32((x ^ (x >> _S16)) * _M1)
    x = np.uint32((x ^ (x >> _S15)) * _M2)
    return np.uint32(x ^ (x >> _S16))


@compiled
def uniform(word, low, high):
    """Return a float32 in (0, 1) for an entity's `word` under the halves of a key (uint32)."""
    x = np.uint32(word ^ low)
    x = np.uint32((x ^ (x >> _S16)) * _M1)
    x = np.uint32(x ^ (x >> _S15) ^ high)
    x = np.uint32(x * _M2)
    x = np.uint32(x ^ (x >> _S16))
    return np.float32(np.int32(x >> _S9)) * _GRAIN + _HALF_GRAIN


@compiled
def normal_quantile(u):
    """Return the standard normal quantile of `u`, float32 in [2^-24, 1 - 2^-24]."""
    s = np.sqrt(_THREE - log2(_FOUR * u * (ONE - u))) - _THREE
    tail = _P5 + s * (_P6 + s * (_P7 + s * (_P8 + s * _P9)))
    factor = _P0 + s * (_P1 + s * (_P2 + s * (_P3 + s * (_P4 + s * tail))))
    return (TWO * u - ONE) * factor


@compiled
def fill_normal(out, words, seed, replicate, session, stream):
    """Fill `out` (entity,) float32 with the standard normals of `words` at one address row."""
    row = key(seed, replicate, session, stream)
    low, high = np.uint32(row & _LOW), np.uint32(row >> _L32)
    for i in range(out.shape[0]):
        out[i] = normal_quantile(uniform(words[i], low, high))


@compiled
def fill_uniform(out, words, seed, replicate, session, stream):
    """Fill `out` (entity,) float32 with the uniforms in (0, 1) of `words` at one address row."""
    row = key(seed, replicate, session, stream)
    low, high = np.uint32(row & _LOW), np.uint32(row >> _L32)
    for i in range(out.shape[0]):
        out[i] = uniform(words[i], low, high)


@compiled
def fill_words(out, first):
    """Fill `out` (entity,) uint32 with the words of entities first, first + 1, ..."""
    for i in range(out.shape[0]):
        out[i] = entity_word(first + i)


@compiled
def fill_quantile(out, u):
    """Fill `out` (n,) float32 with the standard normal quantiles of `u` (n,) float32 in (0, 1)."""
    for i in range(out.shape[0]):
        inside = min(max(u[i], _HALF_GRAIN), ONE - _HALF_GRAIN)
        out[i] = normal_quantile(inside)


@compiled
def fill_pair_words(out, words, partner):
    """Fill `out` (n,) uint32 with the words of pairs: an entity's word and its partner's number."""
    for i in range(out.shape[0]):
        out[i] = entity_word(words[i] ^ entity_word(partner[i] + 1))


def words(first: int, count: int) -> Words:
    """Return the words (entity,) uint32 of `count` entities from number `first` on."""
    out = np.empty(count, np.uint32)
    fill_words(out, first)
    return out


def normals(words: Words, seed: int, replicate: int, session: int, stream: int) -> Floats:
    """Return the standard normals (entity,) float32 of entity `words` at one address row."""
    out = np.empty(words.shape[0], np.float32)
    fill_normal(out, words, seed, replicate, session, int(stream))
    return out


def uniforms(words: Words, seed: int, replicate: int, session: int, stream: int) -> Floats:
    """Return the uniforms (entity,) float32 in (0, 1) of entity `words` at one address row."""
    out = np.empty(words.shape[0], np.float32)
    fill_uniform(out, words, seed, replicate, session, int(stream))
    return out
