"""The only loop over dyads: one session, the mechanisms called in ODD order.

A block of dyads is copied from the clients' table `(variable, client)` into a small table
`(variable, lane)` that stays in cache while all its sessions run, and is copied back at the end.
Sessions are the outer loop, dyads the inner one. Every mechanism is a loop of its own over the
lanes, with the noise filled in first: LLVM turns such small branch-free loops into vector code.
Blocks share nothing, so any block size and any number of threads gives the same bits. Sums are
kept in whole numbers (fixed point), which add up to the same total in any order.
"""

from collections import namedtuple
from typing import NamedTuple

import numpy as np

from dyadsim.compiled import compiled
from dyadsim.elementary import HALF
from dyadsim.measures import score
from dyadsim.mechanisms import (
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
from dyadsim.noise import Stream, fill_normal, fill_uniform
from dyadsim.orders import occasions, orders
from dyadsim.pace import pace
from dyadsim.state import FIRST_RECORDED, ROW_COUNT
from dyadsim.state import ROWS_AT as R
from dyadsim.study import ASSESSMENT, FOLLOW_UP, NOT_SEEN, SESSION

BLOCK = 256
FIXED_POINT = 65536.0  # latents enter the sums as whole multiples of 1/65536
SUMS = (
    "clients", "in_care", "scored", "symptom_score", "symptom_score_squared",
    "distress", "distress_squared", "bond", "ruptures", "dropped", "agreed",
)  # fmt: skip

_DRAWS = (
    Stream.RUPTURE, Stream.REPAIR, Stream.BOND, Stream.AGREEMENT, Stream.EXPECTANCY,
    Stream.READINESS, Stream.LIFE_EVENT, Stream.DISTRESS, Stream.GOOD_ENOUGH, Stream.DROPOUT,
    Stream.REMOVAL, Stream.SYMPTOM,
)  # fmt: skip
_Draws = namedtuple("_Draws", [stream.name.lower() for stream in _DRAWS] + ["missing"])  # type: ignore[misc]
N = _Draws(*range(len(_DRAWS) + 1))
_STREAMS = tuple(int(stream) for stream in _DRAWS)
_MISSING_STREAM = int(Stream.SYMPTOM_MISSING)
_SYMPTOM_STREAM = int(Stream.SYMPTOM)
_PRESENCE_STREAM = int(Stream.PRESENCE)
_NAN = np.float32(np.nan)
_DROPOUT, _GOOD = np.float32(3.0), np.float32(2.0)
_FIXED = np.float64(FIXED_POINT)


class Address(NamedTuple):
    """Whose luck it is and where the call starts and stops."""

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
def fill_noise(noise, word, seed, replicate, step):
    """Fill `noise` (draw, lane) with this session's luck of a block."""
    for row in range(len(_STREAMS)):
        fill_normal(noise[row], word, seed, replicate, step, _STREAMS[row])
    fill_uniform(noise[N.missing], word, seed, replicate, step, _MISSING_STREAM)


@compiled
def mechanisms(b, noise, work, word, p, pc, scale, at, step):
    """Run one session of a block: the mechanisms in ODD order.

    `b` (variable, lane), `noise` (draw, lane), `work` (row, lane): held, in_care, may_agree,
    plan_done, relief, taking, then six rows of scratch.
    """
    held, in_care, relief, taking = work[0], work[1], work[4], work[5]
    if at.moments > 0:
        resonance.moments_lanes(
            b[R.synchrony], b[R.coregulation], b[R.empathy], b[R.congruence], b[R.presence],
            b[R.body], held, word, work[6:], p.resonance, at.moments, at.seed, at.replicate, step,
        )  # fmt: skip
    else:
        resonance.lanes(
            b[R.synchrony], b[R.coregulation], b[R.empathy], b[R.congruence], b[R.presence],
            b[R.body], held, p.resonance,
        )  # fmt: skip
    responsiveness.lanes(
        b[R.formulation], b[R.alert], b[R.human], b[R.delivered_dose : R.delivered_dose + 4],
        b[R.adherence], b[R.delivered_competence], b[R.planned_dose : R.planned_dose + 4],
        b[R.weight : R.weight + 4], b[R.formulation_skill], b[R.competence : R.competence + 4],
        b[R.individualisation], b[R.feedback], b[R.first_score], b[R.last_score], b[R.attended],
        held, scale.slope, p.responsiveness,
    )  # fmt: skip
    rupture.lanes(
        b[R.rupture], b[R.repaired], b[R.pushing], b[R.strain], b[R.bond], b[R.goal],
        b[R.readiness], b[R.congruence], b[R.repair_skill], b[R.empathy], b[R.structure],
        b[R.alert], held, b[R.human], noise[N.rupture], noise[N.repair], p.rupture,
    )  # fmt: skip
    alliance.bond_lanes(
        b[R.bond], b[R.empathy], b[R.regard], b[R.congruence], b[R.attachment], b[R.synchrony],
        b[R.dyad_fit], b[R.strain], b[R.recent_improvement], b[R.human], held, noise[N.bond],
        p.alliance,
    )  # fmt: skip
    alliance.agreement_lanes(
        b[R.goal], b[R.task], b[R.match], b[R.expectancy], b[R.credibility], b[R.readiness],
        b[R.dyad_fit], b[R.strain], b[R.recent_improvement], held, noise[N.agreement], p.alliance,
    )  # fmt: skip
    expectancy.lanes(
        b[R.expectancy], b[R.credibility], b[R.initial_distress], b[R.distress], held,
        noise[N.expectancy], p.expectancy,
    )  # fmt: skip
    readiness.lanes(
        b[R.readiness], b[R.bond], b[R.goal], b[R.task], b[R.human], b[R.structure],
        b[R.individualisation], b[R.pushing], held, noise[N.readiness], p.readiness,
    )  # fmt: skip
    process_change.engagement_lanes(
        b[R.engagement], b[R.bond], b[R.goal], b[R.task], b[R.human], b[R.readiness],
        b[R.expectancy], held, p.process_change,
    )  # fmt: skip
    for k in range(4):
        process_change.lanes(
            b[R.process + k], b[R.delivered_dose + k], b[R.competence + k], b[R.engagement],
            in_care, pc.process_kept, p.process_change,
        )  # fmt: skip
    action.lanes(
        b[R.action], b[R.bond], b[R.goal], b[R.task], b[R.human], b[R.expectancy], b[R.readiness],
        b[R.credibility], b[R.bona_fide], held, in_care, pc.action_kept, p.action,
    )  # fmt: skip
    regulation.lanes(
        b[R.regulation], b[R.coregulation], b[R.formulation], b[R.bond], b[R.goal], b[R.task],
        b[R.human], held, in_care, pc.regulation_kept, p.regulation,
    )  # fmt: skip
    distress.load_lanes(
        b[R.load], b[R.contact], b[R.resources], in_care, noise[N.life_event], pc.load_kept,
        pc.load_spread, pc.contact_kept, p.distress,
    )  # fmt: skip
    distress.relief_lanes(
        relief, b[R.weight : R.weight + 4], b[R.process : R.process + 4], b[R.action],
        b[R.contact], b[R.expectancy], b[R.bond], b[R.regulation], b[R.medication], taking,
        p.distress,
    )  # fmt: skip
    distress.lanes(
        b[R.distress], b[R.recent_improvement], b[R.set_point], b[R.load], relief, held,
        noise[N.distress], pc.distress_kept, pc.distress_spread, p.distress,
    )  # fmt: skip
    ending.lanes(
        b[R.ended], b[R.distress], b[R.initial_distress], b[R.good_enough_level], b[R.bond],
        b[R.goal], b[R.task], b[R.human], b[R.match], b[R.strain], b[R.regard], b[R.attended],
        held, noise[N.good_enough], noise[N.dropout], noise[N.removal], work[2], work[3], p.ending,
    )  # fmt: skip


@compiled
def measure(b, noise, held, occasion, s):
    """Write the symptom score of this occasion: NaN when not seen or the form is missing."""
    for i in range(held.shape[0]):
        seen = held[i] > HALF if occasion == SESSION else occasion != NOT_SEEN
        fixed = occasion in (ASSESSMENT, FOLLOW_UP)
        share = s.missing_assessment if fixed else s.missing
        given = seen and noise[N.missing, i] >= share
        y = score(b[R.distress, i], b[R.rater_style, i], noise[N.symptom, i], s)
        b[R.symptom_score, i] = y if given else _NAN
        b[R.last_score, i] = y if given else b[R.last_score, i]


@compiled
def intake(table, word, at, s):
    """Measure everybody at intake (step 0); every intake form is filled in."""
    noise = np.empty(word.shape[0], np.float32)
    fill_normal(noise, word, at.seed, at.replicate, 0, _SYMPTOM_STREAM)
    for i in range(word.shape[0]):
        y = score(table[R.distress, i], table[R.rater_style, i], noise[i], s)
        table[R.symptom_score, i] = y
        table[R.first_score, i] = y
        table[R.last_score, i] = y


@compiled
def add_sums(sums, b, arm, held, step):
    """Add a block's occasion to `sums` (arm, step, sum), whole numbers that add in any order."""
    for i in range(arm.shape[0]):
        cell = sums[arm[i], step]
        latent = np.int64(np.float64(b[R.distress, i]) * _FIXED)
        cell[0] += 1
        cell[1] += np.int64(held[i])
        y = b[R.symptom_score, i]
        if y == y:
            whole = np.int64(np.float64(y) * _FIXED)
            cell[2] += 1
            cell[3] += whole
            cell[4] += np.int64(np.float64(y) * np.float64(y) * _FIXED)
        cell[5] += latent
        cell[6] += np.int64(np.float64(b[R.distress, i]) ** 2 * _FIXED)
        cell[7] += np.int64(np.float64(b[R.bond, i]) * _FIXED)
        cell[8] += np.int64(b[R.rupture, i])
        cell[9] += np.int64(b[R.ended, i] == _DROPOUT)
        cell[10] += np.int64(b[R.ended, i] == _GOOD)


@compiled
def run_blocks(table, word, arm, therapist, th, plan, p, scale, at, first, last, truth, sums):
    """Run clients `first` to `last` - 1 through `at.steps` steps, in blocks of `at.block`.

    `table` (variable, client) is advanced in place. `truth` (variable, step, client) takes the
    recorded variables of each step if it has any client; `sums` (arm, step, sum) int64 takes the
    streaming sums if it has any arm.
    """
    b = np.zeros((ROW_COUNT, at.block), np.float32)
    noise = np.zeros((len(N), at.block), np.float32)
    work = np.zeros((12, at.block), np.float32)
    words, arms = np.zeros(at.block, np.uint32), np.zeros(at.block, np.int32)
    who = np.full(at.block, -1, np.int32)
    for start in range(first, last, at.block):
        stop = min(start + at.block, last)
        n = stop - start
        b[:, :n] = table[:, start:stop]
        words[:n], arms[:n], who[:n] = word[start:stop], arm[start:stop], therapist[start:stop]
        for step in range(at.first_step, at.first_step + at.steps):
            fill_noise(noise, words, at.seed, at.replicate, step)
            if step == at.first_step or plan.changes[step] == 1:
                orders(b, arms, who, th, plan, step)
            occasions(
                b, arms, who, th.presence, plan, step, work[0], work[1], work[2], work[3], work[5]
            )
            expectancy.credibility_lanes(
                b[R.credibility], b[R.rationale], b[R.match], b[R.allegiance], b[R.congruence],
                b[R.bona_fide], work[0], p.expectancy,
            )  # fmt: skip
            mechanisms(b, noise, work, words, p, pace(plan.weeks[step], p), scale, at, step)
            measure(b, noise, work[0], plan.occasion[step], scale)
            if truth.shape[2] > 0:
                truth[:, step, start:stop] = b[FIRST_RECORDED:, :n]
            if sums.shape[0] > 0:
                add_sums(sums, b[:, :n], arms[:n], work[0, :n], step)
        table[:, start:stop] = b[:, :n]
