"""What the study orders for a block at one step: treatment, therapist, session.

The kernel knows no design: it reads these rows only.
"""

from typing import NamedTuple

import numpy as np

from dyadsim.kernel.block import R
from dyadsim.model.mechanism import Reads, Writes
from dyadsim.model.mechanisms.ending import FIXED_RULE, GOOD_ENOUGH, OPEN_RULE, PLANNED
from dyadsim.numerics.float32 import HALF, ONE, ZERO
from dyadsim.numerics.jit import compiled_within

_PLANNED, _GOOD_ENOUGH = np.float32(PLANNED), np.float32(GOOD_ENOUGH)


@compiled_within
def orders(b, arm, therapist, th, plan, step):
    """Write what the study orders for this step's lanes: treatment, therapist, match."""
    for i in range(arm.shape[0]):
        therapy = plan.therapy[arm[i], step]
        b[R.scheduled, i] = ONE if therapy >= 0 else ZERO
        b[R.feedback, i] = plan.feedback[arm[i]]
        t = plan.treatments[:, max(therapy, 0)]
        on = b[R.scheduled, i]
        total = t[0] + t[1] + t[2] + t[3]
        apart = ZERO
        for k in range(4):
            if b[R.dose_fixed, i] < HALF:
                b[R.planned_dose + k, i] = on * t[k]
            share = t[k] / total if total > ZERO else b[R.preference + k, i]
            apart += abs(b[R.preference + k, i] - share)
        b[R.match, i] = on * (ONE - HALF * apart)
        b[R.structure, i] = on * t[4]
        b[R.rationale, i] = on * t[5]
        b[R.bona_fide, i] = on * t[6]
        b[R.individualisation, i] = on * t[7]
        b[R.body, i] = on * t[8]
        b[R.human, i] = on * t[9]
        after = ONE if step > plan.last[arm[i]] else ZERO
        b[R.medication, i] = on * t[10] + (ONE - on) * after * plan.continued[arm[i]]
        who = therapist[i]
        guided = who >= 0 and b[R.human, i] > HALF
        j = who if guided else 0
        g = ONE if guided else ZERO
        b[R.human, i] = g
        b[R.body, i] = b[R.body, i] * g
        trained = plan.training[arm[i]]
        b[R.empathy, i] = g * (th.empathy[j] + trained[0])
        b[R.congruence, i] = g * (th.congruence[j] + trained[1])
        b[R.regard, i] = g * (th.regard[j] + trained[2])
        b[R.repair_skill, i] = g * (th.repair_skill[j] + trained[3])
        b[R.formulation_skill, i] = g * (th.formulation_skill[j] + trained[4])
        for k in range(4):
            b[R.competence + k, i] = g * (th.competence[k, j] + trained[5])
        b[R.allegiance, i] = g * (th.allegiance[max(therapy, 0), j] + trained[6])


class RuleRows(NamedTuple):
    """What depends on the rule of an arm."""

    may_agree: Writes
    last_session: Writes
    continued: Writes


class OccasionRows(NamedTuple):
    """What the occasion of a step reads and writes."""

    in_session: Writes
    taking: Writes
    plan_done: Writes
    attended: Writes
    ended: Reads
    scheduled: Reads
    last_session: Reads
    continued: Reads


@compiled_within
def rules(rows, arm, plan):
    """Write how treatment may end: by agreement, at which last step (0 = open), drug goes on."""
    for i in range(arm.shape[0]):
        rule = plan.rule[arm[i]]
        rows.may_agree[i] = ONE if rule != FIXED_RULE else ZERO
        rows.last_session[i] = np.float32(plan.last[arm[i]]) if rule != OPEN_RULE else ZERO
        rows.continued[i] = ONE if plan.continued[arm[i]] > ZERO else ZERO


@compiled_within
def present(presence, therapist, today):
    """Write the presence of each lane's therapist; 0 without one. `today` (therapist,)."""
    for i in range(therapist.shape[0]):
        presence[i] = today[therapist[i]] if therapist[i] >= 0 else ZERO


@compiled_within
def occasions(rows, step):
    """Write who is in a session at this step, who takes medication, whose plan is done."""
    now = np.float32(step)
    for i in range(rows.in_session.shape[0]):
        ended = rows.ended[i]
        open_case = ONE if ended < HALF else ZERO
        in_session = open_case if rows.scheduled[i] > HALF else ZERO
        rows.in_session[i] = in_session
        rows.attended[i] += in_session
        agreed = ended in (_PLANNED, _GOOD_ENOUGH)
        rows.taking[i] = max(in_session, rows.continued[i] if agreed else ZERO)
        rows.plan_done[i] = ONE if rows.last_session[i] == now else ZERO
