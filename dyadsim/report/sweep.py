"""What the tasks about sweeps print: cost, state, outputs, failed points."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table

from dyadsim.cli.asked import Asked
from dyadsim.report.page import estimate
from dyadsim.studies.study import plan
from dyadsim.sweeps import outputs, sweep
from dyadsim.sweeps.outputs import SE
from dyadsim.sweeps.store import read_parquet
from dyadsim.sweeps.sweep import Status

SHOWN = 5  # failed points that are listed
POINT_BYTES = 24  # key and design of a row, beside 4 bytes an axis and an output


def cost(found: Asked, threads: int) -> dict[str, Any]:
    """Return what a sweep would cost; nothing is simulated or written."""
    steps = sum(
        len(case.points) * job.clients * (sweep_steps(job))
        for case, job in zip(found.sweep.cases, found.jobs, strict=True)
    )
    seconds = sum(
        len(case.points) * outputs.seconds(job)
        for case, job in zip(found.sweep.cases, found.jobs, strict=True)
    )
    bytes_a_row = POINT_BYTES + 4 * (len(found.sweep.axes) + len(found.sweep.columns))
    return {
        "cases": len(found.sweep.cases),
        "points": len(found.sweep.cases[0].points),
        "replicates": found.sweep.replicates,
        "rows": found.sweep.size,
        "dyad_sessions": found.sweep.replicates * steps,
        "threads": threads,
        "estimated_seconds": round(2 + found.sweep.replicates * seconds / threads, 1),
        "estimated_megabytes": round(found.sweep.size * bytes_a_row / 1e6, 1),
    }


def sweep_steps(job: outputs.Job) -> int:
    """Return the session and follow-up steps of a job's study."""
    return int(plan(job.study).weeks.size - 1)


def say(summary: Mapping[str, Any]) -> None:
    """Print a summary as lines: what, how much."""
    for name, value in summary.items():
        if isinstance(value, Mapping):
            for key, count in value.items():
                print(f"  {name.replace('_', ' ')}: {key}: {count:,}")
        elif isinstance(value, list | tuple):
            for one in value:
                print(f"  {name.replace('_', ' ')}: {one}")
        else:
            number = isinstance(value, int | float) and not isinstance(value, bool)
            text = f"{value:,}" if number else {True: "yes", False: "no"}.get(value, value)
            print(f"  {name.replace('_', ' '):20} {text}")


def state(found: Asked, folder: Path, shards: int) -> dict[str, Any]:
    """Return the state of a stored sweep; with shards, how much each still has to do."""
    told = sweep.status(found.sweep, folder)
    about: dict[str, Any] = {
        "folder": str(folder),
        "rows": told.rows,
        "finished": told.finished,
        "failed": told.failed,
        "missing": dict(told.missing),
        "collected": (folder / "points.parquet").exists(),
        "damaged_parts": list(told.damaged),
        "parts_of_other_models": list(told.foreign),
    }
    if shards > 1:
        left = sweep.missing_by_shard(found.sweep, folder, shards)
        about["missing_by_shard"] = {f"shard {k}": n for k, n in enumerate(left)}
    return about


def summary(found: Asked, folder: Path, told: Status, path: Path | None) -> dict[str, Any]:
    """Return what a run of a sweep has to say for itself."""
    about: dict[str, Any] = {
        "task": "sweep",
        "folder": str(folder),
        **told._asdict(),
        "points": len(found.sweep.cases[0].points),
        "cases": len(found.sweep.cases),
        "replicates": found.sweep.replicates,
    }
    about["missing"] = dict(told.missing)
    if path is not None:
        about["table"] = str(path)
        about["outputs"] = spread(found, path)
        about["failures"] = failures(found, path)
    return about


def spread(found: Asked, path: Path) -> list[dict[str, Any]]:
    """Return each output's lowest, middle and highest value and its typical error."""
    names = [name for name in found.sweep.columns if not name.endswith(SE)]
    table, rows = read_parquet(path, found.sweep.columns), []
    for name in names:
        values = table[name].to_numpy().astype(float)
        error = name + SE if name + SE in found.sweep.columns else None
        known = values[~np.isnan(values)]
        low, middle, high = np.quantile(known, (0, 0.5, 1)) if known.size else (None,) * 3
        rows.append(
            {
                "output": name,
                "lowest": _plain(low),
                "median": _plain(middle),
                "highest": _plain(high),
                "typical_error": _plain(
                    None
                    if error is None
                    else np.nanmedian(table[error].to_numpy())
                    if known.size
                    else None
                ),
            }
        )
    return rows


def _plain(value: Any) -> float | None:
    return None if value is None or np.isnan(value) else float(value)


def failures(found: Asked, path: Path) -> list[dict[str, Any]]:
    """Return the first failed points: where they are and what was wrong."""
    labels = list(found.sweep.cases[0].labels)
    table = read_parquet(path, (*labels, "replicate", "point", *found.sweep.axes, "error"))
    failed = table.filter(pc.not_equal(table["error"], ""))
    rows: list[dict[str, Any]] = failed.slice(0, SHOWN).to_pylist()
    return rows


def print_sweep(found: Asked, about: Mapping[str, Any], path: Path | None, further: bool) -> None:
    """Print what came out, what failed, and the next sensible command."""
    name = Path(about["folder"]).name
    if about["damaged"]:
        print(
            f"Unreadable parts were put aside in {about['folder']}/damaged: "
            f"{len(about['damaged'])}; their points count as missing."
        )
    if about["foreign"]:
        print(
            f"Parts of another version of the model or of other outputs were left alone: "
            f"{len(about['foreign'])}."
        )
    print(
        f"{about['rows']:,} rows ({about['cases']} case{'s' * (about['cases'] > 1)} x "
        f"{about['points']:,} points x {about['replicates']} replicate"
        f"{'s' * (about['replicates'] > 1)}): {about['computed']:,} computed here, "
        f"{about['reused']:,} taken from the store, {about['seconds']:.1f} s."
    )
    if path is None:
        left = about["rows"] - about["finished"]
        print(f"{left:,} rows are still missing in {about['folder']}.")
        print(
            f"Next: dyadsim status name={name}; when all shards are through: "
            f"dyadsim collect name={name}"
        )
        return
    if further:
        _print_spread(found, about["outputs"])
    for row in about["failures"]:
        where = ", ".join(f"{key} {_short(value)}" for key, value in row.items() if key != "error")
        print(f"failed: {where}: {row['error']}")
    if about["failed"]:
        print(f"{about['failed']:,} of {about['rows']:,} rows failed; column 'error' says why.")
    if further:
        print(f"Table: {path}")
        print(f"Next: dyadsim sensitivity name={name}   (which parameters matter)")


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _print_spread(found: Asked, rows: list[dict[str, Any]]) -> None:
    told = outputs.about([row["output"] for row in rows])
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
        numbers = [row[key] for key in ("lowest", "median", "highest")]
        error = row["typical_error"]
        table.add_row(
            row["output"],
            *(
                "" if one is None else estimate(one, error or 0).split("±")[0].strip()
                for one in numbers
            ),
            "" if error is None else f"{error:.2g}",
            told[row["output"]],
        )
    Console(width=150).print(table)
