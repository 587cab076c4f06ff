"""TERM, and a terminal that is closed, end a command as Ctrl-C does: cleanly, with its message."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LIKE_CTRL_C = ("SIGTERM", "SIGHUP")  # HUP is not known to Windows


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Raise KeyboardInterrupt on TERM and HUP until the end of the block.

    A signal that is ignored (as by nohup) or that the calling program handles is left alone, and
    so are all of them outside the main thread, where Python takes no signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in _LIKE_CTRL_C if hasattr(signal, name)]
    taken = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)
