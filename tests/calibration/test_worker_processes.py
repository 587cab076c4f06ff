"""Workers end with the process that started them, whichever way that one ends. Real processes."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from processes import eventually, workers_of

from dyadsim.calibration.worker_processes import _signals_kept_back, worker_map
from dyadsim.cli.interruption import interrupted_by_signals
from dyadsim.errors import Failed
from dyadsim.simulation.unfinished import _lives

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="the test finds workers in /proc"
)
WORK = """
import sys, time
from dyadsim.calibration.worker_processes import worker_map
from dyadsim.cli.interruption import interrupted_by_signals
try:
    with interrupted_by_signals(), worker_map(2) as parallel_map:
        list(parallel_map(time.sleep, [90, 90]))
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize("started", [0.0, 1.0], ids=["while workers start", "while they work"])
@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 130), (signal.SIGINT, 130), (signal.SIGHUP, 130), (signal.SIGKILL, -9)],
)
def test_workers_end_with_their_parent(number: int, code: int, started: float) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WORK],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert eventually(lambda: len(workers_of(process.pid)) == 2)
    workers = workers_of(process.pid)
    time.sleep(started)
    began = time.monotonic()
    process.send_signal(number)
    _, err = process.communicate(timeout=90)
    assert process.returncode == code
    assert eventually(lambda: not any(map(_lives, workers)))
    assert time.monotonic() - began < 20
    if code == 130:
        assert err == ""


def test_ctrl_c_in_a_terminal_reaches_the_workers_too_and_they_say_nothing() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WORK],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert eventually(lambda: len(workers_of(process.pid)) == 2)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=90)
    assert (process.returncode, err) == (130, "")


def test_a_worker_that_is_killed_is_a_sentence() -> None:
    def work() -> None:
        with worker_map(2) as parallel_map:
            results = parallel_map(time.sleep, [90, 90])
            assert eventually(lambda: len(workers_of(os.getpid())) == 2)
            os.kill(min(workers_of(os.getpid())), signal.SIGKILL)
            list(results)

    with pytest.raises(Failed, match="a worker process was ended from outside"):
        work()


def test_an_error_ends_the_workers_at_once() -> None:
    with pytest.raises(ValueError, match="sleep length"), worker_map(2) as parallel_map:
        list(parallel_map(time.sleep, [-1, 90]))
    assert not workers_of(os.getpid())


def test_a_signal_that_another_thread_takes_waits_until_workers_have_started() -> None:
    over = threading.Event()
    other = threading.Thread(target=over.wait, daemon=True)  # takes what this thread holds back
    other.start()
    steps = []

    def start_workers() -> None:
        with _signals_kept_back():
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.1)
            steps.append("started")
        steps.append("too late")

    with pytest.raises(KeyboardInterrupt), interrupted_by_signals():
        start_workers()
    over.set()
    assert steps == ["started"]
