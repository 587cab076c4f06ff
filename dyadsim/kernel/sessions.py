"""The only loop over clients: blocks, and in each block all its steps.

A block of clients is copied from the clients' table `(variable, client)` into a small table
`(row, lane)` that stays in cache while all its sessions run (`block`), and is copied back at the
end. Sessions are the outer loop, clients the inner one. Every mechanism is a loop of its own over
the lanes, with the noise filled in first: LLVM turns such small branch-free loops into vector code.
Those in a session stand in the front lanes of a block, and the encounter stops there (`front`).
Blocks share nothing, so any block size and any number of threads gives the same bits. Sums are
kept in whole numbers (fixed point), which add up to the same total in any order.
"""

from typing import Any, NamedTuple

import numpy as np

from dyadsim.kernel.block import BLOCK_ROWS, R, draw_step, rows_of
from dyadsim.kernel.front import (
    carry_out,
    empty_order,
    find_front,
    first_order,
    row_length,
    whole_lines,
)
from dyadsim.kernel.intake import empty_people, enter, measure_intake
from dyadsim.kernel.step import handed_out, live, measure, meet, steady
from dyadsim.kernel.streaming_sums import add_sums
from dyadsim.kernel.treatment import OccasionRows, occasions, orders, present
from dyadsim.model.mechanisms import resonance
from dyadsim.model.parameters import Parameters
from dyadsim.model.questionnaires import Scale
from dyadsim.model.variable import Array
from dyadsim.model.variables import FIRST_RECORDED, ROW_COUNT, ROWS, Therapists
from dyadsim.numerics.jit import compiled, compiled_within
from dyadsim.numerics.random_streams import ONCE, Stream, fill_normal
from dyadsim.studies.study import Plan, Sample

BLOCK = 1008  # 470 KB of rows, an odd number of cache lines long (`front.row_length`)
FIRST_WRITTEN = np.int64(ROWS["empathy"].start)  # before it: traits, which nothing changes
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


class Inputs(NamedTuple):
    """What everybody in a run has in common.

    Attributes
    ----------
    therapists
        The therapists, their presence walked through all steps.
    plan
        The study as arrays.
    parameters
        One world's parameters, float32.
    scale
        The symptom questionnaire under these parameters.
    sample
        Who comes through the door.
    case
        The values `(variable,)` that a case card gives everybody, NaN where it gives none.
    """

    therapists: Therapists
    plan: Plan
    parameters: Parameters
    scale: Scale
    sample: Sample
    case: Array


class Kept(NamedTuple):
    """What a run keeps of its steps.

    Attributes
    ----------
    truth
        `(variable, step, client)` float32: the recorded variables, if it has any client.
    sums
        `(arm, step, sum)` int64: the streaming sums, if it has any arm.
    """

    truth: Array
    sums: np.ndarray[Any, np.dtype[np.int64]]


@compiled
def presence_rows(th, p, seed, replicate):
    """Walk the presence of the therapists `th` through all steps, in place."""
    noise = np.empty(th.word.shape[0], np.float32)
    for step in range(1, th.presence.shape[0]):
        fill_normal(noise, th.word, seed, replicate, step, _PRESENCE_STREAM)
        before, after = th.presence[step - 1], th.presence[step]
        resonance.presence_lanes(after, before, th.caseload, noise, p.resonance)


@compiled_within
def copy_lanes(to, source):
    """Copy a row into the first lanes of another: `to[:n] = source` takes 2 s more to compile."""
    for i in range(source.shape[0]):
        to[i] = source[i]


@compiled_within
def copy_rows(to, to_first, source, first, count, from_row):
    """Copy `count` lanes of every row from `from_row` on.

    The two slices keep sums of numbers out of the indices: Numba would ask of each whether it is
    below 0, and make no vector code.
    """
    for row in range(from_row, source.shape[0]):
        target = to[row, to_first : to_first + count]
        origin = source[row, first : first + count]
        for i in range(count):
            target[i] = origin[i]


@compiled_within
def keep(kept, b, arms, start, lanes, step):
    """Write what is kept of a step of a block, whose first client is number `start`."""
    if kept.truth.shape[2] > 0:
        recorded = b[FIRST_RECORDED:ROW_COUNT]
        copy_rows(kept.truth[:, step], start, recorded, ONCE, lanes, ONCE)
    if kept.sums.shape[0] > 0:
        add_sums(kept.sums, b, arms, lanes, step)


@compiled
def run_blocks(clients, inputs, at, kept, first, last):
    """Run clients `first` to `last` - 1 through `at.steps` steps, in blocks of `at.block`.

    Parameters
    ----------
    clients
        All clients of the run. Their table is advanced in place; with `at.first_step` 0 they are
        drawn first and measured at intake, and a table without clients is left alone.
    inputs
        What they have in common, `Inputs`.
    at
        The address of the call, `Address`.
    kept
        What is kept of every step, `Kept`.
    first, last
        Numbers of clients.
    """
    table, plan, p, th = clients.table, inputs.plan, inputs.parameters, inputs.therapists
    begin, from_row = max(at.first_step, 1), ONCE if at.first_step == 0 else FIRST_WRITTEN
    width = row_length(min(at.block, last - first))
    b, people, order = (
        np.zeros((BLOCK_ROWS, width), np.float32),
        empty_people(width),
        empty_order(width),
    )
    for start in range(first, last, at.block):
        n = min(start + at.block, last) - start
        lanes = front = whole_lines(n)
        first_order(order)
        copy_lanes(people.word, clients.word[start : start + n])
        copy_lanes(people.arm, clients.arm[start : start + n])
        copy_lanes(people.therapist, clients.therapist[start : start + n])
        if at.first_step == 0:
            enter(b, people, p, inputs.sample, inputs.case, at)
            measure_intake(b, people.word, inputs.scale, at)
            keep(kept, b, people.arm, start, n, ONCE)
        else:
            copy_rows(b, ONCE, table, start, n, ONCE)
        for step in range(begin, begin + at.steps):
            if step == begin or plan.changes[step] == 1:
                orders(b, people.arm, people.therapist, th, plan, step)
                steady(b, people.arm, plan)
            present(b[R.presence], people.therapist[:lanes], th.presence[step])
            occasions(rows_of(OccasionRows, b, lanes), step)
            left = begin + at.steps - step if kept.truth.shape[2] == 0 else ONCE
            if at.beats == 0:  # beats leave -0 without a session: in every lane, or bits differ
                front = find_front(b, people, order, n, front, left)
            forms = handed_out(plan.occasion[step], front, lanes)
            draw_step(b, people.word, (front, lanes, forms), at.seed, at.replicate, step)
            if front > 0:
                meet(b, front, people.word, p, inputs.scale, at, step)
            live(b, lanes, front, plan.weeks[step], p)
            measure(b, lanes, forms, plan.occasion[step], inputs.scale)
            keep(kept, b, people.arm, start, n, step)
        if table.shape[1] > 0:
            carry_out(table, start, b, order, n, from_row)
