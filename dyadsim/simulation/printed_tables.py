"""The tables of a run as users get them: the same numbers, printed without tails of float32.

A score of 12.3 is stored as float32, and pandas prints 12.300000 or 12.300001 for it. `Table` and
`Column` are pandas' own classes with another way of printing; their values are the stored ones.
"""

from contextlib import AbstractContextManager
from typing import Any

import pandas as pd

from dyadsim.simulation import inputs, observe
from dyadsim.simulation.records import Records
from dyadsim.simulation.runs import Run


def _short_number(value: float) -> str:
    """Return a number with the seven digits that a float32 has."""
    return f"{value:.7g}"


def _short_numbers() -> AbstractContextManager[None]:
    """Print short numbers, unless the user has chosen a format of their own."""
    chosen = pd.get_option("display.float_format")
    return pd.option_context("display.float_format", chosen or _short_number)


class Column(pd.Series):
    """A column of a table that prints without tails of float32."""

    @property
    def _constructor(self) -> type["Column"]:
        return Column

    @property
    def _constructor_expanddim(self) -> type["Table"]:
        return Table

    def to_string(self, *args: Any, **options: Any) -> Any:
        """Return the column as text; see pandas."""
        with _short_numbers():
            return super().to_string(*args, **options)


class Table(pd.DataFrame):
    """A table that prints without tails of float32, in a terminal and in a notebook."""

    @property
    def _constructor(self) -> type["Table"]:
        return Table

    @property
    def _constructor_sliced(self) -> type[Column]:
        return Column

    def to_string(self, *args: Any, **options: Any) -> Any:
        """Return the table as text; see pandas."""
        with _short_numbers():
            return super().to_string(*args, **options)

    def _repr_html_(self) -> Any:
        """Return the table for notebooks; see pandas."""
        with _short_numbers():
            return super()._repr_html_()  # type: ignore[misc]  # pandas-stubs leave it out


def _printable(tables: Records) -> Records:
    """Return the same tables as `Table`."""
    return Records(*(Table(table) for table in tables))


def observed(run: Run, truth: bool = False) -> Records:
    """Return what a researcher sees of a run: scores, dates and endings, no latents.

    Parameters
    ----------
    run
        A finished run (`dyadsim.run`), with its truth kept.
    truth
        Also return the latents, one row a client and step.

    Returns
    -------
    Records
        DataFrames clients, therapists, sessions and truth (empty unless `truth`). Their columns,
        with unit and meaning, are `records.SCHEMA`.

    Raises
    ------
    BadInput
        No run, or one that did not keep its truth.

    Examples
    --------
    >>> import dyadsim
    >>> run = dyadsim.run(dyadsim.rct(["cbt", "waitlist"]), "hybrid", 50, seed=7)
    >>> tables = dyadsim.observed(run)
    >>> tables.clients["arm"].value_counts().to_dict()
    {'waitlist': 26, 'cbt': 24}
    """
    inputs.check_run(run, Run)
    inputs.check_truth(run.truth)
    return _printable(observe.observed_records(run, truth))
