"""What is printed fits the screen: 80 letters a line, or more where the terminal is wider.

Nothing is cut off: cells of words are folded, and a table whose numbers do not fit beside each
other is printed in parts, the columns that tell its rows apart in each of them. What is copied
stays whole: commands in backticks, settings in quotes, and paths, which are printed as they are.
"""

import dataclasses
import os
import re
import sys
import textwrap
from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Column, Table

NARROW = 80  # letters of a line, where the output is no terminal
_WIDEST = 200  # a longer line is hard to read
_WHOLE = 24  # letters of a cell that is not folded where that can be helped
_LEAST = 14  # letters of a column that is folded
_COPIED = re.compile(r"`[^`\n]+`|'[\w.]+=[^'\n]*'")  # is never broken
_TIE = "\0"  # stands for a blank that breaks no line


def line_width() -> int:
    """Return how many letters a line may have.

    Returns
    -------
    int
        The number in COLUMNS, else the terminal's width, 80 where there is none; never below 80,
        which a narrower terminal wraps.
    """
    words = os.environ.get("COLUMNS", "")
    width = int(words) if words.isdecimal() else 0
    if not width and sys.stdout is not None and sys.stdout.isatty():
        try:
            width = os.get_terminal_size(sys.stdout.fileno()).columns
        except (OSError, ValueError):
            width = 0
    return min(max(width, NARROW), _WIDEST)


def wrapped(text: str, indent: str = "") -> str:
    r"""Return a text whose lines fit; words without a blank and what is copied stay whole.

    Parameters
    ----------
    text
        One line or several.
    indent
        What the lines after the first begin with.

    Examples
    --------
    >>> max(map(len, wrapped("word " * 40).splitlines())) <= line_width()
    True
    """
    text = _COPIED.sub(lambda match: match[0].replace(" ", _TIE), text)
    return "\n".join(
        textwrap.fill(
            line,
            line_width(),
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in text.split("\n")
    ).replace(_TIE, " ")


def say(text: str = "", indent: str = "") -> None:
    """Print a text, its lines folded to the width of the screen."""
    print(wrapped(text, indent))


def print_table(table: "Table") -> None:
    """Print a table so that it fits the screen, in parts where it must be.

    Parameters
    ----------
    table
        With a heading for every column.
    """
    from rich.console import Console
    from rich.text import Text

    width = line_width()
    console = Console(width=width, soft_wrap=False)
    for number, part in enumerate(_parts(table, width)):
        if number:
            part.title = "(continued)"
        elif isinstance(table.title, str):
            part.title = Text(wrapped(table.title))
            part.min_width = min(width, max(map(len, part.title.plain.split("\n"))))
        console.print(part)


def print_frame(title: str, frame: "pd.DataFrame", left: Collection[str] | None = None) -> None:
    """Print a DataFrame as a table: its cells as they are, no markup in them.

    Parameters
    ----------
    title
        Of the table.
    frame
        Its columns have names.
    left
        Columns on the left edge, the others on the right; None: numbers alone on the right.
    """
    from rich.table import Table

    shown = Table(title=title, title_justify="left")
    for name in map(str, frame.columns):
        number = name in ("n", "value") or frame[name].dtype.kind in "if"
        right = number if left is None else name not in left
        shown.add_column(name, justify="right" if right else "left")
    for row in frame.astype(str).to_numpy().tolist():
        shown.add_row(*[cell.replace("[", r"\[") for cell in row])
    print_table(shown)


def _parts(table: "Table", width: int) -> "list[Table]":
    """Return the tables, side by side as many columns as fit, the rows' names in each."""
    needs = [_need(column) for column in table.columns]
    names = list(range(_name_columns(table, needs, width)))
    groups: list[list[int]] = [names]
    for number in range(len(names), len(needs)):
        taken = [needs[k] for k in (*groups[-1], number)]
        if len(groups[-1]) > len(names) and sum(taken) + 3 * len(taken) + 1 > width:
            groups.append(names)
        groups[-1] = [*groups[-1], number]
    return [_part(table, group, needs, width) for group in groups]


def _name_columns(table: "Table", needs: list[int], width: int) -> int:
    """Return how many first columns tell the rows apart; 1 where they take half of the width."""
    for count in range(1, len(needs)):
        if sum(needs[:count]) + 3 * count + 1 > width / 2:
            break
        names = list(
            zip(*(map(str, column._cells) for column in table.columns[:count]), strict=True)
        )
        if len(set(names)) == len(names):
            return count
    return 1


def _part(table: "Table", group: list[int], needs: list[int], width: int) -> "Table":
    """Return a table of some of the columns, each with its width."""
    from rich.table import Table

    part = Table(title_justify=table.title_justify)
    columns = [table.columns[number] for number in group]
    widths = _widths([needs[k] for k in group], [_natural(column) for column in columns], width)
    part.columns = [
        dataclasses.replace(column, _index=k, width=wide, overflow="fold", max_width=None)
        for k, (column, wide) in enumerate(zip(columns, widths, strict=True))
    ]
    part.rows = table.rows
    return part


def _widths(needs: list[int], naturals: list[int], width: int) -> list[int]:
    """Return the widths of columns: what they need, and what is left to those that want more."""
    room = width - 3 * len(needs) - 1
    widths = list(needs)
    while sum(widths) > room:  # a table that cannot fit: its widest columns are folded
        widths[widths.index(max(widths))] -= 1
    while sum(widths) < room:
        wanting = [k for k, natural in enumerate(naturals) if widths[k] < natural]
        if not wanting:
            break
        narrowest = min(wanting, key=lambda k: widths[k] / naturals[k])
        widths[narrowest] += 1
    return widths


def _texts(column: "Column") -> list[str]:
    """Return the lines of a column's cells as they are seen."""
    from rich.text import Text

    return [
        line for cell in column._cells for line in Text.from_markup(str(cell)).plain.split("\n")
    ]


def _natural(column: "Column") -> int:
    """Return the width of a column that folds nothing."""
    return max(map(len, [*_texts(column), str(column.header)]), default=1) or 1


def _need(column: "Column") -> int:
    """Return the width that a column needs: its cells whole if they are short, else its words."""
    lines = _texts(column)
    longest = max(map(len, lines), default=1)
    words = [*str(column.header).split(), *(word for line in lines for word in line.split())]
    word = max(map(len, words), default=1)
    if longest <= _WHOLE:
        return max(longest, max(map(len, str(column.header).split()), default=1))
    return max(word, _LEAST)
