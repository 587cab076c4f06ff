"""Rupture and repair: the strain that a session leaves in the alliance.

    pushing = max(0, structure (1 - alert_easing alert) - readiness)
    rupture = [n1 < hazard],  hazard = base + low_bond (1/2 - bond) - congruence c
                                       + goal_distance (1 - goal) + pushing_weight pushing
    repair  = [n2 < repair_base + repair_skill s + repair_empathy e + alert_repair alert]
    strain' = strain (1 - strain_decay) (1 - repair_relief repaired)
              + rupture_cost (rupture - repaired) (1 - strain)

n1, n2 are standard normal draws: hazards stand on the probit scale, which needs no exponential.
repaired = rupture x repair. What strain does to distress stands in `distress` (harm). Theory:
rogers1957 (congruence), ackerman2003 (therapist characteristics and the alliance). The equations
and values are assumptions.
"""

from typing import Annotated, NamedTuple

from dyadsim.model.mechanism import Factor, Latent, Reads, Writes, mechanism, normal
from dyadsim.model.parameter import likely, parameter
from dyadsim.model.variable import Array
from dyadsim.numerics.float32 import HALF, ONE, ZERO
from dyadsim.numerics.jit import compiled, compiled_within
from dyadsim.numerics.random_streams import Stream


class Rupture(NamedTuple):
    """Parameters of rupture and repair."""

    base: Annotated[
        float,
        parameter(
            "rupture hazard at the reference",
            "probit",
            -4,
            1,
            likely=likely(-2.2, -1, "judged: a rupture in 1 to 16 % of sessions at the reference"),
        ),
    ] = -1.7
    low_bond: Annotated[float, parameter("effect of a low bond", "probit", 0, 5)] = 1.2
    congruence: Annotated[
        float,
        parameter(
            "effect of the therapist's congruence", "probit/z", 0, 1, source="rogers1957;assumption"
        ),
    ] = 0.12
    goal_distance: Annotated[
        float,
        parameter(
            "effect of goal distance",
            "probit",
            0,
            5,
            likely=likely(
                0.3, 1.6, "judged: from no goal to full agreement a hazard of .3 to 1.6 SD"
            ),
        ),
    ] = 0.8
    pushing_weight: Annotated[
        float, parameter("effect of pushing ahead of readiness", "probit", 0, 5)
    ] = 0.8
    alert_easing: Annotated[
        float, parameter("share of the structure dropped after an alert", "0-1", 0, 1)
    ] = 0.5
    repair_base: Annotated[
        float,
        parameter(
            "repair at average skill",
            "probit",
            -2,
            3,
            likely=likely(-0.5, 0.8, "judged: a third to four fifths of ruptures are repaired"),
        ),
    ] = 0.2
    alert_repair: Annotated[float, parameter("effect of an alert on repair", "probit", 0, 3)] = 0.5
    repair_skill: Annotated[float, parameter("effect of repair skill", "probit/z", 0, 2)] = 0.4
    repair_empathy: Annotated[float, parameter("effect of empathy", "probit/z", 0, 2)] = 0.2
    strain_decay: Annotated[float, parameter("strain that fades", "1/session", 0, 1)] = 0.2
    repair_relief: Annotated[
        float, parameter("share of old strain that a repair removes", "0-1", 0, 1)
    ] = 0.6
    rupture_cost: Annotated[
        float,
        parameter(
            "strain left by an unrepaired rupture",
            "0-1",
            0,
            1,
            likely=likely(0.15, 0.7, "judged: one rupture is felt, and seldom ends all"),
        ),
    ] = 0.4


class Rows(NamedTuple):
    """What rupture and repair read, write and draw."""

    rupture: Writes
    repaired: Writes
    pushing: Writes
    strain: Writes
    bond: Reads
    goal: Reads
    readiness: Reads
    congruence: Reads
    repair_skill: Reads
    empathy: Reads
    structure: Reads
    alert: Reads
    human: Reads
    in_session: Reads
    noise: Annotated[Array, normal(Stream.RUPTURE)]
    repair_noise: Annotated[Array, normal(Stream.REPAIR)]


MECHANISM = mechanism(
    Rows,
    latents={
        "strain": Latent(
            ("strain",),
            ("rupture.rupture_cost", "rupture.strain_decay", "rupture.repair_relief"),
            cause="ruptures",
            factor=Factor.HARM,
        )
    },
)


@compiled
def push(structure, alert, readiness, q):
    """Return how far the session pushes ahead of the client's readiness, in [0, 1]."""
    return max(structure * (ONE - q.alert_easing * alert) - readiness, ZERO)


@compiled
def hazard(bond, congruence, goal, pushing, q):
    """Return the rupture hazard on the probit scale."""
    near = q.low_bond * (HALF - bond) - q.congruence * congruence
    return q.base + near + q.goal_distance * (ONE - goal) + q.pushing_weight * pushing


@compiled
def strain_change(strain, ruptured, repaired, q):
    """Return the strain after the session, in [0, 1]."""
    old = strain * (ONE - q.strain_decay) * (ONE - q.repair_relief * repaired)
    return min(old + q.rupture_cost * (ruptured - repaired) * (ONE - strain), ONE)


@compiled_within
def lanes(rows, q):
    """Write rupture, repair, pushing and strain of a block; ruptures need a therapist."""
    for i in range(rows.rupture.shape[0]):
        ahead = push(rows.structure[i], rows.alert[i], rows.readiness[i], q)
        rows.pushing[i] = ahead * rows.in_session[i]
        index = hazard(rows.bond[i], rows.congruence[i], rows.goal[i], ahead, q)
        happened = ONE if rows.noise[i] < index else ZERO
        happened = happened * rows.in_session[i] * rows.human[i]
        skill = q.repair_base + q.repair_skill * rows.repair_skill[i]
        skill = skill + q.repair_empathy * rows.empathy[i] + q.alert_repair * rows.alert[i]
        mended = happened if rows.repair_noise[i] < skill else ZERO
        rows.rupture[i] = happened
        rows.repaired[i] = mended
        moved = strain_change(rows.strain[i], happened, mended, q)
        rows.strain[i] += rows.in_session[i] * (moved - rows.strain[i])
