"""A results folder read back: summary, manifest and tables. Nothing in it is changed."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from dyadsim.errors import BadData, BadInput
from dyadsim.model.display import html_table
from dyadsim.simulation import records
from dyadsim.simulation.printed_tables import Table

PLACES = ("", "figures/", "under_do/")  # where a result has tables
SUMMARY, MANIFEST = "summary.json", "manifest.json"


class Result(NamedTuple):
    """What a command left in a results folder.

    Attributes
    ----------
    path
        The folder.
    summary
        summary.json as plain values; empty where there is none.
    manifest
        manifest.json: versions, seeds, command line, configuration; empty where there is none.
    tables
        Name -> DataFrame, with the types that were written; the data of a figure are called
        "figures/NAME". A table of a name that can be one is an attribute too: `result.clients`.
    """

    path: Path
    summary: dict[str, Any]
    manifest: dict[str, Any]
    tables: dict[str, pd.DataFrame]

    def __getattr__(self, name: str) -> pd.DataFrame:
        """Return the table of that name."""
        if name in self.tables:
            return self.tables[name]
        raise AttributeError(f"no table '{name}' in {self.path}; it has {', '.join(self.tables)}")

    def __repr__(self) -> str:
        """Return what it is, and the number of rows of each table, in one line."""
        names = list(self.tables)
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        sizes = ", ".join(f"{name} {len(self.tables[name])}" for name in names[:3])
        return f"<Result of {self.summary.get('task', 'a run')}, rows: {sizes}{more}>"

    def _repr_html_(self) -> str:
        """Return a table of the tables, for notebooks."""
        rows = [
            (name, str(len(table)), ", ".join(map(str, table.columns)))
            for name, table in self.tables.items()
        ]
        return html_table("Result: each is a DataFrame", ("table", "rows", "columns"), rows)


def read(folder: str | Path) -> Result:
    """Return what a command left in a results folder: summary, manifest, tables.

    Parameters
    ----------
    folder
        The folder's path. Parquet tables keep their types; those of csv are read from their
        values, with an empty cell as the only missing value.

    Returns
    -------
    Result
        Of `dyadsim simulate`, the tables are clients, therapists, sessions and truth (empty where
        it was not kept), with the columns of `records.SCHEMA`.

    Raises
    ------
    BadInput
        No such folder, or one that no command has left.
    BadData
        A file that cannot be read, or a table that does not follow the schema.

    Examples
    --------
    >>> import dyadsim
    >>> dyadsim.read("no_such_folder")
    Traceback (most recent call last):
        ...
    dyadsim.errors.BadInput: There is no folder 'no_such_folder' to read tables from.
    """
    if not isinstance(folder, str | Path):
        raise BadInput(f"The folder to read tables from must be a path, not '{folder}'.")
    place = Path(folder)
    if "\0" in str(folder) or not place.is_dir():
        raise BadInput(f"There is no folder '{folder}' to read tables from.")
    files = _table_files(place)
    tables: dict[str, pd.DataFrame] = {name: Table(_read_table(files[name])) for name in files}
    summary, manifest = read_json(place / SUMMARY), read_json(place / MANIFEST)
    if not (tables or summary or manifest):
        raise BadInput(f"The folder '{folder}' holds no result: `dyadsim results` lists those.")
    if {"clients", "therapists", "sessions"} <= set(tables) and (place / "schema.json").is_file():
        tables.setdefault("truth", Table())
        records.check_records(records.Records(*(tables[n] for n in records.Records._fields)))
    return Result(place, summary, manifest, tables)


def _table_files(place: Path) -> dict[str, Path]:
    """Return the tables of a folder by name; of two of one name the Parquet file."""
    files = {}
    for inner in PLACES:
        for suffix in ("csv", "parquet"):
            for path in sorted((place / inner).glob(f"[!.]*.{suffix}")):
                files[f"{inner}{path.stem}"] = path
    return files


def _read_table(path: Path) -> pd.DataFrame:
    """Return the table in a file.

    Raises
    ------
    BadData
        It cannot be read.
    """
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        return pd.read_csv(path, keep_default_na=False, na_values=[""])
    except pd.errors.EmptyDataError:
        return pd.DataFrame()
    except (OSError, ValueError, pd.errors.ParserError) as error:
        why = str(error).partition("\n")[0].rstrip(".")
        raise BadData(f"The table '{path}' cannot be read: {why[:150]}.") from None


def read_json(path: Path) -> dict[str, Any]:
    """Return the mapping in a JSON file; {} where there is no file.

    Parameters
    ----------
    path
        Of the file.

    Raises
    ------
    BadData
        It cannot be read, or holds no mapping.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError):
        raise BadData(f"'{path}' is damaged: it cannot be read as JSON.") from None
    if not isinstance(values, dict):
        raise BadData(f"'{path}' is damaged: it holds no names and values.")
    return values
