"""Who comes through the door: the clients of a block, drawn before intake is measured.

Clients seek care when distress, as they feel it, is high: D* = D + other reasons must exceed the
sample's threshold. D* is drawn from the truncated normal, D given D*, then the chronic set point c
and the life-event load L given D, all in closed form. What is left, D - c - L, is the week's own
fluctuation. So clients enter near their worst, and regression to the mean is what follows from it.

    D | D*   ~ N(m + k (D* - m), k o^2),        k = s^2 / (s^2 + o^2),  o = seeking_noise
    c | D    ~ N(m + rc (D - m), rc (1 - rc) s^2)                       rc = stable_share
    L | D, c ~ N(rl / (1 - rc) (D - c), rl rf / (rl + rf) s^2)          rl = load_share,
                                                                        rf = 1 - rc - rl

Readiness, expectancy, attachment, resources and c share a part, wellbeing, with the loadings of
`parameters.Population`. Every draw is addressed by client number (`noise`).
"""

import math
from typing import NamedTuple

import numpy as np

from dyadsim.kernel.block import FIRST_DRAW, R
from dyadsim.model.variables import ROW_COUNT
from dyadsim.numerics.float32 import ONE, ZERO, exp2
from dyadsim.numerics.jit import compiled
from dyadsim.numerics.random_streams import (
    ONCE,
    Stream,
    fill_normal,
    fill_pair_words,
    fill_uniform,
    inside,
    normal_quantile,
)

_INTAKE, _TRAIT = np.int64(Stream.INTAKE), np.int64(Stream.CLIENT_TRAIT)
_WEIGHT, _PREFERENCE = np.int64(Stream.WEIGHT), np.int64(Stream.PREFERENCE)
_STYLE, _FIT = np.int64(Stream.RATER_STYLE), np.int64(Stream.DYAD_FIT)
TRAITS = ("readiness", "expectancy", "attachment", "resources", "set_point")  # numbers of streams
_TRAIT_ROWS = tuple(int(getattr(R, name)) for name in TRAITS)
_LEVEL = np.int64(Stream.GOOD_ENOUGH_LEVEL)

_LEAST, _MOST = np.float32(0.02), np.float32(0.98)


class Entry(NamedTuple):
    """What the draw needs of population and sample, float32; see the equations above."""

    below: np.float32
    mean: np.float32
    felt: np.float32
    other: np.float32
    stable: np.float32
    stable_spread: np.float32
    load: np.float32
    load_spread: np.float32
    loadings: tuple[np.float32, ...]
    owns: tuple[np.float32, ...]
    readiness_mean: np.float32
    readiness_sd: np.float32
    expectancy_mean: np.float32
    expectancy_sd: np.float32
    weight_spread: np.float32
    insight: np.float32
    insight_own: np.float32
    level_mean: np.float32
    level_sd: np.float32
    alliance: np.float32
    formulation: np.float32


@compiled
def _narrow(x):
    return np.float32(x)


@compiled
def own_share(loading):
    """Return the loading of what is a trait's own, so that its variance is 1."""
    return np.float32(math.sqrt(1.0 - np.float64(loading) * np.float64(loading)))


@compiled
def entry(p, sample):
    """Return the numbers of the draw from a world's parameters (float32) and a study's sample."""
    q = p.population
    sd, mean, noise = np.float64(q.distress_sd), np.float64(q.distress_mean), sample.seeking_noise
    felt = math.sqrt(sd * sd + noise * noise)
    below = 0.5 * (1.0 + math.erf((sample.seeking_threshold - mean) / felt / math.sqrt(2.0)))
    share = sd * sd / (felt * felt)
    stable, load = np.float64(q.stable_share), np.float64(q.load_share)
    rest = 1.0 - stable - load
    loadings = (
        q.wellbeing_readiness,
        q.wellbeing_expectancy,
        q.wellbeing_attachment,
        q.wellbeing_resources,
        q.wellbeing_set_point,
    )
    owns = (
        own_share(q.wellbeing_readiness),
        own_share(q.wellbeing_expectancy),
        own_share(q.wellbeing_attachment),
        own_share(q.wellbeing_resources),
        own_share(q.wellbeing_set_point),
    )
    return Entry(
        _narrow(below),
        _narrow(mean),
        _narrow(share * felt),
        _narrow(math.sqrt(share) * noise),
        _narrow(stable),
        _narrow(sd * math.sqrt(stable * (1.0 - stable))),
        _narrow(load / (load + rest)),
        _narrow(sd * math.sqrt(load * rest / (load + rest))),
        loadings,
        owns,
        q.readiness_mean,
        q.readiness_sd,
        q.expectancy_mean,
        q.expectancy_sd,
        q.weight_spread,
        q.insight,
        own_share(q.insight),
        q.good_enough_mean,
        q.good_enough_sd,
        p.alliance.start,
        p.responsiveness.formulation_start,
    )


@compiled
def distress_lanes(distress, u, own, e):
    """Write distress of people who came through the door; `u` uniform, `own` normal."""
    for i in range(distress.shape[0]):
        z = normal_quantile(inside(e.below + u[i] * (ONE - e.below)))
        distress[i] = e.mean + e.felt * z + e.other * own[i]


@compiled
def trait_lanes(trait, wellbeing, own, loading, rest, mean, sd):
    """Write a trait that shares a part with the others: mean + sd (loading W + rest n)."""
    for i in range(trait.shape[0]):
        trait[i] = mean + sd * (loading * wellbeing[i] + rest * own[i])


@compiled
def clip_lanes(trait, low, high):
    """Hold a row in [low, high]."""
    for i in range(trait.shape[0]):
        trait[i] = min(max(trait[i], low), high)


@compiled
def level_lanes(set_point, load, distress, own, e):
    """Write set point (given its standardised trait, in place) and load given distress."""
    for i in range(load.shape[0]):
        chronic = e.mean + e.stable * (distress[i] - e.mean) + e.stable_spread * set_point[i]
        set_point[i] = chronic
        load[i] = e.load * (distress[i] - chronic) + e.load_spread * own[i]


@compiled
def share_lanes(shares):
    """Turn four rows of log2 weights into shares that add to 1, in place."""
    w0, w1, w2, w3 = shares[0], shares[1], shares[2], shares[3]
    for i in range(w0.shape[0]):
        a, b, c, d = exp2(w0[i]), exp2(w1[i]), exp2(w2[i]), exp2(w3[i])
        over = ONE / (a + b + c + d)
        w0[i], w1[i], w2[i], w3[i] = a * over, b * over, c * over, d * over


@compiled
def before_lanes(b, therapist, e):
    """Write what everybody has before the first session; without a therapist no bond, no fit."""
    fit, bond, goal, task = b[R.dyad_fit], b[R.bond], b[R.goal], b[R.task]
    first, formulation, distress = b[R.initial_distress], b[R.formulation], b[R.distress]
    for i in range(fit.shape[0]):
        guided = ONE if therapist[i] >= 0 else ZERO
        fit[i] *= guided
        bond[i] = guided * e.alliance
        goal[i] = e.alliance
        task[i] = e.alliance
        formulation[i] = e.formulation
        first[i] = distress[i]


@compiled
def enter(b, words, pairs, therapist, e, seat, seed, replicate):
    """Draw the clients `words` (client,) into the block `b`, all other variables 0.

    `pairs` (client,) takes the words of dyads, `seat` (variable,) the values that a case card gives
    everybody, NaN where it is silent.
    """
    for row in range(ROW_COUNT):
        b[row].fill(ZERO)
    shared, own = b[FIRST_DRAW], b[FIRST_DRAW + 1]
    fill_uniform(shared, words, seed, replicate, ONCE, _INTAKE)
    fill_normal(own, words, seed, replicate, ONCE, _INTAKE + 1)
    distress_lanes(b[R.distress], shared, own, e)
    fill_normal(shared, words, seed, replicate, ONCE, _TRAIT)
    means = (e.readiness_mean, e.expectancy_mean, ZERO, ZERO, ZERO)
    spreads = (e.readiness_sd, e.expectancy_sd, ONE, ONE, ONE)
    for k in range(5):
        fill_normal(own, words, seed, replicate, ONCE, _TRAIT + 1 + k)
        trait_lanes(b[_TRAIT_ROWS[k]], shared, own, e.loadings[k], e.owns[k], means[k], spreads[k])
    clip_lanes(b[R.readiness], _LEAST, _MOST)
    clip_lanes(b[R.expectancy], _LEAST, _MOST)
    fill_normal(own, words, seed, replicate, ONCE, _INTAKE + 2)
    level_lanes(b[R.set_point], b[R.load], b[R.distress], own, e)
    weight, preference = b[R.weight : R.weight + 4], b[R.preference : R.preference + 4]
    for k in range(4):
        fill_normal(shared, words, seed, replicate, ONCE, _WEIGHT + k)
        fill_normal(own, words, seed, replicate, ONCE, _PREFERENCE + k)
        trait_lanes(preference[k], shared, own, e.insight, e.insight_own, ZERO, e.weight_spread)
        trait_lanes(weight[k], shared, own, ONE, ZERO, ZERO, e.weight_spread)
    share_lanes(weight)
    share_lanes(preference)
    fill_normal(b[R.rater_style], words, seed, replicate, ONCE, _STYLE)
    fill_pair_words(pairs, words, therapist)
    fill_normal(b[R.dyad_fit], pairs, seed, replicate, ONCE, _FIT)
    fill_normal(own, words, seed, replicate, ONCE, _LEVEL)
    trait_lanes(b[R.good_enough_level], own, own, ONE, ZERO, e.level_mean, e.level_sd)
    before_lanes(b, therapist, e)
    for row in range(ROW_COUNT):
        if seat[row] == seat[row]:
            b[row].fill(seat[row])
