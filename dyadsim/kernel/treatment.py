"""What the study orders for the lanes of a block at one step: treatment, therapist, session.

The kernel knows no design: it reads these rows only.
"""

import numpy as np

from dyadsim.model.mechanisms.ending import FIXED_RULE, OPEN_RULE
from dyadsim.model.variables import GOOD_ENOUGH, PLANNED
from dyadsim.model.variables import ROWS_AT as R
from dyadsim.numerics.float32 import HALF, ONE, ZERO
from dyadsim.numerics.jit import compiled

_PLANNED, _GOOD_ENOUGH = np.float32(PLANNED), np.float32(GOOD_ENOUGH)


@compiled
def orders(b, arm, therapist, th, plan, step):
    """Write what the study orders for this step's lanes: treatment, therapist, match."""
    for i in range(arm.shape[0]):
        given = plan.therapy[arm[i], step]
        b[R.scheduled, i] = ONE if given >= 0 else ZERO
        b[R.feedback, i] = plan.feedback[arm[i]]
        t = plan.treatments[:, max(given, 0)]
        on = b[R.scheduled, i]
        total = t[0] + t[1] + t[2] + t[3]
        apart = ZERO
        for k in range(4):
            if b[R.dose_held, i] < HALF:
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
        b[R.allegiance, i] = g * (th.allegiance[max(given, 0), j] + trained[6])


@compiled
def rules(arm, plan, may_agree, last, continued):
    """Write how treatment may end: by agreement, at which last step (0 = open), drug goes on."""
    for i in range(arm.shape[0]):
        rule = plan.rule[arm[i]]
        may_agree[i] = ONE if rule != FIXED_RULE else ZERO
        last[i] = np.float32(plan.last[arm[i]]) if rule != OPEN_RULE else ZERO
        continued[i] = ONE if plan.continued[arm[i]] > ZERO else ZERO


@compiled
def present(presence, therapist, today):
    """Write the presence of each lane's therapist; 0 without one. `today` (therapist,)."""
    for i in range(therapist.shape[0]):
        presence[i] = today[therapist[i]] if therapist[i] >= 0 else ZERO


@compiled
def occasions(held, taking, plan_done, attended, ended, scheduled, last, continued, step):
    """Write which lanes hold a session at this step, who takes medication, whose plan is done."""
    now = np.float32(step)
    for i in range(held.shape[0]):
        open_case = ONE if ended[i] < HALF else ZERO
        held[i] = open_case if scheduled[i] > HALF else ZERO
        attended[i] += held[i]
        agreed = ended[i] == _PLANNED or ended[i] == _GOOD_ENOUGH
        taking[i] = max(held[i], continued[i] if agreed else ZERO)
        plan_done[i] = ONE if last[i] == now else ZERO
