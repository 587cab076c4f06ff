"""One or eight shards, one thread, Dask workers of which one dies, launchers: the same bits."""

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
from printed_text import unfolded
from sweeps.planned import planned

from dyadsim.cli.main import main
from dyadsim.sweeps import executors, sweep
from dyadsim.sweeps.sweep import Shard

DASK = [sys.executable, "-W", "ignore", "-m", "dask"]
SWEEP = [
    "sweep",
    "distress.bond_effect=interval(0,1)",
    "points=sobol",
    "points.n=32",
    "outputs=[true_d]",
    "size.clients_per_point=20000",
    "study.follow_up=[]",
]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The table of the planned sweep on one thread, one shard, one block a replicate."""
    folder = tmp_path_factory.mktemp("reference")
    sweep.run_sweep(planned(block=512), folder, threads=1)
    return sweep.collect_sweep(planned(block=512), folder).read_bytes()


def test_shards_and_threads_change_nothing(tmp_path: Path, reference: bytes) -> None:
    for number in (3, 0, 7, 1, 6, 2, 5, 4):
        state = sweep.run_sweep(planned(block=50), tmp_path, shard=Shard(number, 8), threads=2)
    assert state.finished == 1024
    assert sweep.collect_sweep(planned(), tmp_path).read_bytes() == reference


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[int]]]:
    """A Dask scheduler and two workers, processes of their own: address and workers' ids."""
    pytest.importorskip("distributed", reason="the extra 'scale' is not installed")
    folder = tmp_path_factory.mktemp("dask")
    file, silent = folder / "scheduler.json", {"stdout": subprocess.DEVNULL}
    path = os.pathsep.join([str(Path(__file__).parents[1]), str(Path(__file__).parents[2])])
    env = os.environ | {"PYTHONPATH": path}
    start = [*DASK, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    with (folder / "log.txt").open("w") as log:
        processes = [
            subprocess.Popen([*start, "--scheduler-file", str(file)], stderr=log, env=env, **silent)
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
            processes.append(subprocess.Popen(worker, stderr=log, env=env, **silent))
        for _ in range(300):
            if file.exists() and file.stat().st_size:
                break
            time.sleep(0.1)
        yield json.loads(file.read_text())["address"], [worker.pid for worker in processes[1:]]
        for process in processes:
            process.kill()
            process.wait()


@pytest.mark.slow
def test_dask_with_a_worker_that_dies(
    tmp_path: Path, reference: bytes, cluster: tuple[str, list[int]]
) -> None:
    address, workers = cluster
    steps, killed = [], threading.Event()

    def on_step(rows: int, _: bool) -> None:
        steps.append(rows)
        if len(steps) == 8:
            os.kill(workers[0], signal.SIGKILL)
            killed.set()

    client = pytest.importorskip("distributed").Client(address, set_as_default=False)
    client.wait_for_workers(2, timeout=60)
    client.close()
    state = sweep.run_sweep(
        planned(), tmp_path, executor=executors.run_on_dask(address), on_step=on_step
    )
    assert killed.is_set()
    assert state.computed == state.finished == 1024
    assert sweep.collect_sweep(planned(), tmp_path).read_bytes() == reference


def test_the_command_line_runs_on_dask(
    tmp_path: Path, cluster: tuple[str, list[int]], capsys: pytest.CaptureFixture[str]
) -> None:
    address = f"executor.address={cluster[0]}"
    where = f"results={tmp_path}"
    assert main([*SWEEP, "name=dask", where, "executor=dask", address, "json=true"]) == 0
    assert json.loads(capsys.readouterr().out)["computed"] == 32
    assert main([*SWEEP, "name=here", where, "threads=1", "json=true"]) == 0
    tables = [(tmp_path / name / "points.parquet").read_bytes() for name in ("dask", "here")]
    assert tables[0] == tables[1]


@pytest.mark.slow
def test_dask_without_an_address_starts_workers_here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("distributed", reason="the extra 'scale' is not installed")
    where = f"results={tmp_path}"
    assert main([*SWEEP, "name=dask", where, "executor=dask", "threads=2", "json=true"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["computed"] == 32
    assert "without an address: 2 workers started on this machine (tcp://127.0.0.1:" in err
    assert main([*SWEEP, "name=here", where, "threads=1", "json=true"]) == 0
    tables = [(tmp_path / name / "points.parquet").read_bytes() for name in ("dask", "here")]
    assert tables[0] == tables[1]


def test_no_scheduler_answers(tmp_path: Path) -> None:
    with pytest.raises(executors.NoScheduler, match=r"no Dask scheduler answers at 'tcp://127"):
        sweep.run_sweep(
            planned(n=8), tmp_path, executor=executors.run_on_dask("tcp://127.0.0.1:9", wait=1.0)
        )
    with pytest.raises(executors.NoScheduler, match="no Dask scheduler answers at 'nonsense://x'"):
        sweep.run_sweep(
            planned(n=8), tmp_path, executor=executors.run_on_dask("nonsense://x", wait=1.0)
        )


@pytest.mark.slow
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
        *SWEEP,
        "-m",
        "shard=range(2)",
        "shards=2",
        "name=many",
        "results=out",
        f"hydra/launcher={launcher}",
    ]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    assert "Traceback" not in finished.stderr
    assert "0 computed here, 32 taken from the store" in unfolded(finished.stdout)
    assert main([*SWEEP, "name=single", "results=out", "json=true"]) == 0
    capsys.readouterr()
    tables = [
        (tmp_path / "out" / name / "points.parquet").read_bytes() for name in ("many", "single")
    ]
    assert tables[0] == tables[1]


def test_bad_launchers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = f"results={tmp_path}"
    assert main([*SWEEP, where, "-m", "shard=range(2)", "shards=2", "hydra/launcher=jobs"]) == 2
    assert "no hydra/launcher 'jobs'. Did you mean joblib?" in capsys.readouterr().err
    assert main([*SWEEP, where, "hydra/launcher=joblib"]) == 2
    assert "that needs -m (multirun)" in capsys.readouterr().err
