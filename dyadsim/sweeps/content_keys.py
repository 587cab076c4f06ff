"""The key of a point: a hash of everything that decides its numbers, and a lookup of keys."""

import functools
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from dyadsim.numerics.own_files import own_mechanism_files

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
    "sweeps/job.py",
    "sweeps/point_outcomes.py",
)  # folders and files of the package that can decide a number


@functools.cache
def model_version() -> str:
    """Return the version of the model as a hash of its source.

    Returns
    -------
    str
        Twelve hexadecimal digits, which change with Numba's version and with every file that can
        decide a number, those of mechanisms of one's own included.
    """
    import numba

    from dyadsim.attribution.true_shares import Care, attribution_study
    from dyadsim.evidence.studies_of_facts import fact_studies
    from dyadsim.model.display import full_repr

    package, digest = Path(__file__).parents[1], hashlib.sha256(numba.__version__.encode())
    paths = {path for name in _MODEL for path in _source_files(package / name)}
    for path in sorted(paths):
        digest.update(str(path.relative_to(package)).encode() + path.read_bytes())
    # The therapies of facts and shares come from conf/therapy, which may be edited too.
    digest.update(full_repr((fact_studies(), attribution_study(Care()))).encode())
    for own in own_mechanism_files():
        digest.update(own.name.encode() + own.path.read_bytes())
    return digest.hexdigest()[:12]


def _source_files(place: Path) -> Iterator[Path]:
    """Yield the code and tables in a folder, or the file itself."""
    if place.is_file():
        yield place
    yield from (path for path in place.rglob("*") if path.suffix in (".py", ".csv"))


def keys_of(digest: str, points: np.ndarray[Any, Any], replicate: int) -> Keys:
    """Return the keys of points.

    Parameters
    ----------
    digest
        Names everything besides the points and the replicate that decides the numbers.
    points
        One row a point; its bytes are hashed.
    replicate
        Number of the replicate.

    Returns
    -------
    array
        `(point, 2)`, 128 bits a point.
    """
    start = hashlib.blake2b(f"{digest}:{replicate}".encode(), digest_size=16)
    keys = bytearray()
    for point in np.ascontiguousarray(points):
        state = start.copy()
        state.update(point.data)
        keys += state.digest()
    return np.frombuffer(bytes(keys), np.uint64).reshape(-1, 2)


class Index:
    """Finds keys: sorted by their first half, told apart by the second.

    Parameters
    ----------
    keys
        `(row, 2)`.
    """

    def __init__(self, keys: Keys) -> None:
        self.order = np.argsort(keys[:, 0], kind="stable")
        self.keys = keys[self.order]

    def find(self, wanted: Keys) -> np.ndarray[Any, np.dtype[np.intp]]:
        """Return the first row of each wanted key `(key, 2)`, or -1 where it is unknown."""
        if not len(self.keys):
            return np.full(len(wanted), -1, np.intp)
        place = np.searchsorted(self.keys[:, 0], wanted[:, 0])
        place = np.minimum(place, len(self.keys) - 1)
        same = (self.keys[place] == wanted).all(axis=1)
        return np.where(same, self.order[place], -1)
