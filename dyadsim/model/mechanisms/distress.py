"""Distress: a level that relaxes towards a set point, and a fluctuation of the week.

    L' = within(L k_L + event_impact b soft(n1) s_L)       k_L = (1 - load_decay)^weeks
    soft(n) = sign(n) max(0, |n| - event_threshold)         most weeks bring nothing
    b = 1 + buffer (1/2 - squash(resources)) for bad events, 1 for good ones: 1 on average
    K' = 1 in care, K (1 - contact_fade)^weeks after the end                        contact
    need = max(0, 1 + need (D0 - 2))                        D0 = distress at intake
    T' = need treatment_gain (specificity sum_k w_k Z_k + (1 - specificity) H)   treatment path
    relief = T' + need (K (expectancy_effect E + bond_effect B) + regulation_effect R
             + medication_effect M) - harm K S              S = unresolved strain
    target = set_point + L' - relief
    level  = D - F                                          k_D = (1 - rate)^weeks
    level' = within(target + (level - G max(0, T' - T) - target) k_D)
    F' = within(F k_F + s n2)                               k_F = (1 - fluctuation_decay)^weeks
    D' = within(level' + F')
    s  = distress_noise sqrt((1 - k_F^2) / (1 - (1 - fluctuation_decay)^2))
    I' = I + improvement_memory ((D - D') - I)              recent improvement, in sessions

The level has inertia: a gap closes over weeks. The fluctuation F, a first-order autoregression,
comes and goes with the week. In the session of a sudden gain (G = 1, `sudden_gain`) what the
treatment path has just gained is taken off the level at once. `need` lets all that helps do more
where distress at intake is higher; 2 is distress at intake in routine care, where it is 1
(assumption). Strain that nobody resolves works against all that: on this path therapy harms.

The set-point form gives the decelerating course; because clients enter care when distress is
high (`population`), regression to the mean and remission without therapy come out of it. s and
s_L = sqrt((1 - k_L^2) / (1 - (1 - load_decay)^2)) keep the stationary variance the same for any
step length. within(x) keeps x in [-180, 180], which only parameters at the ends of their ranges
reach: no questionnaire tells such values apart, and streaming sums of squares count no further.
The pathways are those of the founding paper and of the contextual model (hess; wampold_imel2015;
imel2008 for medication, whose effect ends with the dose). Equations and values are assumptions.
"""

from typing import Annotated, NamedTuple

import numpy as np

from dyadsim.model.elapsed_time import kept, spread
from dyadsim.model.mechanism import Factor, Latent, Need, Pathway, Reads, Writes, mechanism, normal
from dyadsim.model.parameter import likely, parameter
from dyadsim.model.variable import Array
from dyadsim.numerics.float32 import HALF, ONE, ZERO, squash
from dyadsim.numerics.jit import compiled, compiled_within
from dyadsim.numerics.random_streams import Stream

FURTHEST = np.float32(180.0)
"""Distress, fluctuation and load lie within this of 0."""

_USUAL = np.float32(2.0)  # distress at intake in routine care, where need is 1 (assumption)


class Distress(NamedTuple):
    """Parameters of distress, life events and the strength of every pathway."""

    rate: Annotated[
        float,
        parameter(
            "share of the gap to the target closed",
            "1/week",
            0.01,
            1,
            likely=likely(0.1, 0.5, "judged: half of a gap is closed in 1 to 7 weeks"),
        ),
    ] = 0.15
    fluctuation_decay: Annotated[
        float,
        parameter(
            "part of the week's fluctuation that fades",
            "1/week",
            0.05,
            1,
            likely=likely(0.35, 0.9, "judged: half of a bad week's part is gone within two weeks"),
        ),
    ] = 0.5
    need: Annotated[
        float,
        parameter(
            "how much more help does where distress at intake is higher",
            "1/distress",
            0,
            1,
            likely=likely(0.01, 0.4, "judged: somewhat more help where more is wrong", own=True),
        ),
    ] = 0.1
    harm: Annotated[
        float,
        parameter(
            "strength of unresolved strain, which harms",
            "distress",
            0,
            3,
            likely=likely(
                0.05, 1.2, "judged: full strain costs up to as much as the bond gives", own=True
            ),
        ),
    ] = 0.4
    distress_noise: Annotated[
        float, parameter("SD of what a week adds to the fluctuation", "distress", 0, 5)
    ] = 0.271
    load_decay: Annotated[
        float,
        parameter(
            "life-event load that fades",
            "1/week",
            0,
            1,
            likely=likely(0.012, 0.1, "judged: half of an event's load is gone in 7 to 57 weeks"),
        ),
    ] = 0.035
    event_threshold: Annotated[
        float,
        parameter(
            "a week counts as eventful beyond this",
            "z",
            0,
            3,
            likely=likely(0.7, 2, "judged: 5 to 48 % of weeks bring an event, most of them small"),
        ),
    ] = 1.5
    event_impact: Annotated[
        float, parameter("distress per unit of an event", "distress/z", 0, 100)
    ] = 1.406  # with distress_noise: untreated, the population keeps the spread it starts with
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
            likely=likely(
                0.15,
                0.9,
                "the question itself: neither claim is ruled out",
                own=True,
                shape="uniform",
            ),
        ),
    ] = 0.5
    treatment_gain: Annotated[
        float,
        parameter(
            "strength of the treatment path (process change or action)",
            "distress",
            0,
            20,
            likely=likely(
                0.2, 4, "judged: all that could be learnt takes off .2 to 4 SDs of care", own=True
            ),
        ),
    ] = 1.0
    expectancy_effect: Annotated[
        float,
        parameter(
            "strength of expectancy in care",
            "distress",
            0,
            5,
            likely=likely(0.1, 1.2, "judged: full hope takes off up to an SD of care", own=True),
        ),
    ] = 0.35
    bond_effect: Annotated[
        float,
        parameter(
            "strength of the bond (real relationship) in care",
            "distress",
            0,
            5,
            likely=likely(0.06, 1.2, "judged: a full bond takes off up to an SD of care", own=True),
        ),
    ] = 0.4
    regulation_effect: Annotated[
        float, parameter("strength of self-regulation", "distress", 0, 5)
    ] = 0.4
    medication_effect: Annotated[
        float,
        parameter(
            "strength of medication at the usual dose",
            "distress",
            0,
            5,
            likely=likely(
                0.05,
                1.4,
                "judged: from little beyond hope to as much as therapy (imel2008)",
                own=True,
            ),
        ),
    ] = 0.5
    contact_fade: Annotated[
        float,
        parameter(
            "what the relationship keeps giving fades",
            "1/week",
            0,
            1,
            likely=likely(
                0.04, 0.4, "judged: what the relationship gives halves in 1 to 17 weeks", own=True
            ),
        ),
    ] = 0.15
    improvement_memory: Annotated[
        float,
        parameter(
            "weight of the newest change in recent improvement",
            "0-1",
            0,
            1,
            likely=likely(0.25, 0.9, "judged: recent means the last one to four sessions"),
        ),
    ] = 0.5


class Rows(NamedTuple):
    """What distress reads, writes and draws."""

    distress: Writes
    fluctuation: Writes
    treatment_relief: Writes
    recent_improvement: Writes
    load: Writes
    contact: Writes
    relief: Writes
    at_once: Writes
    set_point: Reads
    initial_distress: Reads
    resources: Reads
    weight: Reads
    process: Reads
    action: Reads
    expectancy: Reads
    bond: Reads
    strain: Reads
    regulation: Reads
    sudden_gain: Reads
    medication: Reads
    taking: Reads
    in_session: Reads
    event_noise: Annotated[Array, normal(Stream.LIFE_EVENT, Need.LIFE)]
    noise: Annotated[Array, normal(Stream.DISTRESS, Need.LIFE)]


MECHANISM = mechanism(
    Rows,
    pathways={
        "treatment": Pathway("distress.treatment_gain", Factor.SPECIFIC),
        "bond": Pathway("distress.bond_effect", Factor.COMMON),
        "expectancy": Pathway("distress.expectancy_effect", Factor.COMMON),
        "regulation": Pathway("distress.regulation_effect", Factor.COMMON),
        "medication": Pathway("distress.medication_effect", Factor.MEDICATION),
        "harm": Pathway("distress.harm", Factor.HARM),
        "need": Pathway("distress.need"),
    },
    latents={
        "load": Latent(("load",), ("distress.load_decay", "distress.event_impact"), -5, 10),
        "distress": Latent(
            ("distress",),
            (
                "distress.rate",
                "distress.fluctuation_decay",
                "distress.distress_noise",
                "distress.treatment_gain",  # so that no sudden gain moves it
            ),
            -5,
            10,
        ),
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
def need(initial_distress, q):
    """Return how much more help does for this client than for the usual one, at least 0."""
    return max(ONE + q.need * (initial_distress - _USUAL), ZERO)


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
def level_change(level, target, at_once, left):
    """Return the level of distress after a step; `left` = k_D, `at_once` a sudden gain."""
    return within(target + (level - at_once - target) * left)


@compiled
def fluctuation_change(fluctuation, noise, left, widened, q):
    """Return the week's fluctuation after a step; `left` = k_F, `widened` = s / distress_noise."""
    return within(fluctuation * left + q.distress_noise * widened * noise)


@compiled_within
def load_lanes(rows, weeks, q):
    """Write life-event load and contact of a block after a step of `weeks`."""
    left, widened = kept(q.load_decay, weeks), spread(q.load_decay, weeks)
    faded = kept(q.contact_fade, weeks)
    for i in range(rows.load.shape[0]):
        noise = rows.event_noise[i]
        rows.load[i] = load_change(rows.load[i], rows.resources[i], noise, left, widened, q)
        rows.contact[i] = ONE if rows.in_session[i] > HALF else rows.contact[i] * faded


@compiled_within
def relief_lanes(rows, q):
    """Write what the pathways of this mechanism together take off the set point of a block."""
    w0, w1, w2, w3 = rows.weight[0], rows.weight[1], rows.weight[2], rows.weight[3]
    z0, z1, z2, z3 = rows.process[0], rows.process[1], rows.process[2], rows.process[3]
    for i in range(rows.relief.shape[0]):
        matched = w0[i] * z0[i] + w1[i] * z1[i] + w2[i] * z2[i] + w3[i] * z3[i]
        drug, contact = rows.medication[i] * rows.taking[i], rows.contact[i]
        more = need(rows.initial_distress[i], q)
        treated = more * treatment_relief(matched, rows.action[i], q)
        common = more * common_relief(
            contact, rows.expectancy[i], rows.bond[i], rows.regulation[i], drug, q
        )
        rows.relief[i] = treated + common - q.harm * contact * rows.strain[i]
        rows.at_once[i] = rows.sudden_gain[i] * max(treated - rows.treatment_relief[i], ZERO)
        rows.treatment_relief[i] = treated


@compiled_within
def lanes(rows, weeks, q):
    """Write distress, its fluctuation and recent improvement of a block after `weeks`."""
    left, calmed = kept(q.rate, weeks), kept(q.fluctuation_decay, weeks)
    widened = spread(q.fluctuation_decay, weeks)
    for i in range(rows.distress.shape[0]):
        before, week = rows.distress[i], rows.fluctuation[i]
        target = rows.set_point[i] + rows.load[i] - rows.relief[i]
        level = level_change(before - week, target, rows.at_once[i], left)
        moved = fluctuation_change(week, rows.noise[i], calmed, widened, q)
        after = within(level + moved)
        newest = q.improvement_memory * (before - after - rows.recent_improvement[i])
        rows.recent_improvement[i] += rows.in_session[i] * newest
        rows.fluctuation[i] = moved
        rows.distress[i] = after
