"""One step of a block of clients: the mechanisms, called in ODD order.

Each mechanism gets the rows that it declares (`model.mechanism`) and its parameters.
"""

import numpy as np

from dyadsim.kernel.block import R, rows_of
from dyadsim.kernel.own_steps import own_after, own_ending, own_relief, own_session
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
from dyadsim.numerics.jit import compiled_within
from dyadsim.studies.study import ASSESSMENT, FOLLOW_UP, SESSION

_NAN = np.float32(np.nan)

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


@compiled_within
def steady(b, arm, plan):
    """Write what stays as it is until the orders change, so that no session computes it again."""
    rules(rows_of(RuleRows, b, b.shape[1]), arm, plan)
    process_change.mastery_lanes(rows_of(process_change.Rows, b, b.shape[1]))


@compiled_within
def meet(b, front, word, p, scale, at, step):
    """Run what happens between therapist and client in a session, from the first impression on.

    Sessions take place in the lanes before `front` only.
    """
    hope, care, tie = (
        rows_of(expectancy.Rows, b, front),
        rows_of(responsiveness.Rows, b, front),
        rows_of(alliance.Rows, b, front),
    )
    expectancy.credibility_lanes(hope, p.expectancy)
    if at.beats > 0:
        resonance.beat_lanes(rows_of(resonance.Rows, b, front), word, at, step, p.resonance)
    else:
        resonance.lanes(rows_of(resonance.Rows, b, front), p.resonance)
    responsiveness.formulation_lanes(care, scale.slope, p.responsiveness)
    responsiveness.dose_lanes(care)
    rupture.lanes(rows_of(rupture.Rows, b, front), p.rupture)
    alliance.bond_lanes(tie, p.alliance)
    alliance.agreement_lanes(tie, p.alliance)
    alliance.overall_lanes(tie)
    expectancy.lanes(hope, p.expectancy)
    readiness.lanes(rows_of(readiness.Rows, b, front), p.readiness)
    sudden_gain.lanes(rows_of(sudden_gain.Rows, b, front), p.sudden_gain)
    process_change.engagement_lanes(rows_of(process_change.Rows, b, front), p.process_change)
    own_session(b, front, p)


@compiled_within
def live(b, lanes, front, weeks, p):
    """Run what a step of `weeks` leaves in the client; in `lanes` lanes.

    Those in a session stand before lane `front`.

    `distress.relief_lanes` writes the row `relief`, what all pathways take off the set point; a
    mechanism with a pathway of its own adds to it. Mechanisms of one's own are called where
    `own_steps` says.
    """
    process_change.lanes(rows_of(process_change.Rows, b, lanes), weeks, p.process_change)
    action.lanes(rows_of(action.Rows, b, lanes), weeks, p.action)
    regulation.lanes(rows_of(regulation.Rows, b, lanes), weeks, p.regulation)
    state = rows_of(distress.Rows, b, lanes)
    distress.load_lanes(state, weeks, p.distress)
    distress.relief_lanes(state, p.distress)
    own_relief(b, lanes, weeks, p)
    distress.lanes(state, weeks, p.distress)
    own_after(b, lanes, weeks, p)
    if front > 0:
        ending.lanes(rows_of(ending.Rows, b, front), p.ending)
        own_ending(b, front, p)


@compiled_within
def handed_out(occasion, front, lanes):
    """Return up to which lane forms are handed out: to everybody, or to those in a session."""
    return lanes if occasion in (ASSESSMENT, FOLLOW_UP) else front


@compiled_within
def measure(b, lanes, forms, occasion, scale):
    """Write the symptom score of this occasion: NaN when not seen or the form is missing.

    Nobody from lane `forms` on is handed a form.
    """
    everybody = np.float32(occasion in (ASSESSMENT, FOLLOW_UP))
    session = np.float32(occasion == SESSION)
    symptom_lanes(rows_of(SymptomRows, b, forms), everybody, session, scale)
    b[R.symptom_score, forms:lanes].fill(_NAN)
