"""Names that differ only by capitals or blanks: one person written in two ways, or two people.

Nobody can tell which from the file, so it is asked. Blanks around a name are no part of it;
where that makes two spellings equal, their number is said.
"""

import re
from collections.abc import Sequence

import pandas as pd

from dyadsim.errors import BadData
from dyadsim.fitting.client_table import ClientTable

RULES = ("refuse", "apart", "same")
ROLES = ("client", "arm", "therapist")
SHOWN = 3  # pairs in a sentence


def settle_alike(table: ClientTable, rule: str) -> ClientTable:
    """Return the table with names that are alike kept apart or made one.

    Parameters
    ----------
    table
        A file with its roles.
    rule
        One of `RULES`, for names of clients, arms and therapists that differ only by capitals or
        blanks: refuse, keep apart, or take for the same (the usual spelling stands for all).

    Returns
    -------
    ClientTable
        What was done is said in `assumed`, with counts.

    Raises
    ------
    BadData
        There are such names and the rule is "refuse".

    Examples
    --------
    >>> cells = pd.DataFrame({"id": ["C01", "c01", "C01", "C 02"]})
    >>> table = ClientTable("a.csv", cells, cells.index + 2, {"client": ("id",)}, False, ())
    >>> settled = settle_alike(table, "same")
    >>> settled.cells["id"].tolist()
    ['C01', 'C01', 'C01', 'C 02']
    >>> print(settled.assumed[0])
    names in id that differ only by capitals or blanks are the same (data.alike): 'c01' (1 row) is \
'C01'
    """
    for role in ROLES:
        for name in table.columns.get(role, ()):
            table = _settle(_say_padded(table, name), name, rule)
    return table


def _say_padded(table: ClientTable, name: str) -> ClientTable:
    """Say how many names of a column have blanks around them, beside the same names without."""
    count = table.padded.get(name, 0)
    if not count:
        return table
    cells = "1 cell of" if count == 1 else f"{count} cells of"
    sentence = f"blanks around {cells} {name} were left out: the same names stand without them, too"
    return table._replace(assumed=(*table.assumed, sentence))


def _settle(table: ClientTable, name: str, rule: str) -> ClientTable:
    """Return the table after the rule for one column."""
    text = table.column(name)
    spellings = list(dict.fromkeys(text.dropna()))
    plain = pd.Series(
        [re.sub(r"\s+", "", str(cell)).casefold() for cell in spellings], dtype=object
    )
    groups = [
        [spellings[place] for place in places]
        for places in plain.groupby(plain).groups.values()
        if len(places) > 1
    ]
    if not groups:
        return table
    groups.sort(key=lambda group: spellings.index(group[0]))
    if rule == "refuse":
        _refuse(table, name, groups)
    counts = text.value_counts()
    usual = {
        other: max(group, key=lambda cell: counts[cell]) for group in groups for other in group
    }
    pairs = [
        f"'{other}' ({counts[other]} {'row' if counts[other] == 1 else 'rows'}) is '{spelling}'"
        for other, spelling in usual.items()
        if other != spelling
    ]
    more = f", and {len(pairs) - SHOWN} more" if len(pairs) > SHOWN else ""
    start = f"names in {name} that differ only by capitals or blanks are"
    if rule == "apart":
        shown = "; ".join(" and ".join(map(repr, group)) for group in groups[:SHOWN])
        more = f", and {len(groups) - SHOWN} more" if len(groups) > SHOWN else ""
        return table._replace(
            assumed=(*table.assumed, f"{start} kept apart (data.alike): {shown}{more}")
        )
    cells = table.cells.assign(**{name: text.map(lambda cell: usual.get(cell, cell)).fillna("")})
    sentence = f"{start} the same (data.alike): {'; '.join(pairs[:SHOWN])}{more}"
    return table._replace(cells=cells, assumed=(*table.assumed, sentence))


def _refuse(table: ClientTable, name: str, groups: Sequence[Sequence[str]]) -> None:
    """Raise BadData with the first two spellings and both ways out."""
    text = table.column(name)
    first, second = groups[0][:2]
    rows = [table.lines[int((text == cell).to_numpy().argmax())] for cell in (first, second)]
    more = f" ({len(groups) - 1} more such names)" if len(groups) > 1 else ""
    raise BadData(
        f"{table.path}, row {rows[1]}, column '{name}': '{second}' and '{first}' (row {rows[0]}) "
        f"differ only by capitals or blanks{more}: data.alike=same takes such names for one, "
        "data.alike=apart for two."
    )
