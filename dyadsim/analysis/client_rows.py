"""Rows of clients as analyses of sessions need them: one a time, and one therapist a client."""

from __future__ import annotations

import pandas as pd

from dyadsim.analysis.columns import require_columns
from dyadsim.errors import BadData


def require_one_row(rows: pd.DataFrame, client: str, times: tuple[str, ...]) -> None:
    """Check that no client has two rows at one time.

    Parameters
    ----------
    rows
        The rows that would be counted.
    client
        Column of the client.
    times
        Columns of time; two rows are at one time if they agree in all of them. None: no check.

    Raises
    ------
    BadData
        A client is measured twice at one time; the message names the first and two ways out.

    Examples
    --------
    >>> rows = pd.DataFrame({"client": [1, 1, 2], "session": [3, 3, 3], "score": [5, 6, 7]})
    >>> require_one_row(rows.iloc[1:], "client", ("session",))
    >>> require_one_row(rows, "client", ("session",))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    dyadsim.errors.BadData: 1 rows repeat a client and session, first client 1, session 3: ...
    """
    repeated = rows.duplicated([client, *times]) if times else pd.Series(False, index=rows.index)
    if not repeated.any():
        return
    first = rows[repeated].iloc[0]
    where = ", ".join(f"{name} {rows[name][repeated].iloc[0]}" for name in times)
    keys = [client, *times]
    raise BadData(
        f"{int(repeated.sum())} rows repeat a {client} and {' and '.join(times)}, first {client} "
        f"{first[client]}, {where}: a client is measured once at a time. Keep one row, "
        f"sessions.drop_duplicates({keys}), or average them, sessions.groupby({keys})"
        ".mean(numeric_only=True).reset_index()."
    )


def require_one_therapist(rows: pd.DataFrame, client: str, therapist: str) -> None:
    """Check that no client has two therapists.

    Parameters
    ----------
    rows
        Rows of clients.
    client, therapist
        Names of the columns.

    Raises
    ------
    BadData
        One has; the message names the client and the ways out. (BadInput: an unknown column.)

    Examples
    --------
    >>> rows = pd.DataFrame({"client": [1, 1], "therapist": ["ann", "bob"]})
    >>> require_one_therapist(rows, "client", "therapist")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    dyadsim.errors.BadData: client 1 has two therapists, ann and bob...
    """
    require_columns(rows, client, therapist)
    pairs = rows[[client, therapist]].dropna().drop_duplicates()
    second = pairs[pairs[client].duplicated()]
    if second.empty:
        return
    who = second.iloc[0][client]
    names = pairs.loc[pairs[client] == who, therapist].tolist()
    raise BadData(
        f"client {who} has two therapists, {names[0]} and {names[1]} ({second[client].nunique()} "
        "such clients). Give each client one, for instance the first: "
        f"sessions['{therapist}'] = sessions.groupby('{client}')['{therapist}'].transform('first');"
        " if numbers of clients start again with every therapist, make them unique first: "
        f"sessions['{client}'] = sessions['{therapist}'].astype(str) + '/' + "
        f"sessions['{client}'].astype(str)."
    )
