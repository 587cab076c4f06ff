"""The one door to a researcher's file: from a path and what is said of it to a long table of text.

What kind of file it is, its first bytes say, and else its name. Then in this order: cells that
stand for a missing value, columns of waves, rows that count, items, the roles of columns, times.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from dyadsim.errors import BadData, BadInput
from dyadsim.fitting.alike_names import settle_alike
from dyadsim.fitting.cell_grid import FileCells, grid_cells, padded_cells
from dyadsim.fitting.client_table import ClientTable, give_roles, select_rows
from dyadsim.fitting.item_sums import sum_items
from dyadsim.fitting.office_file import read_excel, read_spss, read_stata
from dyadsim.fitting.table_choices import AS_IT_LIES, TableChoices
from dyadsim.fitting.table_shape import refuse_unreadable
from dyadsim.fitting.text_file import read_text_grid
from dyadsim.fitting.wave_times import times_as_numbers
from dyadsim.fitting.wide_table import to_long

type Roles = Mapping[str, tuple[str, ...]]

KINDS = {  # first bytes -> kind
    b"PAR1": "parquet",
    b"ARROW1": "feather",
    b"$FL2": "spss",
    b"$FL3": "spss",
    b"<stata_dta>": "stata",
    b"\xd0\xcf\x11\xe0": "old Excel",
    b"\x1f\x8b": "packed",
    b"BZh": "packed",
    b"\xfd7zXZ": "packed",
    b"RDX": "R",
    b"%PDF": "PDF",
}
SUFFIXES = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".sav": "spss",
    ".zsav": "spss",
    ".por": "spss",
    ".dta": "stata",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xls": "old Excel",
    ".ods": "Calc",
    ".rds": "R",
    ".rda": "R",
    ".rdata": "R",
    ".sas7bdat": "SAS",
}
ELSEWHERE = {  # kinds that are not read -> how to get a file that is
    "old Excel": "a file of old Excel or another old program; save it as xlsx or csv (UTF-8)",
    "Calc": "a file of Calc; save it as xlsx or csv (UTF-8)",
    "R": "a file of R; save its table there: write.csv(readRDS('FILE'), 'table.csv', "
    "row.names = FALSE), of RData after load('FILE')",
    "packed": "a packed file; unpack it (of R: write.csv(readRDS(file), 'table.csv'))",
    "SAS": "a file of SAS; save the table as csv (UTF-8) with proc export, or as sav or dta",
    "PDF": "a PDF, not a table; ask for the file that it was made from",
    "zip": "a packed file; unpack it",
    "JSON": "a file of JSON, not a table; save the table as csv (UTF-8)",
    "page": "a page of HTML or XML; open it in Excel and save the table as xlsx or csv (UTF-8)",
}
IN_WORDS = {  # first letters of text that is no table -> kind
    "page": (b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<body", b"<meta"),
    "JSON": (b'{"', b"{\n", b"{\r", b"[{", b"[\n", b"[ {", b"[[", b'{ "'),
}
SPREADSHEETS = ("excel", "old Excel")  # whose names are often given to text
OLD_STATA = (b"l", b"n", b"q", b"r", b"s")  # versions 104 to 115, then the order of bytes, then 1


def read_long_table(
    path: str,
    columns: Roles,
    where: Mapping[str, Sequence[str]] | None = None,
    choices: TableChoices = AS_IT_LIES,
    *,
    optional: Sequence[str] = (),
) -> ClientTable:
    """Return a researcher's file as a long table, one row a client and time, with roles.

    Parameters
    ----------
    path
        The file: text (csv, tabs), Excel, SPSS, Stata or Parquet.
    columns
        Role -> columns, as in `client_data.read_client_data`.
    where
        Column -> values, the rows that count.
    choices
        What else is said of the file's form.
    optional
        Roles that need not be there if their column is named like them.

    Returns
    -------
    ClientTable
        Cells as text, times as numbers of `choices.unit`; what was assumed is in `assumed`.

    Raises
    ------
    BadData
        A file that cannot be read, or would be read as what it is not; the message says which kind
        it is and the setting that helps.
    """
    table = without_missing(read_table(path, choices), columns, choices.missing)
    named = {
        role: names
        for role, names in columns.items()
        if role not in optional or names != (role,) or role in table.cells
    }
    items = choices.items
    if choices.wide:
        table, named, items = to_long(table, named, choices)
    table = select_rows(table, where or {})
    if items:
        table, named = sum_items(table, named, items, choices.missing_items)
    refuse_unreadable(table, named, tuple(where or {}))
    named_table = settle_alike(give_roles(table, named), choices.alike)
    return times_as_numbers(named_table, choices)


def read_table(path: str, choices: TableChoices = AS_IT_LIES) -> ClientTable:
    """Return a file as a table whose columns have no roles yet.

    Parameters
    ----------
    path
        The file.
    choices
        Its sheet, encoding and decimal mark.

    Returns
    -------
    ClientTable
        The cells, as text where the file is text.

    Raises
    ------
    BadData
        No such file, nothing in it, a kind that is not read, or no table.
    """
    if Path(path).is_dir():
        raise BadData(
            f"data.path: '{path}' is a folder, not a file; data.path names the file in it."
        )
    if not Path(path).is_file():
        raise BadData(f"data.path: there is no file '{path}'.")
    if not Path(path).stat().st_size:
        raise BadData(f"data.path: '{path}' is empty.")
    try:
        file = _read_kind(path, choices)
    except (BadData, BadInput):
        raise
    except Exception as error:  # pandas, pyarrow, openpyxl and pyreadstat raise many kinds
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadData(f"data.path: '{path}' cannot be read as a table: {reason}.") from None
    if not len(file.cells):
        raise BadData(f"data.path: '{path}' has names of columns and no rows.")
    commas = file.separator != ","
    if choices.decimal is not None:
        commas = choices.decimal == "comma"
    padded = file.padded or {
        str(name): padded_cells([cell] for cell in cells if isinstance(cell, str))
        for name, cells in file.cells.items()
    }
    assumed = tuple(file.assumed)
    return ClientTable(path, file.cells, file.lines, {}, commas, assumed, file.labels, {}, padded)


def _read_kind(path: str, choices: TableChoices) -> FileCells:
    """Return the table of a file of whichever kind."""
    kind = kind_of_file(path)
    if kind in ELSEWHERE:
        raise BadData(f"data.path: '{path}' is {ELSEWHERE[kind].replace('FILE', Path(path).name)}.")
    if choices.sheet is not None and kind != "excel":
        raise BadData(f"data.sheet: '{path}' is no file of Excel, so it has no sheets.")
    if choices.encoding is not None and kind != "text":
        raise BadData(f"data.encoding: '{path}' is no file of text.")
    if kind == "excel":
        return read_excel(path, choices.sheet)
    if kind == "spss":
        return read_spss(path)
    if kind == "stata":
        return read_stata(path)
    if kind in ("parquet", "feather"):
        cells = pd.read_parquet(path) if kind == "parquet" else pd.read_feather(path)
        indexed = [name for name in cells.index.names if name is not None]
        cells = cells.reset_index(indexed) if indexed else cells
        return FileCells(cells, np.arange(len(cells)) + 2, ",", {}, [])
    grid, separator, assumed = read_text_grid(path, choices.encoding)
    file = grid_cells(path, grid, separator)
    return file._replace(assumed=[*assumed, *file.assumed])


def kind_of_file(path: str) -> str:
    """Return what a file is by its first bytes, else by its name: excel, spss, ..., or text.

    Text that is called after a spreadsheet, as many programs write it, is text.

    Parameters
    ----------
    path
        An existing file.
    """
    with Path(path).open("rb") as file:
        start = file.read(4000)
    suffix = SUFFIXES.get(Path(path).suffix.lower(), "text")
    if start.startswith(b"PK\x03\x04"):
        return suffix if suffix in ("excel", "Calc") else ("excel" if b"xl/" in start else "zip")
    kind = next((name for mark, name in KINDS.items() if start.startswith(mark)), "")
    if kind == "packed" and suffix == "R":
        return "R"
    if start[:1] in OLD_STATA and start[1:3] in (b"\1\1", b"\2\1"):
        return "stata"
    if not kind and suffix in ("text", *SPREADSHEETS) and b"\0" not in start:
        letters = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
        known = (name for name, marks in IN_WORDS.items() if letters.startswith(marks))
        return next(known, "text")
    return kind or suffix


def without_missing(table: ClientTable, columns: Roles, missing: Sequence[str]) -> ClientTable:
    """Return the table without cells that stand for a missing value, of all but clients and times.

    Parameters
    ----------
    table
        A file.
    columns
        Role -> columns.
    missing
        Texts that stand for a missing value; `-9` stands for -9.0, too.
    """
    if not missing:
        return table
    kept = {name for role in ("client", "time") for name in columns.get(role, ())}
    codes = {code: number for code in missing if (number := _number(code)) is not None}
    cells, counts = table.cells.copy(), dict.fromkeys(missing, 0)
    for name in cells:
        if name in kept:
            continue
        text = table.column(str(name))
        numbers = text.map(_number)
        gone = np.zeros(len(text), bool)
        for code in missing:
            same = (text == code) | (numbers == codes[code] if code in codes else False)
            counts[code] += int(same.sum())
            gone |= same.to_numpy(bool)
        if gone.any():
            cells[name] = text.mask(gone, "").fillna("")
    words = ", ".join(f"{code} ({count} cells)" for code, count in counts.items())
    sentence = f"these stand for missing values (data.missing): {words}"
    return table._replace(cells=cells, assumed=(*table.assumed, sentence))


def _number(cell: object) -> float | None:
    """Return a cell as a number; None where it is none."""
    try:
        return float(str(cell).replace(",", "."))
    except ValueError:
        return None
