"""What is computed at the points of a sweep's condition, and with which random numbers."""

import hashlib
from typing import Any, NamedTuple

import numpy as np

from dyadsim.attribution.true_shares import Care
from dyadsim.model.display import full_repr
from dyadsim.model.parameters import Parameters, catalogue, changed, flat
from dyadsim.studies.study import Study
from dyadsim.sweeps.content_keys import Keys

type Points = np.ndarray[Any, np.dtype[np.float32]]
type Replicates = np.ndarray[Any, np.dtype[np.int64]]


class Job(NamedTuple):
    """Everything that is the same for all points of a condition.

    Attributes
    ----------
    study
        What is simulated at each point.
    base
        The parameters that no axis varies.
    clients
        Of a point, all arms together.
    seed, replicate
        Of the random numbers; a sweep's replicates count from `replicate`.
    common
        Whether all points share their random numbers; otherwise each has its own, drawn from its
        key.
    axes
        Names of the points' columns.
    columns
        The outputs, as `columns_of` spells them.
    care, repeats
        Of the attribution.
    """

    study: Study
    base: Parameters
    clients: int
    seed: int
    replicate: int
    common: bool
    axes: tuple[str, ...]
    columns: tuple[str, ...]
    care: Care = Care()
    repeats: int = 4

    @property
    def digest(self) -> str:
        """A hash of all but the points."""
        text = full_repr((self._replace(base=Parameters(), axes=()), tuple(flat(self.base))))
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def parameters_at(row: Points) -> Parameters:
    """Return the parameters of a row `(parameter,)`.

    An end of a range that rounding to float32 moved out of it, such as 0.4, is the end again.
    """
    values = {}
    for (name, item), value in zip(catalogue().items(), row, strict=True):
        ends = {float(np.float32(end)): end for end in (item.about.low, item.about.high)}
        values[name] = ends.get(float(value), float(value))
    return changed(Parameters(), values)


def replicates_of(job: Job, replicate: int, keys: Keys) -> Replicates:
    """Return the replicate of each point's random numbers: shared, or drawn from its key."""
    if job.common:
        return np.full(len(keys), job.replicate + replicate, np.int64)
    return (keys[:, 0] >> np.uint64(33)).astype(np.int64)
