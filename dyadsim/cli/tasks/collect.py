"""Join what shards have left into results/NAME/points.parquet, or say what is missing."""

from typing import TYPE_CHECKING

from dyadsim.cli.task import Task
from dyadsim.cli.tasks.sweep import NOT_IN_SWEEPS, finish

if TYPE_CHECKING:
    from dyadsim.cli.sweep_request import SweepRequest


def run(request: "SweepRequest") -> int:
    """Join the table of a sweep."""
    from dyadsim.cli.results_folder import check_folder
    from dyadsim.sweeps import sweep as sweeps

    check_folder(request.settings.results)
    state = sweeps.sweep_status(request.planned.sweep, request.folder)
    return finish(request, state, incomplete=True)


TASK = Task(
    name="collect",
    section="sweeps over many worlds",
    help="join what the shards of a sweep have left",
    example="dyadsim collect name=bond",
    run_sweep=run,
    no_effect=NOT_IN_SWEEPS,
)
