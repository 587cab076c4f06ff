"""Sudden gains: some of what is learnt comes all at once, in one session, and stays.

    G    = [u < chance] [share > 0]                                 in a session: a sudden gain
    pace = aptitude (1 + new_plan) (1 - share + share G / chance)

u is uniform on (0, 1). `pace` multiplies what a session teaches (`process_change`, `action`). Over
sessions its last factor is 1 in the mean: sudden gains change when something is learnt, not how
much. What such a session adds to the relief of the treatment path takes effect at once, without
waiting for distress to relax (`distress`). `aptitude` is the client's own, 1 in the mean of the
population; `new_plan` is what alerts have led to (`responsiveness`). Sudden gains:
tang_derubeis1999. Equations and values are assumptions.
"""

from typing import Annotated, NamedTuple

from dyadsim.model.mechanism import Pathway, Reads, Writes, mechanism, uniform
from dyadsim.model.parameter import likely, parameter
from dyadsim.model.variable import Array
from dyadsim.numerics.float32 import ONE, ZERO
from dyadsim.numerics.jit import compiled, compiled_within
from dyadsim.numerics.random_streams import Stream


class SuddenGain(NamedTuple):
    """Parameters of sudden gains."""

    share: Annotated[
        float,
        parameter(
            "share of learning that comes all at once",
            "0-1",
            0,
            1,
            likely=likely(
                0.2,
                0.95,
                "judged: sudden gains are a good part of change (tang_derubeis1999)",
                own=True,
            ),
        ),
    ] = 0.5
    chance: Annotated[
        float,
        parameter(
            "chance of a sudden gain in a session",
            "0-1",
            0.02,
            1,
            source="tang_derubeis1999;assumption",
            likely=likely(
                0.04, 0.3, "judged: in one session of 3 to 25 (tang_derubeis1999)", own=True
            ),
        ),
    ] = 0.1


class Rows(NamedTuple):
    """What sudden gains read, write and draw."""

    sudden_gain: Writes
    learning_pace: Writes
    new_plan: Reads
    aptitude: Reads
    in_session: Reads
    noise: Annotated[Array, uniform(Stream.SUDDEN_GAIN)]


MECHANISM = mechanism(
    Rows,
    pathways={"sudden_gain": Pathway("sudden_gain.share")},
    idle=(("distress.treatment_gain", 0.0),),
)


@compiled
def learning_pace(sudden, new_plan, aptitude, usual, jump):
    """Return how much a session teaches against the usual one; `sudden` is 0 or 1.

    `usual` = 1 - share, `jump` = share / chance.
    """
    return aptitude * (ONE + new_plan) * (usual + jump * sudden)


@compiled_within
def lanes(rows, q):
    """Write the sudden gains and the pace of a block."""
    chance = q.chance if q.share > ZERO else ZERO
    usual, jump = ONE - q.share, q.share / q.chance
    for i in range(rows.sudden_gain.shape[0]):
        came = rows.in_session[i] * (ONE if rows.noise[i] < chance else ZERO)
        rows.sudden_gain[i] = came
        rows.learning_pace[i] = learning_pace(came, rows.new_plan[i], rows.aptitude[i], usual, jump)
