"""The one Numba decorator: every option once, with its reason.

Numba's own cache notices a change in the file of a compiled function, but not in the files of the
functions that it calls, so an edited law could keep running in its old form. The cache folder is
therefore named after the text of every file of the packages with compiled code: an edit gives a new
folder.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numba
from numba.core.registry import CPUDispatcher

from dyadsim.numerics.own_files import own_mechanism_files

_PACKAGE = Path(__file__).parents[1]
COMPILED = ("numerics", "model", "studies", "kernel")
"""The folders of compiled code and of all that it imports (a test checks)."""


def source_fingerprint() -> str:
    """Return twelve hexadecimal digits that change with any file of the folders `COMPILED`.

    They change with any file of a mechanism of one's own too.
    """
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(path for folder in COMPILED for path in (_PACKAGE / folder).rglob("*.py")):
        digest.update(path.read_bytes())
    for own in own_mechanism_files():
        digest.update(f"{own.name} {own.module}".encode())
        for path in own.sources:
            digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()[:12]


def cache_folder() -> Path:
    """Return a folder that this user may write: the package itself may be read-only."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dyadsim"
    try:
        home.mkdir(parents=True, exist_ok=True)
        writable = os.access(home, os.W_OK)
    except OSError:
        writable = False
    root = home if writable else Path(tempfile.gettempdir()) / f"dyadsim-{os.getuid()}"
    return root / source_fingerprint()


if "NUMBA_CACHE_DIR" not in os.environ:
    numba.config.CACHE_DIR = str(cache_folder())

_OPTIONS = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "fastmath": False,
    "boundscheck": False,
    "no_cfunc_wrapper": True,
}


def compiled[F: Callable[..., object]](function: F) -> F:
    """Compile a law, a lane loop or the kernel.

    Options, each with its reason:

    - `cache`: a second process starts in well under a second;
    - `nogil`: two Python threads run two ranges of blocks at the same time;
    - `error_model="numpy"`: a division needs no zero test, so loops vectorise;
    - `fastmath=False`: strict IEEE arithmetic, so that a lane gives the same bits in a full
      vector, in the remainder of a block and in NumPy, on any machine;
    - `boundscheck=False`: shapes are checked once, where a run starts (`simulation`).
    """
    return numba.njit(**_OPTIONS)(function)  # type: ignore[no-any-return]


class Within(CPUDispatcher):  # type: ignore[misc]
    """A function that only compiled code can call: Python would crash, so it is told."""

    def __call__(self, *arguments: object, **named: object) -> None:
        """Refuse a call from Python.

        Raises
        ------
        TypeError
            Always.
        """
        name = self.py_func.__name__
        raise TypeError(f"{name}() can be called by compiled code only; {name}.py_func by Python.")


def compiled_within[F: Callable[..., object]](function: F) -> F:
    """Compile a part of the kernel that only compiled code calls; Python must not, and cannot.

    As `compiled`, without the code that lets Python call it: for a function that takes all
    parameters or a block's clients, that code takes longer to compile than the function.
    """
    part = numba.njit(no_cpython_wrapper=True, **_OPTIONS)(function)
    part.__class__ = Within
    return part  # type: ignore[no-any-return]
