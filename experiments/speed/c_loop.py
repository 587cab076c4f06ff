"""The scalar loop in C: compiled here, if there is a compiler, and called through ctypes.

What compiles and calls C serves the blocked design in C as well (`c_blocked`).
"""

import ctypes
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from setting import Setting, empty_sums

from dyadsim.kernel.streaming_sums import SUMS
from dyadsim.model.mechanisms.ending import FIXED_RULE, OPEN_RULE
from dyadsim.model.variables import ROW_COUNT, ROWS_AT
from dyadsim.studies.study import NOT_SEEN, SESSION

FLAGS = ("-O3", "-march=native", "-ffast-math", "-fPIC")


def compiler() -> str | None:
    """Return the C compiler of this machine, if it has one."""
    return shutil.which("gcc") or shutil.which("cc")


def struct(name: str, values: Any) -> str:
    """Return a C struct with the fields of a named tuple of floats or of such named tuples."""
    fields = "".join(
        f"    {field.title().replace('_', '') if isinstance(value, tuple) else 'float'} {field};\n"
        for field, value in zip(values._fields, values, strict=True)
    )
    inner = "".join(
        struct(field.title().replace("_", ""), value)
        for field, value in zip(values._fields, values, strict=True)
        if isinstance(value, tuple)
    )
    return f"{inner}typedef struct {{\n{fields}}} {name};\n"


def header(setting: Setting) -> str:
    """Return names.h: rows, sums, codes and structs, all from dyadsim."""
    rows = ", ".join(f"R_{name} = {row}" for name, row in ROWS_AT._asdict().items())
    rows += f", R_COUNT = {ROW_COUNT}"
    sums = ", ".join([f"S_{name}" for name in SUMS] + ["S_COUNT"])
    codes = f"FIXED_RULE = {FIXED_RULE}, OPEN_RULE = {OPEN_RULE}, SESSION = {SESSION}"
    structs = (
        struct("Parameters", setting.p)
        + struct("Pace", setting.kept)
        + struct("Scale", setting.form)
    )
    enums = (rows, sums, f"{codes}, NOT_SEEN = {NOT_SEEN}")
    return "".join(f"enum {{ {names} }};\n" for names in enums) + structs


def build(setting: Setting) -> ctypes.CDLL:
    """Compile and load scalar.c."""
    return load("scalar.c", header(setting), FLAGS)


def load(source: str, names: str, flags: tuple[str, ...]) -> ctypes.CDLL:
    """Compile a file of this folder in one of its own, with `names` as names.h, and load it."""
    with tempfile.TemporaryDirectory(prefix="dyadsim-speed-") as name:
        folder = Path(name)
        (folder / "names.h").write_text(names)
        library, part = folder / "part.so", folder / "part.o"
        # Linked without -ffast-math, which would switch off subnormal numbers in all of the process
        for command in (
            [*flags, f"-I{folder}", "-c", str(Path(__file__).parent / source), "-o", str(part)],
            ["-shared", str(part), "-o", str(library), "-lm"],
        ):
            subprocess.run([str(compiler()), *command], check=True)
        return ctypes.CDLL(str(library))  # stays loaded without its file


def flat(values: Any) -> np.ndarray:
    """Return the numbers of nested named tuples in order, float32: the memory of the struct."""
    parts = [flat(value) if isinstance(value, tuple) else np.float32(value) for value in values]
    return np.concatenate([np.atleast_1d(part) for part in parts]).astype(np.float32)


def at(array: np.ndarray) -> ctypes.c_void_p:
    """Return where an array lies in memory."""
    return ctypes.c_void_p(array.ctypes.data)


def run(setting: Setting, library: ctypes.CDLL, seed: int = 1) -> np.ndarray:
    """Return the sums (arm, step, sum) of one pass over all dyads."""
    sums = empty_sums(setting)
    integers = [
        np.ascontiguousarray(x, np.int32)
        for x in (setting.plan.occasion, setting.plan.rule, setting.plan.last)
    ]
    floats = [flat(setting.p), flat(setting.kept), flat(setting.form)]
    arrays = [setting.arm, setting.therapist, np.ascontiguousarray(setting.presence)]
    library.run(
        at(setting.table),
        ctypes.c_int32(setting.arm.size),
        ctypes.c_int32(setting.sessions),
        *map(at, arrays),
        ctypes.c_int32(setting.presence.shape[1]),
        *map(at, integers),
        *map(at, floats),
        ctypes.c_uint64(seed),
        at(sums),
    )
    return sums
