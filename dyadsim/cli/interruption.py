"""Ctrl-C, TERM and a terminal that is closed end a command cleanly, with its message, and soon.

Python hears a signal between two of its own steps. The compiler takes up to a minute without one,
or runs in a thread for which the command would wait; whoever interrupts it need not.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

INTERRUPTED = "dyadsim: interrupted; nothing half-written was left."
CODE = 130
PATIENCE = 0.5  # seconds that a command has to end by itself
_LIKE_CTRL_C = ("SIGTERM", "SIGHUP")  # HUP is not known to Windows
_COMPILER = ("numba.core.compiler", "numba.core.codegen", "llvmlite.")


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Raise KeyboardInterrupt on TERM and HUP until the end of the block.

    A signal that is ignored (as by nohup) or that the calling program handles is left alone, and
    so are all of them outside the main thread, where Python takes no signals. Where the compiler is
    at work, the process ends with exit code 130 half a second after a signal.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in _LIKE_CTRL_C if hasattr(signal, name)]
    taken = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, _interrupt)
    heard = threading.Event()
    try:
        try:
            with _watched(heard):
                yield
        except RuntimeError as error:  # what the compiler makes of an interruption inside it
            if heard.is_set():
                raise KeyboardInterrupt from error
            raise
    except (KeyboardInterrupt, SystemExit) as error:
        if _is_compiling():  # in a thread, for which Python would wait at its end
            _end(isinstance(error, KeyboardInterrupt))
        raise
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def _watched(signalled: threading.Event) -> Iterator[None]:
    """Let a thread hear of signals as they come, and tell that one came."""
    if os.name != "posix":  # elsewhere it would need a socket
        yield
        return
    heard, tells = os.pipe()
    os.set_blocking(tells, False)
    before = signal.set_wakeup_fd(tells, warn_on_full_buffer=False)
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(heard, over, signalled), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        signal.set_wakeup_fd(before)
        os.close(tells)
        watcher.join()


def _watch(heard: int, over: threading.Event, signalled: threading.Event) -> None:
    """End the process where the compiler is at work some time after a signal."""
    numbers = {signal.SIGINT, *(getattr(signal, name, signal.SIGINT) for name in _LIKE_CTRL_C)}
    with open(heard, "rb", buffering=0) as pipe:
        while come := pipe.read(16):
            if numbers & set(come):
                signalled.set()
                if not over.wait(PATIENCE) and _is_compiling():
                    _end(True)


def _end(says_so: bool) -> None:
    """End the process without waiting for its threads."""
    if says_so:
        print(INTERRUPTED, file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(CODE)


def _is_compiling() -> bool:
    """Return whether some thread is within the compiler."""
    for frame in sys._current_frames().values():
        step = frame
        while step is not None:
            if str(step.f_globals.get("__name__", "")).startswith(_COMPILER):
                return True
            step = step.f_back  # type: ignore[assignment]
    return False
