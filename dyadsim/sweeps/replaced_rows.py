"""Rows of the table that stands in a sweep's folder and that the next table will not have.

They are not lost, `collect_sweep` leaves them in `parts/`; but whoever reads the table should be
told that it no longer has them.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa

from dyadsim.sweeps.content_keys import Index
from dyadsim.sweeps.parquet_files import KEY, read_parquet
from dyadsim.sweeps.sweep import Sweep, row_keys


def rows_to_be_replaced(sweep: Sweep, folder: Path) -> int:
    """Return how many rows of the present table are not among those of a sweep.

    Parameters
    ----------
    sweep
        The sweep whose table is to be written.
    folder
        Of the store.

    Returns
    -------
    int
        0 where there is no table, or none that can be read.
    """
    path = folder / "points.parquet"
    if not path.is_file():
        return 0
    try:
        table = read_parquet(path, KEY)
    except (OSError, KeyError, pa.ArrowException):
        return 0
    present = np.stack([table[name].to_numpy() for name in KEY], axis=1)
    wanted = row_keys(sweep)
    if np.array_equal(present, wanted):
        return 0
    return int((Index(wanted).find(present) < 0).sum())
