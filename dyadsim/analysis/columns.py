"""Reading someone else's data frame: names checked, values as floats, pairs complete.

Rules for every analysis: a missing score (NaN, None, NA) leaves its client out of that statistic;
an infinite score is an error; fewer than 3 clients is an error.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from dyadsim.analysis.arrays import Floats
from dyadsim.checks import known_name

FEWEST_CLIENTS = 3


def require_columns(frame: pd.DataFrame, *names: str) -> None:
    """Check that a data frame has columns.

    Parameters
    ----------
    frame
        Any data frame.
    names
        The columns that it must have.

    Raises
    ------
    BadInput
        One is missing; the message offers the nearest name and lists all. (A ValueError.)
    """
    for name in names:
        if name not in frame.columns:
            known_name("column", name, [str(column) for column in frame.columns])


def has_column(frame: pd.DataFrame, name: str, default: str) -> bool:
    """Return whether an optional column is there.

    Parameters
    ----------
    frame
        Any data frame.
    name
        The column's name, as the caller gave it.
    default
        The name that the caller would have given by saying nothing.

    Returns
    -------
    bool
        False if it is absent under its default name: it is then not used.

    Raises
    ------
    BadInput
        It is absent under a name of the caller's own: a typo must not mean "there is none".
    """
    if name != default:
        require_columns(frame, name)
    return name in frame.columns


def as_numbers(values: ArrayLike | pd.Series, name: str = "score") -> Floats:
    """Return values as floats.

    Parameters
    ----------
    values
        Numbers, shape (n,).
    name
        What the message calls them.

    Returns
    -------
    Floats
        Shape (n,), missing values as NaN.

    Raises
    ------
    ValueError
        A value is infinite or no number.
    """
    try:
        numbers: Floats = pd.Series(values).to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ValueError(f"'{name}' must be numeric: {error}") from error
    if np.isinf(numbers).any():
        raise ValueError(f"'{name}' has an infinite value")
    return numbers


def observed_scores(values: ArrayLike | pd.Series, name: str = "score") -> Floats:
    """Return the values that are not missing.

    Parameters
    ----------
    values
        Numbers, shape (n,).
    name
        What the message calls them.

    Returns
    -------
    Floats
        Shape (m,), m from 3 to n.

    Raises
    ------
    ValueError
        Fewer than 3 values are left, or one is infinite or no number.
    """
    numbers = as_numbers(values, name)
    numbers = numbers[~np.isnan(numbers)]
    if len(numbers) < FEWEST_CLIENTS:
        raise ValueError(f"'{name}' needs at least 3 clients, it has {len(numbers)}")
    return numbers


def paired_scores(first: ArrayLike | pd.Series, second: ArrayLike | pd.Series) -> pd.DataFrame:
    """Return the clients with both values.

    Parameters
    ----------
    first, second
        Numbers, one per client. Two Series are paired by index, anything else by position.

    Returns
    -------
    pandas.DataFrame
        Columns `first` and `second`, one row per client.

    Raises
    ------
    ValueError
        Lengths differ, a client appears twice in an index, or fewer than 3 have both values.
    """
    pairs = _aligned(first, second)
    pairs = pairs.assign(first=as_numbers(pairs["first"]), second=as_numbers(pairs["second"]))
    pairs = pairs.dropna()
    if len(pairs) < FEWEST_CLIENTS:
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
    x, y = as_numbers(first), as_numbers(second)
    if len(x) != len(y):
        raise ValueError(f"pairs need equal lengths, these are {len(x)} and {len(y)}")
    labels = [values.index for values in (first, second) if isinstance(values, pd.Series)]
    return pd.DataFrame({"first": x, "second": y}, index=labels[0] if labels else None)


def require_variance(values: Floats, name: str) -> Floats:
    """Return the values if they differ: else nothing can be standardised or correlated.

    Parameters
    ----------
    values
        Numbers without missing ones, shape (n,).
    name
        What the message calls them.

    Returns
    -------
    Floats
        The same values.

    Raises
    ------
    ValueError
        All are equal.
    """
    if np.ptp(values) == 0:
        raise ValueError(f"'{name}' has no variance: every client scores {values[0]:g}")
    return values
