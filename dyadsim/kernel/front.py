"""Those in a session stand in front, so that the encounter stops where they end.

    lane        0                                    lanes
    as drawn    S S . S . S . . S . S . . . S . . S .       S in a session, . out of care
    moved       S S S S S S S S : . . . . . . . . . .
    encounter   ===============>                            meet, with its draws: to `front`
    life        ====================================>       live, measure, sums: everybody

As clients leave, holes open in front. They are left alone while they are few: what the encounter
computes in a lane without a session changes nothing. When they are many, each hole changes places
with a session behind the new front; `home` remembers whose lane it is, so that the block can be
carried out in its old order. Every random number has an address and the sums are whole numbers, so
the order of the lanes changes no bit (tested).
"""

from typing import NamedTuple

import numpy as np

from dyadsim.kernel.block import LASTING, R, end_session_rows
from dyadsim.numerics.float32 import HALF
from dyadsim.numerics.jit import compiled, compiled_within

LINE = 16  # lanes in a line of the cache
MANY = 3 * LINE  # holes that are left alone; 16 to 100 are as fast
WORTH = 6  # steps that must be left: a move costs what six encounters without a session cost


class Order(NamedTuple):
    """The order of the lanes of a block.

    Attributes
    ----------
    home
        The place, in the order of entry, of the client in each lane, `(lane,)`.
    moves
        Work space: pairs of lanes that change places, `(2, lane)`.
    """

    home: np.ndarray
    moves: np.ndarray


@compiled
def whole_lines(lanes):
    """Return a number of lanes rounded up to whole lines of the cache."""
    return (lanes + LINE - 1) // LINE * LINE


@compiled
def row_length(lanes):
    """Return how long to make rows for so many lanes: an odd number of lines of the cache.

    Rows at distances of a large power of two would fight for the same places in it.
    """
    return ((lanes + LINE - 1) // LINE | 1) * LINE


@compiled
def empty_order(lanes):
    """Return an order for so many lanes, to be filled by `first_order`."""
    return Order(np.zeros(lanes, np.uint32), np.zeros((2, lanes), np.uint32))


@compiled
def first_order(order):
    """Put everybody in the order of entry."""
    for i in range(order.home.shape[0]):
        order.home[i] = np.uint32(i)


@compiled_within
def count_sessions(in_session, count):
    """Return how many of the first `count` lanes are in a session, and the end of the last one."""
    busy, end = np.int32(0), np.int32(0)
    for i in range(count):
        here = np.int32(in_session[i] > HALF)
        busy = np.int32(busy + here)
        end = max(end, np.int32(here * np.int32(i + 1)))
    return busy, end


@compiled_within
def find_moves(moves, in_session, busy, count):
    """Write the pairs of lanes that fill the first `busy` lanes with sessions; return how many."""
    pairs, behind = 0, busy
    for i in range(busy):
        if in_session[i] < HALF:
            while in_session[behind] < HALF:
                behind += 1
            moves[0, pairs], moves[1, pairs] = i, behind
            behind += 1
            pairs += 1
    return pairs


@compiled_within
def swap(row, moves, pairs):
    """Let pairs of lanes of a row change places."""
    for k in range(pairs):
        i, j = moves[0, k], moves[1, k]
        row[i], row[j] = row[j], row[i]


@compiled_within
def move_sessions(b, people, order, busy, count):
    """Move the `busy` lanes with a session, among the first `count`, to the front of a block."""
    pairs = find_moves(order.moves, b[R.in_session], busy, count)
    for row in LASTING:
        swap(b[row], order.moves, pairs)
    swap(people.word, order.moves, pairs)
    swap(people.arm, order.moves, pairs)
    swap(people.therapist, order.moves, pairs)
    swap(order.home, order.moves, pairs)


@compiled
def find_front(b, people, order, count, before, left):
    """Return where those in a session end, in whole lines; move them there if that is worth it.

    Parameters
    ----------
    b, people, order
        The block, moved in place.
    count
        How many lanes have a client; a lane without one is never moved.
    before
        The front of the step before: up to there the variables of a session are not 0.
    left
        How many steps are left in which a move can pay, this one included.
    """
    busy, end = count_sessions(b[R.in_session], count)
    front = used = whole_lines(np.int64(end))
    if left > WORTH and end - busy > MANY:
        move_sessions(b, people, order, busy, count)
        front = whole_lines(np.int64(busy))
    end_session_rows(b, front, max(used, before))
    return front


@compiled
def carry_out(table, start, b, order, count, from_row):
    """Copy the first `count` lanes of a block into a table, from `start` on, in order of entry."""
    lane = order.moves[0]
    for i in range(count):
        lane[order.home[i]] = np.uint32(i)
    for row in range(from_row, table.shape[0]):
        target, source = table[row, start : start + count], b[row]
        for i in range(count):
            target[i] = source[lane[i]]
