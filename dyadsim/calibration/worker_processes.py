"""Worker processes that end with the process that started them, whatever ends it.

A process that is killed cannot tell its workers. So each worker looks out for its parent, and ends
itself once the parent is gone.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import Any

from dyadsim.analysis.one_thread import begin_one_thread
from dyadsim.errors import Failed

LOOK = 1.0  # seconds between looks at the parent
_KEPT_BACK = {signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}


def end_with(parent: int) -> None:
    """Start a thread that ends this process once its parent is gone.

    Parameters
    ----------
    parent
        Number of the process that started this one.
    """
    threading.Thread(target=_look_out, args=(parent,), daemon=True).start()


def _look_out(parent: int) -> None:
    """Wait for the end of the parent, then end this process at once."""
    started_by = multiprocessing.parent_process()
    sentinel = None if started_by is None else started_by.sentinel  # joblib's workers have none
    while os.getppid() == parent:  # an orphan has another parent, except on Windows
        if sentinel is None:
            time.sleep(LOOK)
        elif wait([sentinel], timeout=LOOK):
            break
    os._exit(1)


def _begin_worker(parent: int) -> None:
    """Let the parent alone decide when this worker ends: Ctrl-C is for the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _KEPT_BACK)
    end_with(parent)
    begin_one_thread()


@contextmanager
def _signals_kept_back() -> Iterator[None]:
    """Hold Ctrl-C, TERM and HUP back: workers that are started meanwhile do not get them half-way.

    The mask is for the workers, who inherit it. Another thread of this process may take a signal
    all the same, and Python would then interrupt the start of a worker: so it is noted, and raised
    when the workers have started.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    masked = hasattr(signal, "pthread_sigmask")
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _KEPT_BACK) if masked else set()
    taken: list[int] = []
    present = {number: signal.getsignal(number) for number in _KEPT_BACK}
    handlers = {number: handler for number, handler in present.items() if callable(handler)}
    for number in handlers:
        signal.signal(number, lambda number, frame: taken.append(number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if masked:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number in taken[:1]:
            signal.raise_signal(number)


@contextmanager
def worker_map(workers: int) -> Iterator[Callable[..., Iterable[Any]]]:
    """Give a `map` over that many fresh processes, which are ended with the block.

    Parameters
    ----------
    workers
        Number of processes.

    Raises
    ------
    Failed
        A worker was ended from outside.
    """
    earlier = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        workers,
        multiprocessing.get_context("spawn"),
        initializer=_begin_worker,
        initargs=(os.getpid(),),
    )

    def map_with_workers(*arguments: Any, **keywords: Any) -> Iterable[Any]:
        with _signals_kept_back():
            return pool.map(*arguments, **keywords)

    try:
        yield map_with_workers
    except BaseException as error:
        for process in set(multiprocessing.active_children()) - earlier:
            process.terminate()
        if isinstance(error, BrokenProcessPool):
            raise Failed(
                "a worker process was ended from outside, perhaps for want of memory: take fewer "
                "(threads=1) or a smaller size."
            ) from None
        raise
    finally:
        pool.shutdown(cancel_futures=True)
