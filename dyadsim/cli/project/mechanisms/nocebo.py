"""Nocebo: who expects harm of therapy feels worse after a session that did not go well.

    F' = F + fright_rate ((1 - credibility) - F)          fear of harm, in a session
    relief is lowered by strength F'

What is not credible is feared. Equations and values are assumptions of an example.
"""

from typing import Annotated, NamedTuple

from dyadsim.model.mechanism import Factor, Latent, Pathway, Reads, Writes, mechanism
from dyadsim.model.parameter import likely, parameter
from dyadsim.model.variable import Array, variable
from dyadsim.numerics.float32 import ONE
from dyadsim.numerics.jit import compiled

JUDGED = likely(0.05, 0.8, "judged: less than an SD of care", own=True)


class Nocebo(NamedTuple):
    """Its parameters."""

    fright_rate: Annotated[float, parameter("fear that a session teaches", "1/session", 0, 1)] = 0.3
    strength: Annotated[float, parameter("effect of fear", "distress", 0, 3, likely=JUDGED)] = 0.0


class Rows(NamedTuple):
    """What it reads and writes."""

    fear: Annotated[Array, variable("", "0-1", "fear that therapy does harm")]
    relief: Writes
    credibility: Reads
    in_session: Reads


MECHANISM = mechanism(
    Rows,
    pathways={"nocebo": Pathway("nocebo.strength", Factor.HARM)},
    latents={"fear": Latent(("fear",), ("nocebo.fright_rate",), cause="fear", factor=Factor.HARM)},
    idle=(("nocebo.strength", 0.0),),
)


@compiled
def session_lanes(rows, q):
    """Write the fear of a block after a session."""
    for i in range(rows.fear.shape[0]):
        learned = q.fright_rate * (ONE - rows.credibility[i] - rows.fear[i])
        rows.fear[i] += rows.in_session[i] * learned


@compiled
def relief_lanes(rows, weeks, q):
    """Take the nocebo effect from the relief of a block."""
    for i in range(rows.fear.shape[0]):
        rows.relief[i] -= q.strength * rows.fear[i]
