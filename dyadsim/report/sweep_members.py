"""A sweep over members of the ensemble: at every point, medians with 90 % intervals."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from dyadsim.analysis.monte_carlo import error_of_mean
from dyadsim.checks import shown_number
from dyadsim.model.members import MEMBER
from dyadsim.report.members import ERROR_SENTENCE, error_text, median_text
from dyadsim.report.printed import say
from dyadsim.simulation.ensemble import ERROR, VALUE, summarise_members
from dyadsim.sweeps.outputs import SE
from dyadsim.sweeps.parquet_files import read_parquet
from dyadsim.sweeps.planned_sweep import PlannedSweep

SHOWN = 24  # rows, up to which they are printed
_REPLICATE, _POINT = "replicate", "point"


def summarise_points(planned: PlannedSweep, path: Path) -> pd.DataFrame:
    """Return every output's median and interval over members, at every point.

    Parameters
    ----------
    planned
        A sweep whose conditions have a label `member`.
    path
        Of its collected table.

    Returns
    -------
    DataFrame
        A row a condition, point and output: the labels but member, point, the axes (empty where
        members differ, as they depart from values of their own), output, and
        `ensemble.COLUMNS`. A member's value is its mean over replicates.
    """
    table = read_parquet(path).to_pandas()
    labels = [name for name in planned.sweep.conditions[0].labels if name != MEMBER]
    names = [*labels, _POINT]
    table = table.astype(dict.fromkeys(labels, "str") | {MEMBER: "int64"})
    columns = planned.sweep.columns
    parts = [
        _of_output(table, [*names, MEMBER], name, known_error=name + SE in columns)
        for name in columns
        if not name.endswith(SE)
    ]
    summary = summarise_members(pd.concat(parts, ignore_index=True))
    axes = _axes(table, names, list(planned.sweep.axes))
    order = [*names, *axes.columns.difference(names, sort=False), "output"]
    merged = summary.merge(axes, on=names, how="left", sort=False)
    return merged[[*order, *merged.columns.drop(order)]]


def print_points(table: pd.DataFrame, members: int, place: str) -> None:
    """Print where the medians over members stand and, if there are few, the medians themselves.

    Parameters
    ----------
    table
        As `summarise_points` returns it.
    members
        How many.
    place
        Path of the file.
    """
    say(f"Medians with 90 % intervals over {members} members: {place}")
    if len(table) > SHOWN:
        return
    names = list(table.columns[: table.columns.get_loc("output")])
    for row in table.to_dict("records"):
        at = ", ".join(f"{name}={_short(row[name])}" for name in names if name != _POINT)
        numbers = f"{median_text(row):>26}  {error_text(row)}"
        say(f"  {row['output']} {at}".rstrip(), "    ")
        print(f"    {numbers}")
    say(ERROR_SENTENCE)


def _short(value: object) -> str:
    return shown_number(value, 4) if isinstance(value, float) else str(value)


def _of_output(
    table: pd.DataFrame, names: Sequence[str], output: str, *, known_error: bool
) -> pd.DataFrame:
    """Return an output's mean over replicates in every member and point, with its error."""
    groups = table.groupby(list(names), sort=False, observed=True)
    values = groups[output].mean()
    if table[_REPLICATE].nunique() > 1:
        errors = groups[output].agg(lambda part: float(error_of_mean(part.to_numpy(float))))
    elif known_error:
        errors = groups[output + SE].first()
    else:
        errors = values * np.nan
    numbers = pd.DataFrame({VALUE: values.astype(float), ERROR: errors.astype(float)})
    return numbers.reset_index().assign(output=output)


def _axes(table: pd.DataFrame, names: Sequence[str], axes: Sequence[str]) -> pd.DataFrame:
    """Return the axes' values at every point; NaN where they differ between members."""
    groups = table.groupby(list(names), sort=False, observed=True)[list(axes)]
    first, same = groups.first(), groups.nunique(dropna=False) <= 1
    return first.where(same).reset_index()
