"""The loop over parameter points: draw the therapists, run the blocks, keep the sums."""

import numpy as np

from dyadsim.kernel.allocation import draw_therapists
from dyadsim.kernel.sessions import presence_rows, run_blocks
from dyadsim.model.mechanisms.action import Action
from dyadsim.model.mechanisms.alliance import Alliance
from dyadsim.model.mechanisms.distress import Distress
from dyadsim.model.mechanisms.ending import Ending
from dyadsim.model.mechanisms.expectancy import Expectancy
from dyadsim.model.mechanisms.process_change import ProcessChange
from dyadsim.model.mechanisms.readiness import Readiness
from dyadsim.model.mechanisms.regulation import Regulation
from dyadsim.model.mechanisms.resonance import Resonance
from dyadsim.model.mechanisms.responsiveness import Responsiveness
from dyadsim.model.mechanisms.rupture import Rupture
from dyadsim.model.parameters import Measurement, Parameters, Population
from dyadsim.model.questionnaires import scaled
from dyadsim.numerics.jit import compiled, fixed_tuple
from dyadsim.numerics.random_streams import ONCE

_SIZES = tuple(len(kind._fields) for kind in Parameters.__annotations__.values())
_FIRST = tuple(sum(_SIZES[:k]) for k in range(len(_SIZES)))


@compiled
def parameters_of(row):
    """Return the `Parameters` of a point's row `(parameter,)` float32, in `catalogue` order."""
    return Parameters(
        Population(*fixed_tuple(row[_FIRST[0] :], _SIZES[0])),
        Resonance(*fixed_tuple(row[_FIRST[1] :], _SIZES[1])),
        Responsiveness(*fixed_tuple(row[_FIRST[2] :], _SIZES[2])),
        Rupture(*fixed_tuple(row[_FIRST[3] :], _SIZES[3])),
        Alliance(*fixed_tuple(row[_FIRST[4] :], _SIZES[4])),
        Expectancy(*fixed_tuple(row[_FIRST[5] :], _SIZES[5])),
        Readiness(*fixed_tuple(row[_FIRST[6] :], _SIZES[6])),
        ProcessChange(*fixed_tuple(row[_FIRST[7] :], _SIZES[7])),
        Action(*fixed_tuple(row[_FIRST[8] :], _SIZES[8])),
        Regulation(*fixed_tuple(row[_FIRST[9] :], _SIZES[9])),
        Distress(*fixed_tuple(row[_FIRST[10] :], _SIZES[10])),
        Ending(*fixed_tuple(row[_FIRST[11] :], _SIZES[11])),
        Measurement(*fixed_tuple(row[_FIRST[12] :], _SIZES[12])),
    )


@compiled
def run_points(points, word, arm, therapist, th, plan, usual, sample, seat, at, first, last, sums):
    """Run points `first` to `last` - 1 (point, parameter); `sums` (point, arm, step, sum) int64.

    `th` is a set of therapists of this call's own, drawn again for every point.
    """
    table = np.zeros((0, 0), np.float32)
    truth = np.zeros((0, 0, 0), np.float32)
    selection = np.float32(sample.therapist_selection)
    for point in range(first, last):
        p = parameters_of(points[point])
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
