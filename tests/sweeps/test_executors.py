"""One shard, eight shards, Dask workers of which one dies, launchers, one thread: the same bits."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sweeps.planned import planned

from dyadsim.cli.main import main
from dyadsim.sweeps import executors, sweep
from dyadsim.sweeps.sweep import Shard

DASK = [sys.executable, "-W", "ignore", "-m", "dask"]
WORDS = [
    "sweep",
    "distress.bond_effect=interval(0,1)",
    "points=sobol",
    "points.n=32",
    "outputs=[true_d]",
    "size.clients_per_point=20000",
    "study.follow_up=[]",
]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The table of the planned sweep on one thread, one shard, one block a replicate."""
    folder = tmp_path_factory.mktemp("alone")
    sweep.run(planned(block=512), folder, threads=1)
    return sweep.collect(planned(block=512), folder).read_bytes()


def test_shards_and_threads_change_nothing(tmp_path: Path, alone: bytes) -> None:
    for number in (3, 0, 7, 1, 6, 2, 5, 4):
        state = sweep.run(planned(block=50), tmp_path, shard=Shard(number, 8), threads=2)
    assert state.finished == 1024
    assert sweep.collect(planned(), tmp_path).read_bytes() == alone


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[int]]]:
    """A Dask scheduler and two workers, processes of their own: address and workers' ids."""
    pytest.importorskip("distributed", reason="the extra 'scale' is not installed")
    folder = tmp_path_factory.mktemp("dask")
    file, quiet = folder / "scheduler.json", {"stdout": subprocess.DEVNULL}
    path = os.pathsep.join([str(Path(__file__).parents[1]), str(Path(__file__).parents[2])])
    env = os.environ | {"PYTHONPATH": path}
    start = [*DASK, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    with (folder / "log.txt").open("w") as log:
        parts = [
            subprocess.Popen([*start, "--scheduler-file", str(file)], stderr=log, env=env, **quiet)
        ]
        for k in range(2):
            worker = [
                *DASK,
                "worker",
                "--scheduler-file",
                str(file),
                "--nthreads",
                "1",
                "--no-nanny",
                "--no-dashboard",
                "--local-directory",
                str(folder / str(k)),
            ]
            parts.append(subprocess.Popen(worker, stderr=log, env=env, **quiet))
        for _ in range(300):
            if file.exists() and file.stat().st_size:
                break
            time.sleep(0.1)
        yield json.loads(file.read_text())["address"], [one.pid for one in parts[1:]]
        for one in parts:
            one.kill()
            one.wait()


def test_dask_with_a_worker_that_dies(
    tmp_path: Path, alone: bytes, cluster: tuple[str, list[int]]
) -> None:
    address, workers = cluster
    seen, killed = [], threading.Event()

    def told(rows: int) -> None:
        seen.append(rows)
        if len(seen) == 8:
            os.kill(workers[0], signal.SIGKILL)
            killed.set()

    client = pytest.importorskip("distributed").Client(address, set_as_default=False)
    client.wait_for_workers(2, timeout=60)
    client.close()
    state = sweep.run(planned(), tmp_path, executors.dask(address), told=told)
    assert killed.is_set()
    assert state.computed == state.finished == 1024
    assert sweep.collect(planned(), tmp_path).read_bytes() == alone


def test_the_command_line_runs_on_dask(
    tmp_path: Path, cluster: tuple[str, list[int]], capsys: pytest.CaptureFixture[str]
) -> None:
    address = f"executor.address={cluster[0]}"
    where = f"results={tmp_path}"
    assert main([*WORDS, "name=dask", where, "executor=dask", address, "json=true"]) == 0
    assert json.loads(capsys.readouterr().out)["computed"] == 32
    assert main([*WORDS, "name=here", where, "threads=1", "json=true"]) == 0
    tables = [(tmp_path / name / "points.parquet").read_bytes() for name in ("dask", "here")]
    assert tables[0] == tables[1]


def test_nobody_answers_and_nobody_works(tmp_path: Path) -> None:
    with pytest.raises(executors.NoScheduler, match=r"no Dask scheduler answers at 'tcp://127"):
        sweep.run(planned(n=8), tmp_path, executors.dask("tcp://127.0.0.1:9", wait=1.0))
    with pytest.raises(executors.NoScheduler, match="no Dask scheduler answers at 'nonsense://x'"):
        sweep.run(planned(n=8), tmp_path, executors.dask("nonsense://x", wait=1.0))


@pytest.mark.parametrize("launcher", ["joblib", "submitit_local"])
def test_hydra_launchers_run_shards(
    launcher: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip(
        "hydra_plugins.hydra_joblib_launcher", reason="the extra 'scale' is missing"
    )
    monkeypatch.chdir(tmp_path)
    command = [
        sys.executable,
        "-m",
        "dyadsim",
        *WORDS,
        "-m",
        "shard=range(2)",
        "shards=2",
        "name=many",
        "results=out",
        f"hydra/launcher={launcher}",
    ]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert "Traceback" not in told.stderr
    assert "0 computed here, 32 taken from the store" in told.stdout
    assert main([*WORDS, "name=one", "results=out", "json=true"]) == 0
    capsys.readouterr()
    tables = [(tmp_path / "out" / name / "points.parquet").read_bytes() for name in ("many", "one")]
    assert tables[0] == tables[1]


def test_bad_launchers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = f"results={tmp_path}"
    assert main([*WORDS, where, "-m", "shard=range(2)", "shards=2", "hydra/launcher=jobs"]) == 2
    assert "there is no hydra/launcher 'jobs'. Did you mean joblib?" in capsys.readouterr().err
    assert main([*WORDS, where, "hydra/launcher=joblib"]) == 2
    assert "that needs -m (multirun)" in capsys.readouterr().err
