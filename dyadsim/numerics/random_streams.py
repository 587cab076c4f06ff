"""Random numbers as a pure function of (seed, replicate, entity, session, stream).

There is no generator and no state. A 64-bit key is mixed from (seed, replicate, session,
stream) once per row of draws; the entity's own word (a 32-bit bijection of its number) passes
through two more rounds with the two halves of that key. So a draw is the same number whatever
the thread, the block or the machine, and the same client under another arm has the same random
numbers (common random numbers). The rounds follow the usual finaliser pattern (xor-shift, odd
multiplication) with published multipliers; `tests/numerics/test_random_streams.py` checks moments,
uniformity and independence across entities, sessions, streams, seeds and replicates.

A uniform has 23 bits and lies strictly inside (0, 1); the normal is an odd function of it,
z = (2u - 1) P(sqrt(3 - log2(4 u (1 - u))) - 3), P our own minimax polynomial, fitted on a log2 that
is rough on purpose (1.5e-5): relative error of z below 1e-5 (tests, against SciPy's `ndtri`),
|z| <= 5.3.
"""

from enum import IntEnum
from typing import Any
from zlib import crc32

import numpy as np

from dyadsim.numerics.float32 import ONE, TWO, split
from dyadsim.numerics.jit import compiled

type Words = np.ndarray[Any, np.dtype[np.uint32]]
type Floats = np.ndarray[Any, np.dtype[np.float32]]


class Stream(IntEnum):
    """Every use of random numbers has a stream of its own: never reuse a number, never renumber.

    Entities of the first block are clients, of the second therapists. The session is 0 for what is
    drawn once per entity. `INSTRUMENT` and `BEAT` are the first numbers of ranges.
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
    SUDDEN_GAIN = 15
    ANXIETY = 16
    ANXIETY_FORM = 17
    APTITUDE = 18
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
    BEAT = 1000


_FIRST_OWN, _OWN_NUMBERS = 1 << 20, 1 << 20


def own_stream(name: str) -> int:
    """Return the stream of a draw of one's own mechanism, by its full name.

    Where draws are done again by groups (`do`), it goes with the relationship.

    Examples
    --------
    >>> own_stream("nocebo.fright") == own_stream("nocebo.fright") > Stream.BEAT
    True
    """
    return _FIRST_OWN + crc32(name.encode()) % _OWN_NUMBERS


def is_own(stream: int) -> bool:
    """Return whether a stream is one of a mechanism of one's own.

    Examples
    --------
    >>> is_own(own_stream("nocebo.fright")), is_own(Stream.RUPTURE)
    (True, False)
    """
    return stream >= _FIRST_OWN


ONCE = np.int64(0)
"""The session of what is drawn once per entity. (Whole numbers that stand in compiled calls are
`np.int64`: Numba compiles a function anew for every bare one.)"""


class Group(IntEnum):
    """What a stream of random numbers is about; one group can be drawn again without the others.

    Client: who comes, and what life brings (life events, readiness); therapist: traits and
    presence; relationship: the chemistry of the pair, ruptures and the alliance's own moves;
    expectancy: hope as far as it does not follow from the other traits, and its moves; technique:
    which arm; chance: everything else. Caseloads (who sees whom) belong to none. To which group a
    stream belongs is a definition of this project.
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
        Stream.LIFE_EVENT,
        Stream.READINESS,
        Stream.GOOD_ENOUGH_LEVEL,
        Stream.APTITUDE,
        *range(Stream.INTAKE, Stream.DYAD_FIT),
    ),
    Group.RELATIONSHIP: (
        Stream.RUPTURE,
        Stream.REPAIR,
        Stream.BOND,
        Stream.AGREEMENT,
        Stream.DYAD_FIT,
    ),
    Group.THERAPIST: range(Stream.THERAPIST_TRAIT, Stream.OBSERVED_SKILL + 1),
    Group.EXPECTANCY: (Stream.EXPECTANCY, _HOPE),
    Group.TECHNIQUE: (Stream.ALLOCATION,),
}
_GROUP_OF = np.full(256, Group.CHANCE, np.uint8)
for _group, _streams in _MEMBERS.items():
    _GROUP_OF[list(_streams)] = _group
_GROUP_OF[Stream.CASELOAD] = _NO_GROUP
_FIRST_BEAT, _RELATIONSHIP = np.uint64(Stream.BEAT), np.uint64(Group.RELATIONSHIP)
_DRAWN_AGAIN = np.uint64(1 << 40)


def redrawn(replicate: int, groups: int) -> int:
    """Return a replicate in which the random numbers of some groups are drawn again.

    Every other stream keeps the numbers that it has under `replicate`, bit for bit.

    Parameters
    ----------
    replicate
        The replicate to start from.
    groups
        A sum of 1 << `Group`, from 0, which gives `replicate` itself, to `EVERY_GROUP`.

    Returns
    -------
    int
        What takes the place of the replicate in the address of a run.
    """
    return replicate | groups << 32


_A1, _A2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_STEP = np.uint64(0x9E3779B97F4A7C15)
_M1, _M2 = np.uint32(0x7FEB352D), np.uint32(0x846CA68B)
_S9, _S15, _S16 = np.uint32(9), np.uint32(15), np.uint32(16)
_L27, _L30, _L31, _L32 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(32)
_LOW, _BYTE, _BIT = np.uint64(0xFFFFFFFF), np.uint64(255), np.uint64(1)
_PIECE = 512  # draws that one pass handles
_GRAIN = np.float32(2.0**-23)
_HALF_GRAIN = np.float32(2.0**-24)

_FOUR, _THREE = np.float32(4.0), np.float32(3.0)
_P0, _P1 = np.float32(2.679753065109253), np.float32(1.3295634984970093)
_P2, _P3 = np.float32(0.04325614497065544), np.float32(-0.07342962920665741)
_P4, _P5 = np.float32(0.03240914270281792), np.float32(0.00375645630992949)
_P6, _P7 = np.float32(-0.008114111609756947), np.float32(0.0011378974886611104)
_P8, _P9 = np.float32(0.0009289594017900527), np.float32(-0.00025919650215655565)
# log2(1 + r) = r * (G0 + G1 r + ... + G4 r^4) to 1.5e-5 for 1 + r in [sqrt(1/2), sqrt(2)]
_G0, _G1 = np.float32(1.4425779581069946), np.float32(-0.7202417850494385)
_G2, _G3, _G4 = (
    np.float32(0.4866861402988434),
    np.float32(-0.3945753574371338),
    np.float32(0.25266024470329285),
)


@compiled
def mix64(x):
    """Return a 64-bit bijective mix of `x` (uint64): the splitmix64 finaliser."""
    x = np.uint64((x ^ (x >> _L30)) * _A1)
    x = np.uint64((x ^ (x >> _L27)) * _A2)
    return np.uint64(x ^ (x >> _L31))


@compiled
def key(seed, replicate, session, stream):
    """Return the 64-bit key of one row of draws; all arguments are whole numbers >= 0.

    `replicate` may say which groups of streams are drawn again (`redrawn`).
    """
    number, groups = np.uint64(stream), np.uint64(replicate) >> _L32
    group = _RELATIONSHIP if number >= _FIRST_BEAT else np.uint64(_GROUP_OF[number & _BYTE])
    draw = np.uint64(replicate) & _LOW
    draw = draw | _DRAWN_AGAIN if (groups >> group) & _BIT == _BIT else draw
    word = mix64(np.uint64(np.uint64(seed) + _STEP))
    word = mix64(np.uint64((word ^ draw) + _STEP))
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
def bits(word, low, high):
    """Return the 32 random bits of an entity's `word` under the halves of a key (uint32)."""
    x = np.uint32(word ^ low)
    x = np.uint32((x ^ (x >> _S16)) * _M1)
    x = np.uint32(x ^ (x >> _S15) ^ high)
    x = np.uint32(x * _M2)
    return np.uint32(x ^ (x >> _S16))


@compiled
def uniform(word, low, high):
    """Return a float32 in (0, 1): the upper 23 of the 32 bits."""
    return np.float32(np.int32(bits(word, low, high) >> _S9)) * _GRAIN + _HALF_GRAIN


@compiled
def depth(u):
    """Return sqrt(3 - log2(4 u (1 - u))) - 3: how far `u` lies in the tails, from -1.3 to 2."""
    exponent, r = split(_FOUR * u * (ONE - u))
    square = r * r
    rough = r * ((_G0 + r * _G1) + square * ((_G2 + r * _G3) + square * _G4))
    return np.sqrt(_THREE - (np.float32(exponent) + rough)) - _THREE


@compiled
def normal_at(u, s):
    """Return the standard normal quantile of `u` from its `depth` s: (2u - 1) P(s)."""
    square = s * s
    fourth = square * square
    low = (_P0 + s * _P1) + square * (_P2 + s * _P3)
    high = (_P4 + s * _P5) + square * (_P6 + s * _P7)
    return (TWO * u - ONE) * (low + fourth * (high + fourth * (_P8 + s * _P9)))


@compiled
def normal_quantile(u):
    """Return the standard normal quantile of `u`, float32 in [2^-24, 1 - 2^-24]."""
    return normal_at(u, depth(u))


@compiled
def inside(u):
    """Return `u` moved into the range of `normal_quantile`."""
    return min(max(u, _HALF_GRAIN), ONE - _HALF_GRAIN)


@compiled
def fill_uniform(out, words, seed, replicate, session, stream):
    """Fill `out` (entity,) float32 with the uniforms in (0, 1) of `words` at one address row."""
    row = key(seed, replicate, session, stream)
    low, high = np.uint32(row & _LOW), np.uint32(row >> _L32)
    for i in range(out.shape[0]):
        out[i] = uniform(words[i], low, high)


@compiled
def fill_normal(out, words, seed, replicate, session, stream):
    """Fill `out` (entity,) float32 with the standard normals of `words` at one address row.

    Three short loops: a long chain of steps in one loop leaves the processor waiting.
    """
    row = key(seed, replicate, session, stream)
    low, high = np.uint32(row & _LOW), np.uint32(row >> _L32)
    deep = np.empty(_PIECE, np.float32)
    for first in range(0, out.shape[0], _PIECE):
        part = out[first : first + _PIECE]
        word = words[first : first + _PIECE]
        for i in range(part.shape[0]):
            part[i] = uniform(word[i], low, high)
        for i in range(part.shape[0]):
            deep[i] = depth(part[i])
        for i in range(part.shape[0]):
            part[i] = normal_at(part[i], deep[i])


@compiled
def fill_words(out, first):
    """Fill `out` (entity,) uint32 with the words of entities first, first + 1, ..."""
    for i in range(out.shape[0]):
        out[i] = entity_word(first + i)


@compiled
def fill_pair_words(out, words, partner):
    """Fill `out` (n,) uint32 with the words of pairs: an entity's word and its partner's number."""
    for i in range(out.shape[0]):
        out[i] = entity_word(words[i] ^ entity_word(partner[i] + 1))


def words(first: int, count: int) -> Words:
    """Return the random words of entities.

    Parameters
    ----------
    first
        Number of the first entity.
    count
        How many entities.

    Returns
    -------
    Words
        `(entity,)` uint32.
    """
    out = np.empty(count, np.uint32)
    fill_words(out, first)
    return out


def normals(words: Words, seed: int, replicate: int, session: int, stream: int) -> Floats:
    """Return standard normals.

    Parameters
    ----------
    words
        The entities' words, `(entity,)`.
    seed, replicate, session, stream
        The rest of the address.

    Returns
    -------
    Floats
        `(entity,)` float32.
    """
    out = np.empty(words.shape[0], np.float32)
    fill_normal(out, words, seed, replicate, session, int(stream))
    return out


def uniforms(words: Words, seed: int, replicate: int, session: int, stream: int) -> Floats:
    """Return uniforms in (0, 1); the arguments and the shape are those of `normals`."""
    out = np.empty(words.shape[0], np.float32)
    fill_uniform(out, words, seed, replicate, session, int(stream))
    return out
