"""Rows of cells as a table: where the names of the columns are, and which rows are no clients."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.errors import BadData

LOOKED_AT = 50  # rows from which it is told how many cells a row has
MOST_FOOTERS = 50  # rows at the end that may be no clients
FOOTER = re.compile(  # first cell of a row below the table: of totals, or of notes
    r"(?:(?:grand )?total|sum|mean|average|median|sd|std|n|count|summe|gesamt|mittelwert|anzahl"
    r"|somme|moyenne|gemiddelde|totaal)\b[\s:.=]*\d*|(?:notes?|source|quelle|anmerkung\w*|exported"
    r"|generated|legend|stand)\b.*",
    re.IGNORECASE | re.DOTALL,
)


class Grid(NamedTuple):
    """Cells as text, row by row, and the number of each row in the file."""

    rows: list[list[str]]
    lines: list[int]


class FileCells(NamedTuple):
    """A file's table: cells, line of each row, separator, value labels, and what was assumed.

    `labels` is column -> code -> label; `separator` "" where the file is no text. `padded` is
    column -> cells with blanks around them that stand in it without blanks, too.
    """

    cells: pd.DataFrame
    lines: np.ndarray[Any, np.dtype[np.int64]]
    separator: str
    labels: dict[str, dict[str, str]]
    assumed: list[str]
    padded: Mapping[str, int] = {}


def cell_text(value: Any) -> str:
    """Return a cell of a spreadsheet or a statistics file as text.

    Examples
    --------
    >>> [cell_text(value) for value in (12.0, 2.5, None, datetime(2024, 3, 1))]
    ['12', '2.5', '', '2024-03-01']
    """
    if value is None or value is pd.NaT:
        return ""
    if isinstance(value, float):
        if np.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(float(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"{value / timedelta(days=1):g} days"
    return str(value)


def grid_cells(path: str, grid: Grid, separator: str) -> FileCells:
    """Return the table that rows of cells hold.

    Parameters
    ----------
    path
        The file, for messages.
    grid
        Its cells.
    separator
        Of the file, "" where it is no text.

    Returns
    -------
    FileCells
        Rows above the names of the columns, rows without any cell and rows below the table
        (totals, notes) are left out, and `assumed` says so.

    Raises
    ------
    BadData
        There is no table, or a row has more cells than the first one has names.
    """
    rows = [
        ([cell.strip() for cell in row], line)
        for row, line in zip(grid.rows, grid.lines, strict=True)
        if any(map(str.strip, row))
    ]
    if not rows:
        raise BadData(f"data.path: '{path}' is empty.")
    assumed: list[str] = []
    rows = _below_titles(rows, assumed)
    (header, header_line), body = rows[0], rows[1:]
    width = max(place for place, name in enumerate(header, 1) if name)
    for row, line in body:
        if any(row[width:]):
            raise BadData(
                f"data.path: '{path}', row {line}, has more cells in a row than names in the first "
                "line: decimal commas between commas, or names of rows without a name of their "
                "column."
            )
    body = _above_footers(body, width, assumed)
    names = _names(header[:width], header_line, assumed)
    table = [(row + [""] * (width - len(row)))[:width] for row, _ in body]
    cells = pd.DataFrame(table, columns=names, dtype=object)
    unnamed = [name for name, title in zip(names, header, strict=False) if not title]
    cells = cells.drop(columns=[name for name in unnamed if not cells[name].astype(bool).any()])
    lines = np.array([line for _, line in body], np.int64)
    padded = {
        name: padded_cells(row[place : place + 1] for row in grid.rows)
        for place, name in enumerate(names)
    }
    return FileCells(cells, lines, separator, {}, assumed, padded)


def padded_cells(cells: Iterable[Sequence[str]]) -> int:
    """Return how many cells have blanks around them and stand there without blanks, too.

    Parameters
    ----------
    cells
        Each a text, or nothing.

    Examples
    --------
    >>> padded_cells([["a"], ["a "], [" b"], []])
    1
    """
    every = Counter(cell for part in cells for cell in part)
    return sum(
        count
        for cell, count in every.items()
        if cell != cell.strip() and cell.strip() and cell.strip() in every
    )


def _below_titles(
    rows: list[tuple[list[str], int]], assumed: list[str]
) -> list[tuple[list[str], int]]:
    """Return the rows from the names of the columns on: titles have one cell, a table three.

    A row of headings over several columns each has gaps between its cells; it is a title, too,
    where the row below has a cell in each of its own columns and in more of them.
    """
    filled = [sum(map(bool, row)) for row, _ in rows]
    several = Counter(count for count in filled[:LOOKED_AT] if count > 1)
    usual = several.most_common(1)[0][0] if several else 0
    if usual < 3:
        return rows
    first = next(place for place, count in enumerate(filled) if count > 1) if filled[0] == 1 else 0
    first += _is_heading([row for row, _ in rows[first : first + 2]], usual)
    if not first:
        return rows
    title = next(cell for cell in rows[0][0] if cell)
    if first == 1:
        assumed.append(f"a row above the names of the columns was left out ('{title[:40]}')")
        return rows[1:]
    assumed.append(f"{first} rows above the names of the columns were left out ('{title[:40]}')")
    return rows[first:]


def _is_heading(rows: Sequence[Sequence[str]], usual: int) -> bool:
    """Return whether the first of two rows stands over the names of columns, by its gaps."""
    if len(rows) < 2:
        return False
    over, names = (sum(map(bool, row)) for row in rows)
    below = [name for name in rows[1] if name]
    differ = len(set(below)) == len(below) and not any(name[0].isdigit() for name in below)
    return over < names and names >= usual and differ and over <= names / 2


def _above_footers(
    rows: list[tuple[list[str], int]], width: int, assumed: list[str]
) -> list[tuple[list[str], int]]:
    """Return the rows down to the last client."""
    end = len(rows)
    while end > 1 and len(rows) - end < MOST_FOOTERS and _is_footer(rows, end - 1, width):
        end -= 1
    if end < len(rows):
        shown = next(cell for cell in rows[end][0] if cell)
        assumed.append(
            f"{len(rows) - end} rows below the table were left out (from row {rows[end][1]}: "
            f"'{shown[:40]}')"
        )
    return rows[:end]


def _is_footer(rows: list[tuple[list[str], int]], place: int, width: int) -> bool:
    """Return whether a row is a note or a total: one cell of many, or such a word first."""
    cells = [cell for cell in rows[place][0] if cell]
    if FOOTER.fullmatch(cells[0]) and cells[0] == rows[place][0][0]:
        if sum(row[0] == cells[0] for row, _ in rows) > 1:
            return False  # the id of a client, such as SD
        return not any(FOOTER.fullmatch(row[0]) for row, _ in rows[: min(place, 3)])
    return width >= 3 and len(cells) == 1 and " " in cells[0]


def _names(header: list[str], line: int, assumed: list[str]) -> list[str]:
    """Return names that are all different; those of a name twice are said."""
    names: list[str] = []
    for place, title in enumerate(header, 1):
        name = " ".join(title.split()) or f"column {place}"
        if name in names:
            again = next(f"{name}.{k}" for k in range(1, 10**6) if f"{name}.{k}" not in names)
            assumed.append(f"two columns are called '{name}' (row {line}): this is '{again}' here")
            name = again
        names.append(name)
    return names
