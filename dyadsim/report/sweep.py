"""A sweep: its cost, its state, its outputs and the points that failed."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rich.table import Table

from dyadsim.checks import shown_number
from dyadsim.model.members import MEMBER
from dyadsim.report.page import estimate_text
from dyadsim.report.printed import print_table, say
from dyadsim.studies.study import plan_study
from dyadsim.sweeps import outputs, sweep
from dyadsim.sweeps.outputs import SE
from dyadsim.sweeps.parquet_files import KEY, read_parquet
from dyadsim.sweeps.planned_sweep import PlannedSweep
from dyadsim.sweeps.sweep import Status

SHOWN = 5  # failed points that are listed
ROWS, COLUMNS = 36, 6  # of a table that is printed row by row
_NOT_SETTINGS = ("point", "error", *KEY)
POINT_BYTES = 24  # key and labels of a row, beside 4 bytes an axis and an output


def sweep_cost(planned: PlannedSweep, threads: int) -> dict[str, Any]:
    """Return what a sweep would cost; nothing is simulated or written.

    Parameters
    ----------
    planned
        The sweep.
    threads
        How many compute.

    Returns
    -------
    dict
        Conditions, points, replicates, rows, dyad_sessions, threads, estimated_seconds and
        estimated_megabytes.
    """
    sizes = [len(condition.points) for condition in planned.sweep.conditions]
    jobs = list(zip(sizes, planned.jobs, strict=True))
    steps = sum(size * job.clients * (plan_study(job.study).weeks.size - 1) for size, job in jobs)
    seconds = sum(size * outputs.seconds_per_point(job) for size, job in jobs)
    bytes_a_row = POINT_BYTES + 4 * (len(planned.sweep.axes) + len(planned.sweep.columns))
    replicates = planned.sweep.replicates
    return {
        "conditions": len(sizes),
        "points": sizes[0],
        "replicates": replicates,
        "rows": planned.sweep.size,
        "dyad_sessions": int(replicates * steps),
        "threads": threads,
        "estimated_seconds": round(2 + replicates * seconds / threads, 1),
        "estimated_megabytes": round(planned.sweep.size * bytes_a_row / 1e6, 1),
    }


def print_summary(summary: Mapping[str, Any]) -> None:
    """Print a summary as lines: what, how much.

    Parameters
    ----------
    summary
        Plain values; a mapping or a list takes a line an entry.
    """
    for key, value in summary.items():
        name = key.replace("_", " ")
        if isinstance(value, Mapping):
            for part, count in value.items():
                say(f"  {name}: {part}: {count:,}")
        elif isinstance(value, list | tuple):
            for entry in value:
                say(f"  {name}: {entry}")
        elif isinstance(value, bool):
            say(f"  {name:20} {'yes' if value else 'no'}")
        else:
            say(f"  {name:20} {f'{value:,}' if isinstance(value, int | float) else value}")


def sweep_state(planned: PlannedSweep, folder: Path, shards: int) -> dict[str, Any]:
    """Return the state of a stored sweep.

    Parameters
    ----------
    planned
        The sweep.
    folder
        Of its store.
    shards
        Number of processes that share it; with several, how much each still has to compute.

    Returns
    -------
    dict
        Plain values.
    """
    status = sweep.sweep_status(planned.sweep, folder)
    state: dict[str, Any] = {
        "folder": str(folder),
        "rows": status.rows,
        "finished": status.finished,
        "failed": status.failed,
        "missing": dict(status.missing),
        "collected": (folder / "points.parquet").exists(),
        "damaged_parts": list(status.damaged),
        "parts_of_other_models": list(status.foreign),
    }
    if shards > 1:
        missing = sweep.missing_by_shard(planned.sweep, folder, shards)
        state["missing_by_shard"] = {f"shard {k}": count for k, count in enumerate(missing)}
    return state


def sweep_summary(
    planned: PlannedSweep, folder: Path, status: Status, path: Path | None
) -> dict[str, Any]:
    """Return what a run of a sweep did and, once its table is complete, what came out.

    Parameters
    ----------
    planned
        The sweep.
    folder
        Of its store.
    status
        Its state after the run.
    path
        Of the collected table; None: rows are missing.

    Returns
    -------
    dict
        Plain values.
    """
    summary: dict[str, Any] = {
        "task": "sweep",
        "folder": str(folder),
        **status._asdict(),
        "points": len(planned.sweep.conditions[0].points),
        "conditions": len(planned.sweep.conditions),
        "replicates": planned.sweep.replicates,
    }
    summary["missing"] = dict(status.missing)
    if path is not None:
        summary["table"] = str(path)
        summary["outputs"] = output_ranges(planned, path)
        summary["failures"] = first_failures(planned, path)
    return summary


def output_ranges(planned: PlannedSweep, path: Path) -> list[dict[str, Any]]:
    """Return each output's lowest, median and highest value and its typical error.

    Parameters
    ----------
    planned
        The sweep.
    path
        Of the collected table.

    Returns
    -------
    list of dict
        output, without_value (rows), lowest, median, highest, typical_error (median over points;
        null where unknown), meaning (with whose clients count).
    """
    columns = planned.sweep.columns
    table = read_parquet(path, columns)
    meanings = outputs.column_meanings(columns, [job.study for job in planned.jobs])
    return [
        {**_output_range(table, name, known_error=name + SE in columns), "meaning": meanings[name]}
        for name in columns
        if not name.endswith(SE)
    ]


def _output_range(table: pa.Table, name: str, known_error: bool) -> dict[str, Any]:
    """Return one output's row."""
    values = table[name].to_numpy().astype(float)
    values = values[~np.isnan(values)]
    row: dict[str, Any] = {"output": name, "without_value": len(table) - values.size}
    row |= dict.fromkeys(("lowest", "median", "highest", "typical_error"))
    if values.size:
        quantiles = np.quantile(values, (0, 0.5, 1))
        row |= zip(("lowest", "median", "highest"), map(_plain, quantiles), strict=True)
        errors = table[name + SE].to_numpy().astype(float) if known_error else np.array([])
        if not np.isnan(errors).all():
            row["typical_error"] = _plain(np.nanmedian(errors))
    return row


def _plain(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def first_failures(planned: PlannedSweep, path: Path) -> list[dict[str, Any]]:
    """Return the first failed points: where they are and what was wrong.

    Parameters
    ----------
    planned
        The sweep.
    path
        Of the collected table.

    Returns
    -------
    list of dict
        Up to `SHOWN` rows: labels, replicate, point, axes, error.
    """
    labels = list(planned.sweep.conditions[0].labels)
    table = read_parquet(path, (*labels, "replicate", "point", *planned.sweep.axes, "error"))
    failed = table.filter(pc.not_equal(table["error"], ""))
    rows: list[dict[str, Any]] = failed.slice(0, SHOWN).to_pylist()
    return rows


def print_sweep(summary: Mapping[str, Any], path: Path | None, *, outputs_too: bool) -> None:
    """Print what came out, and what failed.

    Parameters
    ----------
    summary
        See `sweep_summary`.
    path
        Of the collected table; None: rows are missing.
    outputs_too
        Whether the outputs are printed; not where an analysis of them follows.
    """
    _print_parts(summary)
    say(
        f"{summary['rows']:,} rows ({_count(summary['conditions'], 'condition')} x "
        f"{summary['points']:,} points x {_count(summary['replicates'], 'replicate')}): "
        f"{summary['computed']:,} computed here, {summary['reused']:,} taken from the store, "
        f"{summary['seconds']:.1f} s."
    )
    if path is None:
        missing = summary["rows"] - summary["finished"]
        say(f"{missing:,} rows are still missing in {summary['folder']}.")
        return
    if outputs_too and not print_rows(summary, path):
        _print_outputs(summary["outputs"])
    _print_failures(summary)
    _print_empty(summary)
    if outputs_too:
        print(f"Table: {path}")


def print_rows(summary: Mapping[str, Any], path: Path) -> bool:
    """Print the rows of a small table, each output with its error; return whether it was small.

    Parameters
    ----------
    summary
        See `sweep_summary`.
    path
        Of the collected table.
    """
    names = [row["output"] for row in summary["outputs"]]
    if not 1 < summary["rows"] <= ROWS or len(names) > COLUMNS:
        return False
    table = read_parquet(path).to_pandas()
    others = [name for name in table.columns if name.removesuffix(SE) not in names]
    settings = [name for name in others if name not in _NOT_SETTINGS and table[name].nunique() > 1]
    if MEMBER in settings:
        return False
    shown = Table(title="Outputs at every point (± = Monte-Carlo error)", title_justify="left")
    for name in (*settings, *names):
        shown.add_column(name, justify="right")
    for row in table.to_dict("records"):
        cells = [_short(row[name]) for name in settings]
        shown.add_row(*cells, *(_with_error(row, name) for name in names))
    print_table(shown)
    for row in summary["outputs"]:
        say(f"{row['output']}: {row['meaning']}")
    return True


def _with_error(row: Mapping[Any, Any], name: str) -> str:
    """Return an output of a row and its error, in words; "" where it has no value."""
    value, error = float(row[name]), float(row.get(name + SE, np.nan))
    if np.isnan(value):
        return ""
    return shown_number(value, 3) if np.isnan(error) else estimate_text(value, error)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number > 1)}"


def _print_parts(summary: Mapping[str, Any]) -> None:
    """Print which parts of the store were not used."""
    if summary["damaged"]:
        say(
            f"Unreadable parts were put aside in {summary['folder']}/damaged: "
            f"{len(summary['damaged'])}; their points count as missing."
        )
    if summary["foreign"]:
        say(
            "Parts of another version of the model or of other outputs were left alone: "
            f"{len(summary['foreign'])}."
        )


def _print_failures(summary: Mapping[str, Any]) -> None:
    """Print the first failed points."""
    for row in summary["failures"]:
        where = ", ".join(f"{key} {_short(value)}" for key, value in row.items() if key != "error")
        say(f"failed: {where}: {row['error']}")
    if summary["failed"]:
        say(f"{summary['failed']:,} of {summary['rows']:,} rows failed; column 'error' says why.")


def _print_empty(summary: Mapping[str, Any]) -> None:
    """Say which outputs have no value in rows that did not fail."""
    empty: dict[int, list[str]] = {}
    for row in summary["outputs"]:
        if row["without_value"] > summary["failed"]:
            empty.setdefault(row["without_value"] - summary["failed"], []).append(row["output"])
    for count, names in empty.items():
        say(f"no value in {count:,} of {summary['rows']:,} rows: {', '.join(names)}.")


def _short(value: Any) -> str:
    return shown_number(value, 6) if isinstance(value, float) else str(value)


def _print_outputs(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print the range of every output over the points."""
    table = Table(
        "output",
        "lowest",
        "median",
        "highest",
        "± typical",
        "meaning",
        title="Outputs over all points (± = Monte-Carlo error of one point)",
    )
    for row in rows:
        error = row["typical_error"]
        numbers = [
            "" if row[key] is None else estimate_text(row[key], error or 0).split("±")[0].strip()
            for key in ("lowest", "median", "highest")
        ]
        typical = "" if error is None else shown_number(error, 2)
        table.add_row(row["output"], *numbers, typical, row["meaning"])
    print_table(table)
