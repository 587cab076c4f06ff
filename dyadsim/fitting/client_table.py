"""A researcher's file as a table of text: nothing is read as a number that may be a name.

The clients "0012" and "12" stay two. Which rows count can be said by the values of a column; a row
keeps the number of its line, for messages.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dyadsim.analysis.columns import require_columns
from dyadsim.checks import setting_word
from dyadsim.errors import BadData, nearest

type Floats = np.ndarray[Any, np.dtype[np.float64]]
type Codes = np.ndarray[Any, np.dtype[np.int64]]

EMPTY = (  # of any column: R, Excel, SPSS, Stata, SAS
    *("", "NA", "N/A", "#N/A", "<NA>", "NaN", "nan", "."),
    *("#NULL!", "NaT"),
)
EMPTY_NUMBER = (*EMPTY, "n/a", "null", "NULL", "None", "none")  # names of arms elsewhere
LABELLED = ("arm", "therapist")  # roles whose codes go by their labels
CODES_OF_MISSING = re.compile(r"-1|-?(?:8|88|888|9|99|999|9999)")  # usual ones
DATE = re.compile(  # at the start of a cell
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d+ days|\d{1,2}[-./ ]{1,2}[^\W\d]{3,9}[-./ ]{1,2}\d{2,4}\b"
)


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
    `assumed` what was taken for granted in reading, a sentence each; `labels` are those of codes,
    by column (SPSS, Stata); `origins` role -> the file's own column of each row, where the table
    was wide; `padded` column -> cells with blanks around them that stand there without, too.
    """

    path: str
    cells: pd.DataFrame
    lines: Codes
    columns: Mapping[str, tuple[str, ...]]
    decimal_comma: bool
    assumed: tuple[str, ...]
    labels: Mapping[str, Mapping[str, str]] = {}
    origins: Mapping[str, Sequence[str]] = {}
    padded: Mapping[str, int] = {}

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
        label = self.origins[role][row] if role in self.origins else self.label(role)
        cell = f" '{value}'" if str(value) else ""
        raise BadData(f"{self.path}, row {self.lines[row]}, column '{label}':{cell} {rule}{more}.")

    def text(self, role: str) -> pd.Series:
        """Return the text of a role, blanks around it removed; missing where a cell is empty.

        Of several columns the texts are joined; quotes keep 'a', 'b c' and 'a b', 'c' apart.
        """
        named = self.named if role in LABELLED else self.column
        parts = [named(name) for name in self.columns[role]]
        if len(parts) == 1:
            return parts[0]
        known = pd.concat(parts, axis=1).notna().all(axis=1)
        joined = pd.Series(list(zip(*parts, strict=True)), self.cells.index, dtype=object)
        return joined.map(lambda names: " / ".join(map(repr, names))).where(known)

    def column(self, name: str) -> pd.Series:
        """Return the text of a column; missing where a cell is empty."""
        return as_text(self.cells[name])

    def named(self, name: str) -> pd.Series:
        """Return the text of a column with labels for codes, where no two would become one."""
        text, labels = self.column(name), self.labels.get(name, {})
        shown = text.map(lambda cell: labels.get(cell, cell))
        return shown if shown.nunique() == text.nunique() else text

    def has_numbers(self, name: str) -> bool:
        """Return whether a column's cells are numbers, those that are not empty, and there are."""
        _, blank, numbers = self.read_numbers(name)
        return bool((~blank).any() and not np.isnan(numbers[~blank]).any())

    def codes(self, role: str) -> Codes:
        """Return the texts of a role as numbers from 0 on; an empty cell is refused."""
        text = self.text(role)
        empty = np.flatnonzero(text.isna())
        if len(empty):
            self.refuse(int(empty[0]), role, "", "is empty")
        return np.asarray(pd.factorize(text)[0], np.int64)

    def numbers(self, role: str, limits: Limits) -> Floats:
        """Return a column as numbers within limits; NaN where cells may be empty."""
        text, blank, numbers = self.read_numbers(self.columns[role][0])
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
                more += way_out(role, str(value))
                self.refuse(int(rows[0]), role, value, rule, more)
        return numbers

    def read_numbers(self, name: str) -> tuple[pd.Series, np.ndarray[Any, np.dtype[Any]], Floats]:
        """Return a column as text, which cells are empty, and numbers; NaN where there is none."""
        text = self.column(name)
        blank = (text.isna() | text.isin(EMPTY_NUMBER)).to_numpy()
        text = text.str.replace("\u2212", "-", regex=False)  # the minus of typesetting
        if self.decimal_comma and not text.str.contains(".", regex=False).any():
            text = text.str.replace(r"^([+-]?\d+),(\d+)$", r"\1.\2", regex=True)
        return text, blank, pd.to_numeric(text.mask(blank), errors="coerce").to_numpy(float)


def suspected_codes(
    values: Floats,
    within: tuple[float, float] | None = None,
    labelled: Collection[float] = (),
) -> list[float]:
    """Return the usual codes of missing values that lie far from all other numbers.

    Parameters
    ----------
    values
        Numbers of one kind, such as scores; NaN where there is none.
    within
        Lowest and highest number that is possible; None: a code is far that is below 0 where
        others are not, or beyond the highest of the others by their range or more.
    labelled
        Numbers that have a label in SPSS or Stata: they may be codes, too.

    Examples
    --------
    >>> suspected_codes(np.array([0.0, 3, 1, 9, 2])), suspected_codes(np.array([0.0, 8, 9, 5]))
    ([9.0], [])
    >>> suspected_codes(np.array([1.0, 2, 3, 4, 5, 9]))  # items of 1 to 5
    [9.0]
    """
    known = np.unique(values[~np.isnan(values)])
    codes = np.array([bool(CODES_OF_MISSING.fullmatch(f"{value:g}")) for value in known], bool)
    codes |= np.isin(known, list(labelled))
    others = known[~codes]
    if not codes.any() or not others.size:
        return []
    if within is None:
        low, high = others.min(), others.max()
        within = (0.0 if low >= 0 else -np.inf, np.nextafter(2 * high - low, -np.inf))
    far = codes & ((known < within[0]) | (known > within[1]))
    return [float(value) for value in known[far]]


def way_out(role: str, value: str) -> str:
    """Return the setting that may help with a cell that cannot be used as a number.

    Examples
    --------
    >>> way_out("score", "99")
    '. Where 99 stands for a missing value: data.missing=[99]'
    """
    if role == "time" and re.fullmatch(r"-\d+(?:[.,]\d+)?", value):
        return (
            ". Times before 0: data.baseline=T, of the first of all, says that T is everybody's "
            "intake; data.where leaves rows out"
        )
    if role == "time" and DATE.match(value):
        return ". Of dates, data.dates=first (or a column) counts weeks since the intake"
    if role == "time" and re.match(r"[^\W\d]", value):
        return f". Of words for waves: 'data.times={{{value}:0,...}}' says when each is"
    if re.fullmatch(r"[1-9]\d{0,2},\d{3}", value):
        return ". Is the comma a decimal one (data.decimal=comma)? One of thousands must go"
    if re.fullmatch(r"[+-]?\d+,\d+", value):
        return ". Are commas decimal ones? data.decimal=comma"
    if re.fullmatch(r"[+-]?\d+(?:[.,]\d+)? ?%", value):
        return ". Take the sign % away: data.instrument={floor:0,ceiling:100,...} says the range"
    code = value.removesuffix(".0")
    if role != "time" and (CODES_OF_MISSING.fullmatch(code) or re.fullmatch(r"[^\W\d]+", code)):
        stated = (
            setting_word("data.missing", [code]) if code.isalpha() else f"data.missing=[{code}]"
        )
        return f". Where {code} stands for a missing value: {stated}"
    return ""


def as_text(cells: pd.Series) -> pd.Series:
    """Return cells as text without blanks around them; missing where they are empty."""
    text = cells.astype(object).where(cells.notna(), "").map(lambda cell: str(cell).strip())
    return text.mask(text.isin(EMPTY)).astype(object)


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
        text = table.named(name)
        if not set(values) <= set(text):
            text = table.column(name)  # of codes with labels, both may be said
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
    origins = {role: list(np.asarray(names)[keep]) for role, names in table.origins.items()}
    cells = table.cells[keep].reset_index(drop=True)
    return table._replace(
        cells=cells, lines=table.lines[keep], assumed=tuple(assumed), origins=origins
    )


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
            _require(table, name, where, _say_where(table, where))
    with_roles = table._replace(columns=dict(columns))
    if table.decimal_comma and _has_decimal_comma(with_roles):
        words = "commas in numbers are decimal commas"
        return with_roles._replace(assumed=(*with_roles.assumed, words))
    return with_roles


def _say_where(table: ClientTable, where: str) -> str:
    """Return what helps where a column is not there: names of columns, or the name of one."""
    first = [str(name) in set(table.column(str(name))) for name in table.cells]
    if sum(first) > 1 and sum(first) > len(first) / 2:
        return " These look like a client's cells: a first row must name the columns."
    return f" Say where it is: {where}=NAME."


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
