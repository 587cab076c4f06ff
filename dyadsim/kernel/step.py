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
def begin_session(b, p):
    """Write what the client perceives of the offer as the session begins."""
    expectancy.credibility_lanes(rows_of(expectancy.Rows, b), p.expectancy)


@compiled
def meet(b, word, p, scale, at, step):
    """Run what happens between therapist and client in a session."""
    if at.beats > 0:
        resonance.beat_lanes(rows_of(resonance.Rows, b), word, at, step, p.resonance)
    else:
        resonance.lanes(rows_of(resonance.Rows, b), p.resonance)
    responsiveness.lanes(rows_of(responsiveness.Rows, b), scale.slope, p.responsiveness)
    rupture.lanes(rows_of(rupture.Rows, b), p.rupture)
    alliance.lanes(rows_of(alliance.Rows, b), p.alliance)
    expectancy.lanes(rows_of(expectancy.Rows, b), p.expectancy)
    readiness.lanes(rows_of(readiness.Rows, b), p.readiness)
    process_change.engagement_lanes(rows_of(process_change.Rows, b), p.process_change)


@compiled
def live(b, weeks, p):
    """Run what a step leaves in the client, with a session or without one."""
    process_change.lanes(rows_of(process_change.Rows, b), weeks, p.process_change)
    action.lanes(rows_of(action.Rows, b), weeks, p.action)
    regulation.lanes(rows_of(regulation.Rows, b), weeks, p.regulation)
    distress.load_lanes(rows_of(distress.Rows, b), weeks, p.distress)
    relieve(b, p)
    distress.lanes(rows_of(distress.Rows, b), weeks, p.distress)


@compiled
def relieve(b, p):
    """Write what all pathways together take off the set point.

    `distress` writes the row `relief`; a mechanism with a pathway of its own adds to it.
    """
    distress.relief_lanes(rows_of(distress.Rows, b), p.distress)


@compiled
def end(b, p):
    """Write who leaves after this session."""
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
