"""Where finished points are kept: Parquet parts that are complete or absent, found by key.

A point's key is a hash of everything that decides its numbers: the model's version, the study, all
parameters, the random seed, the replicate. The same command therefore finds what exists, whatever
the order and the process that computed it, and points of another version can never be taken for
these.

    results/<name>/manifest.json    the words of the command
                   parts/*.parquet  key, outputs, error: written beside, then renamed
                   locks/*          which process works on what; a dead process locks nothing
                   damaged/*        parts whose checksum is wrong, put aside by the next run
                   points.parquet   the collected table: labels, axes, outputs, error, key
                   points.checksum  of that table, and of the one before
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import filelock
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dyadsim.errors import Failed
from dyadsim.simulation.unfinished import tidy_unfinished
from dyadsim.sweeps.content_keys import Index, Keys
from dyadsim.sweeps.parquet_files import (
    KEY,
    Damaged,
    check_content,
    content_name,
    read_note,
    read_parquet,
    write_parquet,
)

type Values = np.ndarray[Any, np.dtype[np.float32]]

SCHEMA = 1  # of parts and points.parquet


class StoreError(Failed):
    """A store cannot be used as it is; the message is for the user."""


class Rows(NamedTuple):
    """Finished points.

    Attributes
    ----------
    keys
        `(row, 2)`.
    values
        `(row, column)`.
    errors
        One text a row ('' = none).
    """

    keys: Keys
    values: Values
    errors: list[str]

    def take(self, places: np.ndarray[Any, np.dtype[np.intp]]) -> "Rows":
        """Return the rows at `places`, in that order."""
        return Rows(self.keys[places], self.values[places], [self.errors[k] for k in places])


class Store:
    """The parts of one folder that hold these columns of this version of the model.

    Parameters
    ----------
    folder
        Of the sweep.
    columns
        The outputs.
    version
        Of the model.
    """

    def __init__(self, folder: Path, columns: Sequence[str], version: str) -> None:
        self.folder, self.columns, self.version = folder, tuple(columns), version
        self.foreign: list[str] = []
        self._damaged: dict[Path, str] = {}
        self._parts: dict[Path, Keys] = {}
        self._index: Index | None = None

    @property
    def damaged(self) -> list[str]:
        """The parts that are damaged, each with what is wrong."""
        return [f"{path.name}: {text}" for path, text in self._damaged.items()]

    @property
    def _note(self) -> dict[str, Any]:
        return {"schema": SCHEMA, "model": self.version, "columns": list(self.columns)}

    def files(self) -> list[Path]:
        """Return the collected table, if there is one, and all parts."""
        paths: list[Path] = []
        for folder in (self.folder, self.folder / "parts"):
            try:
                names = sorted(os.listdir(folder))
            except FileNotFoundError:
                continue
            except OSError as error:
                raise _unreadable(folder, error) from None
            if folder is self.folder:
                names = [name for name in names if name == "points.parquet"]
            paths += [folder / name for name in names if _is_part(name)]
        return paths

    def refresh(self) -> None:
        """Check new parts and read their keys; nothing is moved.

        Raises
        ------
        StoreError
            A part cannot be opened, which does not mean that it is damaged.
        """
        for path in self.files():
            if path in self._parts or path in self._damaged or path.name in self.foreign:
                continue
            with suppress(FileNotFoundError):  # another process has collected it meanwhile
                self._add(path)

    def _add(self, path: Path) -> None:
        """Check a part and read its keys, unless it is of another model or has other outputs."""
        try:
            check_content(path)
            if read_note(path) != self._note:
                self.foreign.append(path.name)
                return
            self._parts[path] = _keys(read_parquet(path, KEY))
            self._index = None
        except FileNotFoundError:
            raise
        except Damaged as error:
            self._damaged[path] = str(error)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _unreadable(path, error) from None

    def begin(self) -> None:
        """Make the folders that a run writes into, and put damaged parts aside in damaged/.

        The points of a part that was put aside count as missing.
        """
        (self.folder / "parts").mkdir(parents=True, exist_ok=True)
        aside = self.folder / "damaged"
        for path in self._damaged:
            try:
                check_content(path)  # another process may have computed it again meanwhile
            except FileNotFoundError:
                pass
            except Damaged:
                aside.mkdir(exist_ok=True)
                os.replace(path, aside / path.name)

    def forget_removed(self) -> bool:
        """Return whether parts have gone since they were read or written, and forget them.

        Where another process has collected them, the table that it wrote has their points.
        """
        gone = [path for path in self._parts if not path.exists()]
        for path in gone:
            self._drop(path)
        if gone:
            self._drop(self.folder / "points.parquet")
            self.refresh()
        return bool(gone)

    def removed(self) -> StoreError:
        """Return the error that says that the folder was removed."""
        return StoreError(
            f"{self.folder} was removed, or parts of it, while the sweep ran: not all of its "
            "points are there. Run the same sweep again, it computes those that are missing."
        )

    def _tables(self, columns: Sequence[str]) -> list[pa.Table]:
        """Return these columns of every part, after a refresh."""
        self.refresh()
        tables = []
        for path in list(self._parts):
            try:
                tables.append(read_parquet(path, columns))
            except FileNotFoundError:  # another process has collected it meanwhile
                self._drop(path)
                return self._tables(columns)
            except (pa.ArrowException, OSError, ValueError) as error:
                raise _unreadable(path, error) from None
        return tables

    def _drop(self, path: Path) -> None:
        self._parts.pop(path, None)
        self._index = None

    def has(self, keys: Keys) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Return which keys `(row, 2)` were finished at the last `refresh`."""
        if self._index is None:
            parts = [*self._parts.values(), np.empty((0, 2), np.uint64)]
            self._index = Index(np.concatenate(parts))
        return np.asarray(self._index.find(keys) >= 0)

    def write(self, rows: Rows) -> Path:
        """Add a part, completely or not at all.

        Parameters
        ----------
        rows
            The finished points.

        Returns
        -------
        Path
            Of the part.

        Raises
        ------
        StoreError
            The folder is gone: it was removed since `begin`.
        OSError
            It cannot be written (disk full, no permission); nothing is left behind.
        """
        columns = self._columns(rows)
        try:
            path = write_parquet(self.folder / "parts", None, columns=columns, note=self._note)
        except FileNotFoundError:
            raise self.removed() from None
        self._parts[path] = rows.keys
        self._index = None
        return path

    def _columns(self, rows: Rows) -> dict[str, Any]:
        """Return rows as the columns of a table: outputs, error, key."""
        return {
            **{name: rows.values[:, k] for k, name in enumerate(self.columns)},
            "error": pa.array(rows.errors, pa.string()),
            KEY[0]: rows.keys[:, 0],
            KEY[1]: rows.keys[:, 1],
        }

    def read(self) -> Rows:
        """Return every finished row, each key once, in no particular order.

        Returns
        -------
        Rows
            Of all parts.

        Raises
        ------
        StoreError
            Two parts hold different numbers for one point.
        """
        tables = self._tables((*self.columns, "error", *KEY))
        empty = pa.table({name: pa.array([], pa.float32()) for name in self.columns})
        keys = np.concatenate([np.empty((0, 2), np.uint64), *map(_keys, tables)])
        values = np.concatenate([_values(table, self.columns) for table in (empty, *tables)])
        errors = [text for table in tables for text in table["error"].to_pylist()]
        first = Index(keys).find(keys)
        twice = np.flatnonzero(first != np.arange(len(keys)))
        same = values[twice].view(np.uint32) == values[first[twice]].view(np.uint32)
        if not same.all():
            raise StoreError(
                f"two parts of {self.folder} hold different numbers for the same point: was a part "
                "edited, or made on a machine that computes differently? Remove one of them."
            )
        return Rows(keys, values, errors).take(np.flatnonzero(first == np.arange(len(keys))))

    def failures(self) -> Keys:
        """Return the keys `(row, 2)` of finished points that failed."""
        tables = self._tables(("error", *KEY))
        failed = [_keys(table.filter(pc.not_equal(table["error"], ""))) for table in tables]
        return np.concatenate([np.empty((0, 2), np.uint64), *failed])

    def replace(self, labels: pa.Table, rows: Rows, rest: Rows) -> Path:
        """Write points.parquet and remove the parts that it makes superfluous.

        A table of other outputs or of another model that stood there becomes a part.

        Parameters
        ----------
        labels
            What identifies each row of the table.
        rows
            The rows of the table.
        rest
            Other finished rows; they stay in one part.

        Returns
        -------
        Path
            Of the table.
        """
        (self.folder / "parts").mkdir(exist_ok=True)
        old = {path for path in self._parts if path.parent == self.folder / "parts"}
        if len(rest.keys):
            old.discard(self.write(rest))
        path = self.folder / "points.parquet"
        if path.exists() and path not in self._parts:  # of other outputs or another model: kept
            os.replace(path, self.folder / "parts" / content_name(path))
        columns = {name: labels[name] for name in labels.column_names} | self._columns(rows)
        write_parquet(self.folder, path.name, columns=columns, note=self._note)
        self._parts[path] = rows.keys
        for part in old:
            part.unlink(missing_ok=True)
            self._drop(part)
        self._index = None
        return path

    @contextmanager
    def lock(self, name: str, wait: bool = False) -> Iterator[bool]:
        """Take a lock if it is free.

        Where files cannot be locked (some network file systems), nobody is kept out: work may then
        be done twice, which costs only time.

        Parameters
        ----------
        name
            Of the lock.
        wait
            Whether to wait until the lock is free.

        Yields
        ------
        bool
            Whether this process may work.

        Raises
        ------
        StoreError
            The folder is gone.
        """
        if not self.folder.is_dir():
            raise self.removed()
        path = self.folder / "locks" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(path)
        try:
            lock.acquire(timeout=-1 if wait else 0)
        except filelock.Timeout:
            yield False
            return
        except (NotImplementedError, OSError):
            yield True
            return
        try:
            yield True
        finally:
            lock.release()

    def tidy(self) -> None:
        """Remove the locks of finished blocks, and unfinished parts that killed processes left."""
        for path in (self.folder / "locks").glob("*"):
            if path.name != "collect":
                path.unlink(missing_ok=True)
        tidy_unfinished((self.folder / "parts").glob(".*.part"))


def _is_part(name: str) -> bool:
    """Return whether a file of this name is complete."""
    return name.endswith(".parquet") and not name.startswith(".")


def _unreadable(path: Path, error: Exception) -> StoreError:
    """Return the error for a file that could not be read, which is left where it is."""
    reason = getattr(error, "strerror", None) or str(error).splitlines()[0][:100]
    return StoreError(f"{path} cannot be read and was left where it is: {reason}.")


def _keys(table: pa.Table) -> Keys:
    """Return a table's keys, `(row, 2)`."""
    return np.stack([table[name].to_numpy() for name in KEY], axis=1)


def _values(table: pa.Table, columns: Sequence[str]) -> Values:
    """Return a table's outputs, `(row, column)`."""
    values = np.empty((table.num_rows, len(columns)), np.float32)
    for k, name in enumerate(columns):
        values[:, k] = table[name].to_numpy()
    return values
