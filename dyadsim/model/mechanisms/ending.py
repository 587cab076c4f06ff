"""Ending: good enough, leaving alone, removal or the planned number, in this order.

    agreed  = [n1 < good_enough_base + good_enough_slope (level - D) + good_enough_change (D0 - D)
                    + good_enough_sessions attended]                (from good_enough_from on)
    left    = [n2 < dropout_base + low_alliance (1/2 - A) - progress (D0 - D) + mismatch (1/2 - m)
                    + strain s - skill g + early_dropout / attended
                    - commitment [the rule is fixed] - alert_retention alert]
    removal = [n3 < removal_base]
    planned = this was the last session planned

n1, n2, n3 are standard normal draws (probit hazards). `agreed` counts only where the study's rule
is good-enough or open; an open rule has no planned end. It weighs the change since intake and the
sessions already had beside the level: good enough, or enough for now. Leaving is likeliest at the
start (`attended` counts this session). Who has agreed to a fixed number of sessions is held by it,
and a therapist who is alerted holds a client who would leave. A client who left alone above the
good-enough level is a dropout; at or below it the end is good enough, not premature
(docs/background/facts.md, `share_dropout`). g is the therapist's regard, a therapist's own dropout
rate. Good-enough level: the client, not the protocol, decides (baldwin2009). Dropout and alliance:
sharf2010. Equations and values are assumptions.
"""

from typing import Annotated, NamedTuple

import numpy as np

from dyadsim.model.mechanism import Reads, Writes, mechanism, normal
from dyadsim.model.parameter import likely, parameter
from dyadsim.model.variable import Array
from dyadsim.numerics.float32 import HALF, ONE, ZERO
from dyadsim.numerics.jit import compiled, compiled_within
from dyadsim.numerics.random_streams import Stream

ENDINGS = ("in_care", "planned", "good_enough", "dropout", "removed")
IN_CARE, PLANNED, GOOD_ENOUGH, DROPOUT, REMOVED = range(5)
FIXED_RULE, GOOD_ENOUGH_RULE, OPEN_RULE = 0, 1, 2
_PLANNED, _GOOD_ENOUGH = np.float32(PLANNED), np.float32(GOOD_ENOUGH)
_DROPOUT, _REMOVED = np.float32(DROPOUT), np.float32(REMOVED)


class Ending(NamedTuple):
    """Parameters of the ends of treatment."""

    good_enough_base: Annotated[
        float,
        parameter(
            "agreed end at the good-enough level",
            "probit",
            -4,
            2,
            likely=likely(-2.4, -0.4, "judged: at the level itself 1 to 35 % end in a session"),
        ),
    ] = -1.0
    good_enough_slope: Annotated[
        float,
        parameter(
            "effect of being below the level",
            "probit/distress",
            0,
            5,
            likely=likely(0.3, 2.5, "judged: the level matters, in a band of .4 to 3 units"),
        ),
    ] = 1.2
    good_enough_from: Annotated[
        float, parameter("first session after which an end can be agreed", "sessions", 1, 20)
    ] = 3.0
    good_enough_change: Annotated[
        float,
        parameter(
            "effect of change since intake on an agreed end",
            "probit/distress",
            0,
            3,
            likely=likely(0.06, 1, "judged: change counts, less than the level"),
        ),
    ] = 0.3
    good_enough_sessions: Annotated[
        float,
        parameter(
            "what each session adds to an agreed end",
            "probit/session",
            0,
            0.5,
            likely=likely(0.01, 0.15, "judged: ten sessions count for .1 to 1.5 units of probit"),
        ),
    ] = 0.06
    early_dropout: Annotated[
        float,
        parameter(
            "dropout at the first session beyond later ones",
            "probit",
            0,
            3,
            likely=likely(0.15, 1.5, "judged: leaving is likeliest after the first session"),
        ),
    ] = 0.6
    commitment: Annotated[
        float,
        parameter(
            "what an agreed number of sessions keeps from leaving",
            "probit",
            0,
            2,
            likely=likely(0.05, 0.8, "judged: an agreed number holds some, not all"),
        ),
    ] = 0.2
    alert_retention: Annotated[
        float,
        parameter(
            "what an alert keeps from leaving",
            "probit",
            0,
            2,
            likely=likely(
                0.1, 0.8, "judged: an alert makes a therapist ask before the client goes"
            ),
        ),
    ] = 0.3
    dropout_base: Annotated[
        float,
        parameter(
            "dropout hazard at the reference",
            "probit",
            -5,
            1,
            likely=likely(-2.2, -1, "judged: 1 to 16 % leave in a session at the reference"),
        ),
    ] = -1.5
    low_alliance: Annotated[
        float,
        parameter(
            "effect of a low alliance",
            "probit",
            0,
            8,
            source="sharf2010;assumption",
            likely=likely(0.8, 3.5, "sharf2010: about half an SD apart; size judged"),
        ),
    ] = 1.6
    progress: Annotated[
        float,
        parameter(
            "effect of progress so far",
            "probit/distress",
            0,
            3,
            likely=likely(0.03, 0.5, "judged: who improves stays, a little"),
        ),
    ] = 0.1
    mismatch: Annotated[
        float,
        parameter(
            "effect of a mismatch with the theory of change",
            "probit",
            0,
            4,
            likely=likely(0.15, 1.2, "judged: from full match to none, less than the alliance"),
        ),
    ] = 0.4
    strain: Annotated[float, parameter("effect of unresolved strain", "probit", 0, 4)] = 0.4
    skill: Annotated[
        float,
        parameter(
            "the therapist's own effect",
            "probit/z",
            0,
            2,
            likely=likely(
                0.06, 0.6, "judged: therapists' own dropout rates differ, below the alliance"
            ),
        ),
    ] = 0.08
    removal_base: Annotated[
        float,
        parameter(
            "removal for outside reasons",
            "probit",
            -6,
            0,
            likely=likely(-3.6, -2.4, "judged: moving, illness: 1 in 120 to 6,300 sessions"),
        ),
    ] = -2.9


class Rows(NamedTuple):
    """What the end of treatment reads, writes and draws."""

    ended: Writes
    distress: Reads
    initial_distress: Reads
    good_enough_level: Reads
    alliance: Reads
    match: Reads
    strain: Reads
    regard: Reads
    attended: Reads
    in_session: Reads
    may_agree: Reads
    alert: Reads
    plan_done: Reads
    noise: Annotated[Array, normal(Stream.GOOD_ENOUGH)]
    dropout_noise: Annotated[Array, normal(Stream.DROPOUT)]
    removal_noise: Annotated[Array, normal(Stream.REMOVAL)]


MECHANISM = mechanism(Rows)


@compiled
def agreed_index(distress, level, gained, attended, q):
    """Return the index of an agreed end on the probit scale; `gained` is change since intake."""
    enough = q.good_enough_change * gained + q.good_enough_sessions * attended
    return q.good_enough_base + q.good_enough_slope * (level - distress) + enough


@compiled
def dropout_index(alliance, gained, match, strain, skill, q):
    """Return the dropout hazard on the probit scale."""
    relation = q.low_alliance * (HALF - alliance) + q.strain * strain - q.skill * skill
    return q.dropout_base + relation - q.progress * gained + q.mismatch * (HALF - match)


@compiled
def timing_index(attended, may_agree, alert, q):
    """Return what session, rule and alert add to the dropout hazard on the probit scale."""
    ties = q.commitment * (ONE - may_agree) + q.alert_retention * alert
    return q.early_dropout / max(attended, ONE) - ties


@compiled_within
def lanes(rows, q):
    """Write the ending code of a block; only clients in a session can end."""
    for i in range(rows.ended.shape[0]):
        distress, level = rows.distress[i], rows.good_enough_level[i]
        code = _PLANNED * rows.plan_done[i]
        code = _REMOVED if rows.removal_noise[i] < q.removal_base else code
        gained, attended = rows.initial_distress[i] - distress, rows.attended[i]
        index = dropout_index(
            rows.alliance[i], gained, rows.match[i], rows.strain[i], rows.regard[i], q
        )
        index += timing_index(attended, rows.may_agree[i], rows.alert[i], q)
        alone = _DROPOUT if distress > level else _GOOD_ENOUGH
        code = alone if rows.dropout_noise[i] < index else code
        reached = rows.noise[i] < agreed_index(distress, level, gained, attended, q)
        ready = attended >= q.good_enough_from
        agreed = rows.may_agree[i] * (ONE if reached and ready else ZERO)
        code = _GOOD_ENOUGH if agreed > ZERO else code
        rows.ended[i] += rows.in_session[i] * code
