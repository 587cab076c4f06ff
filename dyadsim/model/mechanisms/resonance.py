"""Resonance: within a session two bodies fall into step (the moment clock).

Client arousal x and therapist arousal y are two coupled first-order processes, one step a moment:

    x' = x - client_damping x - c (x - y) + client_noise n1
    y' = y - therapist_damping y - e (y - x) + therapist_noise n2

e, the client -> therapist coupling, is empathy (mirroring); c, the therapist -> client coupling,
is co-regulation, damped where congruence or presence is low. Both scale with how much of the
bodily channel the medium carries. The stationary covariance (p, r, q) of (x, y) solves the
discrete Lyapunov equation S = M S M' + Q, in closed form. Then

    synchrony    = r / sqrt(p q)                       in [-1, 1]
    coregulation = 1 - p / p0,  p0 = the client's variance without a therapist

With moments on, the same two numbers are estimated from the simulated moments, in units of the
expected variances, so that their mean is the closed form exactly.

Theory: mirroring and limbic resonance (siegel2006; gallese2003; schore2014). The coupled
process and every value are assumptions. Published links of synchrony to outcome are weak and
contested, so its default weights in `alliance` and `regulation` are small.
"""

from typing import Annotated, NamedTuple

import numpy as np

from dyadsim.model.mechanism import Reads, Writes, mechanism
from dyadsim.model.parameter import parameter
from dyadsim.numerics.float32 import ONE, TWO, ZERO, squash
from dyadsim.numerics.jit import compiled
from dyadsim.numerics.random_streams import Stream, fill_normal

_MOMENT = np.int64(Stream.MOMENT)


class Resonance(NamedTuple):
    """Parameters of the moment clock."""

    client_damping: Annotated[
        float, parameter("how fast the client's arousal settles alone", "1/moment", 0.05, 0.4)
    ] = 0.2
    therapist_damping: Annotated[
        float, parameter("how fast the therapist's arousal settles alone", "1/moment", 0.05, 0.5)
    ] = 0.4
    mirroring: Annotated[
        float,
        parameter(
            "largest client -> therapist coupling (empathy)",
            "1/moment",
            0,
            0.4,
            source="gallese2003;siegel2006;assumption",
        ),
    ] = 0.35
    coregulation_coupling: Annotated[
        float,
        parameter(
            "largest therapist -> client coupling",
            "1/moment",
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


MECHANISM = mechanism(Rows, streams=(Stream.MOMENT, Stream.PRESENCE))


@compiled
def presence_change(presence, caseload, noise, q):
    """Return the therapist's presence next session, held in [0, 1].

    presence' = presence + presence_recovery (1 - presence) - presence_wear caseload / 100
                + presence_noise n
    """
    wear = q.presence_wear * caseload / np.float32(100.0)
    moved = presence + q.presence_recovery * (ONE - presence) - wear + q.presence_noise * noise
    return min(max(moved, ZERO), ONE)


@compiled
def couplings(empathy, congruence, presence, body, q):
    """Return (e, c), the two couplings per moment.

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


@compiled
def presence_lanes(after, before, caseload, noise, q):
    """Write the presence of a row of therapists after one session."""
    for i in range(after.shape[0]):
        after[i] = presence_change(before[i], caseload[i], noise[i], q)


@compiled
def lanes(rows, q):
    """Write the closed-form synchrony and co-regulation of a block; 0 without a session."""
    for i in range(rows.synchrony.shape[0]):
        together, calmer = resonance(
            rows.empathy[i], rows.congruence[i], rows.presence[i], rows.body[i], q
        )
        rows.synchrony[i] = together * rows.in_session[i] + ZERO  # no -0 without a session
        rows.coregulation[i] = calmer * rows.in_session[i] + ZERO


@compiled
def beat_lanes(rows, word, at, step, q):
    """Write synchrony and co-regulation of a block from `at.beats` simulated beats of a session.

    The scratch rows `beats` are x, y, sums of x y and x x, and two rows of noise. The pair starts
    in its stationary distribution, so the mean over dyads is the closed form at any number of
    beats.
    """
    x, y, both, square = rows.beats[0], rows.beats[1], rows.beats[2], rows.beats[3]
    n1, n2 = rows.beats[4], rows.beats[5]
    for beat in range(at.beats):
        fill_normal(n1, word, at.seed, at.replicate, step, _MOMENT + 2 * beat)
        fill_normal(n2, word, at.seed, at.replicate, step, _MOMENT + 2 * beat + 1)
        for i in range(x.shape[0]):
            mirror, calm = couplings(
                rows.empathy[i], rows.congruence[i], rows.presence[i], rows.body[i], q
            )
            if beat == 0:
                p, r, v = stationary(mirror, calm, q)
                x[i] = np.sqrt(p) * n1[i]
                y[i] = r / np.sqrt(p) * n1[i] + np.sqrt(v - r * r / p) * n2[i]
                both[i] = ZERO
                square[i] = ZERO
            else:
                gap = x[i] - y[i]
                x[i] = x[i] - q.client_damping * x[i] - calm * gap + q.client_noise * n1[i]
                y[i] = y[i] - q.therapist_damping * y[i] + mirror * gap + q.therapist_noise * n2[i]
            both[i] += x[i] * y[i]
            square[i] += x[i] * x[i]
    _estimate_lanes(rows, np.float32(at.beats), q)


@compiled
def _estimate_lanes(rows, size, q):
    """Write synchrony and co-regulation of a block from the sums of `size` beats."""
    for i in range(rows.synchrony.shape[0]):
        mirror, calm = couplings(
            rows.empathy[i], rows.congruence[i], rows.presence[i], rows.body[i], q
        )
        p, _, v = stationary(mirror, calm, q)
        both, square = rows.beats[2, i], rows.beats[3, i]
        rows.synchrony[i] = both / size / np.sqrt(p * v) * rows.in_session[i]
        rows.coregulation[i] = (ONE - square / size / alone(q)) * rows.in_session[i]


@compiled
def series(
    client, therapist, empathy, congruence, presence, body, word, q, seed, replicate, session
):
    """Write the in-session arousal series of a block, `(client, moment)` each.

    The moments are the same numbers that `moments_lanes` sums, dyad by dyad.
    """
    count, moments = client.shape
    n1, n2 = np.empty(count, np.float32), np.empty(count, np.float32)
    for moment in range(moments):
        fill_normal(n1, word, seed, replicate, session, _MOMENT + 2 * moment)
        fill_normal(n2, word, seed, replicate, session, _MOMENT + 2 * moment + 1)
        for i in range(count):
            mirror, calm = couplings(empathy[i], congruence[i], presence[i], body[i], q)
            if moment == 0:
                p, r, v = stationary(mirror, calm, q)
                client[i, 0] = np.sqrt(p) * n1[i]
                therapist[i, 0] = r / np.sqrt(p) * n1[i] + np.sqrt(v - r * r / p) * n2[i]
            else:
                x, y = client[i, moment - 1], therapist[i, moment - 1]
                gap = x - y
                client[i, moment] = x - q.client_damping * x - calm * gap + q.client_noise * n1[i]
                therapist[i, moment] = (
                    y - q.therapist_damping * y + mirror * gap + q.therapist_noise * n2[i]
                )
