"""Who comes through the door: the clients of a block, drawn before intake is measured.

Clients seek care when distress, as they feel it, is high: D* = D + other reasons must exceed the
sample's threshold. D* is drawn from the truncated normal, D given D*, then the chronic set point c
and the life-event load L given D, all in closed form. What is left, D - c - L, is the fluctuation
of the week. So clients enter near their worst, and regression to the mean is what follows from it.

    D | D*   ~ N(m + k (D* - m), k o^2),        k = s^2 / (s^2 + o^2),  o = seeking_noise
    c | D    ~ N(m + rc (D - m), rc (1 - rc) s^2)                       rc = stable_share
    L | D, c ~ N(rl / (1 - rc) (D - c), rl rf / (rl + rf) s^2)          rl = load_share,
                                                                        rf = 1 - rc - rl

Readiness, expectancy, attachment, resources and c share a part, wellbeing, with the loadings of
`parameters.Population`. Every draw is addressed by client number (`random_streams`).
"""

import math
from typing import NamedTuple

import numpy as np

from dyadsim.kernel.block import FIRST_DRAW, R
from dyadsim.model.questionnaires import score
from dyadsim.model.variables import ROW_COUNT
from dyadsim.numerics.float32 import ONE, ZERO, exp2
from dyadsim.numerics.jit import compiled, compiled_within
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
_LEVEL, _APTITUDE = np.int64(Stream.GOOD_ENOUGH_LEVEL), np.int64(Stream.APTITUDE)
_SYMPTOM = np.int64(Stream.SYMPTOM)
TRAITS = ("readiness", "expectancy", "attachment", "resources", "set_point")  # in stream order
_TRAIT_ROWS = tuple(int(getattr(R, name)) for name in TRAITS)

_HALF_LN2 = np.float32(0.5 * math.log(2.0))  # gives a log-normal trait the mean 1
_LEAST, _MOST = np.float32(0.02), np.float32(0.98)
_ALONE, _STANDARD = (ONE, ZERO), (ZERO, ONE)


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


class People(NamedTuple):
    """The clients in the lanes of a block, `(lane,)`: words, arms, therapists, words of dyads."""

    word: np.ndarray
    arm: np.ndarray
    therapist: np.ndarray
    pair: np.ndarray


@compiled
def empty_people(lanes):
    """Return people for so many lanes, without a therapist."""
    return People(
        np.zeros(lanes, np.uint32),
        np.zeros(lanes, np.int32),
        np.full(lanes, -1, np.int32),
        np.zeros(lanes, np.uint32),
    )


@compiled_within
def _narrow(x):
    return np.float32(x)


@compiled
def own_share(loading):
    """Return the loading of what is a trait's own, so that its variance is 1."""
    return np.float32(math.sqrt(1.0 - np.float64(loading) * np.float64(loading)))


@compiled
def entry(q, sample):
    """Return the numbers of the draw from the parameters `q` of a population and a sample."""
    sd, mean, noise = np.float64(q.distress_sd), np.float64(q.distress_mean), sample.seeking_noise
    felt = math.sqrt(sd * sd + noise * noise)
    below = 0.5 * (1.0 + math.erf((sample.seeking_threshold - mean) / felt / math.sqrt(2.0)))
    share = sd * sd / (felt * felt)
    stable, load = np.float64(q.stable_share), np.float64(q.load_share)
    rest = 1.0 - stable - load
    return Entry(
        _narrow(below),
        _narrow(mean),
        _narrow(share * felt),
        _narrow(math.sqrt(share) * noise),
        _narrow(stable),
        _narrow(sd * math.sqrt(stable * (1.0 - stable))),
        _narrow(load / (load + rest)),
        _narrow(sd * math.sqrt(load * rest / (load + rest))),
    )


@compiled_within
def distress_lanes(distress, u, own, e):
    """Write distress of people who came through the door; `u` uniform, `own` normal."""
    for i in range(distress.shape[0]):
        z = normal_quantile(inside(e.below + u[i] * (ONE - e.below)))
        distress[i] = e.mean + e.felt * z + e.other * own[i]


@compiled_within
def trait_lanes(trait, shared, own, loadings, scale):
    """Write a trait: mean + sd (loading of the shared part + loading of its own).

    `loadings` are those of the two parts, `scale` is (mean, sd).
    """
    loading, rest = loadings
    mean, sd = scale
    for i in range(trait.shape[0]):
        trait[i] = mean + sd * (loading * shared[i] + rest * own[i])


@compiled_within
def aptitude_lanes(aptitude, spread):
    """Write how much each client learns, from a normal draw in place: log-normal, mean 1."""
    for i in range(aptitude.shape[0]):
        aptitude[i] = exp2(spread * aptitude[i] - _HALF_LN2 * spread * spread)


@compiled_within
def clip_lanes(trait):
    """Keep a row in [0.02, 0.98]."""
    for i in range(trait.shape[0]):
        trait[i] = min(max(trait[i], _LEAST), _MOST)


@compiled_within
def level_lanes(set_point, load, distress, own, e):
    """Write the set point, from its standardised trait in place, and the load."""
    for i in range(load.shape[0]):
        chronic = e.mean + e.stable * (distress[i] - e.mean) + e.stable_spread * set_point[i]
        set_point[i] = chronic
        load[i] = e.load * (distress[i] - chronic) + e.load_spread * own[i]


@compiled_within
def share_lanes(shares):
    """Turn four rows of log2 weights into shares that add to 1, in place."""
    w0, w1, w2, w3 = shares[0], shares[1], shares[2], shares[3]
    for i in range(w0.shape[0]):
        a, b, c, d = exp2(w0[i]), exp2(w1[i]), exp2(w2[i]), exp2(w3[i])
        over = ONE / (a + b + c + d)
        w0[i], w1[i], w2[i], w3[i] = a * over, b * over, c * over, d * over


@compiled_within
def draw_severity(b, words, e, seed, replicate):
    """Draw distress, set point and load; the set point's trait is drawn before."""
    shared, own = b[FIRST_DRAW], b[FIRST_DRAW + 1]
    fill_uniform(shared, words, seed, replicate, ONCE, _INTAKE)
    fill_normal(own, words, seed, replicate, ONCE, _INTAKE + 1)
    distress_lanes(b[R.distress], shared, own, e)
    fill_normal(own, words, seed, replicate, ONCE, _INTAKE + 2)
    level_lanes(b[R.set_point], b[R.load], b[R.distress], own, e)


@compiled_within
def draw_wellbeing(b, words, q, seed, replicate):
    """Draw the traits that share wellbeing; the set point as a standardised trait."""
    shared, own = b[FIRST_DRAW], b[FIRST_DRAW + 1]
    loadings = (
        q.wellbeing_readiness,
        q.wellbeing_expectancy,
        q.wellbeing_attachment,
        q.wellbeing_resources,
        q.wellbeing_set_point,
    )
    ready, hope = (q.readiness_mean, q.readiness_sd), (q.expectancy_mean, q.expectancy_sd)
    scales = (ready, hope, _STANDARD, _STANDARD, _STANDARD)
    fill_normal(shared, words, seed, replicate, ONCE, _TRAIT)
    for k in range(5):
        fill_normal(own, words, seed, replicate, ONCE, _TRAIT + 1 + k)
        parts = (loadings[k], own_share(loadings[k]))
        trait_lanes(b[_TRAIT_ROWS[k]], shared, own, parts, scales[k])
    clip_lanes(b[R.readiness])
    clip_lanes(b[R.expectancy])


@compiled_within
def draw_weights(b, words, q, seed, replicate):
    """Draw what maintains the clients' distress, and their own theories of change."""
    shared, own = b[FIRST_DRAW], b[FIRST_DRAW + 1]
    weight, preference = b[R.weight : R.weight + 4], b[R.preference : R.preference + 4]
    insight, scale = (q.insight, own_share(q.insight)), (ZERO, q.weight_spread)
    for k in range(4):
        fill_normal(shared, words, seed, replicate, ONCE, _WEIGHT + k)
        fill_normal(own, words, seed, replicate, ONCE, _PREFERENCE + k)
        trait_lanes(preference[k], shared, own, insight, scale)
        trait_lanes(weight[k], shared, own, _ALONE, scale)
    share_lanes(weight)
    share_lanes(preference)


@compiled_within
def draw_others(b, people, q, seed, replicate):
    """Draw rater style, the chemistry of the dyad, aptitude and the good-enough level."""
    own = b[FIRST_DRAW]
    fill_normal(b[R.rater_style], people.word, seed, replicate, ONCE, _STYLE)
    fill_pair_words(people.pair, people.word, people.therapist)
    fill_normal(b[R.dyad_fit], people.pair, seed, replicate, ONCE, _FIT)
    fill_normal(own, people.word, seed, replicate, ONCE, _LEVEL)
    fill_normal(b[R.aptitude], people.word, seed, replicate, ONCE, _APTITUDE)
    aptitude_lanes(b[R.aptitude], q.aptitude_spread)
    scale = (q.good_enough_mean, q.good_enough_sd)
    trait_lanes(b[R.good_enough_level], own, own, _ALONE, scale)


@compiled_within
def start_lanes(b, therapist, alliance, known):
    """Write what everybody has before the first session; without a therapist no bond, no fit.

    What set point and load do not hold of distress is the fluctuation of that week.

    `alliance` is the start of its parts, `known` that of the formulation.
    """
    fit, bond, goal, task = b[R.dyad_fit], b[R.bond], b[R.goal], b[R.task]
    fluctuation, set_point, load = b[R.fluctuation], b[R.set_point], b[R.load]
    first, formulation, distress = b[R.initial_distress], b[R.formulation], b[R.distress]
    for i in range(fit.shape[0]):
        guided = ONE if therapist[i] >= 0 else ZERO
        fit[i] *= guided
        bond[i] = guided * alliance
        goal[i] = alliance
        task[i] = alliance
        formulation[i] = known
        first[i] = distress[i]
        fluctuation[i] = distress[i] - set_point[i] - load[i]


@compiled_within
def enter(b, people, p, sample, case, at):
    """Draw the clients of a block, all other variables 0.

    Everybody gets the values of `case` (variable,), where it gives any (not NaN).
    """
    for row in range(ROW_COUNT):
        b[row].fill(ZERO)
    b[R.in_session].fill(ZERO)
    q, words = p.population, people.word
    draw_wellbeing(b, words, q, at.seed, at.replicate)
    draw_severity(b, words, entry(q, sample), at.seed, at.replicate)
    draw_weights(b, words, q, at.seed, at.replicate)
    draw_others(b, people, q, at.seed, at.replicate)
    for row in range(ROW_COUNT):
        if case[row] == case[row]:
            b[row].fill(case[row])
    start_lanes(b, people.therapist, p.alliance.start, p.responsiveness.formulation_start)


@compiled_within
def measure_intake(b, words, s, at):
    """Measure a block at intake (step 0); every intake form is filled in."""
    noise = b[FIRST_DRAW]
    fill_normal(noise, words, at.seed, at.replicate, ONCE, _SYMPTOM)
    for i in range(noise.shape[0]):
        y = score(b[R.distress, i], b[R.rater_style, i], noise[i], s)
        b[R.symptom_score, i] = y
        b[R.first_score, i] = y
        b[R.last_score, i] = y
