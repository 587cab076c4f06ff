"""A grid of points through the sweep's store: kept, resumed, in shards, with the time that is left.

`decompose -m`, `facts -m` and `region` compute their points here. The store is results/NAME, where
NAME is `name=...`, else the task's name with "_points"; grids of one task may share it.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from dyadsim.checks import setting_word
from dyadsim.cli.own_mechanism_words import said_again
from dyadsim.cli.task import COLLECT, STATUS, GridRequest
from dyadsim.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from dyadsim.cli.settings import Settings
    from dyadsim.cli.sweep_request import SweepRequest
    from dyadsim.sweeps.kept_grid import KeptGrid, Point

OK, POINTS_FAILED = 0, 3
SHOWN = 5  # failed points that are listed
BYTES_A_POINT = 8e3  # of a point with all attributions and facts
DEFAULT_RESULTS = Path("results")
ONCE = ("name", "shard", "shards", "executor", "results", "json", "dry_run", "threads")


def check_grid(differing: "Sequence[Mapping[str, Any]]") -> None:
    """Refuse several values of what a grid has once.

    Raises
    ------
    BadInput
        One of the settings that differ is of the whole grid.
    """
    for key in differing[0]:
        if key.split(".")[0] in ONCE:
            values = ", ".join(dict.fromkeys(str(labels[key]) for labels in differing))
            raise BadInput(f"all points of a grid have one {key}, not several ({values}).")


def points_folder(settings: "Settings") -> Path:
    """Return the folder in which the points of a grid are kept."""
    from dyadsim.cli.results_folder import folder_name

    name = settings.sweep_name or f"{settings.task.name}_points"
    return settings.results / folder_name("name", name)


def _sweep_request(settings: "Settings", grid: "KeptGrid", request: GridRequest) -> "SweepRequest":
    """Return the request for a grid's sweep."""
    from dyadsim.cli.sweep_request import SweepRequest, executor_of, shard_of
    from dyadsim.sweeps.planned_sweep import PlannedSweep
    from dyadsim.sweeps.sampling import Sampling

    return SweepRequest(
        settings,
        PlannedSweep(grid.sweep, Sampling(), (), ()),
        shard_of(settings),
        executor_of(settings),
        points_folder(settings),
        request.words,
        settings.task.name,
    )


def keep_points(
    settings: "Settings", grid: "KeptGrid", request: GridRequest
) -> "tuple[list[Point], int] | None":
    """Compute what is missing of a grid's points and return all of them.

    Parameters
    ----------
    settings
        Of the first job.
    grid
        The points.
    request
        The words of the command, and what is to be done.

    Returns
    -------
    list of Point, int
        In the order of the grid, and how many were taken from the store. None where a status was
        asked for, or where points of other shards are missing: then that was printed.

    Raises
    ------
    StoreError
        Points are missing, and they were to be collected.
    """
    from dyadsim.cli.results_folder import check_folder
    from dyadsim.cli.tasks.sweep import execute
    from dyadsim.report import sweep as report
    from dyadsim.report.printed import say
    from dyadsim.sweeps import sweep as sweeps
    from dyadsim.sweeps.kept_grid import read_points

    planned = _sweep_request(settings, grid, request)
    if request.work == STATUS:
        state = report.sweep_state(planned.planned, planned.folder, planned.shard.of)
        _say_state(settings, state)
        return None
    check_folder(settings.results)
    reused = grid.sweep.size
    if request.work != COLLECT:
        status = execute(planned)
        reused = status.reused
        if status.finished < status.rows:
            state = report.sweep_state(planned.planned, planned.folder, planned.shard.of)
            _say_state(settings, state)
            if not settings.json:
                say(_next_line(settings, planned.folder))
            return None
    path = sweeps.collect_sweep(grid.sweep, planned.folder)
    return list(read_points(grid, path)), reused


def state_of_grid(
    settings: "Settings", grid: "KeptGrid", request: GridRequest
) -> "tuple[dict[str, Any], list[Point] | None]":
    """Return how many points of a grid are finished, and where all are, the points.

    Parameters
    ----------
    settings
        Of the first job.
    grid
        The points.
    request
        The words of the command.
    """
    from dyadsim.report import sweep as report
    from dyadsim.sweeps.kept_grid import stored_points

    planned = _sweep_request(settings, grid, request)
    state = report.sweep_state(planned.planned, planned.folder, planned.shard.of)
    finished = state["finished"] == state["rows"]
    return state, stored_points(grid, planned.folder) if finished else None


def _say_state(settings: "Settings", state: "dict[str, Any]") -> None:
    """Print how many points are finished."""
    from dyadsim.report import sweep as report

    if settings.json:
        print(json.dumps(state))
        return
    missing = state.pop("missing")
    report.print_summary(state | {"missing": sum(missing.values())})


def _next_line(settings: "Settings", folder: Path) -> str:
    """Return what to do when the other shards are finished."""
    where = setting_word("name", folder.name)
    if settings.results != DEFAULT_RESULTS:
        where += f" {setting_word('results', str(settings.results))}"
    status, collect = (said_again(f"dyadsim {name} {where}") for name in ("status", "collect"))
    return f"Next: {status}; when all shards are finished: {collect}"


def say_points(points: "Sequence[Point]", reused: int, folder: Path) -> int:
    """Print how many points were taken from the store and which failed; return the exit code."""
    from dyadsim.report.printed import say

    failed = [(place, point.error) for place, point in enumerate(points) if point.error]
    if reused:
        say(f"{reused:,} points were taken from {folder}.")
    for place, error in failed[:SHOWN]:
        say(f"failed: point {place + 1}: {error}")
    if failed:
        say(f"{len(failed):,} of {len(points):,} points failed; they are left out.")
    return POINTS_FAILED if failed else OK
