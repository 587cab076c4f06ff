"""Where blocks of points are computed: in this process, or on workers of Dask, there or here.

An executor takes a function and an iterator of tasks, and yields (task, result) as they finish.
The results do not depend on the executor: a block is the same function of the same numbers
everywhere.
"""

import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from dyadsim.errors import Failed

type Finished = Iterator[tuple[Any, Any]]
type Executor = Callable[[Callable[..., Any], Iterable[Any]], Finished]

AHEAD = 2  # tasks in flight per worker thread: enough to keep it busy, few enough to stay small


class NoScheduler(Failed):
    """No Dask scheduler can be used; the message is for the user."""


def run_here(function: Callable[..., Any], tasks: Iterable[Any]) -> Finished:
    """Compute one task after another in this process.

    Parameters
    ----------
    function
        Called with each task; it may use threads of its own.
    tasks
        The tasks.

    Yields
    ------
    tuple
        A task and its result.
    """
    for task in tasks:
        yield task, function(task)


def run_on_dask(address: str, wait: float = 10.0) -> Executor:
    """Return an executor on the workers of a Dask scheduler.

    If a worker dies, another one computes its task again.

    Parameters
    ----------
    address
        Of the scheduler, such as `tcp://host:8786`.
    wait
        Seconds to wait for its answer.

    Returns
    -------
    Executor
        It raises `NoScheduler` when it is called and the scheduler does not answer or has no
        workers.

    Raises
    ------
    NoScheduler
        Dask is not installed.
    """
    distributed = _distributed()

    def run(function: Callable[..., Any], tasks: Iterable[Any]) -> Finished:
        try:
            client = distributed.Client(address, timeout=wait, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise NoScheduler(
                f"no Dask scheduler answers at '{address}' within {wait:g} s "
                f"({type(error).__name__}). Start one with 'dask scheduler' and give its address: "
                "executor.address=tcp://host:8786."
            ) from None
        with client:
            workers = sum(client.nthreads().values())
            if not workers:
                raise NoScheduler(
                    f"the Dask scheduler at '{address}' has no workers: start some with "
                    f"'dask worker {address}'."
                )
            yield from _spread(client, function, iter(tasks), most=AHEAD * workers)

    return run


def run_on_local_cluster(workers: int) -> Executor:
    """Return an executor on a Dask cluster of this machine, which it starts, names and ends.

    Parameters
    ----------
    workers
        Processes with a thread each.

    Returns
    -------
    Executor
        It says on stderr that it has started a cluster.

    Raises
    ------
    NoScheduler
        Dask is not installed.
    """
    distributed = _distributed()

    def run(function: Callable[..., Any], tasks: Iterable[Any]) -> Finished:
        cluster = distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            dashboard_address=":0",  # any free port: another cluster may have the usual one
            silence_logs=logging.ERROR,
        )
        with cluster:
            print(
                f"dyadsim: executor=dask without an address: {workers} worker"
                f"{'s' * (workers > 1)} started on this machine ({cluster.scheduler_address}). "
                "executor.address=tcp://host:8786 takes a cluster of yours.",
                file=sys.stderr,
                flush=True,
            )
            yield from run_on_dask(cluster.scheduler_address)(function, tasks)

    return run


def _distributed() -> Any:
    """Return Dask's module."""
    try:
        import distributed
    except ImportError:
        raise NoScheduler(
            "executor=dask needs Dask: pip install 'dyadsim[scale]' here and on every worker."
        ) from None
    return distributed


def _spread(client: Any, function: Callable[..., Any], tasks: Iterator[Any], most: int) -> Finished:
    """Keep up to `most` tasks with the scheduler; yield those that have finished."""
    import distributed

    in_flight: dict[Any, Any] = {}
    finished = distributed.as_completed([], loop=client.loop, with_results=True)
    more = True
    while more or in_flight:
        while more and len(in_flight) < most:
            try:
                task = next(tasks)
            except StopIteration:
                more = False
                break
            future = client.submit(function, task, pure=False)
            in_flight[future] = task
            finished.add(future)
        if in_flight:
            future, result = next(finished)
            yield in_flight.pop(future), result
