"""Parquet files with checksums: written whole or not at all, and read or found to be damaged.

A part is named after its content, so its name is its checksum; that of a file with another name
lies beside it. In every file each page has one of its own, too. Only a checksum that does not fit
is damage: a file that cannot be opened is not.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dyadsim.simulation.unfinished import umask, unfinished_prefix, write_file

KEY = ("key_high", "key_low")  # the columns that hold a point's key
TABLE = "points.parquet"  # the collected table; every other file of a store is a part
_NOTE = b"dyadsim"


class Damaged(Exception):
    """The content of a file is not what was written."""


def read_parquet(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Return columns of a Parquet file, None: all; its checksums are verified."""
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        return file.read(None if columns is None else list(columns))


def content_name(path: Path) -> str:
    """Return the name of a part with this content."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=12))
    return f"{digest.hexdigest()}.parquet"


def _checksums(path: Path) -> list[str]:
    """Return the checksums that a table may have; none where an older version wrote it."""
    beside = path.with_suffix(".checksum")
    return beside.read_text("ascii", "replace").split() if beside.is_file() else []


def _write_checksum(path: Path, new: Path) -> None:
    """Write the checksum of a table's new file before it takes its place.

    That of the present file stays until then: whenever a process ends, the file that is there fits.
    """
    present = [content_name(path)] if path.is_file() else []
    known = _checksums(path)
    kept = [name for name in present if name in known or not known]
    text = "\n".join([*kept, content_name(new), ""])
    write_file(path.with_suffix(".checksum"), lambda beside: beside.write_text(text, "ascii"))


def check_content(path: Path) -> None:
    """Refuse a part whose name does not fit its content, or a table that its checksum does not fit.

    Parameters
    ----------
    path
        Of a file in the folder `parts`, or of another Parquet file.

    Raises
    ------
    Damaged
        A checksum does not fit.
    OSError
        It cannot be opened or read; that says nothing about its content.
    """
    if path.parent.name == "parts" and path.name != TABLE:  # a sweep may be called parts
        if content_name(path) != path.name:
            raise Damaged("its content is not what its name says")
        return
    present = content_name(path)  # a file that cannot be opened is not damaged
    known = _checksums(path)
    if known and present not in known:
        raise Damaged("its content is not what its checksum says")
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            for group in range(file.num_row_groups):
                file.read_row_group(group)
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise Damaged(str(error).splitlines()[0][:100]) from None


def read_note(path: Path) -> Any:
    """Return the note that `write_parquet` left in a file's metadata; {} where there is none."""
    return json.loads((pq.read_schema(path).metadata or {}).get(_NOTE, b"{}"))


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
    handle, part = tempfile.mkstemp(prefix=unfinished_prefix("part"), suffix=".part", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            _write_table(table, file)
            os.fchmod(file.fileno(), 0o666 & ~umask())  # as any file, not mkstemp's own 0600
            file.flush()
            os.fsync(file.fileno())
        path = folder / (name or content_name(Path(part)))
        if name:
            _write_checksum(path, Path(part))
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
