"""Responsiveness: what the therapist delivers, between the manual and the case formulation.

    F'      = F + formulation_rate squash(formulation_skill) (1 + alert_boost alert) (1 - F)
    d_k     = m_k + individualisation F (M w_k - m_k),  M = sum of the manual's doses m

F is the accuracy of the formulation (0 = the manual's own hypothesis, 1 = the client's weights w
known), so the formulation error 1 - F shrinks with skill and sessions; it needs a therapist.
Where feedback is on, a client without any improvement after the second session raises an alert
(`attended` counts this session too); the alert makes the therapist look again (alert_boost), change
the plan, which from then on teaches faster (alert_plan, `sudden_gain`), ease off and repair
(`rupture`), and hold a client who would leave (`ending`).

    alert     = feedback and (first_score - last_score) / slope < alert_level and attended > 2
    new_plan' = max(new_plan, alert_plan alert)                         stays to the end
    adherence = 1 - sum_k |d_k - m_k| / (2 M)
    delivered_competence = sum_k d_k mastery_k / sum_k d_k       (mastery: see `process_change`)

Theory: hypothesis generation (morran1993), case formulation (persons2006), individualised
treatment (goldfried2010). The equations and values are assumptions.
"""

from typing import Annotated, NamedTuple

import numpy as np

from dyadsim.model.mechanism import Pathway, Reads, Writes, mechanism
from dyadsim.model.parameter import likely, parameter
from dyadsim.numerics.float32 import HALF, ONE, ZERO, squash
from dyadsim.numerics.jit import compiled, compiled_within

_TINY = np.float32(1e-6)
_SECOND_SESSION = np.float32(2.0)


class Responsiveness(NamedTuple):
    """Parameters of responsiveness."""

    formulation_start: Annotated[
        float,
        parameter(
            "accuracy of the formulation at intake",
            "0-1",
            0,
            1,
            likely=likely(0.1, 0.4, "judged: an intake interview shows a part of the problem"),
        ),
    ] = 0.2
    formulation_rate: Annotated[
        float,
        parameter(
            "share of the formulation error that unlimited skill removes",
            "1/session",
            0,
            1,
            source="morran1993;assumption",
            likely=likely(
                0.04, 0.5, "judged: an average therapist halves the error in 2 to 34 sessions"
            ),
        ),
    ] = 0.2
    alert_boost: Annotated[
        float, parameter("extra formulation work after an alert, as a share", "1", 0, 5)
    ] = 1.0
    alert_level: Annotated[
        float,
        parameter(
            "improvement below which an alert is raised",
            "distress",
            -2,
            2,
            likely=likely(-0.2, 0.8, "judged: alerts mean no change, or less than an SD"),
        ),
    ] = 0.0
    alert_plan: Annotated[
        float,
        parameter(
            "how much faster a new plan after an alert teaches",
            "1",
            0,
            5,
            likely=likely(
                0.2, 4, "judged: a plan that did not help can be much improved", own=True
            ),
        ),
    ] = 0.4


class Rows(NamedTuple):
    """What responsiveness reads and writes."""

    formulation: Writes
    alert: Writes
    new_plan: Writes
    delivered_dose: Writes
    adherence: Writes
    delivered_competence: Writes
    planned_dose: Reads
    weight: Reads
    mastery: Reads
    formulation_skill: Reads
    individualisation: Reads
    human: Reads
    feedback: Reads
    first_score: Reads
    last_score: Reads
    attended: Reads
    in_session: Reads


MECHANISM = mechanism(Rows, pathways={"new_plan": Pathway("responsiveness.alert_plan")})


@compiled
def formulation_change(formulation, skill, alert, q):
    """Return the accuracy F after one session, in [0, 1]."""
    rate = q.formulation_rate * squash(skill) * (ONE + q.alert_boost * alert)
    return formulation + min(rate, ONE) * (ONE - formulation)


@compiled
def alert_raised(feedback, fall, attended, q):
    """Return `feedback` where the therapist is alerted that the client is off track, else 0.

    `fall` is how far the score has fallen since intake, in units of distress.
    """
    off_track = (fall < q.alert_level) and (attended > _SECOND_SESSION)
    return feedback if off_track else ZERO


@compiled
def dose(manual, total, weight, individualisation, formulation):
    """Return the dose delivered to one process."""
    return manual + individualisation * formulation * (total * weight - manual)


@compiled_within
def formulation_lanes(rows, slope, q):
    """Write alert and formulation of a block; `slope`: points of a score per unit of distress."""
    for i in range(rows.formulation.shape[0]):
        fall = (rows.first_score[i] - rows.last_score[i]) / slope
        on = alert_raised(rows.feedback[i], fall, rows.attended[i], q)
        rows.alert[i] = on * rows.in_session[i]
        rows.new_plan[i] = max(rows.new_plan[i], q.alert_plan * rows.alert[i])
        before = rows.formulation[i]
        moved = formulation_change(before, rows.formulation_skill[i], rows.alert[i], q)
        rows.formulation[i] += rows.in_session[i] * rows.human[i] * (moved - before)


@compiled_within
def dose_lanes(rows):
    """Write delivered doses, adherence and delivered competence of a block."""
    planned, weight, delivered, mastery = (
        rows.planned_dose,
        rows.weight,
        rows.delivered_dose,
        rows.mastery,
    )
    p0, p1, p2, p3 = planned[0], planned[1], planned[2], planned[3]
    w0, w1, w2, w3 = weight[0], weight[1], weight[2], weight[3]
    d0, d1, d2, d3 = delivered[0], delivered[1], delivered[2], delivered[3]
    c0, c1, c2, c3 = mastery[0], mastery[1], mastery[2], mastery[3]
    for i in range(rows.formulation.shape[0]):
        total, on = p0[i] + p1[i] + p2[i] + p3[i], rows.in_session[i]
        led, formulation = rows.individualisation[i], rows.formulation[i]
        x0 = dose(p0[i], total, w0[i], led, formulation)
        x1 = dose(p1[i], total, w1[i], led, formulation)
        x2 = dose(p2[i], total, w2[i], led, formulation)
        x3 = dose(p3[i], total, w3[i], led, formulation)
        apart = abs(x0 - p0[i]) + abs(x1 - p1[i]) + abs(x2 - p2[i]) + abs(x3 - p3[i])
        over = ONE / (total + _TINY)
        rows.adherence[i] = on * (ONE - HALF * apart * over) + ZERO  # no -0
        skilled = x0 * c0[i] + x1 * c1[i] + x2 * c2[i] + x3 * c3[i]
        rows.delivered_competence[i] = on * skilled * over
        d0[i], d1[i], d2[i], d3[i] = on * x0, on * x1, on * x2, on * x3
