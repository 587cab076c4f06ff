"""A sweep that is ready to run, with what a report of it needs: sampling, axes and jobs."""

from typing import NamedTuple

from dyadsim.sweeps.outputs import Job
from dyadsim.sweeps.sampling import Axis, Sampling
from dyadsim.sweeps.sweep import Sweep


class PlannedSweep(NamedTuple):
    """A sweep and how it was laid out.

    Parameters
    ----------
    sweep
        The conditions with their points, the outputs and the number of replicates.
    sampling
        How the intervals of the axes were filled with points.
    axes
        The swept parameters: intervals or lists of levels.
    jobs
        What is computed at every point, one job a condition.
    """

    sweep: Sweep
    sampling: Sampling
    axes: tuple[Axis, ...]
    jobs: tuple[Job, ...]
