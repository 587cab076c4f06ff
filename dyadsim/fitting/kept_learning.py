"""What earlier fits have simulated and learned, kept in the cache: read again for the same design.

A table of simulated data sets depends on the design of the data, on the worlds and on the seed, but
not on the scores; what is learned from it depends on the table alone. So the second fit of a design
simulates only its predictions. Numbers are the same bits, read or computed: everything that decides
them is in the key, the source and the versions of the libraries among it. joblib keeps the files; a
damaged one is computed again.
"""

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from typing import NamedTuple

from joblib import Memory
from joblib.memory import CacheWarning

from dyadsim.calibration.kept_steps import steps_key
from dyadsim.numerics.jit import cache_folder

FOLDER = "fits"  # in the cache folder
MOST_BYTES = "500M"  # a standard fit of four worlds takes about 20 MB; the oldest go first
_LIBRARIES = ("numpy", "scipy", "scikit-learn")


class KeptLearning(NamedTuple):
    """What was computed before, by its content; without a memory nothing is kept."""

    memory: Memory | None = None

    def recall[T](self, content: tuple[object, ...], compute: Callable[[], T]) -> T:
        """Return what is kept of this content, else compute and keep it.

        Parameters
        ----------
        content
            All that decides the result: names, numbers, arrays, named tuples of them.
        compute
            Returns the result.
        """
        if self.memory is None:
            return compute()
        cached = self.memory.cache(_computed, ignore=["compute"])
        with _quiet():
            result: T = cached(_source(), content, compute)
        return result

    def has(self, content: tuple[object, ...]) -> bool:
        """Return whether what `recall` would give is kept, without computing it."""
        if self.memory is None:
            return False
        cached = self.memory.cache(_computed, ignore=["compute"])
        return bool(cached.check_call_in_cache(_source(), content, _nothing))

    def tidy(self) -> None:
        """Remove the oldest results beyond `MOST_BYTES`."""
        if self.memory is not None:
            self.memory.reduce_size(bytes_limit=MOST_BYTES)


NOTHING_KEPT = KeptLearning()


@cache
def _source() -> tuple[str, ...]:
    """Return the source and the versions that decide results; read once in a process."""
    return (steps_key(()), *map(version, _LIBRARIES))


@contextmanager
def _quiet() -> Iterator[None]:
    """Let joblib say nothing of damaged files, which it computes again, or of a full disk."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CacheWarning)
            yield
    finally:
        logging.disable(before)


def _computed[T](
    source: tuple[str, ...], content: tuple[object, ...], compute: Callable[[], T]
) -> T:
    """Compute; joblib keeps the result by source and content."""
    return compute()


def _nothing() -> None:
    """Compute nothing."""


def kept_in_cache() -> KeptLearning:
    """Return what is kept in the cache folder of this user."""
    return KeptLearning(Memory(cache_folder() / FOLDER, verbose=0))
