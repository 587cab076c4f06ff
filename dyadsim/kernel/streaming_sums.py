"""Streaming sums: what is added up while the sessions run, so that no table need be kept.

Everything is counted in whole multiples of a small unit, because whole numbers add up to the same
total in any order: the sums are the same for any block, thread or chunk.
"""

import numpy as np

from dyadsim.model.variables import DROPOUT, GOOD_ENOUGH
from dyadsim.model.variables import ROWS_AT as R
from dyadsim.numerics.float32 import HALF, ONE, ZERO
from dyadsim.numerics.jit import compiled

SUMS = {  # what is summed, and in multiples of 1 / how much
    "clients": 1,
    "in_care": 1,
    "scored": 1,
    "symptom_score": 4096,
    "symptom_score_squared": 4096,
    "distress": 65536,
    "distress_squared": 65536,
    "bond": 65536,
    "ruptures": 1,
    "dropped": 1,
    "agreed": 1,
}
_SCORE, _LATENT = np.float32(SUMS["symptom_score"]), np.float32(SUMS["distress"])
_DROPOUT, _GOOD = np.float32(DROPOUT), np.float32(GOOD_ENOUGH)


@compiled
def whole(x, unit):
    """Return `x` in whole multiples of 1/unit: these add to the same total in any order."""
    return np.int32(np.floor(x * unit + HALF))


@compiled
def add_arm(cell, number, lanes, arm, held, y, d, bond, rupture, ended):
    """Add those of the first `lanes` in one arm to its sums `cell` (sum,), as in `SUMS`."""
    clients = care = scored = score_1 = score_2 = latent_1 = latent_2 = 0
    bonds = ruptures = dropped = agreed = 0
    for i in range(lanes):
        mine = ONE if arm[i] == number else ZERO
        given = mine if y[i] == y[i] else ZERO
        known = y[i] if given > ZERO else ZERO
        clients += np.int32(mine)
        care += np.int32(mine * held[i])
        scored += np.int32(given)
        score_1 += whole(known, _SCORE)
        score_2 += whole(known * known, _SCORE)
        latent_1 += whole(mine * d[i], _LATENT)
        latent_2 += whole(mine * d[i] * d[i], _LATENT)
        bonds += whole(mine * bond[i], _LATENT)
        ruptures += np.int32(mine * rupture[i])
        dropped += np.int32(mine if ended[i] == _DROPOUT else ZERO)
        agreed += np.int32(mine if ended[i] == _GOOD else ZERO)
    for place, value in enumerate(
        (
            clients,
            care,
            scored,
            score_1,
            score_2,
            latent_1,
            latent_2,
            bonds,
            ruptures,
            dropped,
            agreed,
        )
    ):
        cell[place] += value


@compiled
def add_sums(sums, b, lanes, arm, held, step):
    """Add an occasion of a block's first `lanes` to `sums` (arm, step, sum)."""
    for number in range(sums.shape[0]):
        add_arm(
            sums[number, step],
            np.int32(number),
            lanes,
            arm,
            held,
            b[R.symptom_score],
            b[R.distress],
            b[R.bond],
            b[R.rupture],
            b[R.ended],
        )
