"""What tests with real processes share: which workers there are, and waiting for something."""

import time
from collections.abc import Callable
from pathlib import Path


def workers_of(process: int, mark: str = "spawn_main") -> set[int]:
    """The worker processes among a process's children."""
    workers = set()
    for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
        try:
            if mark.encode() in Path(f"/proc/{child}/cmdline").read_bytes():
                workers.add(int(child))
        except OSError:
            continue
    return workers


def eventually(true: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether something becomes true within some seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False
