"""Process change: the specific pathway, a dose acting on the process that it targets.

    trust      = A R E                        alliance x readiness x expectancy, each in [0, 1]
    engagement = trust ^ (gating / 3)         the geometric mean of the three, to the power gating
    Z_k' = Z_k + learning_rate d_k 2 squash(competence_k) engagement (1 - Z_k)       in a session
    Z_k' = Z_k (1 - process_decay) ^ weeks                                  when out of treatment

gating = 0: technique works alone (the pure medical model); gating = 1: only as far as it is
trusted (hybrid). Theory: specific ingredients (wampold_imel2015 for the claim and its critique).
Equations and values are assumptions.
"""

from typing import Annotated, NamedTuple

import numpy as np

from dyadsim.compiled import compiled
from dyadsim.elementary import ONE, TWO, power, squash
from dyadsim.mechanisms.alliance import overall
from dyadsim.quantity import quantity

_THIRD = np.float32(1.0 / 3.0)


class ProcessChange(NamedTuple):
    """Quantities of the specific pathway."""

    gating: Annotated[
        float,
        quantity(
            "how far technique needs trust: 0 alone, 1 in proportion", "1", 0, 2, prior="uniform"
        ),
    ] = 0.8
    learning_rate: Annotated[float, quantity("process change per unit of dose", "1/dose", 0, 2)] = (
        0.35
    )
    process_decay: Annotated[
        float, quantity("process change lost after treatment", "1/week", 0, 0.2)
    ] = 0.004


@compiled
def engagement(alliance, readiness, expectancy, q):
    """Return the share of the delivered dose that takes effect, in [0, 1]."""
    return power(alliance * readiness * expectancy, q.gating * _THIRD)


@compiled
def process_learnt(process, dose, competence, engaged, q):
    """Return one process's Z after a session with `dose`, in [0, 1]."""
    learnt = q.learning_rate * dose * TWO * squash(competence) * engaged
    return process + min(learnt, ONE) * (ONE - process)


@compiled
def engagement_lanes(engaged, bond, goal, task, human, readiness, expectancy, held, q):
    """Write the engagement of a block; 0 where no session is held."""
    for i in range(engaged.shape[0]):
        alliance = overall(bond[i], goal[i], task[i], human[i])
        engaged[i] = held[i] * engagement(alliance, readiness[i], expectancy[i], q)


@compiled
def lanes(process, dose, competence, engaged, in_treatment, kept, q):
    """Write one process of a block; `kept` = (1 - process_decay)^weeks of this step."""
    for i in range(process.shape[0]):
        learnt = process_learnt(process[i], dose[i], competence[i], engaged[i], q)
        process[i] = learnt if in_treatment[i] > np.float32(0.5) else process[i] * kept
