"""The loop over parameter points: draw the therapists, run the blocks, keep the sums."""

import numpy as np

from dyadsim.kernel.allocation import draw_therapists
from dyadsim.kernel.sessions import presence_rows, run_blocks
from dyadsim.model.parameters import Parameters
from dyadsim.model.questionnaires import scaled
from dyadsim.numerics.jit import compiled
from dyadsim.numerics.named_tuples import filled
from dyadsim.numerics.random_streams import ONCE


@compiled
def run_points(points, word, arm, therapist, th, plan, usual, sample, seat, at, first, last, sums):
    """Run points `first` to `last` - 1 (point, parameter); `sums` (point, arm, step, sum) int64.

    `th` is a set of therapists of this call's own, drawn again for every point.
    """
    table = np.zeros((0, 0), np.float32)
    truth = np.zeros((0, 0, 0), np.float32)
    selection = np.float32(sample.therapist_selection)
    for point in range(first, last):
        p = filled(Parameters, points[point])
        q = p.population
        draw_therapists(
            th,
            q.therapist_spread * selection,
            q.facilitative_loading,
            q.skill_loading,
            at.seed,
            at.replicate,
        )
        presence_rows(th.presence, th.word, th.caseload, p, at.seed, at.replicate)
        run_blocks(
            table,
            word,
            arm,
            therapist,
            th,
            plan,
            p,
            scaled(usual, p.measurement),
            sample,
            seat,
            at,
            ONCE,
            word.shape[0],
            truth,
            sums[point],
        )
