"""How much of a sweep is finished."""

from typing import TYPE_CHECKING

from dyadsim.cli.task import NoEffect, Task
from dyadsim.cli.tasks.sweep import NOT_IN_SWEEPS, say

if TYPE_CHECKING:
    from dyadsim.cli.sweep_request import SweepRequest

NOT_COMPUTING = NoEffect("threads", "executor", instead="it computes no point")


def run(request: "SweepRequest") -> int:
    """Print how much of a sweep is finished."""
    from dyadsim.report import sweep as report

    return say(request, report.sweep_state(request.planned, request.folder, request.shard.of))


TASK = Task(
    name="status",
    section="sweeps over many worlds",
    help="how much of a sweep is finished",
    example="dyadsim status name=bond",
    run_sweep=run,
    sweeps_members=True,
    of_grids=True,
    no_effect=lambda _: [NOT_IN_SWEEPS, NOT_COMPUTING],
)
