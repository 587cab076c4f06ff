"""Where blocks of points are computed: in this process, or on the workers of a Dask scheduler.

An executor takes a function and an iterator of tasks, and yields (task, result) as they finish.
Results do not depend on it: a block is the same function of the same numbers everywhere.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from dyadsim.errors import Failed

type Done = Iterator[tuple[Any, Any]]
type Executor = Callable[[Callable[..., Any], Iterable[Any]], Done]

AHEAD = 2  # tasks in flight a worker thread: enough to keep it busy, few enough to stay small


class NoScheduler(Failed):
    """No Dask scheduler can be used; the message is for the user."""


def here(function: Callable[..., Any], tasks: Iterable[Any]) -> Done:
    """Compute task after task; each uses the threads it is told to."""
    for task in tasks:
        yield task, function(task)


def dask(address: str, wait: float = 10.0) -> Executor:
    """Return an executor on the workers of the Dask scheduler at `address`.

    A task whose worker dies is computed again by another one.

    Raises
    ------
    NoScheduler
        Dask is not installed, nobody answers, or there are no workers.
    """
    try:
        import distributed
    except ImportError:
        raise NoScheduler(
            "executor=dask needs Dask: pip install 'dyadsim[scale]' here and on every worker."
        ) from None

    def run(function: Callable[..., Any], tasks: Iterable[Any]) -> Done:
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
            yield from _spread(client, function, iter(tasks), AHEAD * workers)

    return run


def _spread(client: Any, function: Callable[..., Any], tasks: Iterator[Any], most: int) -> Done:
    """Keep `most` tasks with the scheduler; yield what is finished."""
    import distributed

    flying: dict[Any, Any] = {}
    done = distributed.as_completed([], loop=client.loop, with_results=True)
    left = True
    while left or flying:
        while left and len(flying) < most:
            try:
                task = next(tasks)
            except StopIteration:
                left = False
                break
            future = client.submit(function, task, pure=False)
            flying[future] = task
            done.add(future)
        if flying:
            future, result = next(done)
            yield flying.pop(future), result
