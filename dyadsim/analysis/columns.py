"""Reading someone else's data frame: names checked, values as floats, pairs complete.

Rules for every analysis: a missing score (NaN, None, NA) leaves its client out of that statistic;
an infinite score is an error; fewer than 3 clients is an error. Scores and times are numbers: a
number written as text ("12", " 9.5 ") is read as that number, any other text is an error that names
its row, also words that may mean "missing".
"""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from dyadsim.analysis.arrays import Floats
from dyadsim.checks import known_name
from dyadsim.errors import BadData, BadInput

FEWEST_CLIENTS = 3
ROUNDING = 1e-12  # of the largest value: scores that differ by less are equal, as .1 + .2 and .3
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


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
        One is missing; the message offers the nearest name and lists all. (A ValueError.) Or two
        columns have the name.
    """
    for name in names:
        if name not in frame.columns:
            known_name("column", name, [str(column) for column in frame.columns])
        if isinstance(frame[name], pd.DataFrame):
            raise BadInput(f"There are {frame[name].shape[1]} columns '{name}': keep one.")


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
    """Return values as floats: the one door of every score and every time.

    Parameters
    ----------
    values
        Numbers, or numbers written as text, shape (n,).
    name
        What the message calls them.

    Returns
    -------
    Floats
        Shape (n,), missing values as NaN.

    Raises
    ------
    BadData
        A value is infinite or no number; the message names its row. (A ValueError.)

    Examples
    --------
    >>> as_numbers(pd.Series(["9", "12", None])).tolist()
    [9.0, 12.0, nan]
    """
    column = values if isinstance(values, pd.Series) else pd.Series(values)
    if column.dtype.kind in "mM" or isinstance(column.dtype, pd.PeriodDtype):
        raise BadData(
            f"'{name}' must be numeric, it holds dates or durations. Count from a first day: "
            "(date - first) / pandas.Timedelta(weeks=1) are weeks."
        )
    if column.dtype.kind not in "biuf":
        column = pd.Series([_as_number(value) for value in column], column.index, dtype=object)
        _refuse(column, column.map(lambda number: number is None), values, name)
    numbers: Floats = column.to_numpy(dtype=float, na_value=np.nan)
    if (infinite := np.isinf(numbers)).any():
        raise BadData(f"'{name}' has an infinite value in row {column.index[infinite][0]}")
    return numbers


def _as_number(value: object) -> float | None:
    """Return a number, NaN for a missing one, or None for what is no number."""
    if value is None or value is pd.NA or value is pd.NaT:
        return float("nan")
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value.strip()) else None
    if isinstance(value, int | float | np.number | np.bool_ | Decimal):
        return None if isinstance(value, np.complexfloating) else float(value)
    return None


def _refuse(numbers: pd.Series, wrong: pd.Series, values: ArrayLike | pd.Series, name: str) -> None:
    if not wrong.any():
        return
    place = int(wrong.to_numpy(bool).argmax())
    value = values.iloc[place] if isinstance(values, pd.Series) else list(values)[place]  # type: ignore[arg-type]
    raise BadData(
        f"'{name}' must be numeric: row {numbers.index[place]} has {value!r}, which is no number "
        f"({int(wrong.sum())} such rows). Write numbers with a decimal point and leave missing "
        f"ones empty; pandas.to_numeric(frame['{name}'], errors='coerce') makes every other word "
        "a missing value."
    )


def numeric_column(values: pd.Series, name: str) -> pd.Series:
    """Return a column of numbers, whole ones as they are.

    Parameters
    ----------
    values
        A column, shape (n,).
    name
        What the message calls it.

    Returns
    -------
    pandas.Series
        The same column where it holds whole numbers, else floats as of `as_numbers`.

    Raises
    ------
    BadData
        As `as_numbers`.

    Examples
    --------
    >>> numeric_column(pd.Series(["9", "12"]), "session").tolist()
    [9.0, 12.0]
    """
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iu":
        return values
    return pd.Series(as_numbers(values, name), index=values.index, name=values.name)


def as_marks(values: pd.Series, name: str) -> Floats:
    """Return marks (true or false) as 1 and 0.

    Parameters
    ----------
    values
        True and false, or 1 and 0, shape (n,).
    name
        What the message calls them.

    Returns
    -------
    Floats
        Shape (n,), missing marks as NaN.

    Raises
    ------
    BadData
        Another mark.

    Examples
    --------
    >>> as_marks(pd.Series([True, False, None]), "dropped").tolist()
    [1.0, 0.0, nan]
    """
    marks = as_numbers(values, name)
    if not np.isin(marks[~np.isnan(marks)], (0, 1)).all():
        raise BadData(f"'{name}' must be true or false (or 1 and 0) for every client")
    return marks


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
            raise ValueError(
                "a client appears twice in the index: one row per client is needed (frames put "
                "one under the other repeat their row numbers: reset_index(drop=True))"
            )
    if len(first) and len(second) and not first.index.isin(second.index).any():
        raise BadData(
            "the two scores have no client in common: Series are paired by index, and the indexes "
            f"differ ({first.index.tolist()[0]!r} ... and {second.index.tolist()[0]!r} ...)"
        )
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
    if not values.size:
        raise ValueError(f"'{name}' has no variance: there is no value at all")
    if np.ptp(values) <= ROUNDING * np.abs(values).max():
        raise ValueError(f"'{name}' has no variance: every client scores {values[0]:g}")
    return values
