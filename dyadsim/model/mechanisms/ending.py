"""Ending: good enough, leaving alone, removal or the planned number, in this order.

    agreed  = [n1 < good_enough_base + good_enough_slope (level - D)]   (from good_enough_from on)
    left    = [n2 < dropout_base + low_alliance (1/2 - A) - progress (D0 - D) + mismatch (1/2 - m)
                    + strain s - skill g]
    removal = [n3 < removal_base]
    planned = this was the last session planned

n1, n2, n3 are standard normal draws (probit hazards). `agreed` counts only where the study's rule
is good-enough or open; an open rule has no planned end. A client who left alone above the
good-enough level is a dropout; at or below it the end is good enough, not premature (docs/facts.md,
`share_dropout`). g is the
therapist's regard, a therapist's own dropout rate. Good-enough level: the client, not the
protocol, decides (baldwin2009). Dropout and alliance: sharf2010. Equations and values are
assumptions.
"""

from typing import Annotated, NamedTuple

import numpy as np

from dyadsim.model.parameter import parameter
from dyadsim.model.variables import DROPOUT, GOOD_ENOUGH, PLANNED, REMOVED
from dyadsim.numerics.float32 import HALF, ONE, ZERO
from dyadsim.numerics.jit import compiled

FIXED_RULE, GOOD_ENOUGH_RULE, OPEN_RULE = 0, 1, 2
_PLANNED, _GOOD_ENOUGH = np.float32(PLANNED), np.float32(GOOD_ENOUGH)
_DROPOUT, _REMOVED = np.float32(DROPOUT), np.float32(REMOVED)


class Ending(NamedTuple):
    """Parameters of the ends of treatment."""

    good_enough_base: Annotated[
        float, parameter("agreed end at the good-enough level", "probit", -4, 2)
    ] = -0.8
    good_enough_slope: Annotated[
        float, parameter("effect of being below the level", "probit/distress", 0, 5)
    ] = 0.35
    good_enough_from: Annotated[
        float, parameter("first session after which an end can be agreed", "sessions", 1, 20)
    ] = 3.0
    dropout_base: Annotated[
        float, parameter("dropout hazard at the reference", "probit", -5, 1)
    ] = -1.15
    low_alliance: Annotated[
        float, parameter("effect of a low alliance", "probit", 0, 8, source="sharf2010;assumption")
    ] = 1.6
    progress: Annotated[float, parameter("effect of progress so far", "probit/distress", 0, 3)] = (
        0.1
    )
    mismatch: Annotated[
        float, parameter("effect of a mismatch with the theory of change", "probit", 0, 4)
    ] = 0.4
    strain: Annotated[float, parameter("effect of unresolved strain", "probit", 0, 4)] = 0.4
    skill: Annotated[float, parameter("the therapist's own effect", "probit/z", 0, 2)] = 0.08
    removal_base: Annotated[float, parameter("removal for outside reasons", "probit", -6, 0)] = -2.9


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
def lanes(
    ended,
    distress,
    first,
    level,
    alliance,
    match,
    strain,
    regard,
    attended,
    held,
    noise,
    dropout_noise,
    removal_noise,
    may_agree,
    plan_done,
    q,
):
    """Write the ending code of a block; only clients in a session can end.

    `may_agree` (client,) 0/1: the rule allows an agreed end; `plan_done` (client,) 0/1: this was
    the last planned session and the rule has a planned end.
    """
    for i in range(ended.shape[0]):
        code = _PLANNED * plan_done[i]
        code = _REMOVED if removal_noise[i] < q.removal_base else code
        gained = first[i] - distress[i]
        index = dropout_index(alliance[i], gained, match[i], strain[i], regard[i], q)
        alone = _DROPOUT if distress[i] > level[i] else _GOOD_ENOUGH
        code = alone if dropout_noise[i] < index else code
        reached = noise[i] < agreed_index(distress[i], level[i], q)
        ready = attended[i] >= q.good_enough_from
        agreed = may_agree[i] * (ONE if reached and ready else ZERO)
        code = _GOOD_ENOUGH if agreed > ZERO else code
        ended[i] += held[i] * code
