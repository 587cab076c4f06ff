"""Alliance: bond, goal and task agreement relax towards the targets that the session sets.

    bond* = human squash(bond_base + empathy e + regard g + congruence c + attachment a
                         + synchrony y + fit f - strain s + reverse I)
    goal* = squash(goal_base + match (m - 1/2) + expectancy (E - 1/2) + fit f - strain s
                   + reverse I)
    task* = squash(task_base + match (m - 1/2) + credibility (C - 1/2) + readiness (R - 1/2)
                   + fit f - strain s + reverse I)
    x'    = x + rate (clip(x* + alliance_noise n) - x)     for x = bond, goal, task

E, R and I are the values before this session. I is the recent improvement of distress: the
reverse path (improvement -> alliance), switched by `reverse`. Bond takes therapist conditions x
client attachment; agreement takes the match with the client's theory of change, expectancy and
readiness (horvath_symonds1991; rogers1957; ackerman2003; harter1999 for attachment). One noise
draw for the bond, one shared by the two agreements. Equations and values are assumptions.
"""

from typing import Annotated, NamedTuple

from dyadsim.model.mechanism import Factor, Latent, Pathway, Reads, Writes, mechanism, normal
from dyadsim.model.parameter import likely, parameter
from dyadsim.model.variable import Array
from dyadsim.numerics.float32 import HALF, ONE, ZERO, squash
from dyadsim.numerics.jit import compiled, compiled_within
from dyadsim.numerics.random_streams import Stream


class Alliance(NamedTuple):
    """Parameters of the alliance."""

    bond_base: Annotated[
        float,
        parameter(
            "bond target at the reference",
            "squash",
            -2,
            3,
            likely=likely(0, 1.8, "judged: bonds are favourable on average, below the ceiling"),
        ),
    ] = 0.55
    goal_base: Annotated[
        float,
        parameter(
            "goal target at the reference",
            "squash",
            -2,
            3,
            likely=likely(
                -0.6, 1.8, "judged: agreement is favourable as a rule, below the ceiling"
            ),
        ),
    ] = 0.6
    task_base: Annotated[
        float,
        parameter(
            "task target at the reference",
            "squash",
            -2,
            3,
            likely=likely(-1, 1.6, "judged: as goals, a little lower"),
        ),
    ] = 0.5
    empathy: Annotated[
        float,
        parameter(
            "effect of empathy on the bond",
            "1/z",
            0,
            2,
            source="rogers1957;assumption",
            likely=likely(
                0.15, 0.6, "elliott2018: the condition that outcome follows most; size judged"
            ),
        ),
    ] = 0.3
    regard: Annotated[
        float,
        parameter(
            "effect of regard on the bond",
            "1/z",
            0,
            2,
            source="rogers1957;assumption",
            likely=likely(0.05, 0.3, "farber2018: below empathy; size judged"),
        ),
    ] = 0.15
    congruence: Annotated[
        float,
        parameter(
            "effect of congruence on the bond",
            "1/z",
            0,
            2,
            source="rogers1957;assumption",
            likely=likely(0.05, 0.3, "kolden2018: below empathy; size judged"),
        ),
    ] = 0.15
    attachment: Annotated[
        float,
        parameter(
            "effect of attachment security",
            "1/z",
            0,
            2,
            source="harter1999;assumption",
            likely=likely(0.05, 0.35, "diener2011: a small correlation; size judged"),
        ),
    ] = 0.13
    synchrony: Annotated[
        float, parameter("effect of in-session synchrony; weak and contested", "1", 0, 2)
    ] = 0.1
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
    ] = 0.7
    expectancy: Annotated[float, parameter("effect of expectancy on goals", "1", 0, 4)] = 0.6
    credibility: Annotated[
        float,
        parameter(
            "effect of credibility on tasks",
            "1",
            0,
            4,
            likely=likely(0.3, 1.8, "judged: from not credible to fully, between weak and strong"),
        ),
    ] = 0.8
    readiness: Annotated[
        float,
        parameter(
            "effect of readiness on tasks",
            "1",
            0,
            4,
            likely=likely(0.2, 1.8, "judged: from unready to ready, between weak and strong"),
        ),
    ] = 0.6
    fit: Annotated[
        float,
        parameter(
            "effect of the dyad's own chemistry",
            "1/z",
            0,
            2,
            likely=likely(0.1, 0.7, "judged: chemistry counts about as much as empathy"),
        ),
    ] = 0.3
    strain: Annotated[
        float,
        parameter(
            "effect of unresolved strain",
            "1",
            0,
            4,
            likely=likely(0.4, 2, "judged: full strain takes .2 to .65 off the alliance"),
        ),
    ] = 1.0
    reverse: Annotated[
        float,
        parameter(
            "reverse path: effect of recent improvement",
            "1/distress",
            0,
            4,
            likely=likely(
                0.2, 1.6, "judged: improvement is seen in the alliance; how much is contested"
            ),
        ),
    ] = 0.8
    rate: Annotated[
        float,
        parameter(
            "share of the gap closed",
            "1/session",
            0,
            1,
            likely=likely(
                0.15, 0.9, "judged: half of the gap to its target is closed in .4 to 4 sessions"
            ),
        ),
    ] = 0.35
    alliance_noise: Annotated[
        float,
        parameter(
            "SD of a session's own weather in the target",
            "0-1",
            0,
            0.5,
            likely=likely(0.04, 0.2, "judged: sessions of one dyad differ by less than dyads do"),
        ),
    ] = 0.1
    start: Annotated[
        float,
        parameter(
            "bond, goal and task agreement before the first session",
            "0-1",
            0,
            1,
            likely=likely(0.4, 0.7, "judged: strangers begin near the middle, well disposed"),
        ),
    ] = 0.55


class Rows(NamedTuple):
    """What the alliance reads, writes and draws."""

    bond: Writes
    goal: Writes
    task: Writes
    alliance: Writes
    empathy: Reads
    regard: Reads
    congruence: Reads
    attachment: Reads
    synchrony: Reads
    dyad_fit: Reads
    strain: Reads
    recent_improvement: Reads
    human: Reads
    match: Reads
    expectancy: Reads
    credibility: Reads
    readiness: Reads
    in_session: Reads
    bond_noise: Annotated[Array, normal(Stream.BOND)]
    agreement_noise: Annotated[Array, normal(Stream.AGREEMENT)]


MECHANISM = mechanism(
    Rows,
    pathways={
        "reverse": Pathway("alliance.reverse"),
        "synchrony": Pathway("alliance.synchrony"),
    },
    latents={
        "alliance": Latent(
            ("bond", "goal", "task"),
            ("alliance.rate",),
            cause="relationship",
            factor=Factor.COMMON,
        )
    },
)


@compiled
def bond_target(therapist, client, synchrony, strain, human, q):
    """Return the bond that the session's conditions would lead to, in [0, 1].

    `therapist` and `client` are what each brings to it (`bond_lanes`).
    """
    return human * squash(q.bond_base + therapist + client + q.synchrony * synchrony - strain)


@compiled
def goal_target(agreed, fit, strain, improvement, q):
    """Return the goal agreement that the session's conditions would lead to, in [0, 1].

    `agreed` is what match and expectancy bring to it (`agreement_lanes`).
    """
    return squash(q.goal_base + agreed + q.fit * fit - strain + q.reverse * improvement)


@compiled
def task_target(agreed, willing, fit, strain, improvement, q):
    """Return the task agreement that the session's conditions would lead to, in [0, 1].

    `agreed` is what match and credibility bring to it, `willing` what readiness brings.
    """
    return squash(q.task_base + agreed + willing + q.fit * fit - strain + q.reverse * improvement)


@compiled
def relaxed(level, target, noise, in_session, q):
    """Return a component of the alliance after the session, in [0, 1]."""
    aim = min(max(target + q.alliance_noise * noise, ZERO), ONE)
    return level + in_session * q.rate * (aim - level)


@compiled
def overall(bond, goal, task, human):
    """Return the alliance as a whole: the mean of its parts, without the bond where no human is."""
    return (human * bond + goal + task) / (human + ONE + ONE)


@compiled_within
def bond_lanes(rows, q):
    """Write the bond of a block."""
    for i in range(rows.bond.shape[0]):
        warmth = q.empathy * rows.empathy[i] + q.regard * rows.regard[i]
        therapist = warmth + q.congruence * rows.congruence[i]
        security = q.attachment * rows.attachment[i] + q.fit * rows.dyad_fit[i]
        client = security + q.reverse * rows.recent_improvement[i]
        strain = q.strain * rows.strain[i]
        target = bond_target(therapist, client, rows.synchrony[i], strain, rows.human[i], q)
        rows.bond[i] = relaxed(rows.bond[i], target, rows.bond_noise[i], rows.in_session[i], q)


@compiled_within
def agreement_lanes(rows, q):
    """Write goal and task agreement of a block."""
    for i in range(rows.goal.shape[0]):
        fit, improvement = rows.dyad_fit[i], rows.recent_improvement[i]
        strain, noise, on = q.strain * rows.strain[i], rows.agreement_noise[i], rows.in_session[i]
        match = q.match * (rows.match[i] - HALF)
        hope = match + q.expectancy * (rows.expectancy[i] - HALF)
        sense = match + q.credibility * (rows.credibility[i] - HALF)
        willing = q.readiness * (rows.readiness[i] - HALF)
        goals = goal_target(hope, fit, strain, improvement, q)
        tasks = task_target(sense, willing, fit, strain, improvement, q)
        rows.goal[i] = relaxed(rows.goal[i], goals, noise, on, q)
        rows.task[i] = relaxed(rows.task[i], tasks, noise, on, q)


@compiled_within
def overall_lanes(rows):
    """Write the alliance as a whole of a block, for the mechanisms that follow."""
    for i in range(rows.alliance.shape[0]):
        rows.alliance[i] = overall(rows.bond[i], rows.goal[i], rows.task[i], rows.human[i])
