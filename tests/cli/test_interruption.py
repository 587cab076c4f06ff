"""TERM and KILL during a command with workers: none is left, and nothing half-written."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from processes import eventually, workers_of

from dyadsim.cli.interruption import interrupted_by_signals
from dyadsim.simulation.first_use import COMPILING
from dyadsim.simulation.unfinished import _lives

IN_PROC = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="the test finds workers in /proc"
)
COMMANDS = {
    "recover": ["size.clients=40", "task.draws=20000"],
    "calibrate": ["budget=large"],
}


GO_ON = ("calibrate",)  # keeps the steps that are done, and says where


@pytest.mark.slow
@IN_PROC
@pytest.mark.parametrize("task", COMMANDS)
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 130), (signal.SIGKILL, -9)])
def test_no_worker_outlives_its_command(tmp_path: Path, task: str, number: int, code: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "dyadsim", task, *COMMANDS[task], "threads=2"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert eventually(lambda: len(workers_of(process.pid)) == 2, 120)
    workers = workers_of(process.pid)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (code, "")
    assert eventually(lambda: not any(map(_lives, workers)))
    steps = list(tmp_path.glob("results/calibrate/unfinished-*/*")) if task in GO_ON else []
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(path in steps for path in left)
    if number == signal.SIGTERM:
        lines = err.splitlines()
        assert lines[-1] == "dyadsim: interrupted; nothing half-written was left."
        assert len(lines) == (2 if task in GO_ON else 1)


@pytest.mark.slow
@IN_PROC
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_job_of_joblib_outlives_its_launcher(tmp_path: Path, number: int) -> None:
    pytest.importorskip(
        "hydra_plugins.hydra_joblib_launcher", reason="the extra 'scale' is missing"
    )
    words = ["distress.bond_effect=interval(0,1)", "points=sobol", "points.n=64"]
    size = ["size.clients_per_point=1000000", "study.follow_up=[]", "threads=1", "outputs=[true_d]"]
    jobs = ["-m", "shard=range(2)", "shards=2", "hydra/launcher=joblib", "name=long"]
    process = subprocess.Popen(
        [sys.executable, "-m", "dyadsim", "sweep", *words, *size, *jobs],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert eventually(lambda: bool(list(tmp_path.glob("results/long/parts/*.parquet"))), 120)
    workers = workers_of(process.pid, "popen_loky")
    assert len(workers) == 2
    process.send_signal(number)
    assert process.wait(60) == (130 if number == signal.SIGTERM else -number)
    assert eventually(lambda: not any(map(_lives, workers)))


@pytest.mark.slow
@pytest.mark.parametrize("task", ["simulate", "sweep"])  # compiled in this thread, or in others
def test_the_compiler_is_interrupted_soon(task: str, tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    words = ["alliance.rate=0.2,0.3", "size=tiny", "threads=2"] if task == "sweep" else []
    process = subprocess.Popen(
        [sys.executable, "-m", "dyadsim", task, *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=env | {"XDG_CACHE_HOME": str(tmp_path / "cache")},
        preexec_fn=lambda: signal.signal(
            signal.SIGINT, signal.SIG_DFL
        ),  # ignored behind a shell's &
    )
    assert process.stderr is not None
    assert process.stderr.readline().strip() == COMPILING
    time.sleep(2)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1].startswith("dyadsim: interrupted")
    assert time.monotonic() - began < 25  # seconds, on a busy machine: then compiling takes minutes


def test_signals_that_are_ignored_or_handled_are_left_alone() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)  # as under nohup
    try:
        with interrupted_by_signals():
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with pytest.raises(KeyboardInterrupt), interrupted_by_signals():
            signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGTERM, before)
