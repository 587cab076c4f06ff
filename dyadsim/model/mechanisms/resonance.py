"""Resonance: within a session two bodies fall into step, beat by beat.

Client arousal x and therapist arousal y are two coupled first-order processes, one step a beat:

    x' = x - client_damping x - c (x - y) + client_noise n1
    y' = y - therapist_damping y - e (y - x) + therapist_noise n2

e, the client -> therapist coupling, is empathy (mirroring); c, the therapist -> client coupling,
is co-regulation, damped where congruence or presence is low. Both scale with how much of the
bodily channel the medium carries. The stationary covariance (p, r, q) of (x, y) solves the
discrete Lyapunov equation S = M S M' + Q, in closed form. Then

    synchrony    = r / sqrt(p q)                       in [-1, 1]
    coregulation = 1 - p / p0,  p0 = the client's variance without a therapist

Where beats are simulated, the same two numbers are estimated from them, in units of the
expected variances, so that their mean is the closed form exactly.

Theory: mirroring and limbic resonance (siegel2006; gallese2003; schore2014). The coupled
process and every value are assumptions. Published links of synchrony to outcome are weak and
contested, so its default weights in `alliance` and `regulation` are small.
"""

from typing import Annotated, NamedTuple

import numpy as np

from dyadsim.model.mechanism import Reads, Writes, mechanism
from dyadsim.model.parameter import parameter
from dyadsim.model.variable import Array
from dyadsim.numerics.float32 import ONE, TWO, ZERO, squash
from dyadsim.numerics.jit import compiled, compiled_within
from dyadsim.numerics.random_streams import Stream, fill_normal

_BEAT = np.int64(Stream.BEAT)


class Resonance(NamedTuple):
    """Parameters of what happens from beat to beat, and of the therapist's presence."""

    client_damping: Annotated[
        float, parameter("how fast the client's arousal settles alone", "1/beat", 0.05, 0.4)
    ] = 0.2
    therapist_damping: Annotated[
        float, parameter("how fast the therapist's arousal settles alone", "1/beat", 0.05, 0.5)
    ] = 0.4
    mirroring: Annotated[
        float,
        parameter(
            "largest client -> therapist coupling (empathy)",
            "1/beat",
            0,
            0.4,
            source="gallese2003;siegel2006;assumption",
        ),
    ] = 0.35
    coregulation_coupling: Annotated[
        float,
        parameter(
            "largest therapist -> client coupling",
            "1/beat",
            0,
            0.4,
            source="siegel2010;assumption",
        ),
    ] = 0.3
    client_noise: Annotated[
        float, parameter("SD of the client's arousal shocks", "arousal", 0.1, 3)
    ] = 1.0
    therapist_noise: Annotated[
        float, parameter("SD of the therapist's arousal shocks", "arousal", 0.1, 3)
    ] = 0.6
    presence_recovery: Annotated[
        float, parameter("share of lost presence regained", "1/step", 0, 1)
    ] = 0.3
    presence_wear: Annotated[
        float, parameter("presence lost per 100 clients of caseload", "1/step", 0, 1)
    ] = 0.12
    presence_noise: Annotated[
        float, parameter("SD of presence between sessions", "0-1", 0, 0.3)
    ] = 0.05


class Rows(NamedTuple):
    """What resonance reads and writes."""

    synchrony: Writes
    coregulation: Writes
    beats: Writes
    empathy: Reads
    congruence: Reads
    presence: Reads
    body: Reads
    in_session: Reads


MECHANISM = mechanism(Rows, streams=(Stream.BEAT, Stream.PRESENCE))


@compiled
def presence_change(presence, caseload, noise, q):
    """Return the therapist's presence next session, kept in [0, 1].

    presence' = presence + presence_recovery (1 - presence) - presence_wear caseload / 100
                + presence_noise n
    """
    wear = q.presence_wear * caseload / np.float32(100.0)
    moved = presence + q.presence_recovery * (ONE - presence) - wear + q.presence_noise * noise
    return min(max(moved, ZERO), ONE)


@compiled
def couplings(empathy, congruence, presence, body, q):
    """Return (e, c), the two couplings of a beat.

    e = mirroring squash(empathy) body
    c = coregulation_coupling squash(congruence) presence body
    """
    mirror = q.mirroring * squash(empathy) * body
    calm = q.coregulation_coupling * squash(congruence) * presence * body
    return mirror, calm


@compiled
def stationary(mirror, calm, q):
    """Return (p, r, q): client variance, covariance, therapist variance of arousal.

    Substitutes the first and last row of S = M S M' + Q,
    p = (2 a c r + c^2 q + s^2) / (1 - a^2) and q alike, into r = a e p + (a b + c e) r + c b q.
    """
    a = ONE - q.client_damping - calm
    b = ONE - q.therapist_damping - mirror
    s = q.client_noise * q.client_noise
    t = q.therapist_noise * q.therapist_noise
    da, db = ONE - a * a, ONE - b * b
    # p = p0 + p1 r and v = v0 + v1 r solve the 2 x 2 part of the system for a given r
    over = ONE / (da * db - calm * calm * mirror * mirror)  # one division in place of four
    p0 = (s * db + calm * calm * t) * over
    p1 = (TWO * a * calm * db + calm * calm * TWO * b * mirror) * over
    v0 = (t * da + mirror * mirror * s) * over
    v1 = (TWO * b * mirror * da + mirror * mirror * TWO * a * calm) * over
    left = ONE - a * b - calm * mirror - a * mirror * p1 - b * calm * v1
    r = (a * mirror * p0 + b * calm * v0) / left
    return p0 + p1 * r, r, v0 + v1 * r


@compiled
def alone(q):
    """Return the client's stationary arousal variance without a therapist."""
    a = ONE - q.client_damping
    return q.client_noise * q.client_noise / (ONE - a * a)


@compiled
def resonance(empathy, congruence, presence, body, q):
    """Return (synchrony, coregulation) of one session in closed form."""
    mirror, calm = couplings(empathy, congruence, presence, body, q)
    p, r, v = stationary(mirror, calm, q)
    return r / np.sqrt(p * v), ONE - p / alone(q)


@compiled_within
def presence_lanes(after, before, caseload, noise, q):
    """Write the presence of a row of therapists after one session."""
    for i in range(after.shape[0]):
        after[i] = presence_change(before[i], caseload[i], noise[i], q)


@compiled
def lane_couplings(rows, i, q):
    """Return the two couplings of one lane; `rows` are `Rows` or a `Meeting`."""
    return couplings(rows.empathy[i], rows.congruence[i], rows.presence[i], rows.body[i], q)


@compiled
def first_beat(coupled, n1, n2, q):
    """Return (x, y) at the first beat, drawn from their stationary distribution.

    `coupled` are the two couplings, `n1` and `n2` standard normal draws.
    """
    p, r, v = stationary(coupled[0], coupled[1], q)
    return np.sqrt(p) * n1, r / np.sqrt(p) * n1 + np.sqrt(v - r * r / p) * n2


@compiled
def next_beat(x, y, coupled, n1, n2, q):
    """Return (x, y) one beat later; arguments as in `first_beat`."""
    mirror, calm = coupled
    gap = x - y
    client = x - q.client_damping * x - calm * gap + q.client_noise * n1
    therapist = y - q.therapist_damping * y + mirror * gap + q.therapist_noise * n2
    return client, therapist


@compiled_within
def lanes(rows, q):
    """Write the closed-form synchrony and co-regulation of a block; 0 without a session."""
    for i in range(rows.synchrony.shape[0]):
        together, calmer = resonance(
            rows.empathy[i], rows.congruence[i], rows.presence[i], rows.body[i], q
        )
        rows.synchrony[i] = together * rows.in_session[i] + ZERO  # no -0 without a session
        rows.coregulation[i] = calmer * rows.in_session[i] + ZERO


@compiled_within
def beat_lanes(rows, word, at, step, q):
    """Write synchrony and co-regulation of a block from `at.beats` simulated beats of a session.

    The scratch rows `beats` are x, y, sums of x y and x x, and two rows of noise. The pair starts
    in its stationary distribution, so the mean over dyads is the closed form for any number of
    beats.
    """
    lanes = rows.synchrony.shape[0]
    x, y, both = rows.beats[0][:lanes], rows.beats[1][:lanes], rows.beats[2][:lanes]
    square, n1, n2 = rows.beats[3][:lanes], rows.beats[4][:lanes], rows.beats[5][:lanes]
    both.fill(ZERO)
    square.fill(ZERO)
    for beat in range(at.beats):
        fill_normal(n1, word, at.seed, at.replicate, step, _BEAT + 2 * beat)
        fill_normal(n2, word, at.seed, at.replicate, step, _BEAT + 2 * beat + 1)
        for i in range(x.shape[0]):
            coupled = lane_couplings(rows, i, q)
            if beat == 0:
                x[i], y[i] = first_beat(coupled, n1[i], n2[i], q)
            else:
                x[i], y[i] = next_beat(x[i], y[i], coupled, n1[i], n2[i], q)
            both[i] += x[i] * y[i]
            square[i] += x[i] * x[i]
    estimate_lanes(rows, np.float32(at.beats), q)


@compiled_within
def estimate_lanes(rows, beats, q):
    """Write synchrony and co-regulation of a block from the sums over its beats."""
    for i in range(rows.synchrony.shape[0]):
        mirror, calm = lane_couplings(rows, i, q)
        p, _, v = stationary(mirror, calm, q)
        both, square = rows.beats[2, i], rows.beats[3, i]
        rows.synchrony[i] = both / beats / np.sqrt(p * v) * rows.in_session[i]
        rows.coregulation[i] = (ONE - square / beats / alone(q)) * rows.in_session[i]


class Meeting(NamedTuple):
    """What couples the two bodies of some dyads in a session, `(dyad,)` each."""

    empathy: Array
    congruence: Array
    presence: Array
    body: Array


@compiled
def series(client, therapist, meeting, word, address, q):
    """Write the arousal of some dyads in a session, beat by beat.

    These are the same numbers that `beat_lanes` sums, dyad by dyad.

    Parameters
    ----------
    client, therapist
        Arousal, `(dyad, beat)` float32, written in place; 0 is usual.
    meeting
        What couples them, a `Meeting`.
    word
        The clients' random words, `(dyad,)`.
    address
        Seed, replicate and session.
    q
        Parameters of resonance, float32.
    """
    count, beats = client.shape
    seed, replicate, session = address
    n1, n2 = np.empty(count, np.float32), np.empty(count, np.float32)
    for beat in range(beats):
        fill_normal(n1, word, seed, replicate, session, _BEAT + 2 * beat)
        fill_normal(n2, word, seed, replicate, session, _BEAT + 2 * beat + 1)
        for i in range(count):
            coupled = lane_couplings(meeting, i, q)
            if beat == 0:
                client[i, 0], therapist[i, 0] = first_beat(coupled, n1[i], n2[i], q)
            else:
                x, y = client[i, beat - 1], therapist[i, beat - 1]
                client[i, beat], therapist[i, beat] = next_beat(x, y, coupled, n1[i], n2[i], q)
