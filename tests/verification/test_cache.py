"""The cache of compiled code: many processes may fill an empty one at once, and then it is used."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

CODE = (
    "import dyadsim; study = dyadsim.rct(('cbt', 'waitlist'), 4, follow_up=()); "
    "print(dyadsim.stream(study, dyadsim.world('hybrid'), 300, seed=3).values.sum())"
)


def _start(cache: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    return subprocess.Popen(
        [sys.executable, "-c", CODE],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.verification
def test_processes_that_start_at_once_share_an_empty_cache(tmp_path: Path) -> None:
    together = [_start(tmp_path) for _ in range(3)]
    outputs = [process.communicate() for process in together]
    assert all(process.returncode == 0 for process in together), outputs
    assert len({out for out, _ in outputs}) == 1
    began = time.perf_counter()
    last = _start(tmp_path)
    assert last.communicate()[0] == outputs[0][0]
    # not a speed test: compiling takes half a minute, reading the cache a second
    assert time.perf_counter() - began < 15
