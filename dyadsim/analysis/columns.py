"""Reading a data frame somebody else made: names checked, values as floats, pairs complete.

Rules for every analysis: a missing score (NaN, None, NA) leaves its client out of that statistic;
an infinite score is an error; fewer than 3 clients is an error.
"""

from __future__ import annotations

import difflib

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def require(frame: pd.DataFrame, *names: str) -> None:
    """Raise ValueError for the first name that is no column, with the nearest existing name."""
    for name in names:
        if name not in frame.columns:
            raise ValueError(_no_column(name, [str(column) for column in frame.columns]))


def _no_column(name: str, existing: list[str]) -> str:
    by_lower_case = {column.lower(): column for column in existing}
    near = difflib.get_close_matches(name.lower(), list(by_lower_case), n=1, cutoff=0.3)
    advice = f" Did you mean '{by_lower_case[near[0]]}'?" if near else ""
    return f"there is no column '{name}'.{advice} There are: {', '.join(existing) or 'none'}"


def has(frame: pd.DataFrame, name: str, default: str) -> bool:
    """Whether an optional column is there.

    Absent under its default name it is simply not used; absent under a name the caller chose it
    is a ValueError, so that a typo is never taken for "this data set has none".
    """
    if name != default:
        require(frame, name)
    return name in frame.columns


def numbers(values: ArrayLike | pd.Series, name: str = "score") -> Floats:
    """Values as floats, shape (n,), missing = NaN. ValueError if infinite or not numeric."""
    try:
        array: Floats = pd.Series(values).to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ValueError(f"'{name}' must be numeric: {error}") from error
    if np.isinf(array).any():
        raise ValueError(f"'{name}' has an infinite value")
    return array


def observed(values: ArrayLike | pd.Series, name: str = "score") -> Floats:
    """Values that are not missing. ValueError if fewer than 3."""
    array = numbers(values, name)
    array = array[~np.isnan(array)]
    if len(array) < 3:
        raise ValueError(f"'{name}' needs at least 3 clients, it has {len(array)}")
    return array


def paired(first: ArrayLike | pd.Series, second: ArrayLike | pd.Series) -> pd.DataFrame:
    """Clients with both values, columns `first` and `second`.

    Two Series are paired by index, anything else by position. ValueError if lengths differ,
    an index repeats a client, or fewer than 3 pairs are complete.
    """
    pairs = _aligned(first, second)
    pairs = pairs.assign(first=numbers(pairs["first"]), second=numbers(pairs["second"])).dropna()
    if len(pairs) < 3:
        raise ValueError(f"at least 3 clients need both scores, {len(pairs)} have them")
    return pairs


def _aligned(first: ArrayLike | pd.Series, second: ArrayLike | pd.Series) -> pd.DataFrame:
    if not (isinstance(first, pd.Series) and isinstance(second, pd.Series)):
        return _by_position(first, second)
    for series in (first, second):
        if not series.index.is_unique:
            raise ValueError("a client appears twice in the index: one row per client is needed")
    return pd.DataFrame({"first": first, "second": second})


def _by_position(first: ArrayLike | pd.Series, second: ArrayLike | pd.Series) -> pd.DataFrame:
    one, two = numbers(first), numbers(second)
    if len(one) != len(two):
        raise ValueError(f"pairs need equal lengths, these are {len(one)} and {len(two)}")
    labels = [values.index for values in (first, second) if isinstance(values, pd.Series)]
    return pd.DataFrame({"first": one, "second": two}, index=labels[0] if labels else None)


def vary(values: Floats, name: str) -> Floats:
    """The same values. ValueError if they are all equal (nothing to standardise or correlate)."""
    if np.ptp(values) == 0:
        raise ValueError(f"'{name}' has no variance: every client scores {values[0]:g}")
    return values
