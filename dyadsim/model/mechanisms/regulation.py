"""Self-regulation ("integration"): what resonance and a coherent narrative leave behind.

    narrative = F A                          accuracy of the formulation x alliance
    support = coregulation_weight coregulation + (1 - coregulation_weight) narrative
    R' = clip(R + growth support (1 - R))                                       in a session
    R' = R (1 - regulation_decay) ^ weeks                              when out of treatment

clip keeps R in [0, 1]: support has no lower bound, because a therapist who is more aroused than
the client can multiply the client's variance, and what is not there cannot be lost.

Theory: interpersonal neurobiology: co-regulation and coherent narrative build self-regulation
that lasts (siegel2006; siegel2010; cozolino2002). Equations and values are assumptions.
"""

from typing import Annotated, NamedTuple

from dyadsim.model.elapsed_time import kept
from dyadsim.model.mechanism import Factor, Latent, Reads, Writes, mechanism
from dyadsim.model.parameter import parameter
from dyadsim.numerics.float32 import HALF, ONE, ZERO
from dyadsim.numerics.jit import compiled, compiled_within


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


class Rows(NamedTuple):
    """What self-regulation reads and writes."""

    regulation: Writes
    coregulation: Reads
    formulation: Reads
    alliance: Reads
    in_session: Reads


MECHANISM = mechanism(
    Rows,
    latents={
        "regulation": Latent(
            ("regulation",),
            ("regulation.growth", "regulation.regulation_decay"),
            cause="self-regulation",
            factor=Factor.COMMON,
        )
    },
)


@compiled
def regulation_grown(regulation, coregulation, formulation, alliance, q):
    """Return self-regulation after one session, in [0, 1].

    Co-regulation enters as it is, also below 0: an unsettling session takes something away, and
    simulated beats, whose co-regulation scatters about the closed form, agree with it in the mean
    wherever R stays above 0.
    """
    body = q.coregulation_weight * coregulation
    story = (ONE - q.coregulation_weight) * formulation * alliance
    moved = regulation + q.growth * (body + story) * (ONE - regulation)
    return min(max(moved, ZERO), ONE)


@compiled_within
def lanes(rows, weeks, q):
    """Write self-regulation of a block after a step of `weeks`."""
    left = kept(q.regulation_decay, weeks)
    for i in range(rows.regulation.shape[0]):
        before, in_session = rows.regulation[i], rows.in_session[i]
        grown = regulation_grown(
            before, rows.coregulation[i], rows.formulation[i], rows.alliance[i], q
        )
        moved = before + in_session * (grown - before)
        rows.regulation[i] = moved if in_session > HALF else before * left
