"""Dieharder on the addressed random numbers: by entity, session, stream, seed and replicate.

The 32 bits behind a uniform are piped to Debian's `dieharder` in five orders, so that neighbours of
each coordinate become neighbours in the stream. A test fails below p = 1e-6 or above 1 - 1e-6; 270
p-values give a false-alarm rate of 5 in 10,000. WEAK results (p < .005 or above .995) are printed:
11 of 270 here, 6 of 270 for NumPy's Philox (docs/background/kernel.md). TestU01 has no Debian
package here.
"""

import shutil
import subprocess
from collections.abc import Iterator

import numpy as np
import pytest
from kernel.plain import plain

from dyadsim.numerics import random_streams

ROWS, COLUMNS = 4096, 256
TESTS = (
    "0",
    "2",
    "3",
    "8",
    "9",
    "15",
    "16",
    "17",
    "100",
    "101",
    "102",
    "200 -n 2",
    "200 -n 6",
    "201 -n 3",
    "202 -n 4",
    "203 -n 1",
    "203 -n 12",
    "205",
    "206",
    "207",
    "209",
)
ORDERS = {  # the address of row k, and whether neighbours in the stream are rows or entities
    "entities": (lambda k: (1, 0, k, 5), False),
    "sessions": (lambda k: (1, 0, k, 5), True),
    "streams": (lambda k: (1, 0, 3, k), True),
    "seeds": (lambda k: (k, 0, 3, 5), True),
    "replicates": (lambda k: (1, k, 3, 5), True),
}


def _chunks(order: str) -> Iterator[bytes]:
    """Yield the bits of ROWS x COLUMNS draws at a time, without end, at new entities."""
    address, transposed = ORDERS[order]
    keys = np.array([int(random_streams.key(*address(k))) for k in range(ROWS)], np.uint64)
    low = (keys & np.uint64(0xFFFFFFFF)).astype(np.uint32)[:, None]
    high = (keys >> np.uint64(32)).astype(np.uint32)[:, None]
    first = 0
    while True:
        drawn = plain(random_streams.bits)(random_streams.words(first, COLUMNS)[None, :], low, high)
        yield (drawn.T if transposed else drawn).tobytes()
        first += COLUMNS


@pytest.mark.verification
@pytest.mark.skipif(shutil.which("dieharder") is None, reason="Debian's dieharder is not installed")
@pytest.mark.parametrize("which", TESTS)
@pytest.mark.parametrize("order", list(ORDERS))
def test_dieharder(order: str, which: str) -> None:
    command = [
        "dieharder",
        "-d",
        *which.split(),
        "-g",
        "200",
        "-D",
        "test_name",
        "-D",
        "ntuple",
        "-D",
        "pvalues",
        "-D",
        "assessment",
    ]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as battery:
        assert battery.stdin is not None
        assert battery.stdout is not None
        for chunk in _chunks(order):
            try:
                battery.stdin.write(chunk)
            except BrokenPipeError:
                break
            if battery.poll() is not None:
                break
        report = battery.stdout.read().decode()
    print(report)
    assert "PASSED" in report or "WEAK" in report
    assert "FAILED" not in report
