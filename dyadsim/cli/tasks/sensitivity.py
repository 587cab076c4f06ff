"""The task `sensitivity`: take a sweep's table, rank its parameters or find a region, draw it."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from dyadsim.cli.asked import Asked
from dyadsim.cli.results_folder import NoFolder, rows_of
from dyadsim.cli.settings import Settings, whole
from dyadsim.errors import BadInput
from dyadsim.simulation import records
from dyadsim.sweeps import scenario_discovery, sensitivity
from dyadsim.sweeps.outputs import SE, about
from dyadsim.sweeps.store import read_parquet

TOP = 12  # parameters that are printed an output


def check(one: Settings, found: Asked) -> None:
    """Refuse what cannot be analysed, before anything is simulated.

    Raises
    ------
    BadInput
        a method that these points do not serve, no interval to rank, no readable target.
    """
    method = sensitivity.method_for(str(one.task["method"]), found.sampling)
    whole("task.resamples", one.task["resamples"], 20, 100_000)
    whole("task.seed", one.task["seed"], 0, 2**31)
    if method == "prim":
        scenario_discovery.target(one.task["target"], _outputs(found))
    elif not _sampled(found):
        raise BadInput("sensitivity ranks parameters that are given as intervals; there is none.")


def _outputs(found: Asked) -> list[str]:
    return [name for name in found.sweep.columns if not name.endswith(SE)]


def _sampled(found: Asked) -> list[str]:
    return [axis.name for axis in found.axes if not axis.levels]


def _groups(found: Asked, table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the parts that are analysed on their own: cases, and levels that are crossed."""
    crossed = [axis.name for axis in found.axes if axis.levels]
    labels = [*found.sweep.cases[0].labels, *crossed]
    if not labels:
        yield "", table
        return
    for values, part in table.groupby(labels, sort=False, observed=True):
        yield ", ".join(f"{k} {_text(v)}" for k, v in zip(labels, values, strict=True)), part


def _text(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float | np.floating) else str(value)


def _by_replicate(part: pd.DataFrame, name: str) -> np.ndarray[Any, Any]:
    """Return a column as `(replicate, point)`."""
    count = part["replicate"].nunique()
    values: np.ndarray[Any, Any] = part[name].to_numpy(float).reshape(count, -1)
    return values


def analyse(one: Settings, found: Asked, folder: Path) -> None:
    """Leave tables and figure of the analysis beside the sweep's table, and print the ranking."""
    method = sensitivity.method_for(str(one.task["method"]), found.sampling)
    table = read_parquet(folder / "points.parquet").to_pandas()
    if method == "prim":
        _prim(one, found, folder, table)
        return
    rankings, noises = [], []
    for label, part in _groups(found, table):
        outputs = [name for name in _outputs(found) if part[name].notna().any()]
        first = part[part["replicate"] == part["replicate"].iloc[0]]
        ranking = sensitivity.rank(
            method,
            _sampled(found),
            found.sampling,
            first[_sampled(found)].to_numpy(float),
            {name: _by_replicate(part, name) for name in outputs},
            {n: _by_replicate(part, n + SE) for n in outputs if n + SE in found.sweep.columns},
            int(one.task["resamples"]),
            int(one.task["seed"]),
        )
        rankings.append(ranking.table.assign(case=label))
        noises.append(ranking.noise.assign(case=label))
    indices, noise = pd.concat(rankings), pd.concat(noises)
    summary = {
        "task": "sensitivity",
        "method": method,
        "points": len(table),
        "indices": rows_of(indices),
        "noise": rows_of(noise),
    }
    place = _leave(
        folder,
        method,
        summary,
        {"indices": indices, "noise": noise},
        lambda where: _draw(where, method, indices, noise),
    )
    if one.json:
        print(json.dumps(summary))
        return
    _print(method, indices, noise)
    print(f"Tables and figure: {place}")


def _draw(where: Path, method: str, indices: pd.DataFrame, noise: pd.DataFrame) -> None:
    from dyadsim.plots import sensitivity as drawn
    from dyadsim.plots import style

    shown = drawn.chosen(indices)
    meanings = about(list(dict.fromkeys(shown["output"])))
    style.save(drawn.figure(method, shown, noise, meanings), where, "figure", shown)


def _leave(
    folder: Path, method: str, summary: dict[str, Any], tables: dict[str, pd.DataFrame], draw: Any
) -> Path:
    """Write a method's folder whole or not at all; it takes the place of an older one."""
    place = folder / method

    def fill(where: Path) -> None:
        records.write_json(where / "summary.json", summary)
        for name, table in tables.items():
            table.to_csv(where / f"{name}.csv", index=False)
        draw(where)

    try:
        if place.exists():
            shutil.rmtree(place)
        return records.write_folder(place, fill)
    except OSError as error:
        raise NoFolder(f"{place} cannot be written: {error.strerror or error}.") from None


def _print(method: str, indices: pd.DataFrame, noise: pd.DataFrame) -> None:
    """Print each output's parameters, the strongest first."""
    console = Console(width=130)
    main = {"sobol": "total", "morris": "mean absolute effect", "pawn": "median distance"}[method]
    for (case, output), part in indices.groupby(["case", "output"], sort=False):
        share, source = noise.loc[
            (noise["case"] == case) & (noise["output"] == output), ["noise_share", "source"]
        ].iloc[0]
        told = "unknown" if np.isnan(share) else f"{share:.1%}"
        alone, where = part[part["other"] == ""], f" ({case})" if case else ""
        title = f"{output}{where}: {method}; noise {told} of the variance over points ({source})"
        table = Table("parameter", *dict.fromkeys(alone["index"]), title=title)
        order = alone[alone["index"] == main].sort_values("value", ascending=False)["parameter"]
        for name in order[:TOP]:
            rows = alone.loc[alone["parameter"] == name, ["value", "low", "high"]].to_numpy(float)
            table.add_row(name, *(_cell(*row) for row in rows))
        console.print(table)
    ranked = set(indices["output"])
    for row in noise[~noise["output"].isin(ranked)].itertuples():
        print(f"{row.output}: {str(row.source).rstrip('.')}; no indices.")
    brackets = "" if method == "pawn" else "Brackets: 95 % bootstrap intervals. "
    print(f"{brackets}{sensitivity.METHODS[method][1].capitalize()}.")
    for case, output, count in noise.loc[
        noise["left_out"] > 0, ["case", "output", "left_out"]
    ].to_numpy():
        where = f" ({case})" if case else ""
        print(f"{output}{where}: {count} points were left out, without a value or beside one.")


def _cell(value: float, low: float, high: float) -> str:
    """Return an index with its interval, if it has one."""
    return f"{value:.3f}" + ("" if np.isnan(low) else f" [{low:.3f}, {high:.3f}]")


def _prim(one: Settings, found: Asked, folder: Path, table: pd.DataFrame) -> None:
    """Find and leave the region in which the target is met, all cases and replicates together."""
    wanted = scenario_discovery.target(one.task["target"], _outputs(found))
    axes = list(found.sweep.axes)
    means = table.groupby([*found.sweep.cases[0].labels, *axes], sort=False, observed=True)
    flat = means[wanted.output].mean().reset_index()
    labels = list(found.sweep.cases[0].labels)
    space = pd.get_dummies(flat[[*axes, *labels]], columns=labels, dtype=float)
    space = space.loc[:, space.nunique() > 1]
    box = scenario_discovery.find(
        space, scenario_discovery.met(wanted, flat[wanted.output].to_numpy(float))
    )
    summary = {
        "task": "sensitivity",
        "method": "prim",
        "target": str(one.task["target"]),
        "points": box.points,
        "share_met": box.share_met,
        "coverage": box.coverage,
        "density": box.density,
        "limits": rows_of(box.limits),
    }

    def draw(where: Path) -> None:
        from dyadsim.plots import scenario, style

        spans = {axis.name: (axis.low, axis.high) for axis in found.axes if not axis.levels}
        style.save(scenario.figure(box, spans, str(one.task["target"])), where, "figure", box.path)

    place = _leave(folder, "prim", summary, {"limits": box.limits, "path": box.path}, draw)
    if one.json:
        print(json.dumps(summary))
        return
    shown = Table(
        "parameter",
        "low",
        "high",
        "quasi-p",
        title=f"Where {one.task['target']}: {box.density:.0%} of the points in the box "
        f"meet it ({box.share_met:.0%} of all {box.points:,}); the box holds "
        f"{box.coverage:.0%} of those that do",
    )
    for name, low, high, luck in zip(*(box.limits[key] for key in box.limits), strict=True):
        mark = "" if luck < scenario_discovery.CHANCE else " (may be chance)"
        shown.add_row(str(name), f"{low:.3g}", f"{high:.3g}", f"{luck:.2g}{mark}")
    Console(width=120).print(shown)
    print(f"Tables and figure: {place}")
