"""Streaming sums: what is added up while the sessions run, so that no table need be kept.

Everything is counted in whole multiples of a small unit, because whole numbers add up to the same
total in any order: the sums are the same for any block, thread or chunk. What one client adds must
fit 32 bits, so the units below bound what can be counted: scores by `questionnaires.FURTHEST_SCORE`
and distress by `distress.FURTHEST`.
"""

from typing import NamedTuple

import numpy as np

from dyadsim.kernel.block import rows_of
from dyadsim.model.mechanism import Reads
from dyadsim.model.mechanisms.ending import DROPOUT, GOOD_ENOUGH
from dyadsim.numerics.float32 import HALF, ONE, ZERO
from dyadsim.numerics.jit import compiled_within

SUMS = {  # what is summed, and in multiples of 1 / how much
    "clients": 1,
    "in_care": 1,
    "scored": 1,
    "symptom_score": 4096,
    "symptom_score_squared": 1024,
    "distress": 65536,
    "distress_squared": 65536,
    "bond": 65536,
    "ruptures": 1,
    "dropped": 1,
    "agreed": 1,
}
_SCORE, _LATENT = np.float32(SUMS["symptom_score"]), np.float32(SUMS["distress"])
_SCORE_SQUARED = np.float32(SUMS["symptom_score_squared"])
_DROPOUT, _GOOD = np.float32(DROPOUT), np.float32(GOOD_ENOUGH)


@compiled_within
def count_units(x, unit):
    """Return `x` in whole multiples of 1/unit: these add to the same total in any order."""
    return np.int32(np.floor(x * unit + HALF))


class SumRows(NamedTuple):
    """What is summed, or decides what is."""

    in_session: Reads
    symptom_score: Reads
    distress: Reads
    bond: Reads
    rupture: Reads
    ended: Reads


@compiled_within
def add_arm(cell, rows, arm, number, lanes):
    """Add those of the first `lanes` in arm `number` to its sums `cell` (sum,), as in `SUMS`."""
    clients = care = scored = score_1 = score_2 = latent_1 = latent_2 = 0
    bonds = ruptures = dropped = agreed = 0
    for i in range(lanes):
        y, d, ended = rows.symptom_score[i], rows.distress[i], rows.ended[i]
        mine = ONE if arm[i] == number else ZERO
        has_score = mine if y == y else ZERO
        known = y if has_score > ZERO else ZERO
        clients += np.int32(mine)
        care += np.int32(mine * rows.in_session[i])
        scored += np.int32(has_score)
        score_1 += count_units(known, _SCORE)
        score_2 += count_units(known * known, _SCORE_SQUARED)
        latent_1 += count_units(mine * d, _LATENT)
        latent_2 += count_units(mine * d * d, _LATENT)
        bonds += count_units(mine * rows.bond[i], _LATENT)
        ruptures += np.int32(mine * rows.rupture[i])
        dropped += np.int32(mine if ended == _DROPOUT else ZERO)
        agreed += np.int32(mine if ended == _GOOD else ZERO)
    totals = (clients, care, scored, score_1, score_2, latent_1, latent_2, bonds)
    for place, total in enumerate((*totals, ruptures, dropped, agreed)):
        cell[place] += total


@compiled_within
def add_sums(sums, b, arm, lanes, step):
    """Add an occasion of the first `lanes` of a block to `sums` (arm, step, sum)."""
    rows = rows_of(SumRows, b, lanes)
    for number in range(sums.shape[0]):
        add_arm(sums[number, step], rows, arm, np.int32(number), lanes)
