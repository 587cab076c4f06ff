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

from dyadsim.model.parameter import parameter
from dyadsim.numerics.float32 import HALF, ONE, ZERO, squash
from dyadsim.numerics.jit import compiled


class Expectancy(NamedTuple):
    """Parameters of expectancy and credibility."""

    credibility_base: Annotated[
        float, parameter("credibility at the reference", "squash", -2, 3)
    ] = 0.3
    rationale: Annotated[float, parameter("effect of the rationale's credibility", "1", 0, 4)] = 0.9
    match: Annotated[
        float,
        parameter(
            "effect of the match with the client's theory of change",
            "1",
            0,
            4,
            source="duncan2010;assumption",
        ),
    ] = 0.6
    allegiance: Annotated[float, parameter("effect of the therapist's allegiance", "1/z", 0, 2)] = (
        0.12
    )
    congruence: Annotated[float, parameter("effect of the therapist's congruence", "1/z", 0, 2)] = (
        0.1
    )
    bona_fide: Annotated[
        float, parameter("effect of intent: bona fide against intent-to-fail", "1", 0, 4)
    ] = 0.4
    learning_rate: Annotated[
        float, parameter("share of the prediction error learnt", "1/session", 0, 1)
    ] = 0.15
    evidence: Annotated[
        float, parameter("weight of own progress against credibility", "0-1", 0, 1)
    ] = 0.4
    progress: Annotated[float, parameter("how strongly progress speaks", "1/distress", 0, 4)] = 0.6
    expectancy_noise: Annotated[
        float, parameter("SD of expectancy from session to session", "0-1", 0, 0.3)
    ] = 0.02


@compiled
def credibility(rationale, match, allegiance, congruence, bona_fide, q):
    """Return the perceived credibility C of this treatment with this therapist, in (0, 1)."""
    offer = q.rationale * (rationale - HALF) + q.bona_fide * (bona_fide - HALF)
    person = q.allegiance * allegiance + q.congruence * congruence
    return squash(q.credibility_base + offer + q.match * (match - HALF) + person)


@compiled
def credibility_lanes(credible, rationale, match, allegiance, congruence, bona_fide, held, q):
    """Write what a block perceives of the offer as the session begins; 0 without a session."""
    for i in range(credible.shape[0]):
        credible[i] = held[i] * credibility(
            rationale[i], match[i], allegiance[i], congruence[i], bona_fide[i], q
        )


@compiled
def expectancy_change(expectancy, credible, gained, noise, q):
    """Return expectancy after one session, in [0, 1]."""
    lesson = (ONE - q.evidence) * credible + q.evidence * squash(q.progress * gained)
    moved = expectancy + q.learning_rate * (lesson - expectancy) + q.expectancy_noise * noise
    return min(max(moved, ZERO), ONE)


@compiled
def lanes(expectancy, credible, first, distress, held, noise, q):
    """Write the expectancy of a block."""
    for i in range(expectancy.shape[0]):
        gained = first[i] - distress[i]
        moved = expectancy_change(expectancy[i], credible[i], gained, noise[i], q)
        expectancy[i] += held[i] * (moved - expectancy[i])
