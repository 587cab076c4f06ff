"""Join what shards have left into results/NAME/points.parquet, or say what is missing."""

import time
from typing import TYPE_CHECKING

from dyadsim.cli.task import Task
from dyadsim.cli.tasks.status import NOT_COMPUTING
from dyadsim.cli.tasks.sweep import NOT_IN_SWEEPS, finish

if TYPE_CHECKING:
    from dyadsim.cli.sweep_request import SweepRequest


def run(request: "SweepRequest") -> int:
    """Join the table of a sweep."""
    from dyadsim.cli.results_folder import check_folder
    from dyadsim.sweeps import sweep as sweeps

    check_folder(request.settings.results)
    began = time.perf_counter()
    state = sweeps.sweep_status(request.planned.sweep, request.folder)
    seconds = time.perf_counter() - began
    return finish(request, state._replace(reused=state.finished, seconds=seconds), incomplete=True)


TASK = Task(
    name="collect",
    section="sweeps over many worlds",
    help="join what the shards of a sweep have left",
    example="dyadsim collect name=bond",
    run_sweep=run,
    sweeps_members=True,
    of_grids=True,
    no_effect=lambda _: [NOT_IN_SWEEPS, NOT_COMPUTING],
)
