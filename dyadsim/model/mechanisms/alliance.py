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

from dyadsim.model.parameter import parameter
from dyadsim.numerics.float32 import HALF, ONE, ZERO, squash
from dyadsim.numerics.jit import compiled


class Alliance(NamedTuple):
    """Parameters of the alliance."""

    bond_base: Annotated[float, parameter("bond target at the reference", "squash", -2, 3)] = 0.55
    goal_base: Annotated[float, parameter("goal target at the reference", "squash", -2, 3)] = 0.6
    task_base: Annotated[float, parameter("task target at the reference", "squash", -2, 3)] = 0.5
    empathy: Annotated[
        float,
        parameter("effect of empathy on the bond", "1/z", 0, 2, source="rogers1957;assumption"),
    ] = 0.3
    regard: Annotated[
        float,
        parameter("effect of regard on the bond", "1/z", 0, 2, source="rogers1957;assumption"),
    ] = 0.15
    congruence: Annotated[
        float,
        parameter("effect of congruence on the bond", "1/z", 0, 2, source="rogers1957;assumption"),
    ] = 0.15
    attachment: Annotated[
        float,
        parameter("effect of attachment security", "1/z", 0, 2, source="harter1999;assumption"),
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
        ),
    ] = 0.7
    expectancy: Annotated[float, parameter("effect of expectancy on goals", "1", 0, 4)] = 0.6
    credibility: Annotated[float, parameter("effect of credibility on tasks", "1", 0, 4)] = 0.8
    readiness: Annotated[float, parameter("effect of readiness on tasks", "1", 0, 4)] = 0.6
    fit: Annotated[float, parameter("effect of the dyad's own chemistry", "1/z", 0, 2)] = 0.3
    strain: Annotated[float, parameter("effect of unresolved strain", "1", 0, 4)] = 1.0
    reverse: Annotated[
        float,
        parameter("reverse path: effect of recent improvement", "1/distress", 0, 4),
    ] = 0.8
    rate: Annotated[float, parameter("share of the gap closed", "1/session", 0, 1)] = 0.35
    alliance_noise: Annotated[
        float, parameter("SD of a session's own weather in the target", "0-1", 0, 0.5)
    ] = 0.1
    start: Annotated[
        float, parameter("bond, goal and task agreement before the first session", "0-1", 0, 1)
    ] = 0.55


@compiled
def bond_target(
    empathy, regard, congruence, attachment, synchrony, fit, strain, improvement, human, q
):
    """Return the bond that the session's conditions would lead to, in [0, 1]."""
    therapist = q.empathy * empathy + q.regard * regard + q.congruence * congruence
    client = q.attachment * attachment + q.fit * fit + q.reverse * improvement
    return human * squash(q.bond_base + therapist + client + q.synchrony * synchrony - strain)


@compiled
def goal_target(match, expectancy, fit, strain, improvement, q):
    """Return the goal agreement that the session's conditions would lead to, in [0, 1]."""
    agreed = q.match * (match - HALF) + q.expectancy * (expectancy - HALF)
    return squash(q.goal_base + agreed + q.fit * fit - strain + q.reverse * improvement)


@compiled
def task_target(match, credibility, readiness, fit, strain, improvement, q):
    """Return the task agreement that the session's conditions would lead to, in [0, 1]."""
    agreed = q.match * (match - HALF) + q.credibility * (credibility - HALF)
    willing = q.readiness * (readiness - HALF)
    return squash(q.task_base + agreed + willing + q.fit * fit - strain + q.reverse * improvement)


@compiled
def relaxed(level, target, noise, held, q):
    """Return a component of the alliance after the session, in [0, 1]."""
    aim = min(max(target + q.alliance_noise * noise, ZERO), ONE)
    return level + held * q.rate * (aim - level)


@compiled
def bond_lanes(
    bond,
    empathy,
    regard,
    congruence,
    attachment,
    synchrony,
    fit,
    strain,
    improvement,
    human,
    held,
    noise,
    q,
):
    """Write the bond of a block."""
    for i in range(bond.shape[0]):
        target = bond_target(
            empathy[i],
            regard[i],
            congruence[i],
            attachment[i],
            synchrony[i],
            fit[i],
            q.strain * strain[i],
            improvement[i],
            human[i],
            q,
        )
        bond[i] = relaxed(bond[i], target, noise[i], held[i], q)


@compiled
def agreement_lanes(
    goal, task, match, expectancy, credibility, readiness, fit, strain, improvement, held, noise, q
):
    """Write goal and task agreement of a block."""
    for i in range(goal.shape[0]):
        tension = q.strain * strain[i]
        goals = goal_target(match[i], expectancy[i], fit[i], tension, improvement[i], q)
        tasks = task_target(
            match[i], credibility[i], readiness[i], fit[i], tension, improvement[i], q
        )
        goal[i] = relaxed(goal[i], goals, noise[i], held[i], q)
        task[i] = relaxed(task[i], tasks, noise[i], held[i], q)


@compiled
def overall(bond, goal, task, human):
    """Return the alliance as a whole: the mean of its parts, without the bond where no human is."""
    return (human * bond + goal + task) / (human + ONE + ONE)


@compiled
def overall_lanes(alliance, bond, goal, task, human):
    """Write the alliance as a whole of a block, for the mechanisms that follow."""
    for i in range(alliance.shape[0]):
        alliance[i] = overall(bond[i], goal[i], task[i], human[i])
