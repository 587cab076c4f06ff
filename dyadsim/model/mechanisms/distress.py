"""Distress: relaxes towards a set point that life raises and treatment lowers.

    L' = within(L k_L + event_impact b soft(n1) s_L)       k_L = (1 - load_decay)^weeks
    soft(n) = sign(n) max(0, |n| - event_threshold)         most weeks bring nothing
    b = 1 + buffer (1/2 - squash(resources)) for bad events, 1 for good ones: 1 on average
    K' = 1 in care, K (1 - contact_fade)^weeks after the end                        contact
    target = set_point + L - treatment_gain (specificity sum_k w_k Z_k + (1 - specificity) H)
             - expectancy_effect K E - bond_effect K B - regulation_effect R
             - medication_effect M
    D' = within(target + (D - target) k_D + s n2)          k_D = (1 - rate)^weeks
    s  = distress_noise sqrt((1 - k_D^2) / (1 - (1 - rate)^2))
    I' = I + improvement_memory ((D - D') - I)              recent improvement, in sessions

The set-point form gives the decelerating course; because clients enter care when distress is
high (`population`), regression to the mean and remission without therapy come out of it. s and
s_L = sqrt((1 - k_L^2) / (1 - (1 - load_decay)^2)) keep the stationary variance the same for any
step length. within(x) keeps x in [-180, 180], which only parameters at the ends of their ranges
reach: no questionnaire tells such values apart, and streaming sums of squares count no further.
The pathways are those of the founding
paper and of the contextual model (hess; wampold_imel2015; imel2008 for medication, whose effect
ends with the dose). Equations and values are assumptions.
"""

from typing import Annotated, NamedTuple

import numpy as np

from dyadsim.model.elapsed_time import kept, spread
from dyadsim.model.mechanism import Factor, Latent, Pathway, Reads, Writes, mechanism, normal
from dyadsim.model.parameter import parameter
from dyadsim.model.variable import Array
from dyadsim.numerics.float32 import HALF, ONE, ZERO, squash
from dyadsim.numerics.jit import compiled
from dyadsim.numerics.random_streams import Stream

FURTHEST = np.float32(180.0)
"""Distress and load lie within this of 0."""


class Distress(NamedTuple):
    """Parameters of distress, life events and the strength of every pathway."""

    rate: Annotated[
        float, parameter("share of the gap to the target closed", "1/week", 0.01, 1, free=True)
    ] = 0.35
    distress_noise: Annotated[
        float, parameter("SD of distress from week to week", "distress", 0, 5)
    ] = 0.44
    load_decay: Annotated[
        float, parameter("life-event load that fades", "1/week", 0, 1, free=True)
    ] = 0.035
    event_threshold: Annotated[
        float, parameter("a week counts as eventful beyond this", "z", 0, 3, free=True)
    ] = 1.5
    event_impact: Annotated[
        float, parameter("distress per unit of an event", "distress/z", 0, 100)
    ] = 1.13  # with distress_noise: untreated, the population keeps the spread it starts with
    buffer: Annotated[
        float,
        parameter("how far resources soften bad events: half of it either way", "0-1", 0, 1),
    ] = 0.3
    specificity: Annotated[
        float,
        parameter(
            "share of the treatment path that needs the match of dose and process",
            "0-1",
            0,
            1,
            prior="uniform",
            free=True,
        ),
    ] = 0.5
    treatment_gain: Annotated[
        float,
        parameter(
            "strength of the treatment path (process change or action)",
            "distress",
            0,
            20,
            free=True,
        ),
    ] = 1.0
    expectancy_effect: Annotated[
        float, parameter("strength of expectancy in care", "distress", 0, 5, free=True)
    ] = 0.35
    bond_effect: Annotated[
        float,
        parameter("strength of the bond (real relationship) in care", "distress", 0, 5, free=True),
    ] = 0.4
    regulation_effect: Annotated[
        float, parameter("strength of self-regulation", "distress", 0, 5)
    ] = 0.4
    medication_effect: Annotated[
        float, parameter("strength of medication at the usual dose", "distress", 0, 5, free=True)
    ] = 0.5
    contact_fade: Annotated[
        float, parameter("what the relationship keeps giving fades", "1/week", 0, 1, free=True)
    ] = 0.15
    improvement_memory: Annotated[
        float,
        parameter("weight of the newest change in recent improvement", "0-1", 0, 1, free=True),
    ] = 0.5


class Rows(NamedTuple):
    """What distress reads, writes and draws."""

    distress: Writes
    recent_improvement: Writes
    load: Writes
    contact: Writes
    relief: Writes
    set_point: Reads
    resources: Reads
    weight: Reads
    process: Reads
    action: Reads
    expectancy: Reads
    bond: Reads
    regulation: Reads
    medication: Reads
    taking: Reads
    in_session: Reads
    event_noise: Annotated[Array, normal(Stream.LIFE_EVENT, always=True)]
    noise: Annotated[Array, normal(Stream.DISTRESS, always=True)]


MECHANISM = mechanism(
    Rows,
    pathways={
        "treatment": Pathway("distress.treatment_gain", Factor.SPECIFIC),
        "bond": Pathway("distress.bond_effect", Factor.COMMON),
        "expectancy": Pathway("distress.expectancy_effect", Factor.COMMON),
        "regulation": Pathway("distress.regulation_effect", Factor.COMMON),
        "medication": Pathway("distress.medication_effect", Factor.MEDICATION),
    },
    latents={
        "load": Latent(("load",), ("distress.load_decay", "distress.event_impact"), -5, 10),
        "distress": Latent(("distress",), ("distress.rate", "distress.distress_noise"), -5, 10),
    },
)


@compiled
def within(x):
    """Return `x` kept in [-FURTHEST, FURTHEST]."""
    return min(max(x, -FURTHEST), FURTHEST)


@compiled
def load_change(load, resources, noise, left, widened, q):
    """Return the life-event load after a step; `left` = k_L, `widened` = s_L."""
    size = max(abs(noise) - q.event_threshold, ZERO) * widened * q.event_impact
    shield = ONE + q.buffer * (HALF - squash(resources))
    return within(load * left + (size * shield if noise > ZERO else -size))


@compiled
def treatment_relief(match_gain, action, q):
    """Return what the treatment path takes off the set point; `match_gain` = sum_k w_k Z_k."""
    return q.treatment_gain * (q.specificity * match_gain + (ONE - q.specificity) * action)


@compiled
def common_relief(contact, expectancy, bond, regulation, medication, q):
    """Return what hope, bond, self-regulation and medication take off the set point."""
    relation = contact * (q.expectancy_effect * expectancy + q.bond_effect * bond)
    return relation + q.regulation_effect * regulation + q.medication_effect * medication


@compiled
def distress_change(distress, target, noise, left, widened, q):
    """Return distress after a step; `left` = k_D, `widened` = s / distress_noise."""
    return within(target + (distress - target) * left + q.distress_noise * widened * noise)


@compiled
def load_lanes(rows, weeks, q):
    """Write life-event load and contact of a block after a step of `weeks`."""
    left, widened = kept(q.load_decay, weeks), spread(q.load_decay, weeks)
    faded = kept(q.contact_fade, weeks)
    for i in range(rows.load.shape[0]):
        noise = rows.event_noise[i]
        rows.load[i] = load_change(rows.load[i], rows.resources[i], noise, left, widened, q)
        rows.contact[i] = ONE if rows.in_session[i] > HALF else rows.contact[i] * faded


@compiled
def relief_lanes(rows, q):
    """Write what the pathways of this mechanism together take off the set point of a block."""
    w0, w1, w2, w3 = rows.weight[0], rows.weight[1], rows.weight[2], rows.weight[3]
    z0, z1, z2, z3 = rows.process[0], rows.process[1], rows.process[2], rows.process[3]
    for i in range(rows.relief.shape[0]):
        matched = w0[i] * z0[i] + w1[i] * z1[i] + w2[i] * z2[i] + w3[i] * z3[i]
        drug = rows.medication[i] * rows.taking[i]
        rows.relief[i] = treatment_relief(matched, rows.action[i], q) + common_relief(
            rows.contact[i], rows.expectancy[i], rows.bond[i], rows.regulation[i], drug, q
        )


@compiled
def lanes(rows, weeks, q):
    """Write distress and recent improvement of a block after a step of `weeks`."""
    left, widened = kept(q.rate, weeks), spread(q.rate, weeks)
    for i in range(rows.distress.shape[0]):
        before = rows.distress[i]
        target = rows.set_point[i] + rows.load[i] - rows.relief[i]
        after = distress_change(before, target, rows.noise[i], left, widened, q)
        newest = q.improvement_memory * (before - after - rows.recent_improvement[i])
        rows.recent_improvement[i] += rows.in_session[i] * newest
        rows.distress[i] = after
