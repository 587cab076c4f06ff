"""Those in a session stand in front of a block: who is moved, and that it changes no bit."""

import numpy as np
import pytest

from dyadsim.kernel.block import AFRESH, BLOCK_ROWS, R
from dyadsim.kernel.front import (
    LINE,
    MANY,
    WORTH,
    carry_out,
    empty_order,
    find_front,
    first_order,
    row_length,
    whole_lines,
)
from dyadsim.kernel.intake import empty_people
from dyadsim.model import worlds
from dyadsim.simulation import simulate
from dyadsim.studies.designs.cohort import cohort
from dyadsim.studies.designs.rct import rct
from dyadsim.studies.designs.waitlist import waitlist
from dyadsim.studies.study import Study

HYBRID = worlds.world_parameters("hybrid")
CLIENTS = 400
STUDIES = {
    "many leave": cohort(follow_up=(5.0, 26.0)),
    "some begin late": waitlist(),
    "some are never in a session": rct(("cbt", "waitlist"), follow_up=(26.0,)),
}


@pytest.mark.parametrize("block", [1, 96, 1008])
@pytest.mark.parametrize("name", list(STUDIES))
def test_moved_lanes_have_the_same_bits(name: str, block: int) -> None:
    study: Study = STUDIES[name]
    kept = simulate.run(study, HYBRID, 1100, 3)  # where every latent is kept, nobody is moved
    begun = simulate.start(study, HYBRID, 1100, 3, keep_truth=False)
    moved = simulate.advance(simulate.advance(begun, 9, block=block), block=block)
    tables = (run.clients.table.view(np.int32) for run in (kept, moved))
    np.testing.assert_array_equal(*tables)


def block_in_session(in_session: np.ndarray) -> tuple:
    """A block whose clients bear the number of their lane, in all that marks them."""
    width = row_length(in_session.size)
    b, people, order = (
        np.ones((BLOCK_ROWS, width), np.float32),
        empty_people(width),
        empty_order(width),
    )
    first_order(order)
    b[R.in_session], b[R.distress] = 0, np.arange(width)
    b[R.in_session, : in_session.size] = in_session
    people.word[:], people.arm[:], people.therapist[:] = (np.arange(width),) * 3
    return b, people, order


@pytest.fixture
def sparse() -> np.ndarray:
    return np.random.default_rng(1).random(CLIENTS) < 0.4


def test_sessions_are_moved_in_front(sparse: np.ndarray) -> None:
    b, people, order = block_in_session(sparse)
    before = whole_lines(CLIENTS)
    front = find_front(b, people, order, CLIENTS, before, WORTH + 1)
    busy = sparse.sum()
    assert front == whole_lines(busy)
    assert b[R.in_session, :busy].all()
    assert not b[R.in_session, busy:CLIENTS].any()
    for marked in (b[R.distress], people.word, people.arm, people.therapist):
        np.testing.assert_array_equal(marked, order.home)
    assert sorted(order.home) == list(range(order.home.size))


def test_behind_the_front_nothing_is_left_of_a_session(sparse: np.ndarray) -> None:
    b, people, order = block_in_session(sparse)
    nobody_before = 0  # the last session of all that moves lies behind the old front
    front = find_front(b, people, order, CLIENTS, nobody_before, WORTH + 1)
    end = whole_lines(np.flatnonzero(sparse).max() + 1)
    assert not b[list(AFRESH), front:end].any()


@pytest.mark.parametrize("left", [0, WORTH])
def test_nobody_is_moved_when_it_no_longer_pays(sparse: np.ndarray, left: int) -> None:
    b, people, order = block_in_session(sparse)
    front = find_front(b, people, order, CLIENTS, whole_lines(CLIENTS), left)
    assert front == whole_lines(np.flatnonzero(sparse).max() + 1)
    np.testing.assert_array_equal(order.home, np.arange(order.home.size))


def test_few_holes_are_left_alone() -> None:
    few = np.ones(CLIENTS, bool)
    few[:MANY] = False
    b, people, order = block_in_session(few)
    assert find_front(b, people, order, CLIENTS, 0, 100) == whole_lines(CLIENTS)
    np.testing.assert_array_equal(order.home, np.arange(order.home.size))


def test_without_a_session_there_is_no_front() -> None:
    b, people, order = block_in_session(np.zeros(CLIENTS, bool))
    assert find_front(b, people, order, CLIENTS, whole_lines(CLIENTS), 100) == 0
    assert not b[list(AFRESH), :CLIENTS].any()


def test_a_block_is_carried_out_in_the_order_of_entry(sparse: np.ndarray) -> None:
    b, people, order = block_in_session(sparse)
    find_front(b, people, order, CLIENTS, 0, WORTH + 1)
    table = np.full((R.distress + 1, CLIENTS + 7), np.nan, np.float32)
    carry_out(table, 5, b, order, CLIENTS, R.distress)
    np.testing.assert_array_equal(table[R.distress, 5 : CLIENTS + 5], np.arange(CLIENTS))
    assert np.isnan(table[:, [0, 4, -2, -1]]).all()


@pytest.mark.parametrize("lanes", [1, 16, 17, 512, 1008, 1024])
def test_rows_are_an_odd_number_of_cache_lines_long(lanes: int) -> None:
    assert whole_lines(lanes) <= row_length(lanes) < lanes + 2 * LINE
    assert row_length(lanes) % (2 * LINE) == LINE
