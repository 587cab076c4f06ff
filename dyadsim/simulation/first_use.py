"""Say once that the first run compiles, so that a new user does not look at nothing."""

import functools
import os
import sys
from pathlib import Path

import numba

COMPILING = "dyadsim: compiling the model for this machine, once: half a minute. Then it is kept."
KERNEL = "sessions.run_blocks*.nbc"
"""Files of the compiled kernel; the folder itself is there from the import on."""


def announce_compiling() -> None:
    """Print a line on stderr where the kernel has not been compiled yet.

    The folder of compiled code is named after the source (`jit.cache_folder`), so that the line
    comes again after an update, as the compiling does. Whoever names a folder of their own
    (NUMBA_CACHE_DIR) is told nothing, for it may hold other code.
    """
    if "NUMBA_CACHE_DIR" not in os.environ:
        _announce(str(numba.config.CACHE_DIR))


@functools.cache
def _announce(folder: str) -> None:
    """Look once."""
    if next(Path(folder).rglob(KERNEL), None) is None:
        print(COMPILING, file=sys.stderr, flush=True)
