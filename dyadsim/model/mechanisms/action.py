"""Health-promoting action: any credible, coherent treatment gets people to do something good.

    part = (A E R) ^ (1/3)                              alliance, expectancy, readiness
    H' = H + learning_rate coherence C part (1 - H)                              in a session
    H' = H (1 - action_decay) ^ weeks                                   when out of treatment

coherence is 1 for a bona fide treatment and `unfit_coherence` for one without intent; C is its
perceived credibility. Blind to the client's weights w: that is what makes it a common factor.
Theory: the third pathway of the contextual model (wampold_imel2015). Equations and values are
assumptions.
"""

from typing import Annotated, NamedTuple

import numpy as np

from dyadsim.model.parameter import parameter
from dyadsim.numerics.float32 import ONE, exp2
from dyadsim.numerics.jit import compiled

_THIRD = np.float32(1.0 / 3.0)


class Action(NamedTuple):
    """Parameters of health-promoting action."""

    learning_rate: Annotated[
        float, parameter("uptake at full coherence, credibility and part", "1/session", 0, 2)
    ] = 0.2
    unfit_coherence: Annotated[
        float, parameter("coherence of a treatment without intent", "0-1", 0, 1)
    ] = 0.35
    action_decay: Annotated[float, parameter("action lost after treatment", "1/week", 0, 0.2)] = (
        0.01
    )


@compiled
def action_taken(action, trusted, credibility, bona_fide, q):
    """Return health-promoting action after one session, in [0, 1]; `trusted` = log2(A E R)."""
    part = exp2(_THIRD * trusted)
    coherence = q.unfit_coherence + (ONE - q.unfit_coherence) * bona_fide
    taken = q.learning_rate * coherence * credibility * part
    return action + min(taken, ONE) * (ONE - action)


@compiled
def lanes(action, trusted, credibility, bona_fide, held, in_treatment, kept, q):
    """Write the action of a block; `kept` = (1 - action_decay)^weeks of this step."""
    for i in range(action.shape[0]):
        taken = action_taken(action[i], trusted[i], credibility[i], bona_fide[i], q)
        moved = action[i] + held[i] * (taken - action[i])
        action[i] = moved if in_treatment[i] > np.float32(0.5) else action[i] * kept
