"""Self-regulation ("integration"): what resonance and a coherent narrative leave behind.

    narrative = F A                          accuracy of the formulation x alliance
    R' = R + growth (coregulation_weight coregulation
                     + (1 - coregulation_weight) narrative) (1 - R)              in a session
    R' = R (1 - regulation_decay) ^ weeks                              when out of treatment

Theory: interpersonal neurobiology: co-regulation and coherent narrative build self-regulation
that lasts (siegel2006; siegel2010; cozolino2002). Equations and values are assumptions.
"""

from typing import Annotated, NamedTuple

import numpy as np

from dyadsim.model.parameter import parameter
from dyadsim.numerics.float32 import ONE
from dyadsim.numerics.jit import compiled


class Regulation(NamedTuple):
    """Parameters of self-regulation."""

    growth: Annotated[
        float,
        parameter("growth at full support", "1/session", 0, 1, source="siegel2006;assumption"),
    ] = 0.05
    coregulation_weight: Annotated[
        float, parameter("weight of co-regulation against narrative", "0-1", 0, 1)
    ] = 0.3
    regulation_decay: Annotated[
        float, parameter("self-regulation lost after treatment", "1/week", 0, 0.2)
    ] = 0.002


@compiled
def regulation_grown(regulation, coregulation, formulation, alliance, q):
    """Return self-regulation after one session, at most 1.

    Co-regulation enters as it is, also below 0, so that simulated moments and the closed form agree
    in the mean; a few unsettling sessions can take R a little below 0.
    """
    body = q.coregulation_weight * coregulation
    story = (ONE - q.coregulation_weight) * formulation * alliance
    return regulation + q.growth * (body + story) * (ONE - regulation)


@compiled
def lanes(regulation, coregulation, formulation, alliance, held, in_treatment, kept, q):
    """Write self-regulation of a block; `kept` = (1 - regulation_decay)^weeks of this step."""
    for i in range(regulation.shape[0]):
        grown = regulation_grown(regulation[i], coregulation[i], formulation[i], alliance[i], q)
        moved = regulation[i] + held[i] * (grown - regulation[i])
        regulation[i] = moved if in_treatment[i] > np.float32(0.5) else regulation[i] * kept
