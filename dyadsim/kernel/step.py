"""The luck of one step: which draws a session needs, and which life needs without one."""

from collections import namedtuple
from typing import Any

import numpy as np

from dyadsim.numerics.jit import compiled
from dyadsim.numerics.random_streams import Stream, fill_normal, fill_uniform

DRAWS = (
    Stream.RUPTURE,
    Stream.REPAIR,
    Stream.BOND,
    Stream.AGREEMENT,
    Stream.EXPECTANCY,
    Stream.READINESS,
    Stream.LIFE_EVENT,
    Stream.DISTRESS,
    Stream.GOOD_ENOUGH,
    Stream.DROPOUT,
    Stream.REMOVAL,
    Stream.SYMPTOM,
)
_Draws = namedtuple("_Draws", [stream.name.lower() for stream in DRAWS] + ["missing"])  # type: ignore[misc]
N: Any = _Draws(*range(len(DRAWS) + 1))
_LIFE = (N.life_event, N.distress, N.symptom)  # luck that needs no session
_STREAMS = tuple(int(stream) for stream in DRAWS)
_MISSING_STREAM = np.int64(Stream.SYMPTOM_MISSING)


@compiled
def fill_noise(noise, word, busy, seed, replicate, step):
    """Fill `noise` (draw, lane) with a step's luck; where no session is held, life's luck only."""
    for row in range(len(_STREAMS)):
        if busy or row in _LIFE:
            fill_normal(noise[row], word, seed, replicate, step, _STREAMS[row])
    fill_uniform(noise[N.missing], word, seed, replicate, step, _MISSING_STREAM)
