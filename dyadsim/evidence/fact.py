"""A published number, how the table of them is read, and how far a value is from one.

Definitions of the statistics stand in `docs/background/facts.md`; the keys of `source` in
`references.bib`.
"""

import csv
import functools
import io
import math
import re
from importlib import resources
from typing import NamedTuple

KINDS = ("ci", "band", "sign", "bound")

_STATISTIC = re.compile(
    r"(?P<name>[a-z]\w*)(?:@(?P<at>\d+)_(?P<unit>[a-z]+)|\((?P<arguments>[^()]+)\))?", re.ASCII
)
_ARGUMENT = re.compile(r"(?P<name>[A-Za-z]\w*)(?:@(?P<at>\d+))?", re.ASCII)


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


class Argument(NamedTuple):
    """One argument of a statistic: a score, arm or group, and its session or time.

    `at` is None when the argument names no time. For "remission@13_weeks" the only argument is
    ("weeks", 13).
    """

    name: str
    at: int | None


@functools.cache
def load_facts() -> tuple[Fact, ...]:
    """Return all facts of `facts.csv`, in file order.

    Raises
    ------
    ValueError
        As `read_facts`.

    Examples
    --------
    >>> load_facts()[0].statistic
    'process_outcome_r(alliance_score@3)'
    """
    table = resources.files("dyadsim.evidence").joinpath("facts.csv")
    return read_facts(table.read_text(encoding="utf-8"))


def read_facts(text: str) -> tuple[Fact, ...]:
    """Return the facts of a csv table.

    Parameters
    ----------
    text
        Of the table, with exactly the columns of `Fact`, in any order.

    Returns
    -------
    tuple of Fact
        In the order of the table.

    Raises
    ------
    ValueError
        A broken row: the message names row (line of the file, the header is 1), column, value and
        rule.
    """
    reader = csv.DictReader(io.StringIO(text, newline=""))
    _check_header(list(reader.fieldnames or []))
    first_row: dict[str, int] = {}
    facts = []
    for cells in reader:
        row = _Row(reader.line_num, cells)
        fact = _fact(row)
        if fact.id in first_row:
            raise row.fault("id", f"an id stands once; also in row {first_row[fact.id]}")
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


def parse_statistic(statistic: str) -> tuple[str, tuple[Argument, ...]]:
    """Return name and arguments of a statistic.

    Parameters
    ----------
    statistic
        As `facts.csv` writes it: name, name@8_weeks or name(argument@3;argument), without blanks.

    Returns
    -------
    tuple
        The name, and a tuple of `Argument`.

    Raises
    ------
    ValueError
        It cannot be read; the message quotes it and the rule.

    Examples
    --------
    >>> parse_statistic("process_outcome_r(alliance_score@3)")
    ('process_outcome_r', (Argument(name='alliance_score', at=3),))
    >>> parse_statistic("remission@13_weeks")
    ('remission', (Argument(name='weeks', at=13),))
    >>> parse_statistic("d_pre_post")
    ('d_pre_post', ())
    """
    match = _STATISTIC.fullmatch(statistic)
    if match is None:
        raise _unreadable(statistic)
    if match["at"]:
        return match["name"], (Argument(match["unit"], int(match["at"])),)
    written = match["arguments"].split(";") if match["arguments"] else []
    return match["name"], tuple(_argument(part, statistic) for part in written)


def _argument(part: str, statistic: str) -> Argument:
    match = _ARGUMENT.fullmatch(part)
    if match is None:
        raise _unreadable(statistic)
    return Argument(match["name"], int(match["at"]) if match["at"] else None)


def _unreadable(statistic: str) -> ValueError:
    return ValueError(
        f"cannot read the statistic {statistic!r}; write name, name@8_weeks, name(argument) or"
        " name(argument@3;argument), without blanks"
    )


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


class _Row(NamedTuple):
    """The cells of one line, and what to say when one of them breaks a rule."""

    line: int
    cells: dict[str, str]

    def fault(self, column: str, rule: str) -> ValueError:
        value = self.cells[column]
        return ValueError(f"facts.csv, row {self.line}, column '{column}': {value!r}; {rule}")

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


def _check_header(columns: list[str]) -> None:
    for column in Fact._fields:
        if column not in columns:
            raise ValueError(f"facts.csv, row 1, column '{column}': missing; header is {columns}")
    for column in columns:
        if column not in Fact._fields or columns.count(column) > 1:
            rule = f"the columns are {', '.join(Fact._fields)}, each once"
            raise ValueError(f"facts.csv, row 1, column {column!r}: not expected here; {rule}")


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
        raise ValueError(
            f"facts.csv, row {row.line}, column 'evidence' or before: {cells!r};"
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
