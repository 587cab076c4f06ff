"""Many worlds in one table: results/NAME holds it, and the same command resumes it."""

import dataclasses
import errno
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dyadsim.checks import setting_word
from dyadsim.cli.memory import sweep_need
from dyadsim.cli.own_mechanism_words import said_again
from dyadsim.cli.progress import working
from dyadsim.cli.task import NoEffect, Task
from dyadsim.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

    from dyadsim.cli.sweep_request import SweepRequest
    from dyadsim.sweeps.sweep import Status, Sweep

DEFAULT_RESULTS = Path("results")
OVER_MEMBERS = "over_members.parquet"
OK, POINTS_FAILED, INTERRUPTED = 0, 3, 130
NOT_IN_SWEEPS = NoEffect(
    "do",
    "beats",
    "budget",
    "data",
    "experiment.name",
    "size.clients",
    "size.clients_per_replicate",
    instead="a sweep runs its study in the closed form with size.clients_per_point clients at "
    "every point, with nothing done to anybody, and is kept in results/NAME (name=...)",
)


def say(request: "SweepRequest", summary: dict[str, Any]) -> int:
    """Print a summary for people or machines; return exit code 0."""
    from dyadsim.report import sweep as report

    if request.settings.json:
        print(json.dumps(summary))
    else:
        report.print_summary(summary)
    return OK


def execute(request: "SweepRequest") -> "Status":
    """Compute this process's shard, with progress; return the state of the sweep.

    Raises
    ------
    NoFolder
        The disk is full or the folder cannot be written; finished parts stay.
    SystemExit
        Interrupted, after a line that says how much is kept.
    """
    from dyadsim.cli.results_folder import check_folder
    from dyadsim.cli.sweep_request import write_manifest
    from dyadsim.sweeps import sweep as sweeps

    check_folder(request.settings.results)
    write_manifest(request)
    rows = max(1, -(-request.planned.sweep.size // request.shard.of))
    with keeping(request), working("points", rows) as on_step:
        return sweeps.run_sweep(
            request.planned.sweep,
            request.folder,
            executor=request.executor,
            shard=request.shard,
            threads=request.threads_of_block,
            on_step=on_step,
        )


@contextmanager
def keeping(request: "SweepRequest") -> Iterator[None]:
    """Say what is kept where computing points is interrupted or cannot be written."""
    from dyadsim.cli.results_folder import NoFolder
    from dyadsim.sweeps import sweep as sweeps

    folder = request.folder
    try:
        yield
    except KeyboardInterrupt:
        state = sweeps.sweep_status(request.planned.sweep, folder)
        kept = f"{state.finished:,} of {state.rows:,} points are kept in {folder}"
        if request.planned.sampling.method == "optuna":
            kept = f"what was tried is kept in {folder}"
        print(
            f"dyadsim: interrupted. {kept}; the same command goes on from there.", file=sys.stderr
        )
        raise SystemExit(INTERRUPTED) from None
    except OSError as error:
        full = " (disk full)" if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
        raise NoFolder(
            f"{folder} cannot be written{full}: {error.strerror or error}. What is finished is "
            "kept there; with room again, the same command goes on."
        ) from None


def finish(
    request: "SweepRequest", state: "Status", *, incomplete: bool = False, ranked: bool = False
) -> int:
    """Join the table if it is complete, or as far as it is; print what there is; return the code.

    Parameters
    ----------
    request
        The sweep.
    state
        How much of it is finished.
    incomplete
        Join it even if points are missing: an error that names them.
    ranked
        An analysis follows: print less.
    """
    from dyadsim.cli.results_folder import NoFolder
    from dyadsim.report import sweep as report
    from dyadsim.report import sweep_members
    from dyadsim.sweeps import sweep as sweeps

    try:
        complete = incomplete or state.finished == state.rows
        if complete:
            note_replaced_rows(request.planned.sweep, request.folder)
        path = sweeps.collect_sweep(request.planned.sweep, request.folder) if complete else None
        over = _over_members(request, path)
    except OSError as error:
        raise NoFolder(f"{request.folder} cannot be written: {error.strerror or error}.") from None
    summary = report.sweep_summary(request.planned, request.folder, state, path)
    if request.settings.own_study:
        summary |= request.settings.study_words
    members = list(request.settings.members)
    if over is not None:
        place = str(request.folder / OVER_MEMBERS)
        summary |= {"members": members, "over_members": place}
    keep_summary(request, summary)
    if not request.settings.json:
        report.print_sweep(summary, path, outputs_too=not ranked)
        if over is not None:
            sweep_members.print_points(over, len(members), place)
        print(_next_line(request, state, ranked), end="")
    elif not ranked:
        print(json.dumps(summary))
    return POINTS_FAILED if state.failed else OK


def note_replaced_rows(sweep: "Sweep", folder: Path) -> None:
    """Say how many rows of the table that stands there the new one will not have."""
    from dyadsim.sweeps.replaced_rows import rows_to_be_replaced

    if count := rows_to_be_replaced(sweep, folder):
        print(
            f"dyadsim: note: {folder / 'points.parquet'} had {count:,} other rows; they are kept "
            "in parts/, and the command that computed them puts them back at once.",
            file=sys.stderr,
        )


def keep_summary(request: "SweepRequest", summary: dict[str, Any]) -> None:
    """Leave what a sweep's run did and found in its folder, for `dyadsim results`."""
    from dyadsim.cli.results_folder import NoFolder
    from dyadsim.report.ro_crate import write_crate
    from dyadsim.simulation import records
    from dyadsim.simulation.stored_result import SUMMARY, read_json
    from dyadsim.simulation.unfinished import write_file

    manifest = read_json(request.folder / "manifest.json")
    try:
        write_file(request.folder / SUMMARY, lambda path: records.write_json(path, summary))
        write_crate(request.folder, manifest, "sweep")
    except OSError as error:
        raise NoFolder(f"{request.folder} cannot be written: {error.strerror or error}.") from None


def _over_members(request: "SweepRequest", path: Path | None) -> "pd.DataFrame | None":
    """Write medians and intervals over members of a complete table; None without members."""
    if path is None or not request.settings.members:
        return None
    from dyadsim.report.sweep_members import summarise_points
    from dyadsim.simulation.unfinished import write_file

    table = summarise_points(request.planned, path)
    place = request.folder / OVER_MEMBERS
    write_file(place, lambda unfinished: table.to_parquet(unfinished, index=False))
    return table


def _next_line(request: "SweepRequest", state: "Status", ranked: bool) -> str:
    """Return the next sensible command, a line; "" where there is none that works."""
    from dyadsim.cli.tasks import sensitivity

    sweep = setting_word("name", request.folder.name)
    if request.settings.results != DEFAULT_RESULTS:
        sweep += f" {setting_word('results', str(request.settings.results))}"
    if state.finished < state.rows:
        status, collect = (said_again(f"dyadsim {name} {sweep}") for name in ("status", "collect"))
        return f"Next: {status}; when all shards are finished: {collect}\n"
    if ranked or state.failed or request.settings.members:  # points may be too few without them
        return ""
    settings = dataclasses.replace(request.settings, task=sensitivity.SensitivitySettings())
    try:
        sensitivity.check(request._replace(settings=settings))
    except BadInput:  # no interval, or too few points
        return ""
    command = said_again(f"dyadsim sensitivity {sweep}")
    return f"Next: {command}   (which parameters matter)\n"


def run(request: "SweepRequest") -> int:
    """Compute what is missing of a sweep and join its table, or search it."""
    if request.planned.sampling.method == "optuna":
        from dyadsim.cli.searched_sweep import run_search

        return run_search(request)
    return finish(request, execute(request))


TASK = Task(
    name="sweep",
    section="sweeps over many worlds",
    help="many points over parameters and choices, kept and resumed (docs/how_to/sweeps.md)",
    example="dyadsim sweep name=bond 'distress.bond_effect=interval(0,1)' points=sobol points.n=64",
    more=(
        "alliance.rate=0.2,0.4 (crossed)    'alliance.rate=interval(0.1,0.6)' (filled by points)",
        "name=bond outputs=[gain,true_d] points.n=256 points.replicates=4 shard=0 shards=8",
        "name=best points=optuna points.n=64 outputs=[facts] seeks the point that meets most facts",
    ),
    sweep_memory=sweep_need,
    run_sweep=run,
    sweeps_members=True,
    no_effect=NOT_IN_SWEEPS,
)
