"""The tables of a run written as Parquet a part at a time, so that they need not fit into memory.

Clients of a part follow those of the part before. The rows are those of one table, to the bit; each
part is a row group of the file.
"""

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from dyadsim.simulation.records import Records, check_records, write_schema

_IN_PARTS = ("clients", "sessions", "truth")


class TableFiles:
    """The Parquet files of a run's tables, open for further clients.

    Leaving the `with` block writes what is left: the therapists, and `schema.json`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open = ExitStack()
        self._files: dict[str, Any] = {}
        self._therapists: list[pd.DataFrame] = []

    def __enter__(self) -> Self:
        """Return the files; the folder is made."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    def add(self, part: Records) -> None:
        """Write the rows of further clients.

        Parameters
        ----------
        part
            Their tables; an empty truth is left out.

        Raises
        ------
        BadData
            A table does not follow the schema.
        """
        tables = check_records(part)._asdict()
        for name in _IN_PARTS:
            if not (name == "truth" and tables[name].empty):
                self._write(name, tables[name])
        self._therapists.append(part.therapists)

    def _write(self, name: str, table: pd.DataFrame) -> None:
        """Append rows to the file of a table."""
        rows = pa.Table.from_pandas(table, preserve_index=False)
        if name not in self._files:
            file = pq.ParquetWriter(self._folder / f"{name}.parquet", rows.schema)
            self._files[name] = self._open.enter_context(file)
        self._files[name].write_table(rows)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the files; without an error, write the therapists and the schema."""
        self._open.close()
        if kind is None and self._therapists:
            every = pd.concat(self._therapists).drop_duplicates("therapist")
            therapists = every.sort_values("therapist", ignore_index=True)
            therapists.to_parquet(self._folder / "therapists.parquet", index=False)
            write_schema(self._folder)
