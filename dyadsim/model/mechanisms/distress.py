"""Distress: relaxes towards a set point that life raises and treatment lowers.

    L' = L k_L + event_impact b soft(n1) s_L               k_L = (1 - load_decay)^weeks
    soft(n) = sign(n) max(0, |n| - event_threshold)         most weeks bring nothing
    b = 1 + buffer (1/2 - squash(resources)) for bad events, 1 for good ones: 1 on average
    K' = 1 in care, K (1 - contact_fade)^weeks after the end                        contact
    target = set_point + L - treatment_gain (specificity sum_k w_k Z_k + (1 - specificity) H)
             - expectancy_effect K E - bond_effect K B - regulation_effect R
             - medication_effect M
    D' = target + (D - target) k_D + s n2                  k_D = (1 - rate)^weeks
    s  = distress_noise sqrt((1 - k_D^2) / (1 - (1 - rate)^2))
    I' = I + improvement_memory ((D - D') - I)              recent improvement, in sessions

The set-point form gives the decelerating course; because clients enter care when distress is
high (`population`), regression to the mean and remission without therapy come out of it. s and
s_L = sqrt((1 - k_L^2) / (1 - (1 - load_decay)^2)) keep the stationary variance the same for any
step length. The pathways are those of the founding
paper and of the contextual model (hess; wampold_imel2015; imel2008 for medication, whose effect
ends with the dose). Equations and values are assumptions.
"""

from typing import Annotated, NamedTuple

import numpy as np

from dyadsim.model.parameter import parameter
from dyadsim.numerics.float32 import HALF, ONE, ZERO, squash
from dyadsim.numerics.jit import compiled

_INSIDE = np.float32(0.5)


class Distress(NamedTuple):
    """Parameters of distress, life events and the strength of every pathway."""

    rate: Annotated[
        float, parameter("share of the gap to the target closed", "1/week", 0.01, 1)
    ] = 0.35
    distress_noise: Annotated[
        float, parameter("SD of distress from week to week", "distress", 0, 5)
    ] = 0.44
    load_decay: Annotated[float, parameter("life-event load that fades", "1/week", 0, 1)] = 0.035
    event_threshold: Annotated[
        float, parameter("a week counts as eventful beyond this", "z", 0, 3)
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
        ),
    ] = 0.5
    treatment_gain: Annotated[
        float,
        parameter("strength of the treatment path (process change or action)", "distress", 0, 20),
    ] = 1.0
    expectancy_effect: Annotated[
        float, parameter("strength of expectancy in care", "distress", 0, 5)
    ] = 0.35
    bond_effect: Annotated[
        float, parameter("strength of the bond (real relationship) in care", "distress", 0, 5)
    ] = 0.4
    regulation_effect: Annotated[
        float, parameter("strength of self-regulation", "distress", 0, 5)
    ] = 0.4
    medication_effect: Annotated[
        float, parameter("strength of medication at the usual dose", "distress", 0, 5)
    ] = 0.5
    contact_fade: Annotated[
        float, parameter("what the relationship keeps giving fades", "1/week", 0, 1)
    ] = 0.15
    improvement_memory: Annotated[
        float, parameter("weight of the newest change in recent improvement", "0-1", 0, 1)
    ] = 0.5


@compiled
def load_change(load, resources, noise, kept, spread, q):
    """Return the life-event load after a step; `kept` = k_L, `spread` = s_L."""
    size = max(abs(noise) - q.event_threshold, ZERO) * spread * q.event_impact
    shield = ONE + q.buffer * (HALF - squash(resources))
    return load * kept + (size * shield if noise > ZERO else -size)


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
def distress_change(distress, target, noise, kept, spread, q):
    """Return distress after a step; `kept` = k_D, `spread` = s / distress_noise."""
    return target + (distress - target) * kept + q.distress_noise * spread * noise


@compiled
def load_lanes(load, contact, resources, in_care, noise, kept, spread, contact_kept, q):
    """Write life-event load and contact of a block."""
    for i in range(load.shape[0]):
        load[i] = load_change(load[i], resources[i], noise[i], kept, spread, q)
        contact[i] = ONE if in_care[i] > _INSIDE else contact[i] * contact_kept


@compiled
def relief_lanes(
    relief, weight, process, action, contact, expectancy, bond, regulation, medication, taking, q
):
    """Write what all pathways together take off the set point of a block."""
    w0, w1, w2, w3 = weight[0], weight[1], weight[2], weight[3]
    z0, z1, z2, z3 = process[0], process[1], process[2], process[3]
    for i in range(relief.shape[0]):
        matched = w0[i] * z0[i] + w1[i] * z1[i] + w2[i] * z2[i] + w3[i] * z3[i]
        drug = medication[i] * taking[i]
        relief[i] = treatment_relief(matched, action[i], q) + common_relief(
            contact[i], expectancy[i], bond[i], regulation[i], drug, q
        )


@compiled
def lanes(distress, improvement, set_point, load, relief, held, noise, kept, spread, q):
    """Write distress and recent improvement of a block."""
    for i in range(distress.shape[0]):
        before = distress[i]
        target = set_point[i] + load[i] - relief[i]
        after = distress_change(before, target, noise[i], kept, spread, q)
        newest = q.improvement_memory * (before - after - improvement[i])
        improvement[i] += held[i] * newest
        distress[i] = after
