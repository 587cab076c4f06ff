"""Times as numbers: words for waves, and dates counted from each client's intake."""

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from dyadsim.errors import BadData, nearest
from dyadsim.fitting.client_table import EMPTY_NUMBER, ClientTable
from dyadsim.fitting.table_choices import FIRST, SESSIONS, TableChoices

DATE = (  # year first; or day and month in one of two orders; a time of day may follow
    r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:[ T].*)?",
    r"(?P<a>\d{1,2})(?P<mark>[-/.])(?P<b>\d{1,2})(?P=mark)(?P<y>\d{4}|\d{2})(?:[ T].*)?",
)
COMPACT = re.compile(r"((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")  # 20240331
BEFORE = 28  # days: a score so long before the day of the start is the intake's (assumption)
MONTHS = (  # how months begin in English and German
    *("jan", "feb", "mar|mär|mae|mrz", "apr", "may|mai", "jun"),
    *("jul", "aug", "sep", "oct|okt", "nov", "dec|dez"),
)
NAMED = re.compile(r"(\d{1,2})[-./ ]{1,2}([^\W\d]{3,9})[-./ ]{1,2}(\d{4}|\d{2})\b")
TURN = 69  # two-digit years up to here are of this century, as in POSIX


def times_as_numbers(table: ClientTable, choices: TableChoices) -> ClientTable:
    """Return the table with numbers in its column of time.

    Parameters
    ----------
    table
        A long table with roles.
    choices
        `times`: word -> time; `dates`: since when, of dates.

    Returns
    -------
    ClientTable
        As it is where neither is known_start.

    Raises
    ------
    BadData
        A word or a date that cannot be read; dates whose day and month cannot be told.
    """
    if choices.times and not choices.wide:
        table = _words_as_numbers(table, choices.times)
    if choices.dates is not None:
        return _dates_as_numbers(table, choices.dates, choices.day_first)
    if "time" in table.columns and are_compact(times := table.column(*table.columns["time"])):
        row = int(np.flatnonzero(times.notna())[0])
        rule = "is a date, no number; of dates, data.dates=first counts weeks since the intake"
        table.refuse(row, "time", times.iloc[row], rule)
    return table


def _words_as_numbers(table: ClientTable, times: Mapping[str, float]) -> ClientTable:
    """Replace words for waves by their times; labels of codes count as words."""
    (name,) = table.columns["time"]
    text = table.column(name)
    if not set(times) <= set(text):
        text = table.named(name)
    known = list(dict.fromkeys(text.dropna()))
    for word in times:
        if word not in known:
            shown = ", ".join(map(str, known[:8])) + ", ..." * (len(known) > 8)
            raise BadData(
                f"{table.path}: data.times: column '{name}' has no '{word}'."
                f"{nearest(word, map(str, known))} It has: {shown}."
            )
    counted = ", ".join(
        f"{word} = {time:g} ({(text == word).sum()})" for word, time in times.items()
    )
    numbers = text.map(lambda cell: f"{times[cell]:g}" if cell in times else cell)
    unread = pd.to_numeric(numbers.str.replace(",", "."), errors="coerce").isna() & text.notna()
    if unread.any():
        row = int(np.flatnonzero(unread.to_numpy())[0])
        more = int(unread.sum()) - 1
        table.refuse(
            row,
            "time",
            text.iloc[row],
            "has no time in data.times",
            f" ({more} more like it)" * bool(more)
            + f". Add it, such as {text.iloc[row]}:26; or leave such rows out with data.where",
        )
    cells = table.cells.assign(**{name: numbers.fillna("")})
    return table._replace(
        cells=cells, assumed=(*table.assumed, f"words for waves (rows): {counted}")
    )


def _dates_as_numbers(table: ClientTable, since: str, day_first: bool | None) -> ClientTable:
    """Replace dates by days since each client's start, or by the number of the session."""
    (name,) = table.columns["time"]
    client = pd.Series(table.codes("client"))
    scored = table.column(table.columns["score"][0])
    has_score = (scored.notna() & ~scored.isin(EMPTY_NUMBER)).to_numpy()
    days, assumed = _days(table, name, has_score, day_first)
    measured = days.where(has_score)
    if since == SESSIONS:
        numbers = measured.groupby(client).rank("dense").sub(1)
        words = "each client's dates are counted as sessions 0, 1, 2 ... (data.dates=sessions)"
    elif since == FIRST:
        numbers = days - measured.groupby(client).transform("min")
        words = "weeks are counted since each client's first score (data.dates=first)"
    else:
        numbers, words = _since_column(table, since, days.where(has_score), (client, day_first))
    numbers = numbers.where(has_score, 0.0)  # rows without a score are left out later on
    cells = table.cells.assign(**{name: numbers.map("{:g}".format)})
    return table._replace(cells=cells, assumed=(*table.assumed, *assumed, words))


def _since_column(
    table: ClientTable, start: str, days: pd.Series, known: tuple[pd.Series, bool | None]
) -> tuple[pd.Series, str]:
    """Return days since the date in a column; `known`: client of each row, order of dates."""
    client, day_first = known
    if start not in table.cells:
        near = nearest(start, [*map(str, table.cells), FIRST, SESSIONS])
        raise BadData(f"{table.path}: data.dates: there is no column '{start}'.{near}")
    known_start = table.column(start).notna().to_numpy()
    starts, _ = _days(table, start, known_start, day_first)
    first = starts.groupby(client).transform("min")
    place = table._replace(columns={"time": (start,)}, origins={})
    for wrong, rule in (
        (known_start & (starts != first), "differs from another row of this client"),
        (first.isna() & days.notna(), "is empty, and so it is in all rows of this client"),
    ):
        rows = np.flatnonzero(wrong)
        if len(rows):
            place.refuse(int(rows[0]), "time", table.column(start).fillna("").iloc[rows[0]], rule)
    numbers = days - first
    early = np.flatnonzero((numbers < -BEFORE).to_numpy())
    if len(early):
        table.refuse(
            int(early[0]),
            "time",
            table.column(table.columns["time"][0]).iloc[early[0]],
            f"is {-numbers.iloc[early[0]]:.0f} days before {start}",
            f" ({len(early) - 1} more like it)" * (len(early) > 1)
            + f"; up to {BEFORE} days before are taken for the intake",
        )
    before = int((numbers < 0).sum())
    words = f"weeks are counted since {start} (data.dates={start})"
    if before:
        words += f"; {before} scores up to {BEFORE} days before are the intake's"
    return numbers.clip(lower=0), words


def _days(
    table: ClientTable, name: str, needed: np.ndarray, day_first: bool | None
) -> tuple[pd.Series, list[str]]:
    """Return dates as days (NaN where not needed and empty), and what was assumed."""
    text = table.column(name).map(_with_number, na_action="ignore")
    if are_compact(text):
        text = text.str.replace(COMPACT, r"\1-\2-\3", regex=True)
    numbers = pd.to_numeric(text, errors="coerce")
    if numbers.notna().sum() == text.notna().sum() and text.notna().any():
        return numbers, [f"the numbers in {name} are days, as in Excel"]
    place = table._replace(columns={"time": (name,)}, origins={})
    iso, other = (text.str.extract(f"^{form}$") for form in DATE)
    parts = iso[["y", "m", "d"]].astype(float)
    assumed: list[str] = []
    if other["a"].notna().any():
        order, assumed = _order(table, name, other, day_first)
        rows = other["a"].notna()
        year = other["y"].astype(float)
        year = year.where(other["y"].str.len() != 2, year + np.where(year < TURN, 2000, 1900))
        parts = parts.where(
            ~rows, pd.DataFrame({"y": year, **{key: other[m].astype(float) for key, m in order}})
        )
    dates = pd.to_datetime(
        parts.rename(columns={"y": "year", "m": "month", "d": "day"}), errors="coerce"
    )
    wrong = np.flatnonzero(dates.isna().to_numpy() & (needed | text.notna().to_numpy()))
    if len(wrong):
        row, more = int(wrong[0]), f" ({len(wrong) - 1} more like it)" * (len(wrong) > 1)
        value = "" if pd.isna(text.iloc[row]) else text.iloc[row]
        rule = "is no date such as 2024-03-31 or 31.3.2024" if value else "is empty"
        place.refuse(row, "time", value, rule, more)
    days = (dates - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1)
    return days, assumed


def are_compact(cells: "pd.Series[str]") -> bool:
    """Return whether all cells are dates without marks, such as 20240331, some of them known.

    Examples
    --------
    >>> are_compact(pd.Series(["20240331", None])), are_compact(pd.Series(["20240331", "12"]))
    (True, False)
    """
    known = cells.dropna()
    return bool(len(known)) and bool(known.str.fullmatch(COMPACT).all())


def _with_number(cell: str) -> str:
    """Return a date with its month as a number, year first: "3-Mar-2024" is 2024-3-3.

    Examples
    --------
    >>> _with_number("03-Jan-2024"), _with_number("3. März 24"), _with_number("12/1/2024")
    ('2024-1-03', '2024-3-3', '12/1/2024')
    """
    match = NAMED.match(cell)
    if not match:
        return cell
    day, word, year = match.groups()
    known = (place for place, form in enumerate(MONTHS, 1) if re.match(form, word.lower()))
    month = next(known, None)
    if month is None:
        return cell
    if len(year) == 2:
        year = f"{2000 + int(year) if int(year) < TURN else 1900 + int(year)}"
    return f"{year}-{month}-{day}" + cell[match.end() :]


def _order(
    table: ClientTable, name: str, parts: pd.DataFrame, day_first: bool | None
) -> tuple[list[tuple[str, str]], list[str]]:
    """Return which of two numbers is the day, by the values of the whole column."""
    first, second = (parts[key].astype(float).max() for key in ("a", "b"))
    day = [("m", "b"), ("d", "a")]
    month = [("m", "a"), ("d", "b")]
    if day_first is not None:
        return (day if day_first else month), []
    example = parts["a"] + parts["mark"] + parts["b"] + parts["mark"] + parts["y"]
    if first > 12 and second > 12:
        raise BadData(
            f"{table.path}: column '{name}' has dates with the day first and with the month first "
            f"({example[parts['a'].astype(float) > 12].iloc[0]}, "
            f"{example[parts['b'].astype(float) > 12].iloc[0]}): bring them into one form."
        )
    if first > 12 or (parts["mark"].dropna() == ".").all():
        return day, [f"in the dates of {name} the day comes first ({example.dropna().iloc[0]})"]
    if second > 12:
        return month, [f"in the dates of {name} the month comes first ({example.dropna().iloc[0]})"]
    raise BadData(
        f"{table.path}: column '{name}' has dates such as {example.dropna().iloc[0]}: which number "
        "is the day? data.day_first=true or false says."
    )
