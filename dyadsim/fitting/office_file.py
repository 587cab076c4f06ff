"""Files of Excel, SPSS and Stata as tables of text, with value labels and missing codes."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from dyadsim.errors import BadData, nearest
from dyadsim.fitting.cell_grid import FileCells, Grid, cell_text, grid_cells

EXTRA = "reading it needs: pip install 'dyadsim[files]'; or save the table as csv (UTF-8)"


def read_excel(path: str, sheet: str | int | None) -> FileCells:
    """Return the table of an Excel sheet (xlsx, xlsm): values, not formulas.

    Parameters
    ----------
    path
        The file.
    sheet
        Name or number (from 1 on) of the sheet; None: the only one that has cells.

    Raises
    ------
    BadData
        No such sheet, or several that may be meant; openpyxl is not installed.
    """
    try:
        import openpyxl
    except ImportError:
        raise BadData(f"data.path: '{path}' is a file of Excel; {EXTRA}.") from None
    with open(path, "rb") as file:  # by its bytes: the name may end in anything
        book = openpyxl.load_workbook(file, data_only=True)
    page = _sheet(path, book.worksheets, sheet)
    rows = [[cell_text(cell) for cell in row] for row in page.iter_rows(values_only=True)]
    assumed = _fill_merged(page, rows) if rows else []
    if not any(any(row) for row in rows):
        raise BadData(f"data.path: '{path}': the sheet '{page.title}' is empty.")
    hidden = sum(
        place <= len(rows) and any(rows[place - 1])
        for place, row in page.row_dimensions.items()
        if row.hidden
    )
    if hidden:
        assumed.append(f"{hidden} hidden rows of the sheet were read, too")
    table = grid_cells(path, Grid(rows, list(range(1, len(rows) + 1))), "")
    _refuse_formulas(path, page.title, table.cells)
    if len(book.worksheets) > 1:
        assumed.append(f"the sheet '{page.title}' was read, one of {len(book.worksheets)}")
    return table._replace(assumed=[*assumed, *table.assumed])


def _refuse_formulas(path: str, sheet: str, cells: pd.DataFrame) -> None:
    """Refuse a sheet with a column of formulas that no program has computed yet."""
    import openpyxl

    empty = [str(name) for name in cells if len(cells) and not (cells[name] != "").any()]
    if not empty:
        return
    with open(path, "rb") as file:
        page = openpyxl.load_workbook(file)[sheet]
    if any(cell.data_type == "f" for row in page.iter_rows() for cell in row):
        raise BadData(
            f"data.path: '{path}', sheet '{sheet}': column '{empty[0]}' has formulas without "
            "values; open the file in Excel or Calc and save it, or save the table as csv (UTF-8)."
        )


def _sheet(path: str, sheets: Sequence[Any], wanted: str | int | None) -> Any:
    """Return the sheet that is meant."""
    names = [page.title for page in sheets]
    shown = ", ".join(names[:6]) + ", ..." * (len(names) > 6)
    if wanted is None:
        full = [page for page in sheets if any(any(row) for row in page.values)]
        if len(full) == 1:
            return full[0]
        if not full:
            raise BadData(f"data.path: '{path}' has no sheet with cells.")
        raise BadData(
            f"data.path: '{path}' has {len(full)} sheets with cells ({shown}): which one? "
            f"'data.sheet={full[0].title}'"
        )
    if str(wanted) in names:
        return sheets[names.index(str(wanted))]
    if str(wanted).isdigit() and 1 <= int(wanted) <= len(sheets):
        return sheets[int(wanted) - 1]
    raise BadData(
        f"data.path: '{path}': data.sheet: there is no sheet '{wanted}'."
        f"{nearest(str(wanted), names)} It has: {shown}."
    )


def _fill_merged(page: Any, rows: list[list[str]]) -> list[str]:
    """Give every row of a merged cell its text, as it is seen; cells beside one another stay."""
    filled = 0
    for area in page.merged_cells.ranges:
        if area.min_col != area.max_col:
            continue
        text = rows[area.min_row - 1][area.min_col - 1]
        for row in rows[area.min_row : area.max_row]:
            row[area.min_col - 1] = text
            filled += 1
    return [f"merged cells: {filled} further rows got the text of theirs"] if filled else []


def read_spss(path: str) -> FileCells:
    """Return the table of an SPSS file (sav, zsav, por); user-missing values are missing."""
    frame, about = _with_pyreadstat(path, "SPSS", "read_por" if _is_por(path) else "read_sav")
    assumed, columns = [], {}
    for name in frame:
        codes: Counter[str] = Counter()
        cells = frame[name]
        for part in (about.missing_ranges or {}).get(name, []):
            inside = cells.map(_within(part))
            codes.update(cells[inside].map(cell_text))
            cells = cells.mask(inside.to_numpy(bool), None)
        columns[str(name)] = cells.map(cell_text)
        assumed += _missing_words(str(name), codes)
    return _statistics_cells(columns, about, assumed)


def read_stata(path: str) -> FileCells:
    """Return the table of a Stata file (dta); extended missing values (.a to .z) are missing."""
    frame, about = _with_pyreadstat(path, "Stata", "read_dta")
    assumed, columns = [], {}
    for name in frame:
        cells = frame[name]
        marks = set((about.missing_user_values or {}).get(name, []))
        extended = cells.isin(marks) if marks else pd.Series(False, cells.index)
        assumed += _missing_words(str(name), Counter("." + cells[extended].astype(str)))
        columns[str(name)] = cells.mask(extended, None).map(cell_text)
    return _statistics_cells(columns, about, assumed)


def _is_por(path: str) -> bool:
    return path.lower().endswith(".por")


def _with_pyreadstat(path: str, kind: str, reader: str) -> tuple[pd.DataFrame, Any]:
    """Return what pyreadstat reads, user-missing values kept."""
    try:
        import pyreadstat
    except ImportError:
        raise BadData(f"data.path: '{path}' is a file of {kind}; {EXTRA}.") from None
    options = {} if reader == "read_por" else {"user_missing": True}
    frame, about = getattr(pyreadstat, reader)(path, **options)
    return frame, about


def _within(part: Mapping[str, Any]) -> Callable[[Any], bool]:
    """Return whether a value lies in a range of user-missing values."""
    low, high = part["lo"], part["hi"]

    def inside(value: Any) -> bool:
        return isinstance(value, type(low)) and bool(low <= value <= high)

    return inside


def _missing_words(name: str, codes: Mapping[str, int]) -> list[str]:
    """Return how many user-missing values a column has."""
    if not codes:
        return []
    listed = ", ".join(f"{code} ({count} times)" for code, count in codes.items())
    return [f"user-missing values of {name} are missing: {listed}"]


def _statistics_cells(columns: dict[str, pd.Series], about: Any, assumed: list[str]) -> FileCells:
    """Return columns of a statistics file as a table, rows numbered from 1 as the program does."""
    cells = pd.DataFrame(columns, dtype=object)
    filled = (cells != "").any(axis=1).to_numpy() if len(cells.columns) else np.zeros(0, bool)
    if not filled.all():
        assumed.append(f"{int((~filled).sum())} rows without any value were left out")
    labels = {
        str(name): {cell_text(code): str(label).strip() for code, label in pairs.items()}
        for name, pairs in (about.variable_value_labels or {}).items()
    }
    rows = np.flatnonzero(filled) + 1
    return FileCells(cells[filled].reset_index(drop=True), rows, "", labels, assumed)
