"""The loop over parameter points: draw the therapists, run the blocks, keep the sums."""

import numpy as np

from dyadsim.kernel.allocation import draw_therapists
from dyadsim.kernel.sessions import Inputs, Kept, presence_rows, run_blocks
from dyadsim.model.parameters import Parameters
from dyadsim.model.questionnaires import scaled
from dyadsim.numerics.jit import compiled, compiled_within
from dyadsim.numerics.named_tuples import filled
from dyadsim.numerics.random_streams import ONCE


@compiled_within
def point_inputs(point, inputs, at):
    """Return the inputs of a parameter point; its therapists are drawn again, in place."""
    p, th, sample = filled(Parameters, point), inputs.therapists, inputs.sample
    q = p.population
    spread = q.therapist_spread * np.float32(sample.therapist_selection)
    draw_therapists(th, spread, q.facilitative_loading, q.skill_loading, at.seed, at.replicate)
    presence_rows(th, p, at.seed, at.replicate)
    scale = scaled(inputs.scale, p.measurement)
    return Inputs(th, inputs.plan, p, scale, sample, inputs.case)


@compiled
def run_points(points, clients, inputs, at, sums, span):
    """Run some parameter points, one after another.

    Parameters
    ----------
    points
        `(point, parameter)` float32, parameters in the order of `catalogue`.
    clients
        The clients, the same at every point; their table is empty.
    inputs
        What the points have in common: `Inputs` with therapists of this call's own, and with the
        `usual` scale of the questionnaire. Its parameters are not used.
    at
        The address of the call, `Address`.
    sums
        `(point, arm, step, sum)` int64, written in place.
    span
        Numbers of the first point and of the one after the last.
    """
    truth = np.zeros((0, 0, 0), np.float32)
    for k in range(span[0], span[1]):
        kept = Kept(truth, sums[k])
        mine = point_inputs(points[k], inputs, at)
        run_blocks(clients, mine, at, kept, ONCE, clients.word.shape[0])
