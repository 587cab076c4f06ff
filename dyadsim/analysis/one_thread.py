"""Linear algebra on one thread: a sum that is split among threads differs in its last digits.

NumPy, SciPy and scikit-learn leave products of arrays to a BLAS library, which splits long ones
among as many threads as it finds processors (or `OPENBLAS_NUM_THREADS` says). Another number of
threads adds in another order, and a fit moves by some 1e-12. So whatever computes many statistics
does it within `one_blas_thread`, in this process and in its workers.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

_LOCK = threading.Lock()
_STATE = {"inside": 0}
_LIMITS: list[threadpool_limits] = []


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Keep linear algebra on one thread, in all threads of the process, until the block ends.

    Blocks may lie in one another and in several threads at once; the last one to end gives the
    threads back. It can be used as a decorator: `@one_blas_thread()`.

    Examples
    --------
    >>> import numpy as np
    >>> with one_blas_thread():
    ...     total = np.ones(100_000) @ np.ones(100_000)
    >>> float(total)
    100000.0
    """
    begin_one_thread()
    try:
        yield
    finally:
        _end_one_thread()


def begin_one_thread() -> None:
    """Keep linear algebra on one thread from now on: for a worker process, which computes only."""
    import scipy.linalg  # noqa: F401  # brings a BLAS of its own, which must be there to be limited

    with _LOCK:
        if not _STATE["inside"]:
            _LIMITS.append(threadpool_limits(1))
        _STATE["inside"] += 1


def _end_one_thread() -> None:
    """Give the threads back where no other block needs one."""
    with _LOCK:
        _STATE["inside"] -= 1
        if not _STATE["inside"]:
            _LIMITS.pop().restore_original_limits()
