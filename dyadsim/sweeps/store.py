"""Where finished points are kept: Parquet parts that are complete or absent, found by key.

A point's key is a hash of everything that decides its numbers: the model's version, the study, all
parameters, the random seed, the replicate. The same command therefore finds what exists, whatever
the order and the process that computed it, and points of another version can never be taken for
these.

    results/<name>/manifest.json    the words of the command
                   parts/*.parquet  key, outputs, error: written beside, then renamed
                   locks/*          which process works on what; a dead process locks nothing
                   damaged/*        parts that could not be read, put aside
                   points.parquet   the collected table: labels, axes, outputs, error, key
"""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import filelock
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dyadsim.errors import Failed
from dyadsim.simulation.records import umask
from dyadsim.sweeps.content_keys import Index, Keys

type Values = np.ndarray[Any, np.dtype[np.float32]]

DEAD = 60.0  # seconds after which a part that is still being written belongs to a dead process
SCHEMA = 1  # of parts and points.parquet
KEY = ("key_high", "key_low")
_NOTE = b"dyadsim"


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
        self.damaged: list[str] = []
        self.foreign: list[str] = []
        self._parts: dict[Path, Keys] = {}
        self._index: Index | None = None

    @property
    def _note(self) -> dict[str, Any]:
        return {"schema": SCHEMA, "model": self.version, "columns": list(self.columns)}

    def files(self) -> list[Path]:
        """Return the collected table, if there is one, and all parts."""
        return [
            path
            for path in (self.folder / "points.parquet", *sorted(self.folder.glob("parts/*")))
            if path.suffix == ".parquet" and not path.name.startswith(".") and path.exists()
        ]

    def refresh(self) -> None:
        """Read the keys of new parts; put parts aside that cannot be read."""
        for path in self.files():
            if path not in self._parts and path.name not in self.foreign:
                with suppress(FileNotFoundError):  # another process has collected it meanwhile
                    self._add(path)

    def _add(self, path: Path) -> None:
        """Read the keys of a part, unless it belongs to another model or has other outputs."""
        try:
            note = json.loads((pq.read_schema(path).metadata or {}).get(_NOTE, b"{}"))
            if note != self._note:
                self.foreign.append(path.name)
                return
            self._parts[path] = _keys(read_parquet(path, KEY))
            self._index = None
        except FileNotFoundError:
            raise
        except (pa.ArrowException, OSError, ValueError) as error:
            self._put_aside(path, error)

    def _put_aside(self, path: Path, error: Exception) -> None:
        """Move an unreadable part to damaged/: its points count as missing."""
        aside = self.folder / "damaged"
        aside.mkdir(exist_ok=True)
        os.replace(path, aside / path.name)
        self.damaged.append(f"{path.name}: {str(error).splitlines()[0][:100]}")

    def _tables(self, columns: Sequence[str], *, check_content: bool = False) -> list[pa.Table]:
        """Return these columns of every part, after a refresh.

        With `check_content`, a part whose content is not what its name says is put aside, too.
        """
        self.refresh()
        tables = []
        for path in list(self._parts):
            try:
                if check_content:
                    _check_content(path)
                tables.append(read_parquet(path, columns))
            except FileNotFoundError:  # another process has collected it meanwhile
                self._drop(path)
                return self._tables(columns, check_content=check_content)
            except (pa.ArrowException, OSError, ValueError) as error:
                self._put_aside(path, error)
                self._drop(path)
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
        OSError
            It cannot be written (disk full, no permission); nothing is left behind.
        """
        folder = self.folder / "parts"
        folder.mkdir(parents=True, exist_ok=True)
        path = write_parquet(folder, None, columns=self._columns(rows), note=self._note)
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
        tables = self._tables((*self.columns, "error", *KEY), check_content=True)
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
        old = {path for path in self._parts if path.parent.name == "parts"}
        if len(rest.keys):
            old.discard(self.write(rest))
        path = self.folder / "points.parquet"
        if path.exists() and path not in self._parts:  # of other outputs or another model: kept
            os.replace(path, self.folder / "parts" / _content_name(path))
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
        """
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
        for path in (self.folder / "parts").glob(".*.part"):
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > DEAD:
                    path.unlink()


def _keys(table: pa.Table) -> Keys:
    """Return a table's keys, `(row, 2)`."""
    return np.stack([table[name].to_numpy() for name in KEY], axis=1)


def _values(table: pa.Table, columns: Sequence[str]) -> Values:
    """Return a table's outputs, `(row, column)`."""
    values = np.empty((table.num_rows, len(columns)), np.float32)
    for k, name in enumerate(columns):
        values[:, k] = table[name].to_numpy()
    return values


def read_parquet(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Return columns of a Parquet file, None: all; its checksums are verified."""
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        return file.read(None if columns is None else list(columns))


def _content_name(path: Path) -> str:
    """Return the name of a part with this content."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=12))
    return f"{digest.hexdigest()}.parquet"


def _check_content(path: Path) -> None:
    """Refuse a part whose name does not fit its content.

    Raises
    ------
    ValueError
        It does not fit.
    """
    if path.parent.name == "parts" and _content_name(path) != path.name:
        raise ValueError("its content is not what its name says")


def write_parquet(
    folder: Path, name: str | None, *, columns: dict[str, Any], note: dict[str, Any]
) -> Path:
    """Write a Parquet file beside its place, then rename it: it is complete or absent.

    Parameters
    ----------
    folder
        Of the file.
    name
        Of the file; None: named after its content.
    columns
        Name -> values.
    note
        Kept in the file's metadata.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    OSError
        It cannot be written; nothing is left behind.
    """
    table = pa.table(columns).replace_schema_metadata({_NOTE: json.dumps(note).encode()})
    handle, part = tempfile.mkstemp(prefix=".", suffix=".part", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            _write_table(table, file)
            os.fchmod(file.fileno(), 0o666 & ~umask())  # as any file, not mkstemp's own 0600
            file.flush()
            os.fsync(file.fileno())
        path = folder / (name or _content_name(Path(part)))
        os.replace(part, path)
        return path
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def _write_table(table: pa.Table, file: Any) -> None:
    """Write a table with checksums, compressed by the kind of its columns."""
    floats = [name for name in table.column_names if pa.types.is_floating(table[name].type)]
    pq.write_table(
        table,
        file,
        compression="zstd",
        write_page_checksum=True,
        row_group_size=1 << 17,
        use_dictionary=[name for name in table.column_names if name not in (*floats, *KEY)],
        use_byte_stream_split=floats,
    )
