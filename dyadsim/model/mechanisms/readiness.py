"""Readiness: it grows with alliance and autonomy, and shrinks when pushed.

    autonomy = 1 - structure (1 - individualisation)
    R' = clip(R + growth autonomy A (1 - R) - resistance pushing R + readiness_noise n)

A is the alliance as a whole. Theory: the client's theory of change and willingness (hubble1999;
duncan2010), stage of change (krebs2018). Equations and values are assumptions.
"""

from typing import Annotated, NamedTuple

from dyadsim.model.parameter import parameter
from dyadsim.numerics.float32 import ONE, ZERO
from dyadsim.numerics.jit import compiled


class Readiness(NamedTuple):
    """Parameters of readiness."""

    growth: Annotated[
        float, parameter("growth at full autonomy and alliance", "1/session", 0, 1)
    ] = 0.05
    resistance: Annotated[float, parameter("loss when pushed", "1/session", 0, 1)] = 0.15
    readiness_noise: Annotated[
        float, parameter("SD of readiness from session to session", "0-1", 0, 0.3)
    ] = 0.02


@compiled
def readiness_change(readiness, alliance, structure, individualisation, pushing, noise, q):
    """Return readiness after one session, in [0, 1]."""
    autonomy = ONE - structure * (ONE - individualisation)
    grown = q.growth * autonomy * alliance * (ONE - readiness)
    lost = q.resistance * pushing * readiness
    return min(max(readiness + grown - lost + q.readiness_noise * noise, ZERO), ONE)


@compiled
def lanes(readiness, alliance, structure, individualisation, pushing, held, noise, q):
    """Write the readiness of a block."""
    for i in range(readiness.shape[0]):
        moved = readiness_change(
            readiness[i], alliance[i], structure[i], individualisation[i], pushing[i], noise[i], q
        )
        readiness[i] += held[i] * (moved - readiness[i])
