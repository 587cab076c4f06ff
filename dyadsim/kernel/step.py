"""One step of a block of clients: the mechanisms, called in ODD order.

Each mechanism gets the rows that it declares (`model.mechanism`) and its parameters.
"""

import numpy as np

from dyadsim.kernel.block import R, rows_of
from dyadsim.kernel.treatment import RuleRows, rules
from dyadsim.model.mechanisms import (
    action,
    alliance,
    distress,
    ending,
    expectancy,
    process_change,
    readiness,
    regulation,
    resonance,
    responsiveness,
    rupture,
    sudden_gain,
)
from dyadsim.model.questionnaires import SymptomRows, symptom_lanes
from dyadsim.numerics.jit import compiled
from dyadsim.studies.study import ASSESSMENT, FOLLOW_UP, SESSION

MECHANISMS = (
    resonance,
    responsiveness,
    rupture,
    alliance,
    expectancy,
    readiness,
    sudden_gain,
    process_change,
    action,
    regulation,
    distress,
    ending,
)
"""Every mechanism, in ODD order: the order in which the functions below call them."""


@compiled
def steady(b, arm, plan):
    """Write what stays as it is until the orders change, so that no session computes it again."""
    rules(rows_of(RuleRows, b), arm, plan)
    process_change.mastery_lanes(rows_of(process_change.Rows, b))


@compiled
def meet(b, word, p, scale, at, step):
    """Run what happens between therapist and client in a session, from the first impression on."""
    hope, care, tie = (
        rows_of(expectancy.Rows, b),
        rows_of(responsiveness.Rows, b),
        rows_of(alliance.Rows, b),
    )
    expectancy.credibility_lanes(hope, p.expectancy)
    if at.beats > 0:
        resonance.beat_lanes(rows_of(resonance.Rows, b), word, at, step, p.resonance)
    else:
        resonance.lanes(rows_of(resonance.Rows, b), p.resonance)
    responsiveness.formulation_lanes(care, scale.slope, p.responsiveness)
    responsiveness.dose_lanes(care)
    rupture.lanes(rows_of(rupture.Rows, b), p.rupture)
    alliance.bond_lanes(tie, p.alliance)
    alliance.agreement_lanes(tie, p.alliance)
    alliance.overall_lanes(tie)
    expectancy.lanes(hope, p.expectancy)
    readiness.lanes(rows_of(readiness.Rows, b), p.readiness)
    sudden_gain.lanes(rows_of(sudden_gain.Rows, b), p.sudden_gain)
    process_change.engagement_lanes(rows_of(process_change.Rows, b), p.process_change)


@compiled
def live(b, weeks, busy, p):
    """Run what a step of `weeks` leaves in the client; `busy`: somebody is in a session.

    `distress.relief_lanes` writes the row `relief`, what all pathways take off the set point; a
    mechanism with a pathway of its own adds to it.
    """
    process_change.lanes(rows_of(process_change.Rows, b), weeks, p.process_change)
    action.lanes(rows_of(action.Rows, b), weeks, p.action)
    regulation.lanes(rows_of(regulation.Rows, b), weeks, p.regulation)
    state = rows_of(distress.Rows, b)
    distress.load_lanes(state, weeks, p.distress)
    distress.relief_lanes(state, p.distress)
    distress.lanes(state, weeks, p.distress)
    if busy:
        ending.lanes(rows_of(ending.Rows, b), p.ending)


@compiled
def measure(b, occasion, scale):
    """Write the symptom score of this occasion: NaN when not seen or the form is missing."""
    everybody = np.float32(occasion in (ASSESSMENT, FOLLOW_UP))
    session = np.float32(occasion == SESSION)
    symptom_lanes(rows_of(SymptomRows, b), everybody, session, scale)


@compiled
def anybody(b):
    """Return whether any lane of a block is in a session."""
    most = np.float32(0.0)
    for i in range(b.shape[1]):
        most = max(most, b[R.in_session, i])
    return most > np.float32(0.0)
