"""The only loop over clients: blocks, and in each block all its steps.

A block of clients is copied from the clients' table `(variable, client)` into a small table
`(row, lane)` that stays in cache while all its sessions run (`block`), and is copied back at the
end. Sessions are the outer loop, clients the inner one. Every mechanism is a loop of its own over
the lanes, with the noise filled in first: LLVM turns such small branch-free loops into vector code.
Blocks share nothing, so any block size and any number of threads gives the same bits. Sums are
kept in whole numbers (fixed point), which add up to the same total in any order.
"""

from typing import NamedTuple

import numpy as np

from dyadsim.kernel import step as steps
from dyadsim.kernel.block import BLOCK_ROWS, R, draw_step, end_session_rows, rows_of
from dyadsim.kernel.intake import enter, entry
from dyadsim.kernel.streaming_sums import add_sums
from dyadsim.kernel.treatment import OccasionRows, occasions, orders, present
from dyadsim.model.mechanisms import resonance
from dyadsim.model.questionnaires import score
from dyadsim.model.variables import FIRST_RECORDED, ROW_COUNT, ROWS
from dyadsim.numerics.float32 import ZERO
from dyadsim.numerics.jit import compiled
from dyadsim.numerics.random_streams import ONCE, Stream, fill_normal

BLOCK = 496  # not a power of two: rows would fight for the same places in the cache
FIRST_WRITTEN = np.int64(ROWS["empathy"].start)  # before it: traits, which nothing changes
_SYMPTOM_STREAM = np.int64(Stream.SYMPTOM)
_PRESENCE_STREAM = np.int64(Stream.PRESENCE)


class Address(NamedTuple):
    """Whose random numbers these are, and where the call starts and stops.

    Attributes
    ----------
    seed, replicate
        The address of the random numbers.
    beats
        Beats simulated in a session; 0 takes the closed form.
    first_step
        The first step, 0 = before intake.
    steps
        How many steps are run.
    block
        Clients of a block.
    """

    seed: int
    replicate: int
    beats: int
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
def keep(truth, sums, b, lanes, arms, start, step):
    """Write what is kept of a block's step: the truth table, the sums, both or neither."""
    if truth.shape[2] > 0:
        copy_rows(truth[:, step], start, b[FIRST_RECORDED:ROW_COUNT], ONCE, lanes, ONCE)
    if sums.shape[0] > 0:
        add_sums(sums, b, arms, lanes, step)


@compiled
def run_step(b, words, p, scale, weeks, occasion, at, step):
    """Run one step of a block whose orders and occasions are written."""
    busy = at.beats > 0 or steps.anybody(b)
    draw_step(b, words, busy, at.seed, at.replicate, step)
    if busy:
        steps.begin_session(b, p)
        steps.meet(b, words, p, scale, at, step)
    else:
        end_session_rows(b)
    steps.live(b, weeks, p)
    if busy:
        steps.end(b, p)
    steps.measure(b, occasion, scale)


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
    b = np.zeros((BLOCK_ROWS, at.block), np.float32)
    words, pairs = np.zeros(at.block, np.uint32), np.zeros(at.block, np.uint32)
    arms, who = np.zeros(at.block, np.int32), np.full(at.block, -1, np.int32)
    begin, e = max(at.first_step, 1), entry(p, sample)
    for start in range(first, last, at.block):
        stop = min(start + at.block, last)
        n = stop - start
        words[:n], arms[:n], who[:n] = word[start:stop], arm[start:stop], therapist[start:stop]
        if at.first_step == 0:
            enter(b, words, pairs, who, e, seat, at.seed, at.replicate)
            intake(b, b[BLOCK_ROWS - 1], words, at, scale)
            b[R.in_session].fill(ZERO)
            keep(truth, sums, b, n, arms, start, ONCE)
        else:
            copy_rows(b, ONCE, table, start, n, ONCE)
        for step in range(begin, begin + at.steps):
            if step == begin or plan.changes[step] == 1:
                orders(b, arms, who, th, plan, step)
                steps.steady(b, arms, plan)
            present(b[R.presence], who, th.presence[step])
            occasions(rows_of(OccasionRows, b), step)
            run_step(b, words, p, scale, plan.weeks[step], plan.occasion[step], at, step)
            keep(truth, sums, b, n, arms, start, step)
        if table.shape[1] > 0:
            kept = b[:ROW_COUNT]
            copy_rows(table, start, kept, ONCE, n, ONCE if at.first_step == 0 else FIRST_WRITTEN)
