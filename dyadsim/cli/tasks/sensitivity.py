"""Which parameters matter for the outputs of a sweep; runs the sweep or takes what is stored."""

import dataclasses
import json
import math
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dyadsim.checks import shown_number, whole_number
from dyadsim.cli.memory import sweep_need
from dyadsim.cli.task import Task, TaskSettings, setting
from dyadsim.cli.tasks.sweep import NOT_IN_SWEEPS, execute, finish
from dyadsim.errors import BadInput

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from dyadsim.cli.sweep_request import SweepRequest
    from dyadsim.sweeps.planned_sweep import PlannedSweep
    from dyadsim.sweeps.sensitivity import SweptTable


@dataclasses.dataclass
class SensitivitySettings(TaskSettings):
    """Settings of `sensitivity`."""

    method: str = setting(
        "auto", "sobol, morris, pawn, prim; auto = what the points were laid out for"
    )
    target: Any = setting(None, "of prim: what to look for: \"task.target='facts_met >= 30'\"")
    resamples: int = setting(200, "bootstrap samples behind the intervals")
    seed: int = setting(1, "random seed of these")


def _method(request: "SweepRequest") -> str:
    from dyadsim.sweeps.sensitivity import method_for

    return method_for(request.settings.task.method, request.planned.sampling)


def _outputs(planned: "PlannedSweep") -> list[str]:
    """Return the outputs, without the columns of their errors."""
    from dyadsim.sweeps.outputs import SE

    return [name for name in planned.sweep.columns if not name.endswith(SE)]


def _sampled(planned: "PlannedSweep") -> list[str]:
    """Return the axes that are intervals."""
    return [axis.name for axis in planned.axes if not axis.levels]


def check(request: "SweepRequest") -> None:
    """Refuse what cannot be analysed, before anything is simulated.

    Raises
    ------
    BadInput
        A method that these points do not serve, no interval to rank, no readable target.
    """
    from dyadsim.sweeps import scenario_discovery

    task: SensitivitySettings = request.settings.task
    method = _method(request)
    whole_number("task.resamples", task.resamples, 20, 100_000)
    whole_number("task.seed", task.seed, 0, 2**31)
    if method == "prim":
        scenario_discovery.parse_target(task.target, _outputs(request.planned))
    elif not _sampled(request.planned):
        raise BadInput("sensitivity ranks parameters that are given as intervals; there is none.")
    _check_points(method, request.planned)


def _check_points(method: str, planned: "PlannedSweep") -> None:
    """Refuse fewer points than the method needs, before the sweep computes them."""
    from dyadsim.sweeps import scenario_discovery, sensitivity

    points = len(planned.sweep.conditions[0].points)
    crossed = math.prod(len(axis.levels) for axis in planned.axes if axis.levels)
    fewest, there, what = {
        "pawn": (sensitivity.IN_SLICE * sensitivity.SLICES, points // crossed, "points"),
        "prim": (
            2 * scenario_discovery.FEWEST,
            points * len(planned.sweep.conditions),
            "points",
        ),
    }.get(method, (sensitivity.FEWEST, planned.sampling.n, "groups of points"))
    if there < fewest:
        of_each = " of the intervals, at every value that is crossed" * (crossed > 1)
        more = {"file": "", "grid": " (points.levels)", "one_at_a_time": " (points.levels)"}
        raise BadInput(
            f"task.method={method} needs {fewest} {what} or more{of_each}; this sweep has {there}: "
            f"give more points{more.get(planned.sampling.method, ' (points.n=64)')}."
        )


def run(request: "SweepRequest") -> int:
    """Compute what is missing of the sweep; once it is complete, analyse it."""
    state = execute(request)
    code = finish(request, state, ranked=True)
    if state.finished == state.rows:
        _analyse(request)
    return code


def _analyse(request: "SweepRequest") -> None:
    from dyadsim.sweeps.parquet_files import read_parquet

    table = read_parquet(request.folder / "points.parquet").to_pandas()
    if _method(request) == "prim":
        _find_box(request, table)
    else:
        _rank(request, table)


def _groups(planned: "PlannedSweep", table: "pd.DataFrame") -> "Iterator[tuple[str, pd.DataFrame]]":
    """Yield the parts that are analysed on their own: conditions, and levels that are crossed."""
    crossed = [axis.name for axis in planned.axes if axis.levels]
    labels = [*planned.sweep.conditions[0].labels, *crossed]
    if not labels:
        yield "", table
        return
    for values, part in table.groupby(labels, sort=False, observed=True):
        pairs = zip(labels, values, strict=True)
        yield ", ".join(f"{label} {_text(value)}" for label, value in pairs), part


def _text(value: Any) -> str:
    return shown_number(value, 6) if isinstance(value, float) else str(value)


def _by_replicate(part: "pd.DataFrame", name: str) -> "np.ndarray[Any, Any]":
    """Return a column as `(replicate, point)`."""
    values: np.ndarray[Any, Any] = part[name].to_numpy(float)
    return values.reshape(part["replicate"].nunique(), -1)


def _swept_table(planned: "PlannedSweep", part: "pd.DataFrame") -> "SweptTable":
    from dyadsim.sweeps.outputs import SE
    from dyadsim.sweeps.sensitivity import SweptTable

    names = [name for name in _outputs(planned) if part[name].notna().any()]
    with_error = [name for name in names if name + SE in planned.sweep.columns]
    first = part[part["replicate"] == part["replicate"].iloc[0]]
    return SweptTable(
        _sampled(planned),
        planned.sampling,
        first[_sampled(planned)].to_numpy(float),
        {name: _by_replicate(part, name) for name in names},
        {name: _by_replicate(part, name + SE) for name in with_error},
    )


def _rank(request: "SweepRequest", table: "pd.DataFrame") -> None:
    """Rank the parameters; leave and print the ranking."""
    import pandas as pd

    from dyadsim.report import sensitivity as report
    from dyadsim.report.plain_rows import rows_for_json
    from dyadsim.sweeps.outputs import column_meanings
    from dyadsim.sweeps.sensitivity import Bootstrap, rank_parameters

    settings, method = request.settings, _method(request)
    bootstrap = Bootstrap(settings.task.resamples, settings.task.seed)
    rankings, noises = [], []
    for label, part in _groups(request.planned, table):
        ranking = rank_parameters(method, _swept_table(request.planned, part), bootstrap)
        rankings.append(ranking.table.assign(condition=label))
        noises.append(ranking.noise.assign(condition=label))
    indices, noise = pd.concat(rankings), pd.concat(noises)
    studies = [job.study for job in request.planned.jobs]
    summary = {
        "task": "sensitivity",
        "method": method,
        "points": len(table),
        "indices": rows_for_json(indices),
        "noise": rows_for_json(noise),
    }
    place = _write(
        request,
        method,
        summary,
        {"indices": indices, "noise": noise},
        lambda folder: report.write_ranking(
            folder, method, indices, noise, partial(column_meanings, studies=studies)
        ),
    )
    if settings.json:
        print(json.dumps(summary))
        return
    report.print_ranking(method, indices, noise)
    print(f"Tables and figure: {place}")


def _find_box(request: "SweepRequest", table: "pd.DataFrame") -> None:
    """Find the region in which the target is met, all conditions and replicates together."""
    import pandas as pd

    from dyadsim.report import sensitivity as report
    from dyadsim.report.plain_rows import rows_for_json
    from dyadsim.sweeps import scenario_discovery

    settings, sweep = request.settings, request.planned.sweep
    text = str(settings.task.target)
    target = scenario_discovery.parse_target(settings.task.target, _outputs(request.planned))
    axes, labels = list(sweep.axes), list(sweep.conditions[0].labels)
    means = table.groupby([*labels, *axes], sort=False, observed=True)[target.output].mean()
    points = means.reset_index()
    space = pd.get_dummies(points[[*axes, *labels]], columns=labels, dtype=float)
    space = space.loc[:, space.nunique() > 1]
    met = scenario_discovery.target_met(target, points[target.output].to_numpy(float))
    box = scenario_discovery.find_box(space, met)
    summary = {
        "task": "sensitivity",
        "method": "prim",
        "target": text,
        "points": box.points,
        "share_met": box.share_met,
        "coverage": box.coverage,
        "density": box.density,
        "limits": rows_for_json(box.limits),
    }
    intervals = {
        axis.name: (axis.low, axis.high) for axis in request.planned.axes if not axis.levels
    }
    place = _write(
        request,
        "prim",
        summary,
        {"limits": box.limits, "path": box.path},
        lambda folder: report.write_box(folder, box, intervals, text),
    )
    if settings.json:
        print(json.dumps(summary))
        return
    report.print_box(box, text)
    print(f"Tables and figure: {place}")


def _write(
    request: "SweepRequest",
    method: str,
    summary: dict[str, Any],
    tables: "dict[str, pd.DataFrame]",
    draw: Callable[[Path], None],
) -> Path:
    """Write a method's folder whole or not at all; it takes the place of an older one."""
    from dyadsim.cli.results_folder import NoFolder
    from dyadsim.report.ro_crate import write_crate
    from dyadsim.simulation import records

    place = request.folder / method
    manifest = records.manifest(request.settings.manifest, 0.0)

    def fill(folder: Path) -> None:
        records.write_json(folder / "summary.json", summary)
        records.write_json(folder / "manifest.json", manifest)
        for name, table in tables.items():
            table.to_csv(folder / f"{name}.csv", index=False)
        draw(folder)
        write_crate(folder, manifest, "sensitivity")

    try:
        if place.exists():
            shutil.rmtree(place)
        return records.write_folder(place, fill)
    except OSError as error:
        raise NoFolder(f"{place} cannot be written: {error.strerror or error}.") from None


TASK = Task(
    name="sensitivity",
    section="sweeps over many worlds",
    help="which parameters matter for the outputs of a sweep",
    example="dyadsim sensitivity name=bond",
    settings=SensitivitySettings,
    sweep_memory=sweep_need,
    run_sweep=run,
    check_sweep=check,
    shows=("figure",),
    panels=("limits", "path", "<output>", "<condition>"),
    no_effect=NOT_IN_SWEEPS,
)
