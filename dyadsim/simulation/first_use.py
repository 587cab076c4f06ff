"""Say once that the first run compiles, so that a new user does not look at nothing."""

import os
import sys
from pathlib import Path

import numba

COMPILING = "dyadsim: compiling the model for this machine, once: half a minute. Then it is kept."


def announce_compiling() -> None:
    """Print a line on stderr where nothing has been compiled yet and somebody is looking.

    The folder of compiled code is named after the source (`jit.cache_folder`), so that the line
    comes again after an update, as the compiling does. Whoever names a folder of their own
    (NUMBA_CACHE_DIR) is told nothing, for it may hold other code.

    Examples
    --------
    >>> announce_compiling()  # nothing: this is no terminal
    """
    if "NUMBA_CACHE_DIR" in os.environ or not sys.stderr.isatty():
        return
    if not Path(numba.config.CACHE_DIR).exists():
        print(COMPILING, file=sys.stderr, flush=True)
