"""A point's address, a hash of everything that decides its numbers, and finding addresses."""

import functools
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

type Keys = np.ndarray[Any, np.dtype[np.uint64]]

_MODEL = (
    "numerics",
    "model",
    "studies",
    "kernel",
    "simulation",
    "analysis",
    "evidence",
    "calibration",
    "attribution",
    "sweeps/outputs.py",
)  # folders and files that may decide a number


@functools.cache
def model_version() -> str:
    """Return twelve digits that change with any file that may decide a number."""
    import numba

    package, digest = Path(__file__).parents[1], hashlib.sha256(numba.__version__.encode())
    paths = {path for name in _MODEL for path in _files(package / name)}
    for path in sorted(paths):
        digest.update(str(path.relative_to(package)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _files(place: Path) -> Iterator[Path]:
    """Yield the code and tables of a folder, or the file itself."""
    if place.is_file():
        yield place
    yield from (path for path in place.rglob("*") if path.suffix in (".py", ".csv"))


def keys_of(digest: str, rows: np.ndarray[Any, Any], replicate: int) -> Keys:
    """Return the keys `(row, 2)` of points: a hash of `digest`, each row's bytes, `replicate`."""
    start = hashlib.blake2b(f"{digest}:{replicate}".encode(), digest_size=16)
    found = bytearray()
    for row in np.ascontiguousarray(rows):
        one = start.copy()
        one.update(row.data)
        found += one.digest()
    return np.frombuffer(bytes(found), np.uint64).reshape(-1, 2)


class Index:
    """Which keys are known, and where: sorted by their first half, told apart by the second."""

    def __init__(self, keys: Keys) -> None:
        self.order = np.argsort(keys[:, 0], kind="stable")
        self.keys = keys[self.order]

    def find(self, wanted: Keys) -> np.ndarray[Any, np.dtype[np.intp]]:
        """Return the first row of each wanted key, -1 where it is unknown."""
        if not len(self.keys):
            return np.full(len(wanted), -1, np.intp)
        place = np.searchsorted(self.keys[:, 0], wanted[:, 0])
        place = np.minimum(place, len(self.keys) - 1)
        same = (self.keys[place] == wanted).all(axis=1)
        return np.where(same, self.order[place], -1)
