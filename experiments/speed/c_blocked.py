"""The blocked design in C, as an expert would write it: compiled and called as in `c_loop`.

It draws the same random numbers as the kernel and rounds as it does, so that the clients' table and
the sums come out with the same bits (tested: tests/oracles/test_blocked_c.py).
"""

import ctypes

import numpy as np
from c_loop import at, compiler, flat, header, load
from setting import Setting, empty_sums

from dyadsim.kernel.block import AFRESH
from dyadsim.kernel.sessions import BLOCK, FIRST_WRITTEN
from dyadsim.kernel.streaming_sums import SUMS
from dyadsim.model.variables import ROW_COUNT
from dyadsim.numerics.random_streams import Stream

__all__ = ["build", "compiler", "run"]

# Neither of the last two changes a bit: nobody reads errno or the flags of floating point here.
FLAGS = (
    "-O3",
    "-march=native",
    "-ffp-contract=off",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-fPIC",
)


def names(setting: Setting) -> str:
    """Return names.h: that of `c_loop`, the streams, and which rows a session writes afresh."""
    streams = ", ".join(f"N_{stream.name} = {int(stream)}" for stream in Stream)
    afresh = ", ".join(str(int(row in AFRESH)) for row in range(ROW_COUNT))
    return (
        header(setting)
        + f"enum {{ {streams}, FIRST_WRITTEN = {FIRST_WRITTEN} }};\n"
        + f"static const char AFRESH[] = {{ {afresh} }};\n"
    )


def build(setting: Setting, block: int = BLOCK, more: tuple[str, ...] = ()) -> ctypes.CDLL:
    """Compile and load blocked.c for blocks of so many dyads; `more` are flags."""
    return load("blocked.c", names(setting), (*FLAGS, f"-DLANES={block}", *more))


def run(setting: Setting, library: ctypes.CDLL) -> np.ndarray:
    """Return the sums (arm, step, sum); moves the clients' table as `setting.ours` does."""
    people, plan = setting.run.clients, setting.plan
    sums = empty_sums(setting).astype(np.int64)
    integers = [np.ascontiguousarray(x, np.int32) for x in (plan.occasion, plan.rule, plan.last)]
    floats = [np.ascontiguousarray(plan.continued, np.float32)]
    floats += [flat(values) for values in (setting.p, setting.kept, setting.form)]
    presence = np.ascontiguousarray(setting.presence)
    library.run(
        at(people.table),
        ctypes.c_int32(setting.arm.size),
        ctypes.c_int32(setting.sessions),
        at(setting.arm),
        at(setting.therapist),
        at(people.word),
        at(presence),
        ctypes.c_int32(presence.shape[1]),
        *map(at, integers),
        *map(at, floats),
        ctypes.c_uint64(setting.run.seed),
        ctypes.c_int32(sums.shape[0]),
        at(sums),
    )
    return sums / list(SUMS.values())
