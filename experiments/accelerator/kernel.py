"""The kernel on a graphics processor: one dyad a thread, from intake to the last step.

Each thread holds a block of one lane. The lane loops of the mechanisms, their order and the sums
are those of `dyadsim.kernel`, compiled for the device (`device_form`). Written anew are only the
loop itself, the draws (one number at a time, because a thread cannot allocate a row), and how the
sums of many threads become one; these are whole numbers, so that any order gives the same.

Two slots that the functions of the kernel hand on unseen hold something else here: `at.seed` is the
table of keys `(step, stream, half)`, mixed once on the host, for all threads share them; `sample`
is its `intake.Entry`, whose error function in 64 bits would be computed again for every dyad.
"""

from functools import cache

import numpy as np
from numba import cuda

from dyadsim.kernel import intake
from dyadsim.kernel.block import (
    BLOCK_ROWS,
    R,
    draw_step,
    end_session_rows,
    find_rows,
    rows_of,
)
from dyadsim.kernel.intake import People, enter, measure_intake
from dyadsim.kernel.sessions import Address
from dyadsim.kernel.step import handed_out, live, measure, meet, steady
from dyadsim.kernel.streaming_sums import SUMS, SumRows, add_arm
from dyadsim.kernel.treatment import OccasionRows, occasions, orders, present
from dyadsim.model.variables import FIRST_RECORDED, ROW_COUNT
from dyadsim.numerics import random_streams
from dyadsim.numerics.float32 import HALF
from dyadsim.numerics.jit import compiled
from dyadsim.numerics.random_streams import entity_word, key, normal_quantile, uniform

STREAMS = 128  # of clients; those of therapists and instruments are drawn elsewhere
LANES = 32  # copies of the sums in a group of threads, so that neighbours need not wait
MOST_ARMS = 4
_LOW, _HALF_WORD = np.uint64(0xFFFFFFFF), np.uint64(32)
_BLOCK, _CELLS, _SUMS = (BLOCK_ROWS, 1), (MOST_ARMS * len(SUMS), LANES), len(SUMS)


@compiled
def fill_keys(keys, seed, replicate):
    """Fill a table of keys in place, see `key_table`."""
    for step in range(keys.shape[0]):
        for stream in range(keys.shape[1]):
            both = key(seed, replicate, step, stream)
            keys[step, stream, 0] = np.uint32(both & _LOW)
            keys[step, stream, 1] = np.uint32(both >> _HALF_WORD)


def key_table(seed: int, replicate: int, steps: int) -> np.ndarray:
    """Return the keys of all rows of draws, `(step, stream, half)` uint32; step 0 is intake."""
    keys = np.empty((steps + 1, STREAMS, 2), np.uint32)
    fill_keys(keys, seed, replicate)
    return keys


def draw_uniform(out, words, keys, replicate, session, stream):
    """Stand for `fill_uniform`, with a table of keys."""
    low, high = keys[session, stream, 0], keys[session, stream, 1]
    out[0] = uniform(words[0], low, high)


def draw_normal(out, words, keys, replicate, session, stream):
    """Stand for `fill_normal`, with a table of keys."""
    low, high = keys[session, stream, 0], keys[session, stream, 1]
    out[0] = normal_quantile(uniform(words[0], low, high))


def known_entry(q, entry):
    """Stand for `intake.entry`, which the host has computed."""
    return entry


_views = cache(find_rows)


def python_rows(kind, table, lanes):
    """Stand for `rows_of` where no compiler writes it."""
    views = (
        table[view.first : view.first + view.rows] if view.rows else table[view.first, :lanes]
        for view in _views(kind)
    )
    return kind(*views)


def enter_dyad(b, people, inputs, keys):
    """Draw a dyad and measure it at intake."""
    at = Address(keys, 0, 0, 0, 0, 1)
    enter(b, people, inputs.parameters, inputs.sample, inputs.case, at)
    measure_intake(b, people.word, inputs.scale, at)


def walk_step(b, people, inputs, keys, step):
    """Run one step of a dyad, as `dyadsim.kernel.sessions.run_blocks` does of a block."""
    th, plan, p, at = (
        inputs.therapists,
        inputs.plan,
        inputs.parameters,
        Address(keys, 0, 0, 0, 0, 1),
    )
    if step == 1 or plan.changes[step] == 1:
        orders(b, people.arm, people.therapist, th, plan, step)
        steady(b, people.arm, plan)
    present(b[R.presence], people.therapist, th.presence[step])
    occasions(rows_of(OccasionRows, b, 1), step)
    front = 1 if b[R.in_session, 0] > HALF else 0
    forms = handed_out(plan.occasion[step], front, 1)
    draw_step(b, people.word, (front, 1, forms), keys, 0, step)
    if front == 1:
        meet(b, 1, people.word, p, inputs.scale, at, step)
    else:
        end_session_rows(b, 0, 1)
    live(b, 1, front, plan.weeks[step], p)
    measure(b, 1, forms, plan.occasion[step], inputs.scale)


def count_dyad(own, b, arm):
    """Write what a dyad adds to the sums of its arm, `(sum,)` int64."""
    for k in range(_SUMS):
        own[k] = 0
    add_arm(own, rows_of(SumRows, b, 1), arm, arm[0], 1)


def walk_dyads(arm, therapist, first, inputs, keys, truth, sums):
    """Run a dyad from intake to the last step: what each thread does.

    arm, therapist: `(dyad,)`, of those that have the numbers first, first + 1, ... inputs: `Inputs`
    of `dyadsim.kernel.sessions`, its sample an `Entry`. truth: `(variable, step, dyad)`, or without
    dyads. sums: `(arm, step, sum)` int64, added to, or without arms.
    """
    i, thread = cuda.grid(1), cuda.threadIdx.x
    here, used = i < arm.shape[0], sums.shape[0] * _SUMS
    b = cuda.local.array(_BLOCK, np.float32)
    word, pair = cuda.local.array(1, np.uint32), cuda.local.array(1, np.uint32)
    people = People(word, arm[i : i + 1], therapist[i : i + 1], pair)
    own = cuda.local.array(_SUMS, np.int64)
    cells = cuda.shared.array(_CELLS, np.int64)
    for cell in range(thread, used, cuda.blockDim.x):
        for k in range(LANES):
            cells[cell, k] = 0
    cuda.syncthreads()
    for step in range(inputs.plan.weeks.shape[0]):
        if here and step == 0:
            word[0] = entity_word(first + i)
            enter_dyad(b, people, inputs, keys)
        elif here:
            walk_step(b, people, inputs, keys, step)
        if here and i < truth.shape[2]:
            for row in range(FIRST_RECORDED, ROW_COUNT):
                truth[row - FIRST_RECORDED, step, i] = b[row, 0]
        if here and used > 0:
            count_dyad(own, b, people.arm)
            for k in range(_SUMS):
                cuda.atomic.add(cells, (arm[i] * _SUMS + k, thread % LANES), own[k])
        cuda.syncthreads()
        for cell in range(thread, used, cuda.blockDim.x):
            total = cells[cell, 0]
            cells[cell, 0] = 0
            for k in range(1, LANES):
                total += cells[cell, k]
                cells[cell, k] = 0
            cuda.atomic.add(sums, (cell // _SUMS, step, cell % _SUMS), total)
        cuda.syncthreads()


REPLACED = (
    (random_streams.fill_normal, draw_normal),
    (random_streams.fill_uniform, draw_uniform),
    (intake.entry, known_entry),
)
"""What stands for what on the device, besides what a compiler there lacks (`launch`)."""
