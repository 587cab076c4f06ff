"""What identifies the rows of a sweep's table."""

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from dyadsim.sweeps.sweep import Sweep


def row_labels(sweep: "Sweep") -> pa.Table:
    """Return what identifies each row: the condition's labels, replicate, point, axes."""
    parts = []
    for condition in sweep.conditions:
        count = len(condition.points)
        labels = {
            name: pa.DictionaryArray.from_arrays(np.zeros(count, np.int32), pa.array([str(value)]))
            for name, value in condition.labels.items()
        }
        axes = {name: condition.points[:, k] for k, name in enumerate(sweep.axes)}
        for replicate in range(sweep.replicates):
            numbers = {
                "replicate": np.full(count, replicate, np.int16),
                "point": np.arange(count, dtype=np.int32),
            }
            parts.append(pa.table({**labels, **numbers, **axes}))
    return pa.concat_tables(parts).unify_dictionaries()
