"""A researcher's long table, one row per client and occasion, as rows that an analysis can trust.

Every analysis of such a table begins here: columns there, client ids of one kind, scores and times
numeric, rows numbered anew, so that nothing is ever aligned by the caller's index.
"""

from __future__ import annotations

import pandas as pd

from dyadsim.analysis.columns import has_column, numeric_column, require_columns
from dyadsim.errors import BadData

FOLLOW_UP = "follow_up"


def clean_rows(sessions: pd.DataFrame, client: str, *numbers: str) -> pd.DataFrame:
    """Return a copy with checked client ids and numeric columns, rows numbered from 0.

    Parameters
    ----------
    sessions
        One row per client and occasion.
    client
        Column of the client.
    numbers
        Columns of scores and times.

    Returns
    -------
    pandas.DataFrame
        All columns and rows, in the frame's order.

    Raises
    ------
    BadInput
        An unknown column.
    BadData
        A missing id, ids of two kinds, or a value that is no number.

    Examples
    --------
    >>> frame = pd.DataFrame({"client": [1, 1], "week": ["9", "12"]}, index=[7, 7])
    >>> clean_rows(frame, "client", "week")["week"].to_dict()
    {0: 9.0, 1: 12.0}
    """
    require_columns(sessions, client, *numbers)
    columns = {name: numeric_column(sessions[name], name) for name in dict.fromkeys(numbers)}
    ids = client_ids(sessions[client], client)
    clean = sessions.assign(**{client: ids, **columns})
    return clean.reset_index(drop=True)


def client_ids(ids: pd.Series, name: str) -> pd.Series:
    """Return the ids of clients, if every client has one way of writing it.

    Parameters
    ----------
    ids
        Numbers or text, one per row.
    name
        What the message calls them.

    Returns
    -------
    pandas.Series
        The same ids; categories as the values that they stand for.

    Raises
    ------
    BadData
        An id is missing, numbers and text are mixed (1 and "1" may be one client), or two ids
        differ only by spaces.

    Examples
    --------
    >>> client_ids(pd.Series([1, "1"]), "client")
    Traceback (most recent call last):
        ...
    dyadsim.errors.BadData: 'client' mixes numbers and text: 1 in row 0, '1' in row 1...
    """
    if ids.isna().any():
        raise BadData(
            f"'{name}' is missing in {int(ids.isna().sum())} rows, first in row "
            f"{ids.index[ids.isna()][0]}"
        )
    if isinstance(ids.dtype, pd.CategoricalDtype):
        ids = ids.astype(ids.cat.categories.dtype)
    if ids.dtype.kind in "biufmM":
        return ids
    is_text = ids.map(lambda value: isinstance(value, str)).to_numpy(bool)
    if is_text.any() and not is_text.all():
        number, text = int((~is_text).argmax()), int(is_text.argmax())
        raise BadData(
            f"'{name}' mixes numbers and text: {ids.iloc[number]} in row {ids.index[number]}, "
            f"{ids.iloc[text]!r} in row {ids.index[text]}. Write all in one way, such as "
            f"frame['{name}'].astype(str)."
        )
    _one_spelling(ids, name)
    return ids


def _one_spelling(ids: pd.Series, name: str) -> None:
    """Refuse text ids that differ only by spaces before or after."""
    distinct = pd.Series(ids.unique())
    if not distinct.map(lambda value: isinstance(value, str)).all():
        return
    plain = distinct.str.strip()
    if plain.duplicated().any():
        same = distinct[plain == plain[plain.duplicated()].iloc[0]].tolist()
        raise BadData(f"'{name}' has ids that differ only by spaces: {same[0]!r} and {same[1]!r}")


def without_follow_up(rows: pd.DataFrame, occasion: str) -> pd.DataFrame:
    """Return the rows that are no follow-up.

    Parameters
    ----------
    rows
        One row per client and occasion.
    occasion
        Column of the kind of occasion; it may be absent under the name "occasion".

    Returns
    -------
    pandas.DataFrame
        Rows not marked "follow_up".

    Raises
    ------
    BadInput
        The column is absent under a name of the caller's own.
    """
    if not has_column(rows, occasion, "occasion"):
        return rows
    return rows[~rows[occasion].isin([FOLLOW_UP])]


def scored_rows(
    sessions: pd.DataFrame, client: str, score: str, time: str, occasion: str
) -> pd.DataFrame:
    """Return the rows with a score before follow-up, sorted by client and time.

    Parameters
    ----------
    sessions
        One row per client and occasion.
    client, score, time, occasion
        Names of the columns; `occasion` may be absent.

    Returns
    -------
    pandas.DataFrame
        Rows numbered from 0; of one client at one time they keep the frame's order.

    Raises
    ------
    BadInput, BadData
        As `clean_rows`, or a score has no time.

    Examples
    --------
    >>> frame = pd.DataFrame({"id": [1, 1], "visit": ["12", "9"], "bdi": [8, 20]})
    >>> scored_rows(frame, "id", "bdi", "visit", "occasion")["bdi"].tolist()
    [20, 8]
    """
    rows = without_follow_up(clean_rows(sessions, client, score, time), occasion)
    rows = rows[rows[score].notna()]
    if (timeless := rows[time].isna()).any():
        raise BadData(
            f"'{time}' is missing in {int(timeless.sum())} rows with a '{score}', first for client "
            f"{rows.loc[timeless, client].iloc[0]}"
        )
    return rows.sort_values([client, time], kind="stable").reset_index(drop=True)
