"""The sum of a questionnaire's items as its score, with a rule for missing ones.

Where few items are missing, the sum is the mean of the others times the number of items (person
mean substitution); where more are, there is no score. How often each happened is said.
"""

import re
from collections.abc import Sequence

import numpy as np

from dyadsim.errors import BadData, BadInput, nearest
from dyadsim.fitting.client_table import ClientTable, suspected_codes, way_out

RANGE = re.compile(r"^(.*?)(\d+)\.\.(.*?)(\d+)$")  # phq1..phq9
MOST_ITEMS = 500


def item_names(items: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of items, ranges written out.

    Parameters
    ----------
    items
        Names of columns, or ranges of numbered ones.

    Raises
    ------
    BadInput
        A range that is none, or an item that is named twice.

    Examples
    --------
    >>> item_names(["phq01..phq03", "functioning"])
    ('phq01', 'phq02', 'phq03', 'functioning')
    """
    names: list[str] = []
    for item in items:
        match = RANGE.match(item)
        if not match:
            names.append(item)
            continue
        stem, first, other, last = match.groups()
        if stem != other or not int(first) < int(last) < int(first) + MOST_ITEMS:
            raise BadInput(f"data.items: '{item}' is no range such as phq1..phq9.")
        width = len(first) if first.startswith("0") else 0
        names += [f"{stem}{number:0{width}d}" for number in range(int(first), int(last) + 1)]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise BadInput(f"data.items: the item '{twice}' is named twice.")
    return tuple(names)


def sum_items(
    table: ClientTable,
    columns: dict[str, tuple[str, ...]],
    items: Sequence[str],
    most_missing: float,
) -> tuple[ClientTable, dict[str, tuple[str, ...]]]:
    """Return the table with a column of sums, and that column as the score.

    Parameters
    ----------
    table
        A long table.
    columns
        Role -> columns.
    items
        Columns of items, or ranges of them.
    most_missing
        Share of the items that may be missing, 0 to 1.

    Raises
    ------
    BadData
        No such column, or an item that is no number (row, column and value are named).
    """
    names = item_names(items)
    for name in names:
        if name not in table.cells:
            known = nearest(name, map(str, table.cells))
            raise BadData(f"{table.path}: data.items: there is no column '{name}'.{known}")
    values = np.column_stack([_numbers(table, name) for name in names])
    _refuse_codes(table, names, values)
    missing = np.isnan(values).sum(axis=1)
    answered = np.maximum(len(names) - missing, 1)
    sums = np.nansum(values, axis=1) * len(names) / answered
    enough = (missing <= most_missing * len(names) + 1e-9) & (missing < len(names))
    filled, without = int((enough & (missing > 0)).sum()), int((~enough & (missing > 0)).sum())
    label = f"sum of {names[0]} to {names[-1]}"
    cells = table.cells.copy()
    cells[label] = [
        f"{total:.12g}" if good else "" for total, good in zip(sums, enough, strict=True)
    ]
    allowed = int(most_missing * len(names) + 1e-9)
    sentence = f"the score is the sum of {len(names)} items ({names[0]} to {names[-1]})"
    if not np.isnan(values).all() and np.nanmin(values) > 0:
        sentence += f", none of which is ever below {np.nanmin(values):g}: are they counted from 0?"
    if filled:
        sentence += f"; in {filled} rows up to {allowed} missing items got the mean of the others"
    if without:
        sentence += f"; {without} rows with more missing items have no score"
    if filled or without:
        sentence += " (data.missing_items)"
    unused = [name for name in cells if name not in names]  # items have been used
    changed = table._replace(cells=cells[unused], assumed=(*table.assumed, sentence))
    return changed, {**columns, "score": (label,)}


def _refuse_codes(table: ClientTable, names: Sequence[str], values: np.ndarray) -> None:
    """Refuse items with numbers that can only be codes: a sum would take them for answers."""
    codes = suspected_codes(values)
    if codes:
        row, place = np.argwhere(np.isin(values, codes))[0]
        of_item = table._replace(columns={"score": (names[place],)}, origins={})
        more = int(np.isin(values, codes).sum()) - 1
        listed = ",".join(f"{code:g}" for code in codes)
        of_item.refuse(
            int(row),
            "score",
            f"{values[row, place]:g}",
            f"is far from all other answers ({more} more like it)",
            f". Where it stands for a missing answer: data.missing=[{listed}]",
        )


def _numbers(table: ClientTable, name: str) -> np.ndarray:
    """Return an item's numbers, NaN where it is missing; another text is refused."""
    text, blank, numbers = table.read_numbers(name)
    wrong = np.flatnonzero((np.isnan(numbers) & ~blank) | np.isinf(numbers))
    if len(wrong):
        of_item = table._replace(columns={"score": (name,)}, origins={})
        row = int(wrong[0])
        value = str(text.iloc[row])
        of_item.refuse(row, "score", value, "is not a number", way_out("score", value))
    return numbers
