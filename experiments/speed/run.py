"""Ratios of speed, all measured in one run: kernel against plain Python, two threads against one.

Run: python experiments/speed/run.py [clients]
"""

import os
import subprocess
import sys
import time

import dyadsim

SESSIONS = 12
PLAIN_CLIENTS = 64


def nanoseconds(clients: int, threads: int, tries: int = 3) -> float:
    """Return what one dyad-session costs, drawing of clients included; the fastest of the tries."""
    study, world = dyadsim.rct(("cbt", "waitlist"), SESSIONS, follow_up=()), dyadsim.world("hybrid")
    found = []
    for _ in range(tries):
        began = time.perf_counter()
        dyadsim.stream(study, world, clients, threads=threads)
        found.append((time.perf_counter() - began) / clients / SESSIONS * 1e9)
    return min(found)


def plain() -> float:
    """Return the cost of the same source without the compiler, in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "plain"], capture_output=True, text=True, check=True,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    )  # fmt: skip
    return float(done.stdout)


def main(clients: int = 400_000) -> None:
    """Print what one dyad-session costs and the ratios."""
    nanoseconds(1000, 1, 1)  # compiled before the clock starts
    one, two, slow = nanoseconds(clients, 1), nanoseconds(clients, 2), plain()
    print(f"1 thread: {one:.0f} ns per dyad-session; 2 threads: {one / two:.2f} times as fast")
    print(f"the same source in plain Python: {slow / one:,.0f} times as slow")


if __name__ == "__main__":
    if sys.argv[1:] == ["plain"]:
        print(nanoseconds(PLAIN_CLIENTS, 1, 1))
    else:
        main(*map(int, sys.argv[1:2]))
