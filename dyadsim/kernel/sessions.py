"""The only loop over dyads: one session, the mechanisms called in ODD order.

A block of dyads is copied from the clients' table `(variable, client)` into a small table
`(variable, lane)` that stays in cache while all its sessions run, and is copied back at the end.
Sessions are the outer loop, dyads the inner one. Every mechanism is a loop of its own over the
lanes, with the noise filled in first: LLVM turns such small branch-free loops into vector code.
Blocks share nothing, so any block size and any number of threads gives the same bits. Sums are
kept in whole numbers (fixed point), which add up to the same total in any order.
"""

from collections import namedtuple
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from dyadsim.kernel.elapsed_time import pace
from dyadsim.kernel.intake import enter, entry
from dyadsim.kernel.step import N, fill_noise
from dyadsim.kernel.streaming_sums import add_sums
from dyadsim.kernel.treatment import occasions, orders, present, rules
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
from dyadsim.model.questionnaires import score, symptom_lanes
from dyadsim.model.variables import FIRST_RECORDED, ROW_COUNT, ROWS
from dyadsim.model.variables import ROWS_AT as R
from dyadsim.numerics.float32 import ZERO
from dyadsim.numerics.jit import compiled
from dyadsim.numerics.random_streams import ONCE, Stream, fill_normal
from dyadsim.studies.study import ASSESSMENT, FOLLOW_UP, SESSION

BLOCK = 496  # not a power of two: rows would fight for the same places in the cache
FIRST_WRITTEN = np.int64(ROWS["empathy"].start)  # before it: traits, which nothing changes
_WORK = {  # rows of a block's scratch, and how many
    "held": 1,
    "taking": 1,
    "plan_done": 1,
    "relief": 1,
    "alliance": 1,
    "trust": 1,
    "may_agree": 1,
    "last": 1,
    "continued": 1,
    "mastery": 4,
    "moments": 6,
}
_Work = namedtuple("_Work", list(_WORK))  # type: ignore[misc]
W = _Work(*accumulate((0, *list(_WORK.values())[:-1])))
WORK_ROWS = sum(_WORK.values())
_SILENT = tuple(  # variables of a session, 0 where none is held
    row
    for name in (
        "credibility",
        "synchrony",
        "coregulation",
        "alert",
        "delivered_dose",
        "adherence",
        "delivered_competence",
        "rupture",
        "repaired",
        "pushing",
        "engagement",
    )
    for row in range(ROWS[name].start, ROWS[name].stop)
)
_SYMPTOM_STREAM = np.int64(Stream.SYMPTOM)
_PRESENCE_STREAM = np.int64(Stream.PRESENCE)


class Address(NamedTuple):
    """Whose luck it is and where the call starts (0 = before intake) and stops."""

    seed: int
    replicate: int
    moments: int
    first_step: int
    steps: int
    block: int


@compiled
def presence_rows(presence, word, caseload, p, seed, replicate):
    """Walk every therapist's presence through all steps, `(session, therapist)` in place."""
    noise = np.empty(word.shape[0], np.float32)
    for step in range(1, presence.shape[0]):
        fill_normal(noise, word, seed, replicate, step, _PRESENCE_STREAM)
        resonance.presence_lanes(presence[step], presence[step - 1], caseload, noise, p.resonance)


@compiled
def anybody(held):
    """Return whether any lane of a block holds a session."""
    most = ZERO
    for i in range(held.shape[0]):
        most = max(most, held[i])
    return most > ZERO


@compiled
def silence(b):
    """Write what a block without any session leaves of one: nothing."""
    for row in _SILENT:
        b[row].fill(ZERO)


@compiled
def steady(b, work, arm, plan):
    """Write what stays as it is until the orders change, so that no session computes it again."""
    rules(arm, plan, work[W.may_agree], work[W.last], work[W.continued])
    for k in range(4):
        process_change.mastery_lanes(work[W.mastery + k], b[R.competence + k])


@compiled
def encounter(b, noise, work, word, p, scale, at, step):
    """Run what therapist and client do in a session, in ODD order.

    `b` (variable, lane), `noise` (draw, lane), `work` (row, lane): rows as in `W`.
    """
    held, alliances = work[W.held], work[W.alliance]
    if at.moments > 0:
        resonance.moments_lanes(
            b[R.synchrony],
            b[R.coregulation],
            b[R.empathy],
            b[R.congruence],
            b[R.presence],
            b[R.body],
            held,
            word,
            work[W.moments :],
            p.resonance,
            at.moments,
            at.seed,
            at.replicate,
            step,
        )
    else:
        resonance.lanes(
            b[R.synchrony],
            b[R.coregulation],
            b[R.empathy],
            b[R.congruence],
            b[R.presence],
            b[R.body],
            held,
            p.resonance,
        )
    responsiveness.lanes(
        b[R.formulation],
        b[R.alert],
        b[R.human],
        b[R.delivered_dose : R.delivered_dose + 4],
        b[R.adherence],
        b[R.delivered_competence],
        b[R.planned_dose : R.planned_dose + 4],
        b[R.weight : R.weight + 4],
        b[R.formulation_skill],
        work[W.mastery : W.mastery + 4],
        b[R.individualisation],
        b[R.feedback],
        b[R.first_score],
        b[R.last_score],
        b[R.attended],
        held,
        scale.slope,
        p.responsiveness,
    )
    rupture.lanes(
        b[R.rupture],
        b[R.repaired],
        b[R.pushing],
        b[R.strain],
        b[R.bond],
        b[R.goal],
        b[R.readiness],
        b[R.congruence],
        b[R.repair_skill],
        b[R.empathy],
        b[R.structure],
        b[R.alert],
        held,
        b[R.human],
        noise[N.rupture],
        noise[N.repair],
        p.rupture,
    )
    alliance.bond_lanes(
        b[R.bond],
        b[R.empathy],
        b[R.regard],
        b[R.congruence],
        b[R.attachment],
        b[R.synchrony],
        b[R.dyad_fit],
        b[R.strain],
        b[R.recent_improvement],
        b[R.human],
        held,
        noise[N.bond],
        p.alliance,
    )
    alliance.agreement_lanes(
        b[R.goal],
        b[R.task],
        b[R.match],
        b[R.expectancy],
        b[R.credibility],
        b[R.readiness],
        b[R.dyad_fit],
        b[R.strain],
        b[R.recent_improvement],
        held,
        noise[N.agreement],
        p.alliance,
    )
    alliance.overall_lanes(alliances, b[R.bond], b[R.goal], b[R.task], b[R.human])
    expectancy.lanes(
        b[R.expectancy],
        b[R.credibility],
        b[R.initial_distress],
        b[R.distress],
        held,
        noise[N.expectancy],
        p.expectancy,
    )
    readiness.lanes(
        b[R.readiness],
        alliances,
        b[R.structure],
        b[R.individualisation],
        b[R.pushing],
        held,
        noise[N.readiness],
        p.readiness,
    )
    process_change.engagement_lanes(
        b[R.engagement],
        work[W.trust],
        alliances,
        b[R.readiness],
        b[R.expectancy],
        held,
        p.process_change,
    )


@compiled
def life(b, noise, work, p, pc):
    """Run what a step leaves in the client, with a session or without one, in ODD order."""
    held, relief, trusted = work[W.held], work[W.relief], work[W.trust]
    for k in range(4):
        process_change.lanes(
            b[R.process + k],
            b[R.delivered_dose + k],
            work[W.mastery + k],
            b[R.engagement],
            held,
            pc.process_kept,
            p.process_change,
        )
    action.lanes(
        b[R.action],
        trusted,
        b[R.credibility],
        b[R.bona_fide],
        held,
        held,
        pc.action_kept,
        p.action,
    )
    regulation.lanes(
        b[R.regulation],
        b[R.coregulation],
        b[R.formulation],
        work[W.alliance],
        held,
        held,
        pc.regulation_kept,
        p.regulation,
    )
    distress.load_lanes(
        b[R.load],
        b[R.contact],
        b[R.resources],
        held,
        noise[N.life_event],
        pc.load_kept,
        pc.load_spread,
        pc.contact_kept,
        p.distress,
    )
    distress.relief_lanes(
        relief,
        b[R.weight : R.weight + 4],
        b[R.process : R.process + 4],
        b[R.action],
        b[R.contact],
        b[R.expectancy],
        b[R.bond],
        b[R.regulation],
        b[R.medication],
        work[W.taking],
        p.distress,
    )
    distress.lanes(
        b[R.distress],
        b[R.recent_improvement],
        b[R.set_point],
        b[R.load],
        relief,
        held,
        noise[N.distress],
        pc.distress_kept,
        pc.distress_spread,
        p.distress,
    )


@compiled
def endings(b, noise, work, p):
    """Write who leaves after this session."""
    ending.lanes(
        b[R.ended],
        b[R.distress],
        b[R.initial_distress],
        b[R.good_enough_level],
        work[W.alliance],
        b[R.match],
        b[R.strain],
        b[R.regard],
        b[R.attended],
        work[W.held],
        noise[N.good_enough],
        noise[N.dropout],
        noise[N.removal],
        work[W.may_agree],
        work[W.plan_done],
        p.ending,
    )


@compiled
def measure(b, noise, held, occasion, s):
    """Write the symptom score of this occasion: NaN when not seen or the form is missing."""
    fixed = occasion in (ASSESSMENT, FOLLOW_UP)
    share = s.missing_assessment if fixed else s.missing
    everybody, session = np.float32(fixed), np.float32(occasion == SESSION)
    symptom_lanes(
        b[R.symptom_score],
        b[R.last_score],
        b[R.distress],
        b[R.rater_style],
        noise[N.symptom],
        noise[N.missing],
        held,
        share,
        everybody,
        session,
        s,
    )


@compiled
def intake(b, noise, word, at, s):
    """Measure a block at intake (step 0); every intake form is filled in. `noise` (lane,)."""
    fill_normal(noise, word, at.seed, at.replicate, ONCE, _SYMPTOM_STREAM)
    for i in range(noise.shape[0]):
        y = score(b[R.distress, i], b[R.rater_style, i], noise[i], s)
        b[R.symptom_score, i] = y
        b[R.first_score, i] = y
        b[R.last_score, i] = y


@compiled
def copy_rows(to, to_first, source, first, count, from_row):
    """Copy `count` lanes of every row from `from_row` on."""
    for row in range(from_row, source.shape[0]):
        target, origin = to[row], source[row]
        for i in range(count):
            target[to_first + i] = origin[first + i]


@compiled
def keep(truth, sums, b, work, lanes, arms, start, step):
    """Write what is kept of a block's step: the truth table, the sums, both or neither."""
    if truth.shape[2] > 0:
        copy_rows(truth[:, step], start, b[FIRST_RECORDED:], ONCE, lanes, ONCE)
    if sums.shape[0] > 0:
        add_sums(sums, b, lanes, arms, work[W.held], step)


@compiled
def run_blocks(
    table, word, arm, therapist, th, plan, p, scale, sample, seat, at, first, last, truth, sums
):
    """Run clients `first` to `last` - 1 through `at.steps` steps, in blocks of `at.block`.

    `table` (variable, client) is advanced in place; with `at.first_step` 0 the clients are drawn
    first (`entry`, `seat`) and measured at intake, and a table without clients is left alone.
    `truth` (variable, step, client) takes the recorded variables of each step if it has any client;
    `sums` (arm, step, sum) int64 takes the streaming sums if it has any arm.
    """
    b = np.zeros((ROW_COUNT, at.block), np.float32)
    noise = np.zeros((len(N), at.block), np.float32)
    work = np.zeros((WORK_ROWS, at.block), np.float32)
    words, pairs = np.zeros(at.block, np.uint32), np.zeros(at.block, np.uint32)
    arms, who = np.zeros(at.block, np.int32), np.full(at.block, -1, np.int32)
    begin, e = max(at.first_step, 1), entry(p, sample)
    for start in range(first, last, at.block):
        stop = min(start + at.block, last)
        n = stop - start
        words[:n], arms[:n], who[:n] = word[start:stop], arm[start:stop], therapist[start:stop]
        if at.first_step == 0:
            enter(b, noise, words, pairs, who, e, seat, at.seed, at.replicate)
            intake(b, noise[0], words, at, scale)
            work[W.held].fill(ZERO)
            keep(truth, sums, b, work, n, arms, start, ONCE)
        else:
            copy_rows(b, ONCE, table, start, n, ONCE)
        for step in range(begin, begin + at.steps):
            if step == begin or plan.changes[step] == 1:
                orders(b, arms, who, th, plan, step)
                steady(b, work, arms, plan)
            present(b[R.presence], who, th.presence[step])
            occasions(
                work[W.held],
                work[W.taking],
                work[W.plan_done],
                b[R.attended],
                b[R.ended],
                b[R.scheduled],
                work[W.last],
                work[W.continued],
                step,
            )
            busy = at.moments > 0 or anybody(work[W.held])
            fill_noise(noise, words, busy, at.seed, at.replicate, step)
            if busy:
                expectancy.credibility_lanes(
                    b[R.credibility],
                    b[R.rationale],
                    b[R.match],
                    b[R.allegiance],
                    b[R.congruence],
                    b[R.bona_fide],
                    work[W.held],
                    p.expectancy,
                )
                encounter(b, noise, work, words, p, scale, at, step)
            else:
                silence(b)
            life(b, noise, work, p, pace(plan.weeks[step], p))
            if busy:
                endings(b, noise, work, p)
            measure(b, noise, work[W.held], plan.occasion[step], scale)
            keep(truth, sums, b, work, n, arms, start, step)
        if table.shape[1] > 0:
            copy_rows(table, start, b, ONCE, n, ONCE if at.first_step == 0 else FIRST_WRITTEN)
