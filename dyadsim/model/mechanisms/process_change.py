"""Process change: the specific pathway, a dose acting on the process that it targets.

    trust      = A R E                        alliance x readiness x expectancy, each in [0, 1]
    engagement = trust ^ (gating / 3)         the geometric mean of the three, to the power gating
    mastery_k = 2 squash(competence_k)                    in (0, 2), 1 = the average therapist
    learnt_k = min(1, learning_rate d_k mastery_k engagement pace)     pace: see `sudden_gain`
    Z_k' = Z_k + learnt_k (1 - Z_k)                                                  in a session
    Z_k' = Z_k (1 - process_decay) ^ weeks                                  when out of treatment

gating = 0: technique works alone (the pure medical model); gating = 1: only as far as it is
trusted (hybrid). Theory: specific ingredients (wampold_imel2015 for the claim and its critique).
Equations and values are assumptions.
"""

from typing import Annotated, NamedTuple

import numpy as np

from dyadsim.model.elapsed_time import kept
from dyadsim.model.mechanism import Factor, Latent, Pathway, Reads, Writes, mechanism
from dyadsim.model.parameter import likely, parameter
from dyadsim.numerics.float32 import HALF, ONE, TWO, exp2, log2, squash
from dyadsim.numerics.jit import compiled, compiled_within

_THIRD = np.float32(1.0 / 3.0)
_SMALLEST = np.float32(1e-30)


class ProcessChange(NamedTuple):
    """Parameters of the specific pathway."""

    gating: Annotated[
        float,
        parameter(
            "how far technique needs trust: 0 alone, 1 in proportion",
            "1",
            0,
            2,
            likely=likely(
                0.2,
                1.6,
                "judged: technique needs some trust, hardly more than in proportion",
                own=True,
                shape="uniform",
            ),
        ),
    ] = 0.8
    learning_rate: Annotated[
        float,
        parameter(
            "process change per unit of dose",
            "1/dose",
            0,
            2,
            likely=likely(
                0.1,
                1.2,
                "judged: a full dose undoes half of a process within 7 sessions",
                own=True,
            ),
        ),
    ] = 0.35
    process_decay: Annotated[
        float,
        parameter(
            "process change lost after treatment",
            "1/week",
            0,
            0.2,
            likely=likely(
                0.001, 0.015, "judged: 5 to 50 % of what was learnt is lost in a year", own=True
            ),
        ),
    ] = 0.004


class Rows(NamedTuple):
    """What process change reads and writes."""

    process: Writes
    engagement: Writes
    trust: Writes
    mastery: Writes
    learning_pace: Reads
    delivered_dose: Reads
    competence: Reads
    alliance: Reads
    readiness: Reads
    expectancy: Reads
    in_session: Reads


MECHANISM = mechanism(
    Rows,
    pathways={"gating": Pathway("process_change.gating")},
    latents={
        "process": Latent(
            ("process",),
            ("process_change.learning_rate", "process_change.process_decay"),
            cause="technique",
            factor=Factor.SPECIFIC,
        )
    },
    idle=(("distress.treatment_gain", 0.0), ("distress.specificity", 0.0)),
)


@compiled
def log_trust(alliance, readiness, expectancy):
    """Return log2 of trust, the product of the three; at most 0. No trust counts as 1e-30."""
    return log2(np.maximum(alliance * readiness * expectancy, _SMALLEST))


@compiled
def engagement(trust, q):
    """Return the share of the delivered dose that takes effect, in [0, 1]; `trust` is a log2."""
    return exp2(q.gating * _THIRD * trust)


@compiled
def mastery(competence):
    """Return how much a dose does in the hands of this therapist, in (0, 2); 1 = average."""
    return TWO * squash(competence)


@compiled
def process_learnt(process, dose, skilled, pace, q):
    """Return one process's Z after a session with `dose`, in [0, 1]; `pace` = engagement x pace."""
    learnt = q.learning_rate * dose * skilled * pace
    return process + min(learnt, ONE) * (ONE - process)


@compiled_within
def engagement_lanes(rows, q):
    """Write log2 of trust and the engagement of a block; 0 where no session takes place."""
    trust = rows.trust
    for i in range(trust.shape[0]):
        trust[i] = log_trust(rows.alliance[i], rows.readiness[i], rows.expectancy[i])
    for i in range(trust.shape[0]):
        rows.engagement[i] = rows.in_session[i] * engagement(trust[i], q)


@compiled_within
def mastery_lanes(rows):
    """Write the therapists' mastery of each process; it changes with the therapist only."""
    for k in range(rows.mastery.shape[0]):
        skilled, competence = rows.mastery[k], rows.competence[k]
        for i in range(skilled.shape[0]):
            skilled[i] = mastery(competence[i])


@compiled_within
def lanes(rows, weeks, q):
    """Write the processes of a block after a step of `weeks`."""
    left = kept(q.process_decay, weeks)
    for k in range(rows.process.shape[0]):
        process, dose, skilled = rows.process[k], rows.delivered_dose[k], rows.mastery[k]
        for i in range(rows.engagement.shape[0]):
            pace = rows.engagement[i] * rows.learning_pace[i]
            learnt = process_learnt(process[i], dose[i], skilled[i], pace, q)
            process[i] = learnt if rows.in_session[i] > HALF else process[i] * left
