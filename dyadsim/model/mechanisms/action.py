"""Health-promoting action: any credible, coherent treatment gets people to do something good.

    part = (A E R) ^ (1/3)                              alliance, expectancy, readiness
    H' = H + min(1, learning_rate coherence C part pace) (1 - H)                 in a session
    H' = H (1 - action_decay) ^ weeks                                   when out of treatment

coherence is 1 for a bona fide treatment and `unfit_coherence` for one without intent; C is its
perceived credibility; pace is what this session teaches this client (`sudden_gain`). Blind to the
client's weights w: that is what makes it a common factor. Theory: the third pathway of the
contextual model (wampold_imel2015). Equations and values are assumptions.
"""

from typing import Annotated, NamedTuple

import numpy as np

from dyadsim.model.elapsed_time import kept
from dyadsim.model.mechanism import Factor, Latent, Reads, Writes, mechanism
from dyadsim.model.parameter import likely, parameter
from dyadsim.numerics.float32 import HALF, ONE, exp2
from dyadsim.numerics.jit import compiled, compiled_within

_THIRD = np.float32(1.0 / 3.0)


class Action(NamedTuple):
    """Parameters of health-promoting action."""

    learning_rate: Annotated[
        float,
        parameter(
            "uptake at full coherence, credibility and part",
            "1/session",
            0,
            2,
            likely=likely(
                0.05, 0.5, "judged: half of it is taken up in 1 to 13 sessions", own=True
            ),
        ),
    ] = 0.2
    unfit_coherence: Annotated[
        float,
        parameter(
            "coherence of a treatment without intent",
            "0-1",
            0,
            1,
            likely=likely(
                0.15,
                0.75,
                "judged: a control without intent gets people to do less, not nothing",
                own=True,
            ),
        ),
    ] = 0.35
    action_decay: Annotated[
        float,
        parameter(
            "action lost after treatment",
            "1/week",
            0,
            0.2,
            likely=likely(
                0.002, 0.03, "judged: habits fade faster than what was understood", own=True
            ),
        ),
    ] = 0.01


class Rows(NamedTuple):
    """What action reads and writes."""

    action: Writes
    trust: Reads
    learning_pace: Reads
    credibility: Reads
    bona_fide: Reads
    in_session: Reads


MECHANISM = mechanism(
    Rows,
    latents={
        "action": Latent(
            ("action",),
            ("action.learning_rate", "action.action_decay"),
            cause="action",
            factor=Factor.COMMON,
        )
    },
    idle=(("distress.treatment_gain", 0.0), ("distress.specificity", 1.0)),
)


@compiled
def action_taken(action, trust, credibility, bona_fide, pace, q):
    """Return health-promoting action after one session, in [0, 1]; `trust` = log2(A E R)."""
    part = exp2(_THIRD * trust)
    coherence = q.unfit_coherence + (ONE - q.unfit_coherence) * bona_fide
    taken = q.learning_rate * coherence * credibility * part * pace
    return action + min(taken, ONE) * (ONE - action)


@compiled_within
def lanes(rows, weeks, q):
    """Write the action of a block after a step of `weeks`."""
    left = kept(q.action_decay, weeks)
    for i in range(rows.action.shape[0]):
        action, in_session = rows.action[i], rows.in_session[i]
        taken = action_taken(
            action,
            rows.trust[i],
            rows.credibility[i],
            rows.bona_fide[i],
            rows.learning_pace[i],
            q,
        )
        moved = action + in_session * (taken - action)
        rows.action[i] = moved if in_session > HALF else action * left
