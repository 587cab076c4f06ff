"""A published number, how the table of them is read, and how far a value is from one.

Definitions of the statistics stand in `docs/background/facts.md`; the keys of `source` in
`references.bib`.
"""

import csv
import functools
import io
import math
import re
from collections.abc import Callable
from importlib import resources
from typing import NamedTuple

from dyadsim.errors import BadData
from dyadsim.evidence.statistic_text import parse_statistic

KINDS = ("ci", "band", "sign", "bound")


class Fact(NamedTuple):
    """One row of `facts.csv`.

    Attributes
    ----------
    id, family
        Its name, and the group under which it is listed.
    statistic, design
        What is computed, and what is simulated for it; see `docs/background/facts.md`.
    estimate, low, high
        In the unit of `statistic`; None where nothing is published.
    kind
        "ci": published 95 % interval; "band": a tolerance that we state; "sign": must exceed 0;
        "bound": one-sided, and its estimate is the bound.
    k, n
        Number of studies and of clients, None if unknown.
    source
        Keys of `references.bib`.
    evidence
        Where the number was seen, and what was converted or assumed.
    """

    id: str
    family: str
    statistic: str
    design: str
    estimate: float | None
    low: float | None
    high: float | None
    kind: str
    k: int | None
    n: int | None
    source: tuple[str, ...]
    evidence: str


@functools.cache
def load_facts() -> tuple[Fact, ...]:
    """Return all facts of `facts.csv`, in file order.

    Raises
    ------
    BadData
        As `read_facts`.

    Examples
    --------
    >>> load_facts()[0].statistic
    'process_outcome_r(alliance_score@3)'
    """
    table = resources.files("dyadsim.evidence").joinpath("facts.csv")
    return read_facts(table.read_text(encoding="utf-8"))


def read_facts(
    text: str,
    file: str = "facts.csv",
    *,
    check: Callable[[Fact], tuple[str, str] | None] = lambda _: None,
) -> tuple[Fact, ...]:
    """Return the facts of a csv table.

    Parameters
    ----------
    text
        Of the table, with exactly the columns of `Fact`, in any order.
    file
        Its name, for messages.
    check
        Returns the column of a fact that breaks a rule of the caller's, and that rule.

    Returns
    -------
    tuple of Fact
        In the order of the table.

    Raises
    ------
    BadData
        A broken row: the message names file, row (line of the file, the header is 1), column, value
        and rule.
    """
    reader = csv.DictReader(io.StringIO(text, newline=""))
    _check_header(list(reader.fieldnames or []), file)
    first_row: dict[str, int] = {}
    facts = []
    for cells in reader:
        row = _Row(reader.line_num, cells, file)
        fact = _fact(row)
        if fact.id in first_row:
            raise row.fault("id", f"an id stands once; also in row {first_row[fact.id]}")
        if fault := check(fact):
            raise row.fault(*fault)
        first_row[fact.id] = row.line
        facts.append(fact)
    return tuple(facts)


def distance(fact: Fact, value: float) -> float:
    """Return how far a value is from a fact: 0 = centre, 1 = edge, above 1 = outside.

    "ci", "band": |value - centre| over the half-width on that side; centre = estimate, else the
    midpoint. "sign", "bound": NaN while met, because a one-sided fact has no centre; when violated,
    1 + excess over the half-width, or over one unit of the statistic where there is no width.
    Monte-Carlo error plays no part. Source: assumption (a scale for reports).

    Parameters
    ----------
    fact
        The published number.
    value
        In the unit of the statistic.

    Returns
    -------
    float
        In half-widths, 0 or more; NaN if `value` is NaN.

    Examples
    --------
    >>> fact = load_facts()[0]
    >>> distance(fact, fact.estimate), distance(fact, fact.high)
    (0.0, 1.0)
    """
    low, high = _ends(fact)
    if fact.kind in ("sign", "bound"):
        return _violation(value, low, high, strict=fact.kind == "sign")
    centre = (low + high) / 2 if fact.estimate is None else fact.estimate
    half_width = high - centre if value > centre else centre - low
    return abs(value - centre) / half_width


def _ends(fact: Fact) -> tuple[float, float]:
    low = -math.inf if fact.low is None else fact.low
    high = math.inf if fact.high is None else fact.high
    return low, high


def _violation(value: float, low: float, high: float, strict: bool) -> float:
    if math.isnan(value) or (low < value <= high) or (value == low and not strict):
        return math.nan
    excess = max(low - value, value - high)
    width = high - low
    return 1.0 + excess / (width / 2 if math.isfinite(width) else 1.0)


def broken_cell(file: str, row: int, column: str, value: str, rule: str) -> BadData:
    """Return the error that a cell breaks a rule: file, row, column, value and rule."""
    return BadData(f"{file}, row {row}, column '{column}': {value!r}; {rule}")


class _Row(NamedTuple):
    """The cells of one line, and what to say when one of them breaks a rule."""

    line: int
    cells: dict[str, str]
    file: str

    def fault(self, column: str, rule: str) -> BadData:
        return broken_cell(self.file, self.line, column, self.cells[column], rule)

    def text(self, column: str) -> str:
        if not self.cells[column].strip():
            raise self.fault(column, "must not be empty")
        return self.cells[column].strip()

    def number(self, column: str) -> float | None:
        rule = "must be a finite number, or empty"
        if not self.cells[column].strip():
            return None
        try:
            number = float(self.cells[column])
        except ValueError:
            raise self.fault(column, rule) from None
        if not math.isfinite(number):
            raise self.fault(column, rule)
        return number

    def whole_number(self, column: str) -> int | None:
        number = self.number(column)
        if number is None:
            return None
        if number < 1 or number != int(number):
            raise self.fault(column, "must be a whole number from 1, or empty")
        return int(number)

    def keys(self, column: str) -> tuple[str, ...]:
        keys = tuple(self.text(column).split(";"))
        if not all(re.fullmatch(r"\w+", key) for key in keys):
            raise self.fault(column, "must be keys of references.bib separated by ';', no blanks")
        return keys


def _check_header(columns: list[str], file: str) -> None:
    for column in Fact._fields:
        if column not in columns:
            raise BadData(f"{file}, row 1, column '{column}': missing; header is {columns}")
    for column in columns:
        if column not in Fact._fields or columns.count(column) > 1:
            rule = f"the columns are {', '.join(Fact._fields)}, each once"
            raise BadData(f"{file}, row 1, column {column!r}: not expected here; {rule}")


def _fact(row: _Row) -> Fact:
    _check_length(row)
    fact = Fact(
        id=row.text("id"),
        family=row.text("family"),
        statistic=row.text("statistic"),
        design=row.text("design"),
        estimate=row.number("estimate"),
        low=row.number("low"),
        high=row.number("high"),
        kind=row.text("kind"),
        k=row.whole_number("k"),
        n=row.whole_number("n"),
        source=row.keys("source"),
        evidence=row.text("evidence"),
    )
    _check_statistic(row, fact)
    _check_interval(row, fact)
    return fact


def _check_length(row: _Row) -> None:
    # csv.DictReader files surplus cells under None and fills absent ones with None.
    if None in row.cells or None in row.cells.values():
        cells = [cell for cell in row.cells.values() if cell is not None]
        raise BadData(
            f"{row.file}, row {row.line}, column 'evidence' or before: {cells!r};"
            f" needs {len(Fact._fields)} cells; put text that holds a comma in double quotes"
        )


def _check_statistic(row: _Row, fact: Fact) -> None:
    try:
        parse_statistic(fact.statistic)
    except ValueError as error:
        raise row.fault("statistic", str(error)) from None


def _check_interval(row: _Row, fact: Fact) -> None:
    """Check the rule of each kind; a test breaks every rule that can be broken."""
    if fact.kind not in KINDS:
        raise row.fault("kind", f"must be one of {', '.join(KINDS)}")
    if fact.kind == "sign":
        _check_sign(row, fact)
    elif fact.kind == "bound":
        if fact.estimate is None or fact.estimate not in (fact.low, fact.high):
            raise row.fault("estimate", "the estimate of a bound equals its low or high")
    else:
        _check_two_sided(row, fact)
    low, high = _ends(fact)
    if not low < high:
        raise row.fault("high", f"must be above low, which is {low:g}")


def _check_sign(row: _Row, fact: Fact) -> None:
    if fact.low != 0:
        raise row.fault("low", "the low of a sign is 0, which must be exceeded")
    if fact.high is not None:
        raise row.fault("high", "a sign has no high; leave it empty")


def _check_two_sided(row: _Row, fact: Fact) -> None:
    for column, end in (("low", fact.low), ("high", fact.high)):
        if end is None:
            raise row.fault(column, f"a {fact.kind} needs both low and high")
    low, high = _ends(fact)
    if low < high and fact.estimate is not None and not low < fact.estimate < high:
        raise row.fault("estimate", f"must lie between low and high, {low:g} and {high:g}")
