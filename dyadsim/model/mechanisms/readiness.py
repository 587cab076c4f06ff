"""Readiness: it grows with alliance and autonomy, and shrinks when pushed.

    autonomy = 1 - structure (1 - individualisation)
    R' = clip(R + growth autonomy A (1 - R) - resistance pushing R + readiness_noise n)

A is the alliance as a whole. Theory: the client's theory of change and willingness (hubble1999;
duncan2010), stage of change (krebs2018). Equations and values are assumptions.
"""

from typing import Annotated, NamedTuple

from dyadsim.model.mechanism import Latent, Reads, Writes, mechanism, normal
from dyadsim.model.parameter import likely, parameter
from dyadsim.model.variable import Array
from dyadsim.numerics.float32 import ONE, ZERO
from dyadsim.numerics.jit import compiled, compiled_within
from dyadsim.numerics.random_streams import Stream


class Readiness(NamedTuple):
    """Parameters of readiness."""

    growth: Annotated[
        float,
        parameter(
            "growth at full autonomy and alliance",
            "1/session",
            0,
            1,
            likely=likely(0.015, 0.12, "judged: a stage takes months, not weeks"),
        ),
    ] = 0.05
    resistance: Annotated[float, parameter("loss when pushed", "1/session", 0, 1)] = 0.15
    readiness_noise: Annotated[
        float, parameter("SD of readiness from session to session", "0-1", 0, 0.3)
    ] = 0.02


class Rows(NamedTuple):
    """What readiness reads, writes and draws."""

    readiness: Writes
    alliance: Reads
    structure: Reads
    individualisation: Reads
    pushing: Reads
    in_session: Reads
    noise: Annotated[Array, normal(Stream.READINESS)]


MECHANISM = mechanism(
    Rows,
    latents={
        "readiness": Latent(
            ("readiness",),
            ("readiness.growth", "readiness.resistance", "readiness.readiness_noise"),
        )
    },
)


@compiled
def readiness_change(readiness, alliance, autonomy, pushing, noise, q):
    """Return readiness after one session, in [0, 1]."""
    grown = q.growth * autonomy * alliance * (ONE - readiness)
    lost = q.resistance * pushing * readiness
    return min(max(readiness + grown - lost + q.readiness_noise * noise, ZERO), ONE)


@compiled_within
def lanes(rows, q):
    """Write the readiness of a block."""
    for i in range(rows.readiness.shape[0]):
        before = rows.readiness[i]
        autonomy = ONE - rows.structure[i] * (ONE - rows.individualisation[i])
        moved = readiness_change(
            before, rows.alliance[i], autonomy, rows.pushing[i], rows.noise[i], q
        )
        rows.readiness[i] += rows.in_session[i] * (moved - before)
