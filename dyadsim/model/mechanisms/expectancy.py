"""Expectancy: hope learns from the credibility of what is offered and from progress so far.

    C  = squash(credibility_base + rationale (r - 1/2) + match (m - 1/2) + allegiance a
                + congruence c + bona_fide (b - 1/2))                      perceived credibility
    E' = E + learning_rate ((1 - evidence) C + evidence squash(progress G) - E)
         + expectancy_noise n

C is perceived as the session begins, before the alliance moves. G is the fall of distress since
intake; the bracket is the prediction error. Expectancy moves only in sessions and stays in
[0, 1]. Theory: expectation and credibility as a common factor (greenberg2006; constantino2018a;
credibility2024). Equations and values are assumptions.
"""

from typing import Annotated, NamedTuple

from dyadsim.model.mechanism import Factor, Latent, Reads, Writes, mechanism, normal
from dyadsim.model.parameter import likely, parameter
from dyadsim.model.variable import Array
from dyadsim.numerics.float32 import HALF, ONE, ZERO, squash
from dyadsim.numerics.jit import compiled, compiled_within
from dyadsim.numerics.random_streams import Stream


class Expectancy(NamedTuple):
    """Parameters of expectancy and credibility."""

    credibility_base: Annotated[
        float,
        parameter(
            "credibility at the reference",
            "squash",
            -2,
            3,
            likely=likely(-1, 1, "judged: credibility is .15 to .85 at the reference"),
        ),
    ] = 0.3
    rationale: Annotated[
        float,
        parameter(
            "effect of the rationale's credibility",
            "1",
            0,
            4,
            likely=likely(0.4, 1.8, "judged: the rationale is the main part of what is offered"),
        ),
    ] = 0.9
    match: Annotated[
        float,
        parameter(
            "effect of the match with the client's theory of change",
            "1",
            0,
            4,
            source="duncan2010;assumption",
            likely=likely(0.2, 1.5, "judged: from no match to full, between weak and strong"),
        ),
    ] = 0.6
    allegiance: Annotated[float, parameter("effect of the therapist's allegiance", "1/z", 0, 2)] = (
        0.12
    )
    congruence: Annotated[
        float,
        parameter(
            "effect of the therapist's congruence",
            "1/z",
            0,
            2,
            likely=likely(0.04, 0.35, "judged: small beside the rationale"),
        ),
    ] = 0.1
    bona_fide: Annotated[
        float,
        parameter(
            "effect of intent: bona fide against intent-to-fail",
            "1",
            0,
            4,
            likely=likely(
                0.15, 1.2, "judged: intent shows, between weakly and as much as the rationale"
            ),
        ),
    ] = 0.4
    learning_rate: Annotated[
        float,
        parameter(
            "share of the prediction error learnt",
            "1/session",
            0,
            1,
            likely=likely(
                0.04, 0.35, "judged: half of what experience says is learnt in 2 to 17 sessions"
            ),
        ),
    ] = 0.15
    evidence: Annotated[
        float, parameter("weight of own progress against credibility", "0-1", 0, 1)
    ] = 0.4
    progress: Annotated[float, parameter("how strongly progress speaks", "1/distress", 0, 4)] = 0.6
    expectancy_noise: Annotated[
        float, parameter("SD of expectancy from session to session", "0-1", 0, 0.3)
    ] = 0.02


class Rows(NamedTuple):
    """What expectancy reads, writes and draws."""

    expectancy: Writes
    credibility: Writes
    rationale: Reads
    match: Reads
    allegiance: Reads
    congruence: Reads
    bona_fide: Reads
    initial_distress: Reads
    distress: Reads
    in_session: Reads
    noise: Annotated[Array, normal(Stream.EXPECTANCY)]


MECHANISM = mechanism(
    Rows,
    latents={
        "expectancy": Latent(
            ("expectancy",),
            ("expectancy.learning_rate", "expectancy.expectancy_noise"),
            cause="expectancy",
            factor=Factor.COMMON,
        )
    },
)


@compiled
def credibility(rationale, match, allegiance, congruence, bona_fide, q):
    """Return the perceived credibility C of this treatment with this therapist, in (0, 1)."""
    offer = q.rationale * (rationale - HALF) + q.bona_fide * (bona_fide - HALF)
    person = q.allegiance * allegiance + q.congruence * congruence
    return squash(q.credibility_base + offer + q.match * (match - HALF) + person)


@compiled_within
def credibility_lanes(rows, q):
    """Write what a block perceives of the offer as the session begins; 0 without a session."""
    for i in range(rows.credibility.shape[0]):
        rows.credibility[i] = rows.in_session[i] * credibility(
            rows.rationale[i],
            rows.match[i],
            rows.allegiance[i],
            rows.congruence[i],
            rows.bona_fide[i],
            q,
        )


@compiled
def expectancy_change(expectancy, credible, gained, noise, q):
    """Return expectancy after one session, in [0, 1]."""
    lesson = (ONE - q.evidence) * credible + q.evidence * squash(q.progress * gained)
    moved = expectancy + q.learning_rate * (lesson - expectancy) + q.expectancy_noise * noise
    return min(max(moved, ZERO), ONE)


@compiled_within
def lanes(rows, q):
    """Write the expectancy of a block."""
    for i in range(rows.expectancy.shape[0]):
        before = rows.expectancy[i]
        gained = rows.initial_distress[i] - rows.distress[i]
        moved = expectancy_change(before, rows.credibility[i], gained, rows.noise[i], q)
        rows.expectancy[i] += rows.in_session[i] * (moved - before)
