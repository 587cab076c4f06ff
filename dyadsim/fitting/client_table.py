"""A researcher's file as a table of text: nothing is read as a number that may be a name.

A csv file is read as text, so that the clients "0012" and "12" stay two. Which rows count can be
said by the values of a column; a row keeps the number of its line, for messages.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.columns import require_columns
from dyadsim.errors import BadData, nearest

type Floats = np.ndarray[Any, np.dtype[np.float64]]
type Codes = np.ndarray[Any, np.dtype[np.int64]]

EMPTY = ("", "NA", "N/A", "#N/A", "<NA>", "NaN", "nan", ".")  # of any column: R, Excel, Stata, SAS
EMPTY_NUMBER = (*EMPTY, "n/a", "null", "NULL", "None", "none")  # names of arms elsewhere
NOT_TEXT = {".xlsx": "Excel", ".xls": "Excel", ".sav": "SPSS", ".dta": "Stata", ".ods": "Calc"}
DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d+ days")  # at the start of a cell
DELIMITERS = (",", ";", "\t", "|")


class Limits(NamedTuple):
    """The range of a column, whose range it is, and whether cells may be empty."""

    low: float
    high: float
    empty: bool = False
    owner: str = ""

    @property
    def rule(self) -> str:
        """The range in words."""
        if not np.isfinite(self.high):
            words = f"must be {self.low:g} or more"
        else:
            words = f"must lie in [{self.low:g}, {self.high:g}]"
        return words + f", the range of {self.owner}" * bool(self.owner)


class ClientTable(NamedTuple):
    """A file: its cells, the line of each row, and which columns have which role.

    `columns` is role -> one or more columns; `decimal_comma` whether commas may be decimal ones;
    `assumed` what was taken for granted in reading, a sentence each.
    """

    path: str
    cells: pd.DataFrame
    lines: Codes
    columns: Mapping[str, tuple[str, ...]]
    decimal_comma: bool
    assumed: tuple[str, ...]

    def has(self, role: str) -> bool:
        """Return whether a role has a column."""
        return role in self.columns

    def label(self, role: str) -> str:
        """Return the column or columns of a role in words."""
        return " and ".join(self.columns[role])

    @property
    def unused(self) -> tuple[str, ...]:
        """Columns without a role."""
        used = {name for names in self.columns.values() for name in names}
        return tuple(str(name) for name in self.cells if name not in used)

    def refuse(self, row: int, role: str, value: Any, rule: str, more: str = "") -> None:
        """Raise BadData for a cell, with words on `more` like it."""
        cell = f" '{value}'" if str(value) else ""
        raise BadData(
            f"{self.path}, row {self.lines[row]}, column '{self.label(role)}':{cell} {rule}{more}."
        )

    def text(self, role: str) -> pd.Series:
        """Return the text of a role, blanks around it removed; missing where a cell is empty.

        Of several columns the texts are joined; quotes keep 'a', 'b c' and 'a b', 'c' apart.
        """
        parts = [as_text(self.cells[name]) for name in self.columns[role]]
        if len(parts) == 1:
            return parts[0]
        known = pd.concat(parts, axis=1).notna().all(axis=1)
        joined = pd.Series(list(zip(*parts, strict=True)), self.cells.index, dtype=object)
        return joined.map(lambda names: " / ".join(map(repr, names))).where(known)

    def codes(self, role: str) -> Codes:
        """Return the texts of a role as numbers from 0 on; an empty cell is refused."""
        text = self.text(role)
        empty = np.flatnonzero(text.isna())
        if len(empty):
            self.refuse(int(empty[0]), role, "", "is empty")
        return np.asarray(pd.factorize(text)[0], np.int64)

    def numbers(self, role: str, limits: Limits) -> Floats:
        """Return a column as numbers within limits; NaN where cells may be empty."""
        text = as_text(self.cells[self.columns[role][0]])
        blank = (text.isna() | text.isin(EMPTY_NUMBER)).to_numpy()
        if self.decimal_comma and not text.str.contains(".", regex=False).any():
            text = text.str.replace(r"^([+-]?\d+),(\d+)$", r"\1.\2", regex=True)
        numbers = pd.to_numeric(text.mask(blank), errors="coerce").to_numpy(float)
        outside = (numbers < limits.low) | (numbers > limits.high) | np.isinf(numbers)
        for wrong, rule in (
            (np.isnan(numbers) & ~blank, "is not a number"),
            (blank & (not limits.empty), "is empty"),
            (outside, limits.rule),
        ):
            rows = np.flatnonzero(wrong)
            if len(rows):
                more = f" ({len(rows) - 1} more like it)" if len(rows) > 1 else ""
                value = "" if blank[rows[0]] else text.iloc[rows[0]]
                if role == "time" and DATE.match(str(value)):
                    more += ": of dates, count the days since the intake (data.unit=day)"
                self.refuse(int(rows[0]), role, value, rule, more)
        return numbers


def as_text(cells: pd.Series) -> pd.Series:
    """Return cells as text without blanks around them; missing where they are empty."""
    text = cells.astype(object).where(cells.notna(), "").map(lambda cell: str(cell).strip())
    return text.mask(text.isin(EMPTY)).astype(object)


def read_table(path: str) -> ClientTable:
    """Return a csv or Parquet file as a table whose columns have no roles yet.

    Parameters
    ----------
    path
        The file. Of csv, the delimiter is that of the first line; text that is not UTF-8 is read
        as Windows-1252, and `assumed` says so.

    Returns
    -------
    ClientTable
        The cells, as text where the file is text.

    Raises
    ------
    BadData
        No such file, nothing in it, or no table.
    """
    if not Path(path).is_file():
        raise BadData(f"data.path: there is no file '{path}'.")
    if not Path(path).stat().st_size:
        raise BadData(f"data.path: '{path}' is empty.")
    suffix = Path(path).suffix.lower()
    if suffix in NOT_TEXT:
        raise BadData(
            f"data.path: '{path}' is a file of {NOT_TEXT[suffix]}; save the table as csv (UTF-8)."
        )
    try:
        if suffix in (".parquet", ".pq"):
            return _table(path, pd.read_parquet(path), ",", [])
        return _read_text(path)
    except BadData:
        raise
    except Exception as error:  # pandas and pyarrow raise many kinds
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadData(f"data.path: '{path}' cannot be read as a table: {reason}.") from None


def _read_text(path: str) -> ClientTable:
    """Return a file of text as a table, by the delimiter of its first line."""
    text, assumed = _decoded(path)
    delimiter = _delimiter(text.splitlines()[0])
    cells = pd.read_csv(io.StringIO(text), sep=delimiter, dtype=str, keep_default_na=False)
    if not isinstance(cells.index, pd.RangeIndex):
        raise BadData(
            f"data.path: '{path}' has more cells in a row than names in the first line: decimal "
            "commas between commas, or names of rows without a name of their column."
        )
    return _table(path, cells, delimiter, assumed)


def _table(path: str, cells: pd.DataFrame, delimiter: str, assumed: list[str]) -> ClientTable:
    """Return a table whose first row is line 2 of the file."""
    lines = np.arange(len(cells)) + 2
    return ClientTable(path, cells, lines, {}, delimiter != ",", tuple(assumed))


def _decoded(path: str) -> tuple[str, list[str]]:
    """Return the text of a file, and what was assumed of its encoding."""
    raw = Path(path).read_bytes()
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16"), []
    if b"\0" in raw:
        raise BadData(f"data.path: '{path}' is no text; save the table as csv (UTF-8).")
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        words = "the file is not UTF-8; it was read as Windows-1252"
        return raw.decode("cp1252", errors="replace"), [words]


def _delimiter(first_line: str) -> str:
    """Return what stands between the names of the first line."""
    counts = {
        mark: len(next(csv.reader([first_line], delimiter=mark), [])) - 1 for mark in DELIMITERS
    }
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] or not first_line.split()[1:] else r"\s+"


def select_rows(table: ClientTable, where: Mapping[str, Sequence[str]]) -> ClientTable:
    """Return the rows whose columns have one of the values that count.

    Parameters
    ----------
    table
        A file.
    where
        Column -> values that count.

    Returns
    -------
    ClientTable
        The rows that count; the words on it are added to `assumed`.

    Raises
    ------
    BadData
        There is no such column, or no row of such a value.
    """
    keep, assumed = np.ones(len(table.cells), bool), list(table.assumed)
    for name, values in where.items():
        _require(table, name, f"data.where: {name}")
        text = as_text(table.cells[name])
        known = list(dict.fromkeys(text.dropna()))
        for value in values:
            if value not in known:
                shown = ", ".join(map(str, known[:8])) + ", ..." * (len(known) > 8)
                raise BadData(
                    f"{table.path}: data.where: column '{name}' has no '{value}'."
                    f"{nearest(value, map(str, known))} It has: {shown}."
                )
        keep &= text.isin(list(values)).to_numpy()
        assumed.append(
            f"rows whose {name} is {' or '.join(values)} count: {int(keep.sum())} of {len(keep)}"
        )
    cells = table.cells[keep].reset_index(drop=True)
    return table._replace(cells=cells, lines=table.lines[keep], assumed=tuple(assumed))


def give_roles(table: ClientTable, columns: Mapping[str, tuple[str, ...]]) -> ClientTable:
    """Return the table with the columns of each role.

    Raises
    ------
    BadData
        A column is not there; the message offers the nearest name.
    """
    for role, names in columns.items():
        for name in names:
            where = f"data.columns.{role}"
            _require(table, name, where, f" Say where it is: {where}=NAME.")
    with_roles = table._replace(columns=dict(columns))
    if table.decimal_comma and _has_decimal_comma(with_roles):
        words = "commas in numbers are decimal commas"
        return with_roles._replace(assumed=(*with_roles.assumed, words))
    return with_roles


def _require(table: ClientTable, name: str, where: str, more: str = "") -> None:
    """Refuse a column that is not there."""
    try:
        require_columns(table.cells, name)
    except ValueError as error:
        raise BadData(f"{table.path}: {where}: {error}{more}") from None


def _has_decimal_comma(table: ClientTable) -> bool:
    """Return whether a column of numbers has decimal commas."""
    names = [table.columns[role][0] for role in ("time", "score", "alliance") if table.has(role)]
    texts = (as_text(table.cells[name]) for name in names)
    return any(text.str.contains(r"^[+-]?\d+,\d+$", regex=True, na=False).any() for text in texts)
