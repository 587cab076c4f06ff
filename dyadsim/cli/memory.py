"""The memory that a task would take, estimated before it starts; what does not fit is refused."""

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dyadsim.cli.settings import Settings
    from dyadsim.cli.sweep_request import SweepRequest
    from dyadsim.cli.task import Task
    from dyadsim.studies.study import Study
    from dyadsim.sweeps.job import Job

# Measured as the peak of `resource.getrusage`, on one small machine, and rounded up.
VARIABLE_BYTES = 4  # float32
PROCESS_BYTES = 3.5e8  # a process with its libraries
COPIES = 3.0  # of a run with its truth, while tables and statistics are made of it
FOR_STATISTICS = 0.5  # of that, where a few statistics are made of a run and no tables
OUTCOME_BYTES = 2500.0  # a client of a decomposition, beside a run of it
WORKER_BYTES = 3.5e8  # a worker process
COLUMN_BYTES = 10.0  # a number in the table of a sweep, while it is joined (docs/how_to/scale.md)
SUM_BYTES = 600.0  # a client of a point of which only sums are kept


@dataclasses.dataclass(frozen=True)
class Need:
    """The memory of a task: what it takes at the least, and what the size that decides adds.

    Attributes
    ----------
    name, value
        The setting that decides, and its value.
    unit_bytes
        Bytes that one more of it takes.
    fixed
        Bytes that it takes in any case.
    """

    name: str
    value: int
    unit_bytes: float
    fixed: float = PROCESS_BYTES

    @property
    def total(self) -> float:
        """Bytes in all."""
        return self.fixed + self.value * self.unit_bytes


def client_need(
    settings: "Settings", client_bytes: float, fixed: float = 0.0, *, own_studies: bool = False
) -> Need:
    """Return the need of a task that `size.clients` decides on.

    Parameters
    ----------
    settings
        Of the task.
    client_bytes
        Bytes that a client takes.
    fixed
        Bytes beside those of a process with its libraries.
    own_studies
        The task simulates studies of its own, not the one that is set.
    """
    clients = settings.clients_of_own_studies if own_studies else settings.clients
    is_set = settings.study_clients is not None and clients == settings.study_clients
    name = "study.n_clients" if is_set else "size.clients"
    return Need(name, clients, client_bytes, PROCESS_BYTES + fixed)


def largest_run(studies: "Iterable[Study]", *, keep_truth: bool = True) -> float:
    """Return the bytes a client takes in the largest of some studies, tables included."""
    from dyadsim.simulation.memory import client_bytes

    copies = COPIES if keep_truth else 1.0
    return copies * max(client_bytes(study, keep_truth) for study in studies)


def workers_of(settings: "Settings") -> int:
    """Return how many threads or processes a task uses."""
    from dyadsim.simulation.simulate import default_threads

    return settings.threads or default_threads()


def check_memory(task: "Task", settings: "Settings") -> dict[str, Any]:
    """Refuse a task that does not fit into memory.

    Parameters
    ----------
    task
        The task.
    settings
        Its settings, checked.

    Returns
    -------
    dict
        `estimated_memory_megabytes`, for the dry run; empty where a task needs no more than a
        process takes anyway.

    Raises
    ------
    BadInput
        It does not fit; the message names the size that would.
    """
    if task.memory is None:
        return {}
    return check_need(task.memory(settings))


def check_sweep_memory(task: "Task", request: "SweepRequest") -> dict[str, Any]:
    """Refuse a sweep that does not fit into memory; see `check_memory`."""
    return {} if task.sweep_memory is None else check_need(task.sweep_memory(request))


def check_need(need: Need) -> dict[str, Any]:
    """Refuse a need that is not met; return it for the dry run."""
    from dyadsim.simulation.memory import check_fits

    check_fits(need.total, need.name, need.value, need.unit_bytes)
    return {"estimated_memory_megabytes": round(need.total / 1e6)}


def sweep_need(request: "SweepRequest") -> Need:
    """Return the memory that a sweep would take: its table, and the clients of points at work."""
    from dyadsim.sweeps.outputs import what_is_run

    planned, threads = request.planned, request.threads
    columns = len(planned.sweep.axes) + len(planned.sweep.columns)
    rows, row_bytes = planned.sweep.size, COLUMN_BYTES * columns
    job = max(planned.jobs, key=lambda job: job.clients)
    of_client = SUM_BYTES * threads + sum(
        _job_bytes(kind, job, threads) for kind in what_is_run(job)
    )
    if rows * row_bytes > job.clients * of_client:
        return Need("points x replicates", rows, row_bytes, PROCESS_BYTES + job.clients * of_client)
    name = "size.clients_per_point"
    return Need(name, job.clients, of_client, PROCESS_BYTES + rows * row_bytes)


def _job_bytes(kind: str, job: "Job", threads: int) -> float:
    """Return the bytes of a client of a point where it is run for statistics, facts or shares."""
    from dyadsim.attribution.true_shares import attribution_study
    from dyadsim.evidence.studies_of_facts import fact_studies

    if kind == "statistics":
        return largest_run([job.study])
    if kind == "facts":
        return threads * largest_run(fact_studies().values()) * FOR_STATISTICS
    return largest_run([attribution_study(job.care)]) + OUTCOME_BYTES
