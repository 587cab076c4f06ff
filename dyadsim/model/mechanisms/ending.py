"""Ending: good enough, leaving alone, removal or the planned number, in this order.

    agreed  = [n1 < good_enough_base + good_enough_slope (level - D)]   (from good_enough_from on)
    left    = [n2 < dropout_base + low_alliance (1/2 - A) - progress (D0 - D) + mismatch (1/2 - m)
                    + strain s - skill g]
    removal = [n3 < removal_base]
    planned = this was the last session planned

n1, n2, n3 are standard normal draws (probit hazards). `agreed` counts only where the study's rule
is good-enough or open; an open rule has no planned end. A client who left alone above the
good-enough level is a dropout; at or below it the end is good enough, not premature
(docs/background/facts.md, `share_dropout`). g is the
therapist's regard, a therapist's own dropout rate. Good-enough level: the client, not the
protocol, decides (baldwin2009). Dropout and alliance: sharf2010. Equations and values are
assumptions.
"""

from typing import Annotated, NamedTuple

import numpy as np

from dyadsim.model.mechanism import Reads, Writes, mechanism, normal
from dyadsim.model.parameter import parameter
from dyadsim.model.variable import Array
from dyadsim.numerics.float32 import HALF, ONE, ZERO
from dyadsim.numerics.jit import compiled
from dyadsim.numerics.random_streams import Stream

ENDINGS = ("in_care", "planned", "good_enough", "dropout", "removed")
IN_CARE, PLANNED, GOOD_ENOUGH, DROPOUT, REMOVED = range(5)
FIXED_RULE, GOOD_ENOUGH_RULE, OPEN_RULE = 0, 1, 2
_PLANNED, _GOOD_ENOUGH = np.float32(PLANNED), np.float32(GOOD_ENOUGH)
_DROPOUT, _REMOVED = np.float32(DROPOUT), np.float32(REMOVED)


class Ending(NamedTuple):
    """Parameters of the ends of treatment."""

    good_enough_base: Annotated[
        float, parameter("agreed end at the good-enough level", "probit", -4, 2, free=True)
    ] = -0.8
    good_enough_slope: Annotated[
        float, parameter("effect of being below the level", "probit/distress", 0, 5, free=True)
    ] = 0.35
    good_enough_from: Annotated[
        float, parameter("first session after which an end can be agreed", "sessions", 1, 20)
    ] = 3.0
    dropout_base: Annotated[
        float, parameter("dropout hazard at the reference", "probit", -5, 1, free=True)
    ] = -1.15
    low_alliance: Annotated[
        float,
        parameter(
            "effect of a low alliance", "probit", 0, 8, source="sharf2010;assumption", free=True
        ),
    ] = 1.6
    progress: Annotated[
        float, parameter("effect of progress so far", "probit/distress", 0, 3, free=True)
    ] = 0.1
    mismatch: Annotated[
        float,
        parameter("effect of a mismatch with the theory of change", "probit", 0, 4, free=True),
    ] = 0.4
    strain: Annotated[float, parameter("effect of unresolved strain", "probit", 0, 4)] = 0.4
    skill: Annotated[
        float, parameter("the therapist's own effect", "probit/z", 0, 2, free=True)
    ] = 0.08
    removal_base: Annotated[
        float, parameter("removal for outside reasons", "probit", -6, 0, free=True)
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
    plan_done: Reads
    noise: Annotated[Array, normal(Stream.GOOD_ENOUGH)]
    dropout_noise: Annotated[Array, normal(Stream.DROPOUT)]
    removal_noise: Annotated[Array, normal(Stream.REMOVAL)]


MECHANISM = mechanism(Rows)


@compiled
def agreed_index(distress, level, q):
    """Return the index of an agreed end on the probit scale."""
    return q.good_enough_base + q.good_enough_slope * (level - distress)


@compiled
def dropout_index(alliance, gained, match, strain, skill, q):
    """Return the dropout hazard on the probit scale."""
    relation = q.low_alliance * (HALF - alliance) + q.strain * strain - q.skill * skill
    return q.dropout_base + relation - q.progress * gained + q.mismatch * (HALF - match)


@compiled
def lanes(rows, q):
    """Write the ending code of a block; only clients in a session can end."""
    for i in range(rows.ended.shape[0]):
        distress, level = rows.distress[i], rows.good_enough_level[i]
        code = _PLANNED * rows.plan_done[i]
        code = _REMOVED if rows.removal_noise[i] < q.removal_base else code
        gained = rows.initial_distress[i] - distress
        index = dropout_index(
            rows.alliance[i], gained, rows.match[i], rows.strain[i], rows.regard[i], q
        )
        alone = _DROPOUT if distress > level else _GOOD_ENOUGH
        code = alone if rows.dropout_noise[i] < index else code
        reached = rows.noise[i] < agreed_index(distress, level, q)
        ready = rows.attended[i] >= q.good_enough_from
        agreed = rows.may_agree[i] * (ONE if reached and ready else ZERO)
        code = _GOOD_ENOUGH if agreed > ZERO else code
        rows.ended[i] += rows.in_session[i] * code
