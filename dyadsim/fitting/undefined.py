"""A fit never goes on with a statistic that the simulated data do not have.

Where the data have a number and data sets simulated in their design have none, the design is not
that of the data: the fit stops, and says which number.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dyadsim.errors import BadData

type Floats = np.ndarray[Any, np.dtype[np.float64]]

SELDOM = 0.1  # share of simulated data sets with a value, below which there is as good as none
SHOWN = 4  # names in a message


def refuse_undefined(names: Sequence[str], real: Floats, simulated: Mapping[str, Floats]) -> None:
    """Refuse statistics without a value, in the data or in what is simulated.

    Parameters
    ----------
    names
        Names of the statistics, with arm and week.
    real
        Their values in the data, `(statistic,)`.
    simulated
        World -> their values in simulated data sets, `(draw, statistic)`.

    Raises
    ------
    BadData
        One has no value; the message names statistic, arm and week.

    Examples
    --------
    >>> import numpy as np
    >>> worlds = {"hybrid": np.array([[7.0, np.nan], [6.0, np.nan]])}
    >>> names = ["cbt: mean, week 8", "waiting: mean, week 8"]
    >>> refuse_undefined(names, np.ones(2), worlds)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    dyadsim.errors.BadData: 'waiting: mean, week 8': the data have a number, and data sets ...
    """
    _refuse(names, ~np.isfinite(real), "{}: the data have no number, so it cannot be fitted.")
    for world, values in simulated.items():
        seldom = np.isfinite(values).mean(axis=0) < SELDOM
        _refuse(
            names,
            seldom,
            f"{{}}: the data have a number, and data sets simulated in the {world} world have "
            "none. So the design is not that of the data: see what was assumed of it "
            "(data.measured, data.sessions, data.arms).",
        )


def refuse_none_used(names: Sequence[str], used: "np.ndarray[Any, np.dtype[np.bool_]]") -> None:
    """Refuse data of which no statistic can be used: nothing could be learned from them.

    Parameters
    ----------
    names
        Names of the statistics.
    used
        Which can be used, `(statistic,)` (`reference_table.usable_summaries`).

    Raises
    ------
    BadData
        None can.
    """
    if not used.any():
        _refuse(
            names,
            ~used,
            "{}: too few data sets simulated in the worlds have a value, or all have the same one, "
            "so nothing can be learned from the data.",
        )


def _refuse(names: Sequence[str], wrong: "np.ndarray[Any, Any]", words: str) -> None:
    """Raise BadData with the first names, if any is wrong."""
    affected = [name for name, flag in zip(names, wrong, strict=True) if flag]
    if affected:
        more = f" and {len(affected) - SHOWN} more" if len(affected) > SHOWN else ""
        raise BadData(words.format(", ".join(map(repr, affected[:SHOWN])) + more))
